// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/step.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "train/gradient_reduction.hpp"

namespace infomax::train {
namespace {

constexpr const char* zero_gradient =
    "the gradient is 0, so nothing is learned: the outputs do not vary, or too little for their "
    "precision; look at the data, or try `normalize` standardize or another `encoder`";

/// The weight of a batch in the running averages of batch normalisation; most libraries use it.
constexpr double remembered_share = 0.1;

/// Steps beyond the one under way whose rows are announced at most.
constexpr std::size_t most_steps_ahead = 64;

/// `updated` says whether a step has changed the parameters before.
void require_finite(double number, const char* what, bool updated, double learning_rate) {
  if (std::isfinite(number)) {
    return;
  }
  const std::string problem =
      fmt::format("{} is {}", what, std::isnan(number) ? "not a number" : "infinite");
  if (!updated) {
    throw NumericError(
        fmt::format("{}, before anything was changed: the data is too large, or too small, as it "
                    "is; try `normalize` standardize or `precision` double",
                    problem));
  }
  throw NumericError(
      fmt::format("{}; try a smaller `learning_rate` (now {}), `warmup`, or `clip_norm` 1", problem,
                  learning_rate));
}

}  // namespace

StepTimes& StepTimes::operator+=(const StepTimes& other) {
  total_s += other.total_s;
  input_s += other.input_s;
  reduce_s += other.reduce_s;
  compute_s += other.compute_s;
  return *this;
}

template <math::Real T>
std::vector<optim::WeightRange> weight_ranges(const model::Model<T>& model) {
  std::vector<optim::WeightRange> ranges;
  for (const auto& member : model.members()) {
    for (const auto& block : member.network.parameters()) {
      if (block.role == nn::Role::weight && member.role != model::Role::target) {
        ranges.push_back({member.offset + block.offset, block.size()});
      }
    }
  }
  return ranges;
}

template <math::Real T>
Step<T>::Step(const mpi::Communicator& communicator, model::Model<T>& model, data::Sampler& sampler,
              model::Sides<T>& sides, objective::Objective<T>& objective,
              const StepOptions& options)
    : communicator_(communicator),
      model_(&model),
      sampler_(&sampler),
      sides_(&sides),
      objective_(&objective),
      options_(options),
      weights_(weight_ranges(model)),
      gradient_(model.parameters().size()),
      own_gradient_(model.objective_parameters().size()),
      reduction_(std::make_unique<GradientReduction<T>>(communicator_, options.bucket_bytes)) {}

template <math::Real T>
Step<T>::~Step() = default;

template <math::Real T>
StepReport Step<T>::differentiate(std::uint64_t epoch, std::uint64_t step_of_epoch) {
  const Stopwatch whole;
  const double reduced_before_s = communicator_.collective_s();
  const double converted_before_s = sides_->input_s();
  StepReport report;

  // plan: choose the global batch; these rows of it belong to this rank
  Stopwatch planning;
  read_ahead(epoch, step_of_epoch);
  const auto rows = sampler_->draw(epoch, step_of_epoch);
  const double planning_s = planning.elapsed_s();

  // forward: local rows to local outputs
  encode(rows, epoch, step_of_epoch);

  // measure, allreduce, differentiate, pull back
  report.value = objective_->evaluate(communicator_, sides_->batch(), requested_gradients());

  // backward: the gradient of the local rows; allreduce each range of it as soon as it is complete:
  // a sum without a division, because J already carries the global N
  backward();

  // penalty: added once, after the sum over ranks, because it depends on no row
  report.penalty = add_penalty();
  report.value.objective += report.penalty;
  const std::span<const T> gradient(gradient_);
  // Where it clips, every rank computes it, and all must find the same bits.
  report.gradient_norm =
      options_.clip_norm > 0.0 ? math::ordered_norm(gradient) : math::norm(gradient);
  if (report.gradient_norm == 0.0 && epoch == 0 && step_of_epoch == 0) {
    log::warning_once("still", zero_gradient);
  }

  report.times.total_s = whole.elapsed_s();
  report.times.input_s = planning_s + sides_->input_s() - converted_before_s;
  report.times.reduce_s = communicator_.collective_s() - reduced_before_s + reduction_->seconds();
  report.times.compute_s = report.times.total_s - report.times.input_s - report.times.reduce_s;
  return report;
}

template <math::Real T>
StepReport Step<T>::run(std::uint64_t epoch, std::uint64_t step_of_epoch,
                        optim::Optimizer<T>& optimizer, double learning_rate) {
  StepReport report = differentiate(epoch, step_of_epoch);
  report.learning_rate = learning_rate;
  const bool updated = epoch > 0 || step_of_epoch > 0;
  require_finite(report.value.objective, "the objective", updated, learning_rate);
  require_finite(report.gradient_norm, "the gradient's norm", updated, learning_rate);

  // update: the same on every rank
  const Stopwatch updating;
  clip(report.gradient_norm);
  ascend(optimizer, learning_rate);
  remember(remembered_share);
  const double update_s = updating.elapsed_s();
  report.times.total_s += update_s;
  report.times.compute_s += update_s;
  return report;
}

/// Announces the rows of this step and of those that follow in the epoch, as far as there is room,
/// to stores that read them from files. A step of all rows reads them in their order, which needs
/// no announcement.
template <math::Real T>
void Step<T>::read_ahead(std::uint64_t epoch, std::size_t step_of_epoch) {
  const std::size_t steps = sampler_->steps_per_epoch();
  if (steps == 1 || !sides_->reads_pages()) {
    return;
  }
  if (epoch != announced_epoch_ || announced_steps_ < step_of_epoch) {
    announced_epoch_ = epoch;
    announced_steps_ = step_of_epoch;
  }
  const std::size_t end = std::min(steps, step_of_epoch + most_steps_ahead);
  bool room = true;
  while (room && announced_steps_ < end) {
    room = sides_->announce(sampler_->draw(epoch, announced_steps_));
    ++announced_steps_;
  }
}

template <math::Real T>
void Step<T>::encode(std::span<const std::size_t> rows, std::uint64_t epoch,
                     std::uint64_t step_of_epoch) {
  const math::ProductScope scope(options_.products);
  sides_->forward(rows,
                  {true, options_.seed, epoch, step_of_epoch, sampler_->steps_per_epoch() == 1});
}

/// Those by the outputs of both sides, and by the objective's own parameters.
template <math::Real T>
objective::Gradients<T> Step<T>::requested_gradients() {
  objective::Gradients<T> gradients = sides_->gradients();
  std::ranges::fill(own_gradient_, T{0});
  gradients.parameters = own_gradient_;
  if (sides_->reproducible() && !own_gradient_.empty()) {
    exact_own_.start(own_gradient_.size());
    gradients.exact_parameters = &exact_own_;
  }
  return gradients;
}

/// Sums the gradients of the local rows to that of the global batch.
template <math::Real T>
void Step<T>::backward() {
  const math::ProductScope scope(options_.products);
  if (sides_->reproducible()) {
    exact_.start(gradient_.size());
    sides_->backward(gradient_, exact_);
    exact_.finish(communicator_, std::span<T>(gradient_));
    if (!own_gradient_.empty()) {
      exact_own_.finish(communicator_, std::span<T>(gradient_).last(own_gradient_.size()));
    }
    return;
  }
  std::ranges::fill(gradient_, T{0});
  reduction_->begin(gradient_);
  if (!own_gradient_.empty()) {
    const std::size_t offset = gradient_.size() - own_gradient_.size();
    std::ranges::copy(own_gradient_, gradient_.begin() + static_cast<std::ptrdiff_t>(offset));
    reduction_->range_ready(offset, own_gradient_.size());
  }
  sides_->backward(gradient_, [this](std::size_t offset, std::size_t count) {
    reduction_->range_ready(offset, count);
  });
  reduction_->finish();
}

template <math::Real T>
double Step<T>::add_penalty() {
  if (options_.weight_decay == 0.0) {
    return 0.0;
  }
  double squared = 0.0;
  for (const auto& range : weights_) {
    const auto weights = std::as_const(*model_).parameters().subspan(range.offset, range.count);
    const double norm = math::norm(weights);
    squared += norm * norm;
    // By no BLAS, whose kernels round in one way or another: ranks must find the same bits.
    const T decay = static_cast<T>(options_.weight_decay);
    T* const gradient = gradient_.data() + range.offset;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      gradient[i] -= decay * weights[i];
    }
  }
  return -0.5 * options_.weight_decay * squared;
}

/// Every optimiser moves a parameter by a multiple of the learning rate, so that another rate is a
/// share of the move.
template <math::Real T>
void Step<T>::ascend(optim::Optimizer<T>& optimizer, double learning_rate) {
  const auto own = model_->objective_parameters();
  const bool apart = options_.own_rate != 1.0;
  if (apart) {
    std::ranges::copy(own, own_gradient_.begin());
  }
  optimizer.ascend(model_->parameters(), gradient_, learning_rate);
  for (std::size_t i = 0; apart && i < own.size(); ++i) {
    const T before = own_gradient_[i];
    own[i] = before + static_cast<T>(options_.own_rate) * (own[i] - before);
  }
}

template <math::Real T>
void Step<T>::clip(double norm) {
  if (options_.clip_norm > 0.0 && norm > options_.clip_norm) {
    math::scale(static_cast<T>(options_.clip_norm / norm), std::span<T>(gradient_));
  }
}

template std::vector<optim::WeightRange> weight_ranges<float>(const model::Model<float>&);
template std::vector<optim::WeightRange> weight_ranges<double>(const model::Model<double>&);
template class Step<float>;
template class Step<double>;

}  // namespace infomax::train
