// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/batch_size.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"

namespace infomax::objective {

void BatchSizeWarning::require_rank(double samples, std::size_t p, std::size_t q) {
  const std::size_t wider = std::max(p, q);
  if (warned_ || samples > static_cast<double>(wider)) {
    return;
  }
  warned_ = true;
  log::warning_once(
      "covariance",
      fmt::format(
          "covariances of {} columns from {} rows have directions without any variance; "
          "take many more rows at a time (`batch`, or more data), or fewer columns, or give "
          "`shrinkage` auto",
          wider, samples));
}

void BatchSizeWarning::require_correlations(double samples, std::size_t p, std::size_t q) {
  require_rank(samples, p, q);
  const std::size_t enough = 10 * (p + q);
  if (warned_ || samples >= static_cast<double>(enough)) {
    return;
  }
  warned_ = true;
  log::warning_once(
      "covariance",
      fmt::format(
          "canonical correlations of {} and {} columns from {} rows are biased towards 1; "
          "take {} rows or more at a time (`batch`, or more data), or fewer columns, or give "
          "`shrinkage` auto. What is real, other data show (`validation` in training, `fit` "
          "in evaluation) and random pairings (`permutations` in evaluation)",
          p, q, samples, enough));
}

void BatchSizeWarning::require_views(double samples, std::size_t widest) {
  const std::size_t enough = 20 * widest;
  if (warned_ || samples >= static_cast<double>(enough)) {
    return;
  }
  warned_ = true;
  log::warning_once(
      "covariance",
      fmt::format(
          "what views of up to {} columns have in common in {} rows is biased upwards; take "
          "{} rows or more at a time (`batch`, or more data), or fewer columns, or give a "
          "larger `ridge`. What is real, other data show (`validation` in training)",
          widest, samples, enough));
}

}  // namespace infomax::objective
