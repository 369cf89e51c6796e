// SPDX-License-Identifier: BSD-3-Clause
#include "cli/bench_run.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "cli/bench_data.hpp"
#include "infomax/measure/layer_gemms.hpp"
#include "infomax/measure/memory.hpp"

namespace infomax::cli {
namespace {

/// Where the time of steps went: input, compute, reduce, wait.
using Parts = std::array<double, 4>;

/// Collective. The sum over steps and ranks. In a step all ranks meet, so one that is done with its
/// own work before another waits for it: for the longest work on any rank less its own, as far as
/// it did spend that time in collectives.
Parts divide(const mpi::Communicator& communicator, std::span<const train::StepTimes> steps) {
  std::vector<double> longest;
  for (const auto& step : steps) {
    longest.push_back(step.input_s + step.compute_s);
  }
  communicator.max(std::span<double>(longest));
  Parts parts{};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double work_s = steps[i].input_s + steps[i].compute_s;
    const double wait_s = std::clamp(longest[i] - work_s, 0.0, std::max(0.0, steps[i].reduce_s));
    parts[0] += steps[i].input_s;
    parts[1] += steps[i].compute_s;
    parts[2] += steps[i].reduce_s - wait_s;
    parts[3] += wait_s;
  }
  communicator.sum(std::span<double>(parts));
  return parts;
}

/// The dense layers of all passes through networks that a step makes.
template <math::Real T>
std::vector<measure::LayerShape> layers_of(Training<T>& training) {
  // One network that makes both sides is passed through twice.
  const bool encodes_a = training.sides.da().columns() > 0;
  const auto& members = training.model.members();
  const int passes = encodes_a && members.size() == 1 ? 2 : 1;
  std::vector<measure::LayerShape> layers;
  for (int pass = 0; pass < passes; ++pass) {
    for (const auto& member : members) {
      bool first = true;
      for (const auto& block : member.network.parameters()) {
        if (block.role == nn::Role::weight) {
          layers.push_back({block.shape[0], block.shape[1], !first});
          first = false;
        }
      }
    }
  }
  return layers;
}

/// Takes steps one after another, epoch after epoch, and remembers where their time went.
template <math::Real T>
class Stepper {
 public:
  Stepper(Training<T>& training, double learning_rate)
      : training_(&training), learning_rate_(learning_rate) {}

  void step() {
    const std::size_t per_epoch = training_->sampler.steps_per_epoch();
    const auto report = training_->step.run(done_ / per_epoch, done_ % per_epoch,
                                            *training_->optimizer, learning_rate_);
    times_.push_back(report.times);
    samples_ += static_cast<double>(report.value.samples);
    ++done_;
  }

  void forget() {
    times_.clear();
    samples_ = 0.0;
  }
  void expect(std::size_t steps) { times_.reserve(steps); }

  [[nodiscard]] std::span<const train::StepTimes> times() const { return times_; }
  [[nodiscard]] double samples() const { return samples_; }

 private:
  Training<T>* training_;
  double learning_rate_;
  std::size_t done_ = 0;
  std::vector<train::StepTimes> times_;
  double samples_ = 0.0;
};

Share share_of(const std::vector<Parts>& repeats, std::size_t part) {
  double of_part = 0.0;
  double of_all = 0.0;
  std::vector<double> shares;
  for (const Parts& repeat : repeats) {
    const double all = repeat[0] + repeat[1] + repeat[2] + repeat[3];
    of_part += repeat[part];
    of_all += all;
    shares.push_back(repeat[part] / all);
  }
  return {of_part / of_all, measure::spread_of(std::move(shares))};
}

/// Collective.
void remember_peak(const mpi::Communicator& communicator, BenchResult& result) {
  const auto peak = static_cast<std::uint64_t>(measure::peak_memory_bytes());
  result.peak_bytes = communicator.max(peak);
  result.least_peak_bytes = communicator.min(peak);
}

/// Collective. What a step gives to reductions before its backward pass.
template <math::Real T>
double statistics_bytes(const mpi::Communicator& communicator, Training<T>& training) {
  const std::uint64_t before = communicator.collective_bytes();
  auto& sides = training.sides;
  sides.forward(training.sampler.draw(0, 0), {true, 0, 0, 0});
  (void)training.objective->evaluate(communicator, sides.a(), sides.b(), sides.da(), sides.db());
  return static_cast<double>(communicator.collective_bytes() - before);
}

template <math::Real T>
BenchResult measure_case(const mpi::Communicator& communicator, const OptionTable& options,
                         const measure::Pace& pace, const Prepared& prepared) {
  // Its own, so that its counts are those of steps alone.
  const auto stepping = communicator.duplicate();
  Training<T> training(stepping, options, prepared);
  Stepper<T> stepper(training, options.value<double>("learning-rate"));
  const auto step = [&] { stepper.step(); };

  BenchResult result;
  result.parameters = training.model.parameters().size();
  result.steps_per_repeat = measure::calls_within(communicator, pace.repeat_s, step);
  // Before there is room for the products alone, which is no part of training.
  remember_peak(communicator, result);
  measure::LayerGemms<T> gemms(layers_of(training), training.sampler.draw(0, 0).size(),
                               prepared.options.micro_batch);
  const auto multiply = [&] { gemms.run(); };
  const std::size_t gemm_calls = measure::calls_within(communicator, pace.repeat_s, multiply);
  result.gemm_flops = communicator.sum(gemms.flops());

  std::vector<double> samples_per_s;
  std::vector<double> step_s;
  std::vector<double> gemm_s;
  std::vector<double> shares;
  std::vector<Parts> parts;
  double samples = 0.0;
  stepper.expect(result.steps_per_repeat);
  const std::uint64_t bytes_before = stepping.collective_bytes();
  for (int repeat = 0; repeat < pace.repeats; ++repeat) {
    gemm_s.push_back(measure::seconds_per_call(communicator, gemm_calls, multiply));
    stepper.forget();
    step_s.push_back(measure::seconds_per_call(communicator, result.steps_per_repeat, step));
    const auto steps = static_cast<double>(result.steps_per_repeat);
    samples_per_s.push_back(stepper.samples() / (steps * step_s.back()));
    shares.push_back(gemm_s.back() / step_s.back());
    parts.push_back(divide(communicator, stepper.times()));
    samples += stepper.samples();
  }
  const double steps = static_cast<double>(result.steps_per_repeat) * pace.repeats;
  const double bytes = static_cast<double>(stepping.collective_bytes() - bytes_before) / steps;

  result.batch_rows = samples / steps;
  result.samples_per_s = measure::spread_of(std::move(samples_per_s));
  result.step_s = measure::spread_of(std::move(step_s));
  result.gemm_s = measure::spread_of(std::move(gemm_s));
  result.gemm_share = measure::spread_of(std::move(shares));
  result.input = share_of(parts, 0);
  result.compute = share_of(parts, 1);
  result.reduce = share_of(parts, 2);
  result.wait = share_of(parts, 3);
  result.statistics_bytes = statistics_bytes(stepping, training);
  result.gradient_bytes = bytes - result.statistics_bytes;
  return result;
}

}  // namespace

BenchResult run_case(const mpi::Communicator& communicator, const OptionTable& options,
                     const SyntheticData& data, const measure::Pace& pace,
                     const BenchCase& wanted) {
  measure::reset_peak_memory();
  Understood understood = understand(options, wanted.encoder);
  if (needs_image(understood.pair)) {
    understood.pair.image = image_of(options, data.shape, "--features");
  }
  Prepared prepared = prepare_synthetic(communicator, data, understood, wanted.batch_rows);
  return options.value<std::string>("precision") == "float"
             ? measure_case<float>(communicator, options, pace, prepared)
             : measure_case<double>(communicator, options, pace, prepared);
}

}  // namespace infomax::cli
