// SPDX-License-Identifier: BSD-3-Clause
#include "cli/encoder_options.hpp"

namespace infomax::cli {

void add_encoder_options(OptionTable& options) {
  options.group("Representation")(
      "layer", po::value<std::int64_t>()->value_name("K"),
      "what the K-th layer that has parameters gives, counted from 0, after its activation; "
      "default: the network's output")(
      "network", po::value<std::string>()->value_name("a|b"),
      "of a model of two views: a encodes the first (default), b the second")(
      "x", po::value<std::string>()->value_name("PATH"),
      "data set of the rows; default as in training")(
      "micro-batch", po::value<std::int64_t>()->default_value(1024)->value_name("M"),
      "rows a rank encodes at a time; bounds memory");
}

analysis::EncoderOptions encoder_options(const OptionTable& options) {
  analysis::EncoderOptions chosen;
  if (options.given("layer")) {
    chosen.layer = options.count("layer", "the first");
  }
  if (options.given("network")) {
    chosen.side = options.value<std::string>("network");
  }
  if (options.given("x")) {
    chosen.path = options.value<std::string>("x");
  }
  chosen.micro_batch = options.count("micro-batch");
  return chosen;
}

void add_progress_option(OptionTable& options) {
  options.group("Output")("progress",
                          po::value<std::string>()->default_value("auto")->value_name("HOW"),
                          "auto (live on a terminal), live, plain (a line now and then) or none");
}

ProgressMode progress_mode(const mpi::Communicator& communicator, const OptionTable& options) {
  const ProgressMode mode = parse_progress(options.value<std::string>("progress"));
  return communicator.is_root() ? mode : ProgressMode::none;
}

}  // namespace infomax::cli
