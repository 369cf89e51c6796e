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

/// When checkpoints are written and when a run stops.
struct DurabilityOptions {
  bool checkpoints = true;        ///< a run that is stopped writes one even if this is false
  std::uint64_t every_steps = 0;  ///< a checkpoint is due after so many steps; 0 = never
  double every_s = 0.0;           ///< a checkpoint is due after so many seconds; 0 = never
  std::size_t keep = 3;           ///< how many of the newest checkpoints are kept
  double time_limit_s = 0.0;      ///< the run stops after so many seconds; 0 = no limit
  Stopwatch started;              ///< from whose beginning time_limit_s counts
  std::uint64_t check_replicas_every_steps = 0;  ///< 0 = never
  double stall_timeout_s = 600.0;                ///< of StallWatch; 0 = no watch
  std::string config;                            ///< the configuration that a checkpoint keeps
  std::string fingerprint;                       ///< of the data
  std::string arithmetic;                        ///< model::arithmetic_text()
};

/// What all ranks do after a step besides training.
struct StepDecision {
  bool failed = false;      ///< a rank said so; nothing else is decided then
  bool checkpoint = false;  ///< a checkpoint is due
  bool end = false;         ///< the run ends here, in order, because a rank wants it to
  bool stop = false;        ///< the run stops here, on request
  std::string reason;       ///< why it stops, such as a signal's name
};

/// Lets a run survive the end of its processes: it knows when checkpoints are due, writes them, and
/// notices requests to stop before the last step.
class Durability {
 public:
  /// Collective. `start` is the checkpoint that the run goes on from, if any; only the root's has
  /// arrays. The directory must outlive this. Where it is RunDirectory::none(), nothing is written
  /// and signals are left to the caller; the clock and the comparison of replicas remain.
  Durability(const mpi::Communicator& communicator, const RunDirectory& directory,
             DurabilityOptions options, std::optional<Checkpoint> start);

  /// The options that the constructor was given.
  [[nodiscard]] const DurabilityOptions& options() const { return options_; }
  /// The checkpoint that the run goes on from; unset if it begins anew or forget_start() was
  /// called.
  [[nodiscard]] const std::optional<Checkpoint>& start() const { return start_; }

  /// Frees the memory of the start.
  void forget_start() { start_.reset(); }

  /// Tells the stall watch which step is under way.
  void at_step(std::uint64_t step) {
    if (watch_) {
      watch_->at_step(step);
    }
  }

  /// Whether there is a directory to write checkpoints to.
  [[nodiscard]] bool writes() const { return !directory_->is_none(); }

  /// Collective. Decides what all ranks do after `step`, by one small reduction: a signal to any
  /// rank stops all of them, and the root's clock counts. `failed` says that this rank cannot go
  /// on, and `end` that it wants the run to end.
  [[nodiscard]] StepDecision agree(std::uint64_t step, bool failed = false, bool end = false);

  /// Collective. Returns the signal, as a name, that any rank received before the first step; empty
  /// where none did. What the clock says waits for a step, so that every run makes one.
  [[nodiscard]] std::string signal_before_start();

  /// Called on the root. write() works in the background; write_now() returns when the checkpoint
  /// is on the disk, and throws SystemError where it could not be written.
  void write(Checkpoint checkpoint);
  /// Called on the root. Writes a checkpoint and returns when it is on the disk. Throws
  /// SystemError.
  void write_now(Checkpoint checkpoint);

  /// Called on the root, before it uses HDF5: waits until nothing is written in the background.
  void wait() { writer_.wait(); }

  /// Returns a text that says how to go on after `step`.
  [[nodiscard]] std::string advice(std::uint64_t step) const;

 private:
  void finish(Checkpoint& checkpoint) const;

  mpi::Communicator communicator_;
  const RunDirectory* directory_;
  DurabilityOptions options_;
  std::optional<Checkpoint> start_;
  CheckpointDirectory checkpoints_;
  BackgroundWriter writer_;
  std::optional<Interruption> interruption_;
  std::optional<StallWatch> watch_;
  Stopwatch since_checkpoint_;
};

}  // namespace infomax::train
