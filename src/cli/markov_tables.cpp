// SPDX-License-Identifier: BSD-3-Clause
#include "cli/markov_tables.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace infomax::cli {
namespace {

/// "12.3", and with an interval "12.3 (10.1 to 14.2)".
std::string number_text(const analysis::MarkovNumbers& numbers, std::size_t i) {
  const auto one = [](double number) { return fmt::format("{:.4g}", number); };
  if (numbers.intervals.empty()) {
    return one(numbers.values[i]);
  }
  const auto& [low, high] = numbers.intervals[i];
  return fmt::format("{} ({} to {})", one(numbers.values[i]), one(low), one(high));
}

using TextRow = std::vector<std::string>;

/// Columns as wide as their widest cell, two blanks apart.
std::string text_table(const std::vector<TextRow>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const TextRow& row : rows) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      widths[j] = std::max(widths[j], row[j].size());
    }
  }
  std::string text;
  for (const TextRow& row : rows) {
    std::string line;
    for (std::size_t j = 0; j < row.size(); ++j) {
      line += fmt::format("{:<{}}", row[j], widths[j] + 2);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string timescale_table(const analysis::MarkovAnalysis& found) {
  std::vector<TextRow> rows{{"lag", "pairs"}};
  for (std::size_t k = 0; k < found.at.front().timescales.values.size(); ++k) {
    rows.front().push_back(fmt::format("timescale {}", k + 1));
  }
  for (const auto& at : found.at) {
    TextRow row{fmt::format("{}", at.lag), fmt::format("{}", at.pairs)};
    for (std::size_t k = 0; k < at.timescales.values.size(); ++k) {
      row.push_back(number_text(at.timescales, k));
    }
    rows.push_back(std::move(row));
  }
  return "implied timescales, in rows\n" + text_table(rows);
}

std::string matrix_table(const analysis::MarkovAnalysis& found) {
  const std::size_t n = found.states;
  std::vector<TextRow> rows{{found.of_memberships ? "from state" : "function"}};
  for (std::size_t j = 0; j < n; ++j) {
    rows.front().push_back(fmt::format("{}{}", found.of_memberships ? "to " : "", j + 1));
  }
  const bool has_stationary = !found.stationary.values.empty();
  if (found.of_memberships) {
    rows.front().emplace_back("population");
  }
  if (has_stationary) {
    rows.front().emplace_back("stationary");
  }
  for (std::size_t i = 0; i < n; ++i) {
    TextRow row{fmt::format("{}", i + 1)};
    for (std::size_t j = 0; j < n; ++j) {
      row.push_back(number_text(found.matrix, i * n + j));
    }
    if (found.of_memberships) {
      row.push_back(fmt::format("{:.4g}", found.populations[i]));
    }
    if (has_stationary) {
      row.push_back(number_text(found.stationary, i));
    }
    rows.push_back(std::move(row));
  }
  return fmt::format("\n{} at lag {}\n",
                     found.of_memberships ? "transition matrix"
                                          : "Koopman matrix of the singular functions",
                     found.lag) +
         text_table(rows);
}

/// The diagonal of the matrices: of memberships, the probability to be in a state that was left k
/// lags ago.
std::string test_table(const analysis::MarkovAnalysis& found) {
  const char* const what = found.of_memberships ? "state" : "function";
  std::vector<TextRow> rows{{"steps", "lag", "pairs"}};
  const std::size_t shown = std::min<std::size_t>(found.states, 6);
  for (std::size_t i = 0; i < shown; ++i) {
    rows.front().push_back(fmt::format("{} {} predicted", what, i + 1));
    rows.front().emplace_back("estimated");
  }
  for (const auto& step : found.test) {
    TextRow row{fmt::format("{}", step.steps), fmt::format("{}", step.lag),
                fmt::format("{}", step.pairs)};
    for (std::size_t i = 0; i < shown; ++i) {
      row.push_back(number_text(step.predicted, i * found.states + i));
      row.push_back(number_text(step.estimated, i * found.states + i));
    }
    rows.push_back(std::move(row));
  }
  return fmt::format(
             "\nChapman-Kolmogorov test: {}, predicted by the matrix at lag {} and "
             "estimated from pairs that far apart\n",
             found.of_memberships ? "the probability to be in the same state"
                                  : "the autocorrelation",
             found.lag) +
         text_table(rows);
}

}  // namespace

std::string markov_tables(const analysis::MarkovAnalysis& found) {
  return (found.at.empty() ? "" : timescale_table(found)) + matrix_table(found) +
         (found.test.empty() ? "" : test_table(found));
}

}  // namespace infomax::cli
