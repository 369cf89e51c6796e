// SPDX-License-Identifier: BSD-3-Clause
#include "cli/bench_case.hpp"

#include <utility>

#include "infomax/measure/memory.hpp"
#include "infomax/train/setup.hpp"

namespace infomax::cli {
namespace {

template <math::Real T>
bench::Result measure_case(const mpi::Communicator& communicator, const train::Config& config,
                           const measure::Pace& pace, const train::TrainingData& data) {
  // The steps have a communicator of their own, so that its counts are theirs alone.
  const auto stepping = communicator.duplicate();
  train::Setup<T> setup(stepping, config, data);
  const bench::Subject<T> subject{stepping,    setup.model,          setup.sampler,
                                  setup.sides, *setup.objective,     *setup.optimizer,
                                  setup.step,  config.learning_rate, config.micro_batch};
  return bench::measure_steps(communicator, subject, pace);
}

}  // namespace

bench::Result run_case(const mpi::Communicator& communicator, const train::Config& config,
                       const bench::SyntheticData& data, const measure::Pace& pace,
                       const BenchCase& wanted) {
  measure::reset_peak_memory();
  train::Config one = config;
  one.encoder = wanted.encoder;
  const auto pair = train::settle_pair(one, data.shape, "`features`");
  auto made = bench::make_synthetic(communicator, data, pair, one.target, one.blocks.value_or(0),
                                    wanted.batch_rows);
  const train::TrainingData training_data{std::move(made.pair), std::move(made.examples),
                                          std::move(made.normalization),
                                          std::move(made.normalization_y), wanted.batch_rows};
  return one.precision == train::Precision::float64
             ? measure_case<double>(communicator, one, pace, training_data)
             : measure_case<float>(communicator, one, pace, training_data);
}

}  // namespace infomax::cli
