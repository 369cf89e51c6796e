// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

/// Ends a job of which some rank does not reach a collective that the others wait in, and names
/// that rank. A thread on each rank looks at what its main thread does; where that has waited for
/// longer than the limit, it says so by a file in a directory that all ranks share. Ranks without
/// such a file are those that are missed. It makes no MPI calls but the one that ends the job, and
/// touches no file in a job that goes on.
class StallWatch {
 public:
  /// Collective. `directory` is made when it is needed.
  StallWatch(const mpi::Communicator& communicator, std::filesystem::path directory,
             double limit_s);
  ~StallWatch();
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  /// The step under way, for the report; counted from 1.
  void at_step(std::uint64_t step) { step_.store(step, std::memory_order_relaxed); }

 private:
  void watch();
  [[nodiscard]] bool stalled() const;
  [[nodiscard]] bool pause_s(double seconds);
  void say_waiting() const;
  void end_job() const;
  [[nodiscard]] std::filesystem::path file_of(int rank) const;

  mpi::Communicator communicator_;
  std::filesystem::path directory_;
  double limit_s_;
  std::vector<std::string> hosts_;  ///< of every rank
  std::atomic<std::uint64_t> step_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace infomax::train
