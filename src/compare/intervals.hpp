// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

namespace infomax::compare {

/// A mean over folds, with its interval.
struct MeanInterval {
  double mean = 0.0;            ///< of the n values
  double deviation = 0.0;       ///< over n - 1
  double standard_error = 0.0;  ///< of the mean, corrected
  double low = 0.0;             ///< mean less t times the standard error
  double high = 0.0;            ///< mean plus as much
};

/// Of n >= 2 values of a cross-validation, whose training rows overlap. Their variance over n is
/// too small for the mean's, because trainings on nearly the same rows come out alike, so the
/// standard error is sqrt((1/n + ratio) s^2), `ratio` being held-out rows over training rows, with
/// n - 1 degrees of freedom (Nadeau and Bengio 2003, "Inference for the generalization error"; for
/// repeated folds Bouckaert and Frank 2004). With `ratio` 0 it is Student's interval.
[[nodiscard]] MeanInterval corrected_interval(std::span<const double> values, double ratio,
                                              double confidence);

}  // namespace infomax::compare
