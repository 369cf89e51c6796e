// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/optim/search.hpp"
#include "train/between_steps.hpp"
#include "train/recorder.hpp"

// n parameters, m pairs of history; f = -J is minimised.
namespace infomax::train {
namespace {

/// Keeps nothing where there is no value yet: the search began from the parameters of a checkpoint
/// without its state, and no step was left to do. It then begins there again.
void save(const optim::SearchState& state, Checkpoint& checkpoint, Json& record) {
  record["lbfgs"] = Json::object();
  if (!state.f) {
    return;
  }
  const auto used = [&](const Buffer<double>& matrix) {
    return std::span(matrix).first(state.pairs() * state.x.size());
  };
  checkpoint.put("lbfgs-x", std::span<const double>(state.x));
  checkpoint.put("lbfgs-gradient", std::span<const double>(state.g));
  checkpoint.put("lbfgs-steps", used(state.steps));
  checkpoint.put("lbfgs-changes", used(state.changes));
  checkpoint.put("lbfgs-curvatures", std::span(state.curvatures).first(state.pairs()));
  record["lbfgs"] = {{"f", *state.f},
                     {"largest_value", state.largest_value},
                     {"smallest_gradient", state.smallest_gradient},
                     {"idle_iterations", state.idle_iterations},
                     {"pairs_added", state.pairs_added},
                     {"scale", state.scale}};
}

/// Whether a checkpoint has a search's state as save() writes it where there is one. Older
/// checkpoints have a history of points instead.
bool has_state(const Json& record) { return record.at("lbfgs").contains("pairs_added"); }

/// Throws DataError where the checkpoint belongs to another model or history.
void restore(optim::SearchState& state, const Checkpoint& checkpoint, const Json& record) {
  const auto& own = record.at("lbfgs");
  own.at("pairs_added").get_to(state.pairs_added);
  const auto used = [&](Buffer<double>& matrix) {
    return std::span(matrix).first(state.pairs() * state.x.size());
  };
  checkpoint.get("lbfgs-x", std::span(state.x));
  checkpoint.get("lbfgs-gradient", std::span(state.g));
  checkpoint.get("lbfgs-steps", used(state.steps));
  checkpoint.get("lbfgs-changes", used(state.changes));
  checkpoint.get("lbfgs-curvatures", std::span(state.curvatures).first(state.pairs()));
  state.f = own.at("f").get<double>();
  own.at("largest_value").get_to(state.largest_value);
  own.at("smallest_gradient").get_to(state.smallest_gradient);
  own.at("idle_iterations").get_to(state.idle_iterations);
  own.at("scale").get_to(state.scale);
}

/// -J over the whole data set, and what a run does after each iteration.
template <math::Real T>
class FullBatch final : public optim::SearchProblem {
 public:
  /// What is passed by reference must outlive this. `steps` are done already; the model is at the
  /// point where they ended, if `resumed`.
  FullBatch(const mpi::Communicator& communicator, model::Model<T>& model, Step<T>& step,
            Recorder<T>& recorder, BetweenSteps<T>& between_steps, std::uint64_t steps,
            std::uint64_t total_steps, bool resumed)
      : communicator_(&communicator),
        model_(&model),
        step_(&step),
        recorder_(&recorder),
        between_steps_(&between_steps),
        steps_(steps),
        total_steps_(total_steps),
        begun_(resumed),
        at_last_point_(resumed) {}

  double evaluate(std::span<const double> x, std::span<double> g) override;
  bool iterated(const optim::SearchPoint& point) override;

  /// Collective. After the search, which ended at the root's x: moves the model there and does what
  /// is due after the last step.
  void finish(std::span<const double> x);

  /// What to say of the search's end. Throws NumericError where it is a failure.
  [[nodiscard]] std::string describe(const optim::SearchOutcome& outcome, double tolerance) const;

 private:
  void place(std::span<const double> x);
  StepReport differentiate();

  const mpi::Communicator* communicator_;
  model::Model<T>* model_;
  Step<T>* step_;
  Recorder<T>* recorder_;
  BetweenSteps<T>* between_steps_;
  std::uint64_t steps_;
  std::uint64_t total_steps_;
  bool begun_;
  bool at_last_point_;  // the model is where the last iteration ended
  StepReport pending_;  // of the evaluations since then
  std::string problem_;
  std::string remedy_;  // where the problem's text does not say what to do
};

template <math::Real T>
double FullBatch<T>::evaluate(std::span<const double> x, std::span<double> g) {
  place(x);
  at_last_point_ = false;
  StepReport report = differentiate();
  report.value.samples += pending_.value.samples;
  report.times += pending_.times;
  report.evaluations = pending_.evaluations + 1;
  pending_ = std::move(report);
  const double f = -pending_.value.objective;
  if (!begun_ && !std::isfinite(f)) {
    recorder_->interrupt();
    throw NumericError(fmt::format("at the initial parameters {}{}", problem_, remedy_));
  }
  begun_ = true;
  const auto gradient = step_->gradient();
  for (std::size_t i = 0; i < g.size(); ++i) {
    g[i] = -static_cast<double>(gradient[i]);
  }
  return f;
}

template <math::Real T>
bool FullBatch<T>::iterated(const optim::SearchPoint& point) {
  at_last_point_ = true;
  ++steps_;
  StepReport report = std::exchange(pending_, {});
  report.learning_rate = point.step;
  if (communicator_->is_root()) {
    recorder_->step(report);
  }
  return between_steps_->after({steps_, steps_ == total_steps_});
}

template <math::Real T>
void FullBatch<T>::finish(std::span<const double> x) {
  if (!at_last_point_) {
    place(x);
    // The running averages of batch normalisations are the moments of the whole data set, and no
    // variables of the search.
    const auto normalizes = [](const auto& member) {
      return member.network.has_running_statistics();
    };
    if (std::ranges::any_of(model_->members(), normalizes)) {
      (void)differentiate();
    }
  }
  if (steps_ > 0) {
    (void)between_steps_->after({steps_, true});
  }
  between_steps_->conclude(steps_);
}

/// Collective. The root's x, on every rank.
template <math::Real T>
void FullBatch<T>::place(std::span<const double> x) {
  const auto parameters = model_->parameters();
  std::ranges::transform(x, parameters.begin(),
                         [](double element) { return static_cast<T>(element); });
  communicator_->broadcast(parameters, 0);
}

/// Collective. Where the numbers are not finite, so is the objective; `problem_` says more.
template <math::Real T>
StepReport FullBatch<T>::differentiate() {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  StepReport report;
  try {
    // Step 0 of epoch 0 each time: the same rows, in the same order, at every point.
    report = step_->differentiate(0, 0);
    step_->remember(1.0);
    if (!std::isfinite(report.gradient_norm) || !std::isfinite(report.value.objective)) {
      problem_ = std::isfinite(report.value.objective) ? "the gradient is not finite"
                                                       : "the objective is not finite";
      remedy_ = "; try another `seed`, `normalize` standardize or `precision` double";
      report.value.objective = nothing;
    }
  } catch (const Error& error) {
    if (error.exit_code() != ExitCode::numeric) {
      throw;
    }
    problem_ = error.what();
    remedy_.clear();
    report.value.objective = nothing;
  }
  return report;
}

template <math::Real T>
std::string FullBatch<T>::describe(const optim::SearchOutcome& outcome, double tolerance) const {
  constexpr bool single = std::is_same_v<T, float>;
  constexpr const char* type = single ? "float" : "double";
  const std::string where =
      fmt::format("relative gradient norm {:.2e}, {} steps", outcome.relative_norm, steps_);
  switch (outcome.ending) {
    case optim::SearchEnding::enough:
      return "stopped after the steps asked for: " + where;
    case optim::SearchEnding::converged:
      return fmt::format("converged within `tolerance` {}: {}", tolerance, where);
    case optim::SearchEnding::rounding:
      return fmt::format("converged as far as {} can tell: {}", type, where);
    case optim::SearchEnding::stuck:
      break;
  }
  if (steps_ > 0 && outcome.not_finite == 0) {
    return fmt::format(
        "stopped where the line search finds no better point, though J should rise by {:.2g}: at "
        "a kink (vicreg has them), or {} is not enough; `optimizer` adam may go on: {}",
        outcome.expected_gain, type, where);
  }
  const std::string detail = outcome.not_finite > 0
                                 ? fmt::format("at {} of its {} points {}", outcome.not_finite,
                                               pending_.evaluations, problem_)
                                 : fmt::format("in {}", type);
  throw NumericError(fmt::format(
      "after step {} the line search finds no better point, though J should rise by {:.2g} ({}); "
      "try {}`normalize` standardize, another `seed`, a larger `ridge` where there is one, or "
      "`optimizer` adam",
      steps_, outcome.expected_gain, detail, single ? "`precision` double, " : ""));
}

}  // namespace

void LbfgsOptions::check() const {
  if (history == 0 || history > 1000) {
    throw UsageError(fmt::format("`lbfgs_history` is {}; it must be 1 to 1000", history));
  }
  if (!(tolerance >= 0.0) || !std::isfinite(tolerance)) {
    throw UsageError(fmt::format("`tolerance` is {}; it must be at least 0", tolerance));
  }
}

std::size_t lbfgs_bytes(const LbfgsOptions& options, std::size_t parameter_count) {
  const std::size_t state = 2 * options.history + 2;  // vectors, as optim::SearchState has them
  const std::size_t line_search = 3;
  return (2 * state + line_search) * parameter_count * sizeof(double);
}

template <math::Real T>
TrainSummary train_lbfgs(const mpi::Communicator& communicator, model::Model<T>& model,
                         Step<T>& step, const RunDirectory& directory,
                         const TrainerOptions& options, const LbfgsOptions& lbfgs,
                         const RunServices<T>& services) {
  lbfgs.check();
  BestModel<T> best;
  Recorder<T> recorder(communicator, model, best, directory, options, 1, services.durability);
  optim::SearchState state;
  OptimizerState optimizer_state;
  optimizer_state.save = [&state](Checkpoint& checkpoint, Json& record) {
    save(state, checkpoint, record);
  };
  BetweenSteps<T> between_steps(communicator, model, recorder, best, options, services,
                                std::move(optimizer_state));
  const auto begin = [&] {
    const auto start = std::as_const(model).parameters();
    state = optim::SearchState(Buffer<double>(start.begin(), start.end()), lbfgs.history);
  };
  bool resumed = false;
  const std::uint64_t done = between_steps.restore([&](const Json& record) {
    resumed = has_state(record);
    mpi::together(communicator, [&] {
      if (communicator.is_root()) {
        const Checkpoint& checkpoint = *services.durability->start();
        begin();
        state.iterations = checkpoint.step;
        if (resumed) {
          restore(state, checkpoint, record);
        }
      }
    });
    if (!resumed) {
      log::warning(
          "the checkpoint has the history of L-BFGS in an older form, which is ignored: the search "
          "goes on from the checkpoint's parameters with an empty history");
    }
  });
  if (done == 0) {
    mpi::together(communicator, [&] {
      if (communicator.is_root()) {
        begin();
      }
    });
  }
  const std::uint64_t total = between_steps.ended_before() ? done : options.total_steps;
  if (done < total) {
    between_steps.begin(done);
  }
  FullBatch<T> problem(communicator, model, step, recorder, between_steps, done,
                       options.total_steps, resumed);
  optim::SearchOptions search{.history = lbfgs.history,
                              .tolerance = lbfgs.tolerance,
                              .iterations = total,
                              .rounding = 100.0 * std::numeric_limits<T>::epsilon()};
  const optim::SearchOutcome outcome = optim::minimise(communicator, problem, state, search);
  problem.finish(state.x);
  recorder.interrupt();
  const std::string ending = between_steps.ending().empty()
                                 ? problem.describe(outcome, lbfgs.tolerance)
                                 : between_steps.ending();
  if (best.known()) {
    std::ranges::copy(best.parameters(), model.parameters().begin());
  }
  TrainSummary summary = recorder.finish();
  summary.ending = ending;
  return summary;
}

template TrainSummary train_lbfgs<float>(const mpi::Communicator&, model::Model<float>&,
                                         Step<float>&, const RunDirectory&, const TrainerOptions&,
                                         const LbfgsOptions&, const RunServices<float>&);
template TrainSummary train_lbfgs<double>(const mpi::Communicator&, model::Model<double>&,
                                          Step<double>&, const RunDirectory&, const TrainerOptions&,
                                          const LbfgsOptions&, const RunServices<double>&);

}  // namespace infomax::train
