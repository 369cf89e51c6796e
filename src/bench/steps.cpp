// SPDX-License-Identifier: BSD-3-Clause
#include "bench/steps.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "infomax/measure/layer_gemms.hpp"
#include "infomax/measure/memory.hpp"

namespace infomax::bench {
namespace {

/// The layers with matrix products of all forward passes that a step makes.
template <math::Real T>
std::vector<measure::LayerShape> layers_of(const Subject<T>& subject) {
  // A single network that computes both sides runs twice.
  const bool encodes_a = subject.sides.gradients().a.columns() > 0;
  const auto& members = subject.model.members();
  const int passes = encodes_a && members.size() == 1 ? 2 : 1;
  std::vector<measure::LayerShape> layers;
  for (int pass = 0; pass < passes; ++pass) {
    for (const auto& member : members) {
      const nn::Graph& graph = member.network.graph();
      const auto needed = graph.need_gradient();
      for (const nn::Node& node : graph.nodes()) {
        const nn::Product& product = node.product;
        if (product.rows > 0) {
          layers.push_back({product.inputs, product.outputs, needed[node.inputs.front()],
                            product.rows, product.count});
        }
      }
    }
  }
  return layers;
}

/// Takes steps, epoch after epoch, and records where their time goes.
template <math::Real T>
class Stepper {
 public:
  explicit Stepper(const Subject<T>& subject) : subject_(&subject) {}

  void step() {
    const std::size_t per_epoch = subject_->sampler.steps_per_epoch();
    const auto report = subject_->step.run(done_ / per_epoch, done_ % per_epoch,
                                           subject_->optimizer, subject_->learning_rate);
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
  const Subject<T>* subject_;
  std::size_t done_ = 0;
  std::vector<train::StepTimes> times_;
  double samples_ = 0.0;
};

/// Collective.
void record_peak(const mpi::Communicator& communicator, Result& result) {
  const auto peak = static_cast<std::uint64_t>(measure::peak_memory_bytes());
  result.peak_bytes = communicator.max(peak);
  result.least_peak_bytes = communicator.min(peak);
}

/// Collective. The bytes that a rank passes to reductions before a step's backward pass.
template <math::Real T>
double statistics_bytes(const Subject<T>& subject) {
  const std::uint64_t before = subject.communicator.collective_bytes();
  auto& sides = subject.sides;
  sides.forward(subject.sampler.draw(0, 0), {true, 0, 0, 0});
  (void)subject.objective.evaluate(subject.communicator, sides.batch(), sides.gradients());
  return static_cast<double>(subject.communicator.collective_bytes() - before);
}

}  // namespace

template <math::Real T>
Result measure_steps(const mpi::Communicator& communicator, const Subject<T>& subject,
                     const measure::Pace& pace) {
  Stepper<T> stepper(subject);
  const auto step = [&] { stepper.step(); };

  Result result;
  result.parameters = subject.model.parameters().size();
  result.steps_per_repeat = measure::calls_within(communicator, pace.repeat_s, step);
  // Recorded now, because training does not need the memory of the separate products below.
  record_peak(communicator, result);
  measure::LayerGemms<T> gemms(layers_of(subject), subject.sampler.draw(0, 0).size(),
                               subject.micro_batch);
  const auto multiply = [&] { gemms.run(); };
  const std::size_t gemm_calls = measure::calls_within(communicator, pace.repeat_s, multiply);
  result.gemm_flops = communicator.sum(gemms.flops());

  std::vector<double> samples_per_s;
  std::vector<double> step_s;
  std::vector<double> gemm_s;
  std::vector<double> shares;
  std::vector<TimeSplit> splits;
  double samples = 0.0;
  stepper.expect(result.steps_per_repeat);
  const std::uint64_t bytes_before = subject.communicator.collective_bytes();
  for (int repeat = 0; repeat < pace.repeats; ++repeat) {
    gemm_s.push_back(measure::seconds_per_call(communicator, gemm_calls, multiply));
    stepper.forget();
    step_s.push_back(measure::seconds_per_call(communicator, result.steps_per_repeat, step));
    const auto steps = static_cast<double>(result.steps_per_repeat);
    samples_per_s.push_back(stepper.samples() / (steps * step_s.back()));
    shares.push_back(gemm_s.back() / step_s.back());
    splits.push_back(split_time(communicator, stepper.times()));
    samples += stepper.samples();
  }
  const double steps = static_cast<double>(result.steps_per_repeat) * pace.repeats;
  const double bytes =
      static_cast<double>(subject.communicator.collective_bytes() - bytes_before) / steps;

  result.batch_rows = samples / steps;
  result.samples_per_s = measure::spread_of(std::move(samples_per_s));
  result.step_s = measure::spread_of(std::move(step_s));
  result.gemm_s = measure::spread_of(std::move(gemm_s));
  result.gemm_share = measure::spread_of(std::move(shares));
  result.input = share_of(splits, &TimeSplit::input_s);
  result.compute = share_of(splits, &TimeSplit::compute_s);
  result.reduce = share_of(splits, &TimeSplit::reduce_s);
  result.wait = share_of(splits, &TimeSplit::wait_s);
  result.statistics_bytes = statistics_bytes(subject);
  result.gradient_bytes = bytes - result.statistics_bytes;
  return result;
}

template Result measure_steps<float>(const mpi::Communicator&, const Subject<float>&,
                                     const measure::Pace&);
template Result measure_steps<double>(const mpi::Communicator&, const Subject<double>&,
                                      const measure::Pace&);

}  // namespace infomax::bench
