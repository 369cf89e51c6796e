// SPDX-License-Identifier: BSD-3-Clause
#include "cli/bench_case.hpp"

#include <string>
#include <utility>

#include "cli/training.hpp"
#include "infomax/measure/memory.hpp"

namespace infomax::cli {
namespace {

template <math::Real T>
bench::Result measure_case(const mpi::Communicator& communicator, const OptionTable& options,
                           const measure::Pace& pace, const Prepared& prepared) {
  const auto stepping = communicator.duplicate();
  Training<T> training(stepping, options, prepared);
  const bench::Subject<T> subject{stepping,
                                  training.model,
                                  training.sampler,
                                  training.sides,
                                  *training.objective,
                                  *training.optimizer,
                                  training.step,
                                  options.value<double>("learning-rate"),
                                  prepared.options.micro_batch};
  return bench::measure_steps(communicator, subject, pace);
}

}  // namespace

bench::Result run_case(const mpi::Communicator& communicator, const OptionTable& options,
                       const bench::SyntheticData& data, const measure::Pace& pace,
                       const BenchCase& wanted) {
  measure::reset_peak_memory();
  Understood understood = understand(options, wanted.encoder);
  if (needs_image(understood.pair)) {
    understood.pair.image = image_of(options, data.shape, "--features");
  }
  auto made = bench::make_synthetic(communicator, data, understood.pair, understood.target,
                                    understood.blocks, wanted.batch_rows);
  understood.pair = made.pair;
  const Prepared prepared{std::move(understood), std::move(made.examples),
                          std::move(made.normalization), std::move(made.normalization_y),
                          wanted.batch_rows};
  return options.value<std::string>("precision") == "float"
             ? measure_case<float>(communicator, options, pace, prepared)
             : measure_case<double>(communicator, options, pace, prepared);
}

}  // namespace infomax::cli
