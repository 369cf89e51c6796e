// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/json.hpp"
#include "infomax/analysis/probe.hpp"

namespace infomax::report {

/// What a report says of a probe besides its results.
struct ProbeFacts {
  std::string features;  ///< "representations", or what else is probed
  std::size_t columns = 0;
  std::size_t train_rows = 0;
  std::optional<std::size_t> test_rows;  ///< unset: each training row is predicted, in its fold
  int ranks = 1;
  double seconds = 0.0;
  analysis::ProbeOptions options;
  std::string groups;                      ///< data set of the groups; empty if there are none
  std::vector<std::string> class_names{};  ///< empty if the training file has none
};

/// How the fit to all training rows ended or, if that converged, the first of a fold that did not.
[[nodiscard]] analysis::LogisticOutcome worst_outcome(const analysis::ClassProbe& probe);

/// One number of each fold.
template <class Fold, class Number>
auto of_folds(const std::vector<Fold>& folds, const Number& number) {
  std::vector<std::invoke_result_t<Number, const Fold&>> numbers;
  numbers.reserve(folds.size());
  for (const Fold& fold : folds) {
    numbers.push_back(number(fold));
  }
  return numbers;
}

/// @{ The object that `probe --json` prints.
[[nodiscard]] Json to_json(const ProbeFacts& facts, const analysis::ClassProbe& probe);
[[nodiscard]] Json to_json(const ProbeFacts& facts, const analysis::ValueProbe& probe);
/// @}

}  // namespace infomax::report
