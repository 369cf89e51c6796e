// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/moment_function.hpp"

/// @file
/// N: global rows. p, q: columns of a and b.

namespace infomax::objective {

/// A constant plus sum_i h(sigma_i). `sigma` [k] are the correlations that are counted, descending;
/// writes h'(sigma_i) to `derivative` [k]. `ridge` is for the messages of what it throws.
using SpectralForm = double (*)(std::span<const double> sigma, const Ridge& ridge,
                                std::span<double> derivative);

/// A function of the canonical correlations (see canonical.hpp). Adds their sum and the largest of
/// them to the report, over the components counted, and the intensities of shrinkage if there is.
/// Warns once where N is too small for p and q.
class SpectralFunction final : public MomentFunction {
 public:
  /// Without `components`, all min(p, q) correlations count.
  SpectralFunction(SpectralForm form, const CanonicalOptions& options);

  /// As canonical_needs() has them.
  [[nodiscard]] stats::MomentNeeds needs() const override;

  /// Throws NumericError where a covariance plus its ridge is not positive definite, or where the
  /// form is infinite.
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;

  /// The value for correlations from elsewhere, as under a fit to other data.
  [[nodiscard]] double value_of(std::span<const double> sigma) const;

  /// The components that are counted, and the ridge.
  [[nodiscard]] const CanonicalOptions& options() const { return options_; }

  void append_figures(Figures& figures) const override;

 private:
  SpectralForm form_;
  CanonicalOptions options_;
  BatchSizeWarning batch_size_;
  Buffer<double> derivative_;
  double sum_ = 0.0;
  double largest_ = 0.0;
  double intensity_a_ = 0.0;
  double intensity_b_ = 0.0;
};

}  // namespace infomax::objective
