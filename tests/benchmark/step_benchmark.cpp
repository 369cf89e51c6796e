// How near a step comes to the machine's own sgemm rate, both measured in one run by all ranks at
// once. A program to read, not a test: nothing passes or fails by time.
//
//   mpirun -n 2 --bind-to core build/release/tests/infomax_step_benchmark [repeats]

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

#include <fmt/format.h>

#include "infomax/core/random.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/mpi/placement.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/train/step.hpp"

namespace infomax {
namespace {

constexpr std::size_t features = 784;
constexpr std::size_t batch = 4096;
constexpr std::size_t rows = 4 * batch;
constexpr const char* encoder = "dense:1024,tanh,dense:1024,tanh,dense:64";
constexpr double lambda = 0.1;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Spread {
  double median;
  double least;
  double most;
};

/// Seconds of `work` over repeats, each as long as the slowest rank takes.
Spread measure(const mpi::Communicator& world, int repeats, const std::function<void()>& work) {
  work();
  std::vector<double> seconds;
  for (int r = 0; r < repeats; ++r) {
    world.barrier();
    const Stopwatch stopwatch;
    work();
    seconds.push_back(world.max(stopwatch.elapsed_s()));
  }
  return {median(seconds), std::ranges::min(seconds), std::ranges::max(seconds)};
}

/// The GEMMs of a step alone, at its own shapes: forward, weight gradients, input gradients.
void gemms_of_a_step(std::size_t local_rows, const std::vector<std::size_t>& widths,
                     std::vector<Matrix<float>>& activations, std::vector<Matrix<float>>& weights) {
  using math::Transpose;
  const std::size_t layers = widths.size() - 1;
  const auto rows_of = [&](std::size_t k) {
    return activations[k].view().row_range(0, local_rows);
  };
  for (std::size_t k = 0; k < layers; ++k) {
    math::gemm(Transpose::no, Transpose::no, 1.0F, rows_of(k), weights[k].view(), 0.0F,
               rows_of(k + 1));
  }
  for (std::size_t k = layers; k-- > 0;) {
    math::gemm(Transpose::yes, Transpose::no, 1.0F, rows_of(k), rows_of(k + 1), 1.0F,
               weights[k].view());
    if (k > 0) {
      math::gemm(Transpose::no, Transpose::yes, 1.0F, rows_of(k + 1), weights[k].view(), 0.0F,
                 rows_of(k));
    }
  }
}

void run(int repeats) {
  const auto world = mpi::Communicator::world();
  const auto placement = mpi::find_placement(world);
  if (!math::blas_threads_chosen_by_user()) {
    math::set_blas_threads(placement.own_cores);
  }

  const data::Blocks blocks(rows);
  const auto shard = blocks.shard(world.rank(), world.size());
  model::Examples examples{
      blocks,
      shard,
      data::Rows("made up", hdf5::ElementType::u8, {features}, shard.first_row, shard.row_count),
      std::nullopt,
      {}};
  const CounterRandom random(1, RandomStream::generation);
  auto bytes = examples.x.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(random.below(256, shard.first_row * features + i));
  }

  model::Model<float> model;
  data::Normalization to_unit = data::Normalization::identity(features);
  std::ranges::fill(to_unit.scale, 1.0 / 255.0);
  model.add("b", nn::Network<float>(nn::parse_spec(encoder), features), to_unit);
  model.initialize(1);
  data::Sampler sampler(blocks, shard, batch, 1);
  const model::PairSettings pair;
  model::Sides<float> sides(world, model, examples, pair, sampler.largest_local_rows(), 0, true);
  objective::ObjectiveOptions options;
  options.lambda_a = lambda;
  options.lambda_b = lambda;
  const auto objective = objective::make_objective<float>(options);
  const auto optimizer =
      optim::make_optimizer<float>({}, model.parameters().size(), train::weight_ranges(model));
  train::Step<float> step(world, model, sampler, sides, *objective, {});

  const std::vector<std::size_t> widths{features, 1024, 1024, 64};
  std::vector<Matrix<float>> activations;
  std::vector<Matrix<float>> weights;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    activations.emplace_back(sampler.largest_local_rows(), widths[k], 0.01F);
    if (k + 1 < widths.size()) {
      weights.emplace_back(widths[k], widths[k + 1], 0.01F);
    }
  }
  const std::size_t local_rows = sampler.draw(0, 0).size();
  const auto gemm_s =
      measure(world, repeats, [&] { gemms_of_a_step(local_rows, widths, activations, weights); });
  std::uint64_t done = 0;
  train::StepTimes times;
  const auto step_s = measure(world, repeats, [&] {
    times += step.run(done / sampler.steps_per_epoch(), done % sampler.steps_per_epoch(),
                      *optimizer, 1e-3)
                 .times;
    ++done;
  });

  const auto& network = model.member("b").network;
  const double flops =
      (network.gemm_flops_forward() + network.gemm_flops_backward()) * static_cast<double>(batch);
  if (world.is_root()) {
    fmt::print(
        "{} on {} features, batch {}, infomax rv lambda {}, {} ranks x {} threads, {}\n"
        "GEMMs of a step alone  {:8.2f} ms ({:.2f} to {:.2f}), {:.1f} Gflop/s a rank\n"
        "whole step             {:8.2f} ms ({:.2f} to {:.2f}), {:.0f} samples/s\n"
        "GEMM share of the step {:8.3f}\n"
        "of the step, on rank 0: input {:.3f}, compute {:.3f}, collectives and waiting {:.3f}\n",
        encoder, features, batch, lambda, world.size(), math::blas_threads(), math::blas_kernel(),
        1e3 * gemm_s.median, 1e3 * gemm_s.least, 1e3 * gemm_s.most,
        flops / gemm_s.median / world.size() / 1e9, 1e3 * step_s.median, 1e3 * step_s.least,
        1e3 * step_s.most, static_cast<double>(batch) / step_s.median,
        gemm_s.median / step_s.median, times.input_s / times.total_s,
        times.compute_s / times.total_s, times.reduce_s / times.total_s);
  }
}

}  // namespace
}  // namespace infomax

int main(int argc, char** argv) {
  const infomax::mpi::Environment environment(argc, argv);
  infomax::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 15);
  return 0;
}
