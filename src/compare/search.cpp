// SPDX-License-Identifier: BSD-3-Clause
#include "compare/search.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "compare/folds_file.hpp"
#include "compare/runner.hpp"
#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/interruption.hpp"

namespace infomax::compare {
namespace {

/// The ranks in groups of R, of which the last has what is left over.
class Groups {
 public:
  Groups(const mpi::Communicator& world, std::size_t ranks) : ranks_(ranks) {
    const auto size = static_cast<std::size_t>(world.size());
    if (ranks_ == 0) {
      ranks_ = size;
    }
    if (ranks_ > size) {
      throw UsageError(
          fmt::format("`ranks_per_trial` is {}, and there are {} ranks; start more by "
                      "mpirun -n",
                      ranks_, size));
    }
    count_ = size / ranks_;
    own_ = std::min(static_cast<std::size_t>(world.rank()) / ranks_, count_ - 1);
  }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t own() const { return own_; }
  /// The rank of all ranks that is a group's rank 0.
  [[nodiscard]] int root_of(std::size_t group) const { return static_cast<int>(group * ranks_); }

 private:
  std::size_t ranks_;
  std::size_t count_ = 1;
  std::size_t own_ = 0;
};

class Search {
 public:
  Search(const mpi::Communicator& world, const Plan& plan, const Store& store, const SearchRun& run)
      : world_(world),
        plan_(plan),
        store_(store),
        run_(run),
        groups_(world, plan.options.ranks_per_trial),
        group_(groups_.count() == 1 ? world : world.split(static_cast<int>(groups_.own()))),
        runner_(group_, plan.trials.front(), plan.options),
        results_(store.finished(world)),
        done_before_(results_.size()) {}

  Found run() {
    if (groups_.own() == 0) {
      write_folds(group_, runner_.folds(), plan_.options, store_.path_of("folds.npy"));
    }
    std::vector<std::size_t> trials(plan_.trials.size());
    std::iota(trials.begin(), trials.end(), std::size_t{0});
    for (std::size_t rung = 0; rung < plan_.rungs() && !trials.empty(); ++rung) {
      do_jobs(missing_jobs(trials, rung));
      if (rung + 1 < plan_.rungs()) {
        trials = survivors(results_, trials, rung, *plan_.options.halving);
      }
    }
    Outcome outcome =
        rank_trials(plan_.points, results_, plan_.options, runner_.folds().are_random());
    for (TrialOutcome& trial : outcome.trials) {
      trial.length = plan_.length(trial.number, trial.rung);
    }
    return {std::move(outcome), runner_.folds().kind(), runner_.folds().rows(),
            results_.size() - done_before_};
  }

 private:
  [[nodiscard]] std::vector<Job> missing_jobs(const std::vector<std::size_t>& trials,
                                              std::size_t rung) const {
    std::vector<Job> jobs;
    jobs.reserve(trials.size() * plan_.options.seeds * plan_.options.folds.count);
    for (const std::size_t trial : trials) {
      for (std::size_t repeat = 0; repeat < plan_.options.seeds; ++repeat) {
        for (std::size_t fold = 0; fold < plan_.options.folds.count; ++fold) {
          const Job job{trial, rung, repeat, fold};
          if (std::ranges::find(results_, job, &JobResult::job) == results_.end()) {
            jobs.push_back(job);
          }
        }
      }
    }
    return jobs;
  }

  /// Collective. Job k is group k % G's: folds of a trial, which take as long, lie side by side.
  void do_jobs(const std::vector<Job>& jobs) {
    std::vector<JobResult> own;
    bool stopped = false;
    for (std::size_t k = groups_.own(); k < jobs.size(); k += groups_.count()) {
      stopped = group_must_stop();
      if (stopped) {
        break;
      }
      auto result = runner_.run(jobs[k], plan_.config(jobs[k].trial, jobs[k].rung),
                                [this] { return must_stop(); });
      stopped = group_must_stop();
      if (stopped) {
        break;
      }
      mpi::together(group_, [&] {
        if (group_.is_root()) {
          store_.keep(result);
        }
      });
      report(result);
      own.push_back(std::move(result));
    }
    gather(own);
    if (world_.max(std::uint64_t{stopped ? 1U : 0U}) > 0) {
      refuse_to_go_on();
    }
  }

  [[nodiscard]] bool is_late() const {
    const double limit = plan_.options.time_limit.seconds();
    return limit > 0.0 && run_.started.elapsed_s() > limit;
  }

  [[nodiscard]] bool must_stop() const { return train::Interruption::signal() != 0 || is_late(); }

  /// Collective, of the group.
  [[nodiscard]] bool group_must_stop() const {
    return group_.max(std::uint64_t{must_stop() ? 1U : 0U}) > 0;
  }

  /// Collective. The results of all groups become those of every rank.
  void gather(const std::vector<JobResult>& own) {
    Json mine = Json::array();
    for (const JobResult& result : own) {
      mine.push_back(to_json(result));
    }
    for (std::size_t group = 0; group < groups_.count(); ++group) {
      const std::string text = world_.broadcast(json_text(mine), groups_.root_of(group));
      for (const Json& json : parse_json(text)) {
        results_.push_back(result_from_json(json));
      }
    }
  }

  void report(const JobResult& result) const {
    if (!world_.is_root() || !run_.on_job) {
      return;
    }
    const std::size_t done = std::max(store_.count(), done_before_ + 1);
    const std::size_t all = std::max(plan_.jobs(), done);
    const double each = clock_.elapsed_s() / static_cast<double>(done - done_before_);
    run_.on_job({result, done, all, each * static_cast<double>(all - done)});
  }

  [[noreturn]] void refuse_to_go_on() const {
    const int request = static_cast<int>(world_.max(std::int64_t{train::Interruption::request()}));
    // A signal to other ranks may still arrive here.
    train::Interruption::hold();
    throw Error(
        ExitCode::stopped,
        fmt::format("stopped by {} with {} of {} trainings done; the same command {}goes on",
                    request != 0 ? train::request_name(request) : "`time_limit`", results_.size(),
                    plan_.jobs(), run_.overwrites ? "without `overwrite` " : ""));
  }

  const mpi::Communicator& world_;
  const Plan& plan_;
  const Store& store_;
  const SearchRun& run_;
  Groups groups_;
  mpi::Communicator group_;
  JobRunner runner_;
  std::vector<JobResult> results_;
  std::size_t done_before_;
  Stopwatch clock_;
};

}  // namespace

Found search(const mpi::Communicator& communicator, const Plan& plan, const Store& store,
             const SearchRun& run) {
  return Search(communicator, plan, store, run).run();
}

}  // namespace infomax::compare
