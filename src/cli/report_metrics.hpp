// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace infomax::cli {

/// The lines of a run's metrics.jsonl, of which a page shows as much as can be seen.
class RunMetrics {
 public:
  /// Reads to the end; what an interrupted write left is passed over.
  explicit RunMetrics(std::istream& file);

  [[nodiscard]] bool empty() const { return step_.empty(); }

  /// How the run ended, and what it took.
  [[nodiscard]] nlohmann::ordered_json summary() const;

  /// Every number of a step over the steps: at most `most` points, each the mean of as many
  /// consecutive steps, with the least and the greatest of them; and the validations, likewise.
  [[nodiscard]] nlohmann::ordered_json curves(std::size_t most) const;

  /// Seconds of input, compute and reduce, summed over epochs, or over steps where there are fewer
  /// than three epochs, in at most `most` parts of as many each.
  [[nodiscard]] nlohmann::ordered_json times(std::size_t most) const;

 private:
  /// A number of every line of a kind.
  struct Series {
    std::string name;
    std::vector<double> values;
  };
  void add_step(const nlohmann::ordered_json& line);
  void add_validation(const nlohmann::ordered_json& line);
  [[nodiscard]] const Series* find(const char* name) const;
  [[nodiscard]] double sum(const char* name) const;

  std::vector<double> step_;
  std::vector<double> epoch_;  // of each step
  std::vector<Series> series_;
  std::vector<double> validation_step_;
  std::vector<double> validation_;
  nlohmann::ordered_json last_epoch_;
  nlohmann::ordered_json last_step_;
  nlohmann::ordered_json best_epoch_;
  nlohmann::ordered_json best_validation_;
  nlohmann::ordered_json last_validation_;
};

}  // namespace infomax::cli
