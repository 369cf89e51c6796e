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

/// Ends a job in which a rank does not reach a collective that the others wait in, and names that
/// rank. A thread on each rank observes the main thread; if that has waited for longer than the
/// limit, the thread writes a file into a directory that all ranks share. The ranks without such a
/// file are missing. The thread's only MPI call is the one that ends the job, and it touches no
/// file while the job makes progress.
class StallWatch {
 public:
  /// Collective. The directory is made when it is needed.
  StallWatch(const mpi::Communicator& communicator, std::filesystem::path directory,
             double limit_s);
  ~StallWatch();
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  /// Says which step is under way, counted from 1, for the message.
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
