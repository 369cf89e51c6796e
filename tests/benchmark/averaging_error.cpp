// SPDX-License-Identifier: BSD-3-Clause
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
#include "infomax/optim/optimizer_options.hpp"
#include "infomax/train/step.hpp"

namespace infomax {
namespace {

constexpr std::size_t batch = 4096;
constexpr std::size_t training_steps = 45;

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
  sides.forward(rows, {});
  (void)objective.evaluate(self, sides.batch(), sides.gradients());
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

/// What a trainer holds, on the ranks of one communicator.
struct Job {
  model::PairSettings pair;
  model::Examples examples;
  model::Model<double> model;
  data::Sampler sampler;
  std::unique_ptr<objective::Objective<double>> objective;
  model::Sides<double> sides;
  train::Step<double> step;

  Job(const mpi::Communicator& ranks, const std::string& file, const Case& chosen)
      : examples(model::load_examples(ranks, file, pair, 0)),
        model(model_of(ranks, examples)),
        sampler(examples.blocks, examples.shard, batch, 1),
        objective(objective_of(chosen)),
        sides(ranks, model, examples, pair, sampler.largest_local_rows(), 0, true),
        step(ranks, model, sampler, sides, *objective, {}) {
    const auto optimizer =
        optim::make_optimizer<double>({}, model.parameters().size(), train::weight_ranges(model));
    for (std::size_t s = 0; s < training_steps; ++s) {
      (void)step.run(s / sampler.steps_per_epoch(), s % sampler.steps_per_epoch(), *optimizer,
                     1e-3);
    }
  }

  static model::Model<double> model_of(const mpi::Communicator& ranks,
                                       const model::Examples& examples) {
    model::Model<double> made;
    made.add(
        model::Role::encoder_b,
        nn::Network<double>(nn::parse_spec("dense:256,tanh,dense:32"), examples.x->features()),
        data::fit_normalization(ranks, *examples.x, examples.blocks, data::NormalizeMode::scale));
    made.initialize(1);
    return made;
  }

  static std::unique_ptr<objective::Objective<double>> objective_of(const Case& chosen) {
    objective::ObjectiveOptions options;
    options.set("rho", chosen.rho);
    options.set("lambda-a", chosen.lambda);
    options.set("lambda-b", chosen.lambda);
    return objective::make_objective<double>(options);
  }
};

/// The same step on all ranks and on this one alone, from the same parameters.
void compare_with_one_rank(const mpi::Communicator& world, const std::string& file,
                           const Case& chosen) {
  const auto self = world.split(world.rank());
  Job together(world, file, chosen);
  Job alone(self, file, chosen);
  std::ranges::copy(together.model.parameters(), alone.model.parameters().begin());
  (void)together.step.differentiate(3, 0);
  (void)alone.step.differentiate(3, 0);
  const auto found = together.step.gradient();
  const auto exact = alone.step.gradient();
  if (world.is_root()) {
    fmt::print("{}\t{}\t{:.3e}\n", chosen.name, world.size(),
               relative_error({found.begin(), found.end()}, {exact.begin(), exact.end()}));
  }
}

void average(const mpi::Communicator& self, const std::string& file, const Case& chosen) {
  Job job(self, file, chosen);
  auto& [pair, examples, model, sampler, objective, sides, step] = job;
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
  if (argc != 2) {
    fmt::print(stderr, "usage: infomax_averaging_error TRAIN.h5\n");
    return 2;
  }
  for (const Case chosen :
       {Case{"rv", "rv", 0.0}, Case{"rv, lambda 0.1", "rv", 0.1}, Case{"cca", "cca", 0.0}}) {
    if (world.size() == 1) {
      average(world, argv[1], chosen);
    } else {
      compare_with_one_rank(world, argv[1], chosen);
    }
  }
  return 0;
}
