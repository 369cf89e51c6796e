// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>

#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"
#include "infomax/core/version.hpp"
#include "infomax/data/memory_datasets.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/train/training.hpp"

/// Trains from memory; fails unless every step was taken and the last epoch was the better one.
int main(int argc, char** argv) {
  const infomax::mpi::Environment environment(argc, argv);
  const auto world = infomax::mpi::Communicator::world();
  const infomax::CounterRandom random(1, infomax::RandomStream::generation);
  infomax::Matrix<float> x(60, 4);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x.span()[i] = static_cast<float>((1 + i % 4) * random.normal(i));
  }
  infomax::data::MemoryDatasets rows(world);
  rows.add("/x", x);
  infomax::train::Config config;
  config.encoder = "dense:2";
  config.batch = 0;
  config.steps = 30;
  config.learning_rate = 0.05;
  infomax::train::Training training(config, rows, world);
  double first = 0.0;
  training.on_step(
      [&](std::uint64_t step, std::uint64_t, const infomax::train::StepReport& report) {
        first = step == 1 ? report.value.objective : first;
      });
  const auto summary = training.run();
  std::printf("infomax %s on %s\n", infomax::version, infomax::mpi::library_version().c_str());
  const bool learnt = summary.last.value.objective > first;
  return summary.steps == 30 && learnt && !training.model<float>().parameters().empty() ? 0 : 1;
}
