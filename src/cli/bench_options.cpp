// SPDX-License-Identifier: BSD-3-Clause
#include "cli/bench_options.hpp"

#include <fmt/format.h>

namespace infomax::cli {
namespace {

constexpr const char* default_encoder = "dense:1024,tanh,dense:1024,tanh,dense:64";
constexpr std::size_t default_batch_rows = 4096;

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

/// Numbers of 1 or more with `between` between them; `quoted` names the field.
std::vector<std::size_t> counts(const std::string& text, const char* quoted, char between,
                                const char* example) {
  std::vector<std::size_t> numbers;
  for (const std::string& part : split(text, between)) {
    const auto number = FieldText<std::size_t>::parse(part);
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
           "strong scaling: global rows a step, whatever the number of ranks; several as 256,4096; "
           "default 4096, unless `batch_per_rank` is given")
      .add("batch-per-rank", &Config::batch_per_rank, "LIST",
           "weak scaling: rows a step of each rank; several as 256,4096")
      .add("repeats", &Config::repeats, "K",
           "measurements, of which the median, the least and the most are told",
           whole_from_to(1, 10'000))
      .add("repeat-seconds", &Config::repeat_seconds, "S",
           "of steps in each, one step at least; about as much again goes to the matrix products "
           "alone",
           above(0.0))
      .add("output", &Config::output, "FILE",
           "write the JSON lines there and not to standard output")
      .add("overwrite", &Config::overwrite, "", "replace a file that is there")
      .of_invocation();
  table.group("Synthetic data")
      .add("features", &Config::features, "D", "of a row of x; an image as 28x28")
      .add("features-y", &Config::features_y, "K",
           "of a row of y: the second view's, default as x has; the targets', or their classes, "
           "default 10",
           one_or_more())
      .add("element", &Config::element, "TYPE", "of x and of a second view in memory: u8 or f32",
           {[](const std::string& type) { return type == "u8" || type == "f32"; }, "u8 or f32"})
      .add("rows", &Config::rows, "N", "in all; default four batches", one_or_more());
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
      cases.push_back({encoder, false, default_batch_rows});
    }
  }
  return cases;
}

SyntheticData synthetic_data(const BenchConfig& config) {
  SyntheticData result;
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
