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
  std::vector<std::string> items{""};
  for (const char letter : text) {
    if (letter == between) {
      items.emplace_back();
    } else {
      items.back() += letter;
    }
  }
  return items;
}

/// A list of numbers of 1 or more, separated by `between`.
std::vector<std::size_t> counts(const OptionTable& options, const std::string& name, char between,
                                const char* example) {
  const auto text = options.value<std::string>(name);
  std::vector<std::size_t> numbers;
  for (const std::string& item : split(text, between)) {
    std::size_t number = 0;
    const auto [end, status] = std::from_chars(item.data(), item.data() + item.size(), number);
    if (status != std::errc{} || end != item.data() + item.size() || number == 0) {
      throw UsageError(fmt::format("--{} is \"{}\"; it must be like {}", name, text, example));
    }
    numbers.push_back(number);
  }
  return numbers;
}

void add_bench_options(OptionTable& options) {
  options.group("Benchmark")(
      "batch", po::value<std::string>()->value_name("LIST"),
      "strong scaling: global rows of a step, for any number of ranks; a list such as 256,4096; "
      "default 4096, unless --batch-per-rank is given")(
      "batch-per-rank", po::value<std::string>()->value_name("LIST"),
      "weak scaling: rows of a step on each rank; a list such as 256,4096")(
      "repeats", po::value<std::int64_t>()->default_value(5)->value_name("K"),
      "number of measurements; the median, the smallest and the largest are printed")(
      "repeat-seconds", po::value<double>()->default_value(0.5, "0.5")->value_name("S"),
      "time of the steps in each measurement, at least one step; the matrix products alone take "
      "about as long again")("output", po::value<std::string>()->value_name("FILE"),
                             "file for the JSON lines; default standard output")(
      "overwrite", po::bool_switch(), "replace an existing file");
  options.group("Synthetic data")("features",
                                  po::value<std::string>()->default_value("784")->value_name("D"),
                                  "columns of x, or the shape of an image such as 28x28")(
      "features-y", po::value<std::int64_t>()->value_name("K"),
      "columns of y: of the second view, default as x; of the targets, or their classes, default "
      "10")("element", po::value<std::string>()->default_value("u8")->value_name("TYPE"),
            "element type of x and of a second view in memory: u8 or f32")(
      "rows", po::value<std::int64_t>()->value_name("N"),
      "rows of the data set; default four batches");
}

}  // namespace

OptionTable bench_option_table() {
  OptionTable options(
      "bench",
      "infomax bench [--encoder SPEC[;SPEC...]] [--batch LIST] [--batch-per-rank LIST] "
      "[OPTIONS]\n\n"
      "Measures training steps on synthetic data in memory, with the settings that the options of\n"
      "`train` give. Prints a JSON line for each encoder and batch size, and a table on standard\n"
      "error. For example\n\n"
      "  mpirun -n 2 --bind-to core infomax bench --lambda 0.1 --batch 256,4096 \\\n"
      "      --encoder 'dense:1024,tanh,dense:64;dense:128,tanh,dense:16'\n\n"
      "launch/scaling.sh runs it at several numbers of ranks and draws the efficiency. The time "
      "of\n"
      "all ranks has four shares. `input` chooses rows and converts them to numbers. `wait` is "
      "the\n"
      "time that a rank spends in collectives while others still compute: the longest work of the\n"
      "step on any rank, less the rank's own. `reduce` is the other time in collectives. "
      "`compute`\n"
      "is the rest. `gemm_share` is the time that the step's matrix products take alone, on all\n"
      "ranks at once and in the same repeat, divided by the time of the step; it counts the\n"
      "products of the forward and the backward pass once, also those that --micro-batch computes\n"
      "twice. Bytes are those that a rank passes to reductions: `statistics_bytes` for the\n"
      "objective, `gradient_bytes` in the backward pass, which reduces nothing at one rank.");
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

bench::SyntheticData synthetic_data(const OptionTable& options) {
  bench::SyntheticData result;
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
