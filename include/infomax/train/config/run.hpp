// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include "infomax/core/field.hpp"
#include "infomax/core/progress_line.hpp"
#include "infomax/train/length.hpp"

namespace infomax::train {

/// What a run leaves, and how it goes on.
struct RunConfig {
  std::string output;                          ///< directory; empty: nothing is written
  bool overwrite = false;                      ///< whether a run that is there is replaced
  ProgressMode progress = ProgressMode::none;  ///< how progress is shown
  bool reproducible = false;  ///< whether results have the same bits at any number of ranks
  bool resume = false;        ///< whether the run goes on from its newest checkpoint
  CheckpointInterval checkpoint_every;  ///< every 10 minutes unless set
  std::size_t keep = 3;                 ///< newest checkpoints that are kept, 1 or more
  Duration time_limit;                  ///< 0 s = none
  std::size_t check_replicas = 0;       ///< steps; 0 = never
  Duration stall_timeout{10.0, Duration::Unit::minutes};  ///< 0 s = no watch
};

/// The fields of RunConfig: names, help and checks.
[[nodiscard]] inline FieldTable<RunConfig> run_fields() {
  using Config = RunConfig;
  FieldTable<Config> table;
  table.group("Run")
      .add("output", &Config::output, "RUN",
           "directory for config.ini, metrics.jsonl, model.h5 and checkpoints")
      .may_change()
      .add("overwrite", &Config::overwrite, "",
           "replace a run that is there, when this one has made its first step")
      .of_invocation()
      .add("progress", &Config::progress, "MODE", "auto, live (one line, rewritten), plain or none")
      .of_invocation();
  table.group("Reproducibility")
      .add("reproducible", &Config::reproducible, "",
           "parameters, objective and metrics have the same bits at any number of ranks, on "
           "processors of one kind. Slower, and the more so the more `blocks` there are, for each "
           "block's part of a batch is computed by itself: give no more than the ranks you will "
           "ever use. It takes the place of `micro_batch`, which changes nothing then, and one "
           "BLAS thread a rank");
  table.group("Durability")
      .add("resume", &Config::resume, "",
           "go on from the newest whole checkpoint in RUN, at any number of ranks, or begin where "
           "there is no run, or one that was stopped before its first checkpoint. Options left out "
           "are those of the run.")
      .of_invocation()
      .add("checkpoint-every", &Config::checkpoint_every, "LENGTH",
           "such as 5steps, 2epochs, 60s, 10min; or never. One is also written at the end, and "
           "where the run is stopped by Ctrl-C, SIGTERM or SIGUSR1 to any rank, which ends it with "
           "exit code 75")
      .may_change()
      .add("keep", &Config::keep, "K", "checkpoints, the newest", one_or_more())
      .may_change()
      .add("time-limit", &Config::time_limit, "TIME",
           "stop so long after the program started, such as 3600s, 50min or 2h, with a checkpoint "
           "and exit code 75; leave the scheduler's limit room for a step and a checkpoint; 0s = "
           "none")
      .may_change()
      .add("check-replicas", &Config::check_replicas, "N",
           "every N steps, compare a checksum of the parameters across ranks; 0 = never; lbfgs "
           "sends them from rank 0 each time and has nothing to compare",
           zero_or_more("never"))
      .may_change()
      .add("stall-timeout", &Config::stall_timeout, "TIME",
           "end the job, naming the rank, where one keeps the others waiting so long; 0s = never")
      .may_change();
  return table;
}

}  // namespace infomax::train
