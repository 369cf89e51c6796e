// SPDX-License-Identifier: BSD-3-Clause
#include "cli/bench_options.hpp"

#include <algorithm>

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

/// The shape of a row: D, or HxW of an image.
std::vector<std::size_t> parse_shape(const std::string& text) {
  std::vector<std::size_t> numbers;
  for (const std::string& item : split(text, 'x')) {
    const auto number = FieldText<std::size_t>::parse(item);
    if (number.value_or(0) == 0) {
      throw UsageError(
          fmt::format("`features` is \"{}\"; it must be a number of columns or the shape of an "
                      "image, such as 784 or 28x28",
                      text));
    }
    numbers.push_back(*number);
  }
  return numbers;
}

/// Every number is 1 or more.
Check<std::vector<std::size_t>> batches(const std::string& example) {
  return {[](const std::vector<std::size_t>& rows) {
            return std::ranges::find(rows, std::size_t{0}) == rows.end();
          },
          "one or more numbers of rows, such as " + example};
}

FieldTable<BenchConfig> make_fields() {
  using Config = BenchConfig;
  FieldTable<Config> table;
  table.group("Benchmark")
      .add("batch", &Config::batch, "LIST",
           "strong scaling: global rows of a step, for any number of ranks; a list such as "
           "256,4096; default 4096, unless `batch_per_rank` is given",
           batches("4096 or 256,4096"))
      .add("batch-per-rank", &Config::batch_per_rank, "LIST",
           "weak scaling: rows of a step on each rank; a list such as 256,4096",
           batches("2048 or 256,2048"))
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
           {[](hdf5::ElementType type) {
              return type == hdf5::ElementType::u8 || type == hdf5::ElementType::f32;
            },
            "u8 or f32"})
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

std::vector<BenchCase> bench_cases(const BenchConfig& config, int ranks) {
  std::vector<BenchCase> cases;
  const std::string& encoders = config.train.encoder;
  for (const std::string& encoder : split(encoders.empty() ? default_encoder : encoders, ';')) {
    if (!config.batch && !config.batch_per_rank) {
      cases.push_back({encoder, false, default_bench_batch});
    }
    for (const std::size_t rows : config.batch.value_or(std::vector<std::size_t>{})) {
      cases.push_back({encoder, false, rows});
    }
    for (const std::size_t rows : config.batch_per_rank.value_or(std::vector<std::size_t>{})) {
      cases.push_back({encoder, true, rows * static_cast<std::size_t>(ranks)});
    }
  }
  return cases;
}

bench::SyntheticData synthetic_data(const BenchConfig& config) {
  bench::SyntheticData result;
  result.shape = parse_shape(config.features);
  result.columns_y = config.features_y.value_or(0);
  result.element = config.element;
  result.rows = config.rows.value_or(0);
  return result;
}

measure::Pace bench_pace(const BenchConfig& config) {
  return {static_cast<int>(config.repeats), config.repeat_seconds};
}

}  // namespace infomax::cli
