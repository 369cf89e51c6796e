// SPDX-License-Identifier: BSD-3-Clause
#include "cli/bench_options.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "cli/objective_options.hpp"
#include "cli/reproducible.hpp"
#include "cli/runtime.hpp"
#include "cli/train_options.hpp"

namespace infomax::cli {
namespace {

constexpr const char* default_encoder = "dense:1024,tanh,dense:1024,tanh,dense:64";
constexpr std::size_t default_bench_batch = 4096;

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts{""};
  for (const char letter : text) {
    if (letter == between) {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

/// Numbers of 1 or more with `between` between them.
std::vector<std::size_t> counts(const OptionTable& options, const std::string& name, char between,
                                const char* example) {
  const auto text = options.value<std::string>(name);
  std::vector<std::size_t> numbers;
  for (const std::string& part : split(text, between)) {
    std::size_t number = 0;
    const auto [end, status] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (status != std::errc{} || end != part.data() + part.size() || number == 0) {
      throw UsageError(fmt::format("--{} is \"{}\"; it must be like {}", name, text, example));
    }
    numbers.push_back(number);
  }
  return numbers;
}

void add_bench_options(OptionTable& options) {
  options.group("Benchmark")(
      "batch", po::value<std::string>()->value_name("LIST"),
      "strong scaling: global rows a step, whatever the number of ranks; several as 256,4096; "
      "default 4096, unless --batch-per-rank is given")(
      "batch-per-rank", po::value<std::string>()->value_name("LIST"),
      "weak scaling: rows a step of each rank; several as 256,4096")(
      "repeats", po::value<std::int64_t>()->default_value(5)->value_name("K"),
      "measurements, of which the median, the least and the most are told")(
      "repeat-seconds", po::value<double>()->default_value(0.5, "0.5")->value_name("S"),
      "of steps in each, one step at least; about as much again goes to the matrix products alone")(
      "output", po::value<std::string>()->value_name("FILE"),
      "write the JSON lines there and not to standard output")("overwrite", po::bool_switch(),
                                                               "replace a file that is there");
  options.group("Synthetic data")("features",
                                  po::value<std::string>()->default_value("784")->value_name("D"),
                                  "of a row of x; an image as 28x28")(
      "features-y", po::value<std::int64_t>()->value_name("K"),
      "of a row of y: the second view's, default as x has; the targets', or their classes, default "
      "10")("element", po::value<std::string>()->default_value("u8")->value_name("TYPE"),
            "of x and of a second view in memory: u8 or f32")(
      "rows", po::value<std::int64_t>()->value_name("N"), "in all; default four batches");
}

}  // namespace

OptionTable bench_option_table() {
  OptionTable options(
      "bench",
      "infomax bench [--encoder SPEC[;SPEC...]] [--batch LIST] [--batch-per-rank LIST] "
      "[OPTIONS]\n\n"
      "Measures training steps on data made up in memory, as the same command would train on its\n"
      "own: a JSON line for each network and batch, and a table on standard error. For example\n\n"
      "  mpirun -n 2 --bind-to core infomax bench --lambda 0.1 --batch 256,4096 \\\n"
      "      --encoder 'dense:1024,tanh,dense:64;dense:128,tanh,dense:16'\n\n"
      "launch/scaling.sh runs it at several numbers of ranks and draws efficiency. Of the time of\n"
      "all ranks, `wait` is what a rank spent in collectives while others were still at work (the\n"
      "step's longest work on any rank, less this rank's own), `reduce` the rest of what it spent\n"
      "in collectives, `input` choosing rows and turning them into numbers, `compute` all else.\n"
      "`gemm_share` is the time that the step's own matrix products take alone, all ranks at "
      "once,\n"
      "in the same repeat, over the time of the step: products of forward and backward once, what\n"
      "--micro-batch computes twice counted once. Bytes are those that a rank gives to "
      "reductions,\n"
      "those of `statistics_bytes` for the objective, those of `gradient_bytes` in the "
      "backward\n"
      "pass, which needs none at one rank.");
  add_bench_options(options);
  add_pair_options(options);
  add_network_options(options);
  add_objective_options(options);
  add_optimizer_options(options);
  add_reproducible_option(options);
  add_compute_options(options);
  return options;
}

std::vector<BenchCase> bench_cases(const OptionTable& options, int ranks) {
  std::vector<BenchCase> cases;
  const auto encoders =
      options.given("encoder") ? options.value<std::string>("encoder") : default_encoder;
  for (const std::string& encoder : split(encoders, ';')) {
    if (options.given("batch")) {
      for (const std::size_t rows : counts(options, "batch", ',', "4096 or 256,4096")) {
        cases.push_back({encoder, false, rows});
      }
    }
    if (options.given("batch-per-rank")) {
      for (const std::size_t rows : counts(options, "batch-per-rank", ',', "2048 or 256,2048")) {
        cases.push_back({encoder, true, rows * static_cast<std::size_t>(ranks)});
      }
    }
    if (!options.given("batch") && !options.given("batch-per-rank")) {
      cases.push_back({encoder, false, default_bench_batch});
    }
  }
  return cases;
}

SyntheticData synthetic_data(const OptionTable& options) {
  SyntheticData result;
  result.shape = counts(options, "features", 'x', "784 or 28x28");
  result.columns_y = options.given("features-y") ? options.count("features-y") : 0;
  const auto element = options.value<std::string>("element");
  if (element != "u8" && element != "f32") {
    throw UsageError(fmt::format("--element is \"{}\"; it must be u8 or f32", element));
  }
  result.element = element == "u8" ? hdf5::ElementType::u8 : hdf5::ElementType::f32;
  result.rows = options.given("rows") ? options.count("rows") : 0;
  return result;
}

measure::Pace bench_pace(const OptionTable& options) {
  const auto seconds = options.value<double>("repeat-seconds");
  if (!(seconds > 0.0) || !std::isfinite(seconds)) {
    throw UsageError(fmt::format("--repeat-seconds is {}; it must be a number above 0", seconds));
  }
  const std::size_t repeats = options.count("repeats");
  constexpr std::size_t most_repeats = 10'000;
  if (repeats > most_repeats) {
    throw UsageError(fmt::format("--repeats is {}; at most {}", repeats, most_repeats));
  }
  return {static_cast<int>(repeats), seconds};
}

}  // namespace infomax::cli
