// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "infomax/core/stopwatch.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/checkpoint.hpp"
#include "infomax/train/checkpoint_directory.hpp"
#include "infomax/train/interruption.hpp"
#include "infomax/train/run_directory.hpp"
#include "infomax/train/stall_watch.hpp"

namespace infomax::train {

struct DurabilityOptions {
  bool checkpoints = true;        ///< but for one where the run is stopped, which is always written
  std::uint64_t every_steps = 0;  ///< 0 = not by steps
  double every_s = 0.0;           ///< 0 = not by the clock
  std::size_t keep = 3;           ///< checkpoints, the newest
  double time_limit_s = 0.0;      ///< of this run of the program; 0 = none
  std::uint64_t check_replicas_every_steps = 0;  ///< 0 = never
  double stall_timeout_s = 600.0;                ///< 0 = no watch
  std::string config;                            ///< the options, as a checkpoint keeps them
  std::string fingerprint;                       ///< of the data
};

/// What all ranks are to do between two steps.
struct Orders {
  bool checkpoint = false;
  bool stop = false;
  std::string reason;  ///< to stop for
};

/// What makes a run survive the end of its processes: when checkpoints are due, where they go, and
/// what asks for an end before the last step.
class Durability {
 public:
  /// Collective. `start` is the checkpoint to go on from, where there is one: on the root with its
  /// arrays, elsewhere without. The directory must outlive this.
  Durability(const mpi::Communicator& communicator, const RunDirectory& directory,
             DurabilityOptions options, std::optional<Checkpoint> start);

  [[nodiscard]] const DurabilityOptions& options() const { return options_; }
  [[nodiscard]] const std::optional<Checkpoint>& start() const { return start_; }

  /// Lets go of the start's memory.
  void forget_start() { start_.reset(); }

  void at_step(std::uint64_t step) { watch_.at_step(step); }

  /// Collective. After `step`. One small reduction: a signal to any rank stops all of them; the
  /// clock is the root's.
  [[nodiscard]] Orders agree(std::uint64_t step);

  /// By the root: in the background, or at once, which throws SystemError.
  void write(Checkpoint checkpoint);
  void write_now(Checkpoint checkpoint);

  /// By the root: until nothing is written in the background; before HDF5 is used.
  void wait() { writer_.wait(); }

  /// How to go on after `step`.
  [[nodiscard]] std::string advice(std::uint64_t step) const;

 private:
  void finish(Checkpoint& checkpoint) const;

  mpi::Communicator communicator_;
  const RunDirectory* directory_;
  DurabilityOptions options_;
  std::optional<Checkpoint> start_;
  CheckpointDirectory checkpoints_;
  BackgroundWriter writer_;
  Interruption interruption_;
  StallWatch watch_;
  Stopwatch since_start_;
  Stopwatch since_checkpoint_;
};

}  // namespace infomax::train
