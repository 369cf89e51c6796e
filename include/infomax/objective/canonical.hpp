// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "infomax/core/field_text.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/stats/moment_gradient.hpp"
#include "infomax/stats/moments.hpp"

/// @file
/// p, q: columns of a and b. m = min(p, q). Where moments are those of coordinates in place of wide
/// rows, their matrices are smaller than p and q, and the correlations beyond are 0.

namespace infomax::objective {

/// How a covariance is shrunk before its ridge is added.
enum class Shrinkage : std::uint8_t {
  none,      ///< not at all
  automatic  ///< as Ledoit and Wolf (2004), by an intensity that is a function of the batch
};
/// The ways as users write them.
inline constexpr std::array shrinkage_names{std::pair{"none", Shrinkage::none},
                                            std::pair{"auto", Shrinkage::automatic}};

/// What a side's covariance is inverted with: of the encoded outputs, where the side is encoded.
struct Ridge {
  double relative = 1e-4;          ///< times the mean variance of the side, added to the diagonal
  std::optional<double> absolute;  ///< where set, this is added and `relative` ignored
  Shrinkage shrinkage = Shrinkage::none;  ///< of the covariance that the ridge is added to
};

/// The moments that CanonicalSpectrum reads: all in full, in double, because covariances are
/// inverted, and those of lengths where covariances are shrunk.
[[nodiscard]] inline stats::MomentNeeds canonical_needs(const Ridge& ridge) {
  using stats::Extent;
  return {Extent::full, Extent::full, Extent::full,
          true,         true,         ridge.shrinkage == Shrinkage::automatic};
}

/// The options of objectives of canonical correlations.
struct CanonicalOptions {
  std::size_t components = 0;  ///< k, the largest correlations, which are counted; 0 = all
  Ridge ridge;                 ///< of either side
  bool reversible = false;     ///< whether rows count in both directions (stats::BothDirections)
};

/// Canonical correlations up to here count as 0 in gradients. Rounding of floats leaves as much of
/// a value that is 0, for instance where columns of a side depend on each other (one-hot rows add
/// up to 1); independent data have values of about 1 / sqrt(N). The sum of singular values has a
/// kink at 0, where singular vectors are arbitrary, and 0 is one of its slopes.
inline constexpr double negligible_correlation = 1e-5;

/// The field that sets it and its value, for messages: "`ridge` (now 0; 0.0001 is the default)".
[[nodiscard]] std::string describe(const Ridge& ridge);

class ShrunkCovariance;

/// The canonical correlations of two sides, and the adjoint of any function of them.
///
/// T = L_a^-1 C_ab L_b^-T with C + r I = L L^T. L^-1 is an inverse square root of C + r I up to a
/// rotation, so T has the singular values of the form with inverse square roots. For J = sum_i
/// h(sigma_i), T = U S V^T and g = h'(sigma):
///
///     dJ/dC_ab = L_a^-T U g V^T L_b^-1        dJ/dC_aa = -1/2 L_a^-T U (g S) U^T L_a^-1
///
/// and a relative ridge adds (r/p) tr(dJ/dC_aa) to the diagonal of dJ/dC_aa. Where covariances are
/// shrunk, C_aa stands for the shrunk one, whose own derivatives follow (shrinkage.hpp). No
/// singular vector is differentiated, so equal singular values need no care (Andrew et al. 2013,
/// appendix).
class CanonicalSpectrum {
 public:
  /// Where a side has no variance at all, all sigma are 0. The moments are those of
  /// canonical_needs() and must outlive this. Throws NumericError where C + r I is not positive
  /// definite. `symmetric` is for moments of which C_ab is symmetric and C_aa = C_bb but for
  /// rounding: U and V are then the same but for the signs of columns, those of T's eigenvalues.
  CanonicalSpectrum(const stats::SecondMoments& moments, const Ridge& ridge,
                    bool symmetric = false);
  ~CanonicalSpectrum();
  CanonicalSpectrum(const CanonicalSpectrum&) = delete;
  CanonicalSpectrum& operator=(const CanonicalSpectrum&) = delete;

  /// sigma_i [m], descending; NaN where the moments are not finite.
  [[nodiscard]] std::span<const double> values() const { return values_; }

  /// L_a^-T U [p, m] and L_b^-T V [q, m], which map centred rows to canonical variables; empty
  /// where a side has no variance.
  [[nodiscard]] const Matrix<double>& directions_a() const { return a_; }
  /// The directions of side b, as directions_a() has those of side a.
  [[nodiscard]] const Matrix<double>& directions_b() const { return b_; }

  /// The intensities d of the shrinkage of either side; 0 where covariances are not shrunk.
  [[nodiscard]] double intensity_a() const;
  /// As intensity_a().
  [[nodiscard]] double intensity_b() const;

  /// Writes dJ/dmoments, given dJ/dsigma [m], for the sides that the gradient's flags name.
  void differentiate(std::span<const double> derivative, stats::MomentGradient& gradient) const;

 private:
  enum class State : unsigned char { regular, empty, not_finite };

  State state_ = State::regular;
  double ridge_share_a_;  // r / p, 0 where the ridge is absolute
  double ridge_share_b_;
  std::vector<double> values_;  // [m]
  Matrix<double> a_;            // L_a^-T U [p, m]
  Matrix<double> b_;            // L_b^-T V [q, m]
  const stats::SecondMoments* moments_;
  std::unique_ptr<ShrunkCovariance> shrunk_a_;  // null where covariances are not shrunk
  std::unique_ptr<ShrunkCovariance> shrunk_b_;
};

/// L [p, p] of C + r I = L L^T for the covariance of the side that `side` names ("a"), with the
/// diagonal `variance` [p]. `columns` is what the side has in all: those beyond p do not vary, and
/// have their part in the mean that a relative ridge is relative to. `shrunk_by` is the variance
/// that shrinkage gave to every direction. Throws NumericError where C + r I is not positive
/// definite.
[[nodiscard]] Matrix<double> regular_factor(const Matrix<double>& covariance,
                                            std::span<const double> variance, std::size_t columns,
                                            const Ridge& ridge, const char* side,
                                            double shrunk_by = 0.0);

}  // namespace infomax::objective

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::objective::Shrinkage>
    : infomax::ChoiceText<infomax::objective::Shrinkage, infomax::objective::shrinkage_names> {};
