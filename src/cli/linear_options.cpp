// SPDX-License-Identifier: BSD-3-Clause
#include "cli/linear_options.hpp"

#include <string>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"
#include "infomax/train/linear_start.hpp"

namespace infomax::cli {

bool starts_linear(const OptionTable& options, const objective::ObjectiveOptions& objective,
                   model::Pair pair, const nn::Spec& encoder,
                   const std::optional<nn::Spec>& encoder_b) {
  const auto init = options.value<std::string>("init");
  if (init != "glorot" && init != "linear") {
    throw UsageError(fmt::format("--init is \"{}\"; it must be glorot or linear", init));
  }
  const bool baseline = nn::is_linear_solution(encoder);
  if (encoder_b && nn::is_linear_solution(*encoder_b) != baseline) {
    throw UsageError(fmt::format(
        "--encoder is {} and --encoder-b {}: the linear solution is one for both together; make "
        "both linear:N, or neither and use --init linear",
        encoder.text, encoder_b->text));
  }
  if (baseline && options.given("init") && init == "glorot") {
    throw UsageError(
        fmt::format("--encoder {} is the linear solution; with --init glorot write dense:{}",
                    encoder.text, encoder.items.front().arguments[0].value));
  }
  const bool linear = baseline || init == "linear";
  if (linear) {
    train::check_linear_start(objective, pair, encoder, encoder_b);
  }
  return linear;
}

bool is_untrained_baseline(const OptionTable& options) {
  return !options.given("steps") && !options.given("epochs") &&
         nn::is_linear_solution(nn::parse_spec(options.value<std::string>("encoder")));
}

void resolve_linear(OptionTable& options, bool linear) {
  options.resolve("init", linear ? "linear" : "glorot");
  if (is_untrained_baseline(options)) {
    options.resolve("steps", "0");
    log::info(fmt::format(
        "encoder {} is the exact linear solution: nothing is trained; --steps or --epochs would",
        options.value<std::string>("encoder")));
  }
}

}  // namespace infomax::cli
