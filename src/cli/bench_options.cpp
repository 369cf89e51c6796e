// SPDX-License-Identifier: BSD-3-Clause
#include "cli/bench_options.hpp"

#include <fmt/format.h>

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

/// A list of numbers of 1 or more, separated by `between`; `quoted` names the field in messages.
std::vector<std::size_t> counts(const std::string& text, const char* quoted, char between,
                                const char* example) {
  std::vector<std::size_t> numbers;
  for (const std::string& item : split(text, between)) {
    const auto number = FieldText<std::size_t>::parse(item);
    if (number.value_or(0) == 0) {
      throw UsageError(fmt::format("{} is \"{}\"; it must be like {}", quoted, text, example));
    }
    numbers.push_back(*number);
  }
  return numbers;
}

FieldTable<BenchConfig> make_fields() {
  using Config = BenchConfig;
  FieldTable<Config> table;
  table.group("Benchmark")
      .add("batch", &Config::batch, "LIST",
           "strong scaling: global rows of a step, for any number of ranks; a list such as "
           "256,4096; default 4096, unless `batch_per_rank` is given")
      .add("batch-per-rank", &Config::batch_per_rank, "LIST",
           "weak scaling: rows of a step on each rank; a list such as 256,4096")
      .add("repeats", &Config::repeats, "K",
           "number of measurements; the median, the smallest and the largest are printed",
           whole_from_to(1, 10'000))
      .add("repeat-seconds", &Config::repeat_seconds, "S",
           "time of the steps in each measurement, at least one step; the matrix products alone "
           "take about as long again",
           above(0.0))
      .add("output", &Config::output, "FILE", "file for the JSON lines; default standard output")
      .add("overwrite", &Config::overwrite, "", "replace an existing file")
      .of_invocation();
  table.group("Synthetic data")
      .add("features", &Config::features, "D",
           "columns of x, or the shape of an image such as 28x28")
      .add("features-y", &Config::features_y, "K",
           "columns of y: of the second view, default as x; of the targets, or their classes, "
           "default 10",
           one_or_more())
      .add("element", &Config::element, "TYPE",
           "element type of x and of a second view in memory: u8 or f32",
           {[](const std::string& type) { return type == "u8" || type == "f32"; }, "u8 or f32"})
      .add("rows", &Config::rows, "N", "rows of the data set; default four batches", one_or_more());
  table.include(&Config::train,
                train::config_fields().groups({"Pair", "Network", "Objective", "Optimisation",
                                               "Reproducibility", "Machine"}));
  return table;
}

}  // namespace

const FieldTable<BenchConfig>& bench_fields() {
  static const FieldTable<BenchConfig> table = make_fields();
  return table;
}

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
  options.add(bench_fields());
  return options;
}

std::vector<BenchCase> bench_cases(const BenchConfig& config, int ranks) {
  std::vector<BenchCase> cases;
  const std::string& encoders = config.train.encoder;
  for (const std::string& encoder : split(encoders.empty() ? default_encoder : encoders, ';')) {
    if (!config.batch.empty()) {
      for (const std::size_t rows : counts(config.batch, "`batch`", ',', "4096 or 256,4096")) {
        cases.push_back({encoder, false, rows});
      }
    }
    if (!config.batch_per_rank.empty()) {
      for (const std::size_t rows :
           counts(config.batch_per_rank, "`batch_per_rank`", ',', "2048 or 256,2048")) {
        cases.push_back({encoder, true, rows * static_cast<std::size_t>(ranks)});
      }
    }
    if (config.batch.empty() && config.batch_per_rank.empty()) {
      cases.push_back({encoder, false, default_bench_batch});
    }
  }
  return cases;
}

bench::SyntheticData synthetic_data(const BenchConfig& config) {
  bench::SyntheticData result;
  result.shape = counts(config.features, "`features`", 'x', "784 or 28x28");
  result.columns_y = config.features_y.value_or(0);
  result.element = config.element == "u8" ? hdf5::ElementType::u8 : hdf5::ElementType::f32;
  result.rows = config.rows.value_or(0);
  return result;
}

measure::Pace bench_pace(const BenchConfig& config) {
  return {static_cast<int>(config.repeats), config.repeat_seconds};
}

}  // namespace infomax::cli
