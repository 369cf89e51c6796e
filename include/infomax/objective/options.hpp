// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "infomax/stats/histogram.hpp"

namespace infomax::objective {

/// What decides an objective; the names are those of the command line. `spectral` are the
/// objectives of canonical correlations, infomax with rho cca among them.
struct ObjectiveOptions {
  std::string objective = "infomax";  ///< one of objective_names()
  std::string rho = "rv";             ///< infomax: pearson | rv | cca
  double lambda_a = 0.0;              ///< infomax: weight of H(a), of either sign
  double lambda_b = 0.0;
  std::size_t bins = 32;                  ///< M, 4 or more
  stats::HistogramRange histogram_range;  ///< sigma:R or fixed:lo,hi
  std::size_t components = 0;             ///< spectral: the k largest correlations; 0 = all
  double ridge = 1e-4;                    ///< spectral: r, relative to the mean variance of a side
  std::optional<double> ridge_absolute;   ///< spectral: in place of `ridge` where set
  double barlow_lambda = 5e-3;            ///< barlow: weight of the redundancy
  double vicreg_similarity = 25.0;        ///< vicreg: weight of mean((a - b)^2)
  double vicreg_variance = 25.0;          ///< vicreg: weight of the hinge on deviations below 1
  double vicreg_covariance = 1.0;         ///< vicreg: weight of covariances between columns
  double distortion = 0.5;                ///< coding-rate: squared, greater than 0
  friend bool operator==(const ObjectiveOptions&, const ObjectiveOptions&) = default;
};

/// Every objective's name.
[[nodiscard]] std::span<const std::string_view> objective_names();

/// "sigma:R" or "fixed:lo,hi". Throws UsageError.
[[nodiscard]] stats::HistogramRange parse_histogram_range(std::string_view text);
[[nodiscard]] std::string format_histogram_range(const stats::HistogramRange& range);

/// Throws UsageError where a name is not known or a number is out of its range.
void validate(const ObjectiveOptions& options);

/// Without the weights of entropies, where the objective has none among its parts.
[[nodiscard]] ObjectiveOptions with_own_entropies(ObjectiveOptions options);

/// Throws UsageError where sides of p and q columns do not fit the objective.
void check_shapes(const ObjectiveOptions& options, std::size_t p, std::size_t q);

/// As names and texts, to travel in model.h5; numbers come back to the last bit.
[[nodiscard]] std::map<std::string, std::string> to_settings(const ObjectiveOptions& options);

/// Names that are missing keep their defaults, others than an objective's are passed over. Throws
/// UsageError where a text is not what its name calls for.
[[nodiscard]] ObjectiveOptions from_settings(const std::map<std::string, std::string>& settings);

}  // namespace infomax::objective
