// SPDX-License-Identifier: BSD-3-Clause
#include "cli/data_statistics.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/analysis/column_statistics.hpp"

namespace infomax::cli {
namespace {

using Column = analysis::ColumnStatistics::Column;

/// Of more columns, only what they have in common is told.
constexpr std::size_t most_columns = 1000;

Json describe(const Column& column) {
  Json described{{"finite", column.finite}};
  if (column.nan > 0) {
    described["nan"] = column.nan;
  }
  if (column.infinite > 0) {
    described["infinite"] = column.infinite;
  }
  if (column.finite > 0) {
    described["min"] = column.minimum;
    described["max"] = column.maximum;
    described["mean"] = column.mean;
    described["deviation"] = column.deviation;
  }
  return described;
}

/// The columns that `holds` is true of.
template <class Holds>
std::vector<std::size_t> columns_where(const std::vector<Column>& columns, const Holds& holds) {
  std::vector<std::size_t> found;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (holds(columns[j])) {
      found.push_back(j);
    }
  }
  return found;
}

Json describe(const analysis::ColumnStatistics& found) {
  Json described = describe(found.all);
  described["constant_columns"] = columns_where(found.columns, [](const Column& column) {
    return column.finite > 0 && column.minimum == column.maximum;
  });
  described["columns_not_finite"] = columns_where(
      found.columns, [](const Column& column) { return column.nan + column.infinite > 0; });
  if (const auto counts = found.histogram.counts(); !counts.empty()) {
    described["histogram"] = {
        {"start", found.histogram.start()}, {"width", found.histogram.width()}, {"counts", counts}};
  }
  if (found.columns.size() <= most_columns) {
    for (const Column& column : found.columns) {
      described["columns"].push_back(describe(column));
    }
  }
  return described;
}

/// The first few numbers, and how many there are.
std::string listed(const Json& numbers) {
  constexpr std::size_t most = 12;
  const auto all = numbers.get<std::vector<std::size_t>>();
  const auto shown = std::vector(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size())));
  return fmt::format("{}: {}{}", all.size(), fmt::join(shown, ", "),
                     shown.size() < all.size() ? ", ..." : "");
}

/// A bar for each bin, in eighths of the highest.
std::string bars(const Json& histogram) {
  static constexpr std::array<std::string_view, 9> heights{" ", "▁", "▂", "▃", "▄",
                                                           "▅", "▆", "▇", "█"};
  const auto counts = histogram.at("counts").get<std::vector<std::uint64_t>>();
  const auto highest = static_cast<double>(*std::ranges::max_element(counts));
  std::string text;
  for (const std::uint64_t count : counts) {
    const double share = static_cast<double>(count) / highest * 8.0;
    text += heights.at(count == 0 ? 0 : std::max<std::size_t>(1, static_cast<std::size_t>(share)));
  }
  return text;
}

}  // namespace

void add_statistics(const mpi::Communicator& communicator, const std::string& path,
                    Json& description) {
  // Only the root has the description, and all ranks read.
  std::string names;
  for (const auto& [name, dataset] : description["datasets"].items()) {
    if (dataset.contains("shape") && !dataset.contains("link")) {
      names += name + "\n";
    }
  }
  names = communicator.broadcast(names, 0);
  for (std::size_t begin = 0; begin < names.size();) {
    const std::size_t end = names.find('\n', begin);
    const std::string name = names.substr(begin, end - begin);
    begin = end + 1;
    const auto found = analysis::column_statistics(communicator, path, name);
    if (communicator.is_root()) {
      description["datasets"][name]["statistics"] = describe(found);
    }
  }
}

std::string statistics_lines(const Json& statistics, const std::string& indent) {
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{}  {:<14} {}\n", indent, name, value);
  };
  const auto number = [&](const char* name) { return statistics.at(name).get<double>(); };
  if (statistics.contains("min")) {
    line("numbers", fmt::format("{:.6g} to {:.6g}, mean {:.6g}, deviation {:.6g}", number("min"),
                                number("max"), number("mean"), number("deviation")));
  }
  if (statistics.contains("histogram")) {
    const Json& histogram = statistics.at("histogram");
    const auto bins = static_cast<double>(histogram.at("counts").size());
    const double start = histogram.at("start").get<double>();
    line("histogram", fmt::format("{:.6g} {} {:.6g}", start, bars(histogram),
                                  start + bins * histogram.at("width").get<double>()));
  }
  if (const Json& constant = statistics.at("constant_columns"); !constant.empty()) {
    line("constant", fmt::format("columns, {}", listed(constant)));
  }
  if (const Json& bad = statistics.at("columns_not_finite"); !bad.empty()) {
    line("not finite", fmt::format("{} nan and {} infinite, in columns, {}",
                                   statistics.value("nan", std::uint64_t{0}),
                                   statistics.value("infinite", std::uint64_t{0}), listed(bad)));
  }
  return text;
}

}  // namespace infomax::cli
