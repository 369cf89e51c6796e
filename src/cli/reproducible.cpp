// SPDX-License-Identifier: BSD-3-Clause
#include "cli/reproducible.hpp"

#include <string>

#include <fmt/format.h>

#include "infomax/math/blas_runtime.hpp"
#include "infomax/model/arithmetic.hpp"

namespace infomax::cli {
namespace {

/// With two sides of one network, half of what stats::ExactSum can add; some room is left.
constexpr std::size_t most_blocks = std::size_t{1} << 20U;

bool reproducible(const OptionTable& options) { return options.value<bool>("reproducible"); }

}  // namespace

void add_reproducible_option(OptionTable& options) {
  options.group("Reproducibility")(
      "reproducible", po::bool_switch(),
      "parameters, objective and metrics have the same bits at any number of ranks, on processors "
      "of one kind. Slower, and the more so the more --blocks there are, for each block's part of "
      "a batch is computed by itself: give no more than the ranks you will ever use. It takes the "
      "place of --micro-batch, which changes nothing then, and one BLAS thread a rank");
}

void prepare_reproducible(const mpi::Communicator& communicator, const OptionTable& options) {
  if (!reproducible(options)) {
    return;
  }
  if (options.count("threads", "chosen from the cores") > 1) {
    throw UsageError(
        "--reproducible takes one BLAS thread a rank; leave out --threads and start more ranks");
  }
  if (options.given("blocks") && options.count("blocks") > most_blocks) {
    throw UsageError(fmt::format("--reproducible takes at most {} blocks, and --blocks is {}",
                                 most_blocks, options.count("blocks")));
  }
  math::set_blas_threads(1);
  model::require_one_arithmetic(communicator);
}

void record_arithmetic(const mpi::Communicator& communicator, const OptionTable& options,
                       model::Settings& settings) {
  if (reproducible(options)) {
    settings["reproducible"] = "yes";
  }
  settings["ranks"] = std::to_string(communicator.size());
  settings["blas_threads"] = std::to_string(math::blas_threads());
  settings.merge(model::arithmetic());
}

std::string describe_reproducible(const OptionTable& options, const data::Sampler& sampler,
                                  std::size_t blocks) {
  if (!reproducible(options)) {
    return "";
  }
  const std::size_t rows = sampler.global_rows(0);
  return fmt::format(
      "bits       the same at any number of ranks: {} parts a batch of {:.1f} rows each{}\n",
      blocks, static_cast<double>(rows) / static_cast<double>(blocks),
      rows < 64 * blocks ? "; fewer --blocks are faster" : "");
}

}  // namespace infomax::cli
