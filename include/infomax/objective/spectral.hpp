// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/moment_function.hpp"

// N: global rows. p, q: columns of a and b.

namespace infomax::objective {

/// A constant plus sum_i h(sigma_i) over the k largest canonical correlations.
enum class SpectralForm : std::uint8_t {
  mean,                ///< (1/k) sum sigma_i, the rho `cca`
  sum,                 ///< sum sigma_i, `dcca`: the trace norm of T (Andrew et al. 2013)
  vamp1,               ///< 1 + sum sigma_i (Wu and Noe 2020)
  vamp2,               ///< 1 + sum sigma_i^2 (Wu and Noe 2020; Mardt et al. 2018)
  mutual_information,  ///< -1/2 sum ln(1 - sigma_i^2), nats: that of jointly Gaussian sides
};

/// A function of the canonical correlations (see canonical.hpp). Adds their sum and the largest of
/// them to the report, over the components counted. Warns once where N is too small for p and q.
class SpectralFunction final : public MomentFunction {
 public:
  /// `components` k, or min(p, q) where that is 0.
  SpectralFunction(SpectralForm form, std::size_t components, const Ridge& ridge);

  [[nodiscard]] stats::MomentNeeds needs() const override;

  /// Throws NumericError where a covariance plus its ridge is not positive definite, or where a
  /// mutual information is infinite for want of a ridge.
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;

  /// The value for correlations that were found otherwise, as under a fit to other data.
  [[nodiscard]] double value_of(std::span<const double> sigma) const;

  [[nodiscard]] const Ridge& ridge() const { return ridge_; }
  [[nodiscard]] std::size_t components() const { return components_; }

  void append_parts(Parts& parts) const override;

 private:
  /// The value; derivative [k] gets h'.
  [[nodiscard]] double apply(std::span<const double> sigma, std::span<double> derivative) const;

  SpectralForm form_;
  std::size_t components_;
  Ridge ridge_;
  BatchSizeWarning batch_size_;
  Buffer<double> derivative_;
  double sum_ = 0.0;
  double largest_ = 0.0;
};

}  // namespace infomax::objective
