// SPDX-License-Identifier: BSD-3-Clause
// Trains an encoder on rows in memory, evaluates it and encodes the rows:
//
//     mpirun -n 3 infomax_example
#include <cstdio>
#include <exception>

#include "infomax/analysis/encode.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/core/random.hpp"
#include "infomax/data/memory_datasets.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/training.hpp"

int main(int argc, char** argv) {
  using namespace infomax;
  const mpi::Environment environment(argc, argv);
  const auto world = mpi::Communicator::world();
  const auto farewell = world.duplicate();
  try {
    const CounterRandom random(1, RandomStream::generation);
    Matrix<double> x(500, 8);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x.span()[i] = (1.0 + static_cast<double>(i % 8)) * random.normal(i);
    }
    data::MemoryDatasets rows(world);
    rows.add("/x", x);

    train::Config config;
    config.encoder = "dense:16,tanh,dense:3";
    config.precision = train::Precision::float64;
    config.batch = 100;
    config.epochs = 20;
    config.learning_rate = 0.01;
    config.optimizer.epsilon = 1e-6;
    train::Training training(config, rows, world);
    const auto summary = training.run();

    const auto& model = training.model<double>();
    const auto evaluation = analysis::evaluate_model(world, model, rows);
    const auto encoded = analysis::encode_model(world, model, rows);
    double squares = 0.0;
    for (const double value : encoded.rows.span()) {
      squares += value * value;
    }
    squares = world.sum(squares);
    if (world.is_root()) {
      std::printf("steps %llu\nlast_epoch %.15g\nobjective %.15g\nmean_square %.15g\n",
                  static_cast<unsigned long long>(summary.steps), summary.last.value.objective,
                  evaluation.value.objective, squares / static_cast<double>(x.rows()));
    }
    return 0;
  } catch (...) {
    return mpi::end_job(farewell, std::current_exception());
  }
}
