// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "core/json.hpp"

namespace infomax::report {

/// The lines of a run's metrics.jsonl, reduced to as many points as a page can show.
class RunMetrics {
 public:
  /// Reads to the end. Incomplete lines, which an interrupted write leaves, are ignored.
  explicit RunMetrics(std::istream& file);

  [[nodiscard]] bool empty() const { return step_.empty(); }

  /// The totals of the run and its last and best values.
  [[nodiscard]] Json summary() const;

  /// Every number of a step as a curve over the steps, and the validations likewise. A curve has at
  /// most `most` points; each is the mean of equally many consecutive steps, with their minimum and
  /// maximum.
  [[nodiscard]] Json curves(std::size_t most) const;

  /// Seconds of input, compute and reduce by epoch, or by step if there are fewer than three
  /// epochs, in at most `most` groups of equally many.
  [[nodiscard]] Json times(std::size_t most) const;

 private:
  /// One field over all lines of a kind.
  struct Series {
    std::string name;
    std::vector<double> values;
  };
  void add_step(const Json& line);
  void add_validation(const Json& line);
  [[nodiscard]] const Series* find(const char* name) const;
  [[nodiscard]] double sum(const char* name) const;

  std::vector<double> step_;
  std::vector<double> epoch_;  // of each step
  std::vector<Series> series_;
  std::vector<double> validation_step_;
  std::vector<double> validation_;
  Json last_epoch_;
  Json last_step_;
  Json best_epoch_;
  Json best_validation_;
  Json last_validation_;
};

}  // namespace infomax::report
