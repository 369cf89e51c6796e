// What averaging per-rank losses costs: the gradient of an objective that belongs to the whole
// batch, against the mean of the gradients of P equal parts of it, which is what a data-parallel
// trainer that averages computes. One process plays all ranks, in double precision, after some
// steps of training.
//
//   build/release/tests/infomax_averaging_error TRAIN.h5      prints one line for each P and
//   objective

#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "infomax/data/normalization.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/train/step.hpp"

namespace infomax {
namespace {

constexpr std::size_t batch = 4096;
constexpr int training_steps = 45;

struct Case {
  const char* name;
  const char* rho;
  double lambda;
};

using Gradient = Buffer<double>;

/// The exact gradient of the objective of these rows alone, as if they were the whole batch.
Gradient gradient_of(const mpi::Communicator& self, const model::Model<double>& model,
                     model::Sides<double>& sides, objective::Objective<double>& objective,
                     std::span<const std::size_t> rows) {
  Gradient gradient(model.parameters().size(), 0.0);
  sides.forward(rows);
  (void)objective.evaluate(self, sides.a(), sides.b(), sides.da(), sides.db());
  sides.backward(gradient);
  return gradient;
}

double relative_error(const Gradient& found, const Gradient& exact) {
  double difference = 0.0;
  double length = 0.0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    difference += (found[i] - exact[i]) * (found[i] - exact[i]);
    length += exact[i] * exact[i];
  }
  return std::sqrt(difference / length);
}

void run(const mpi::Communicator& self, const std::string& file, const Case& chosen) {
  const model::PairSettings pair;
  const auto examples = model::load_examples(self, file, pair, 0);
  model::Model<double> model;
  model.add("b",
            nn::Network<double>(nn::parse_spec("dense:256,tanh,dense:32"), examples.x.features()),
            data::fit_normalization(self, examples.x, examples.blocks, data::NormalizeMode::scale));
  model.initialize(1);
  objective::ObjectiveOptions options;
  options.rho = chosen.rho;
  options.lambda_a = chosen.lambda;
  options.lambda_b = chosen.lambda;
  const auto objective = objective::make_objective<double>(options);
  data::Sampler sampler(examples.blocks, examples.shard, batch, 1);
  model::Sides<double> sides(model, examples, pair, sampler.largest_local_rows(), 0, true);
  const auto optimizer =
      optim::make_optimizer<double>({}, model.parameters().size(), train::weight_ranges(model));
  train::Step<double> step(self, model, sampler, sides, *objective, {});
  for (int s = 0; s < training_steps; ++s) {
    const auto done = static_cast<std::size_t>(s);
    (void)step.run(done / sampler.steps_per_epoch(), done % sampler.steps_per_epoch(), *optimizer,
                   1e-3);
  }

  const auto drawn = sampler.draw(3, 0);
  const std::vector<std::size_t> rows(drawn.begin(), drawn.end());
  const auto exact = gradient_of(self, model, sides, *objective, rows);
  for (std::size_t ranks = 1; ranks <= 64; ranks *= 2) {
    Gradient mean(exact.size(), 0.0);
    for (std::size_t r = 0; r < ranks; ++r) {
      // Every rows.size() / ranks-th row: parts that are as alike as chance makes them.
      std::vector<std::size_t> part;
      for (std::size_t i = r; i < rows.size(); i += ranks) {
        part.push_back(rows[i]);
      }
      const auto local = gradient_of(self, model, sides, *objective, part);
      math::axpy(1.0 / static_cast<double>(ranks), local, std::span<double>(mean));
    }
    fmt::print("{}\t{}\t{:.3e}\n", chosen.name, ranks, relative_error(mean, exact));
  }
}

}  // namespace
}  // namespace infomax

int main(int argc, char** argv) {
  using namespace infomax;
  const mpi::Environment environment(argc, argv);
  const auto world = mpi::Communicator::world();
  if (argc != 2 || world.size() != 1) {
    fmt::print(stderr, "usage: infomax_averaging_error TRAIN.h5, on one rank\n");
    return 2;
  }
  for (const Case chosen :
       {Case{"rv", "rv", 0.0}, Case{"rv, lambda 0.1", "rv", 0.1}, Case{"cca", "cca", 0.0}}) {
    run(world, argv[1], chosen);
  }
  return 0;
}
