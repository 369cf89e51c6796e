// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/objective/batch.hpp"
#include "objective/contrastive.hpp"
#include "objective/pair_scores.hpp"

/// @file
/// N: global rows. B: local rows. p, q: columns of a and b; m: parameters.

namespace infomax::objective {

/// What scores pairs of rows, u_ij = s_i . t_j / temperature, with the parameters that are learned:
/// s are the rows of a, t those of b, as they are, of unit length, or W b_j of the bilinear critic.
/// Parameters in this order, as far as there are any: ln of the temperature, the shift of scores,
/// W [p, q].
template <math::Real T>
class PairCritic {
 public:
  /// `shift` is the initial value of a shift that is learned, if there is one.
  explicit PairCritic(const ContrastiveOptions& options, std::optional<double> shift = {});

  [[nodiscard]] std::size_t parameter_count(std::size_t p, std::size_t q) const;
  /// Writes the initial values [m].
  void initialize(std::span<T> parameters, std::size_t p, std::size_t q, std::uint64_t seed) const;

  /// Reads both sides. Without parameters in the batch, they have their initial values.
  void read(const Batch<T>& batch);

  /// @{ The scored rows, [B, p].
  [[nodiscard]] MatrixView<const T> a() const { return a_.view(); }
  [[nodiscard]] MatrixView<const T> b() const { return b_.view(); }
  /// @}
  [[nodiscard]] double temperature() const { return temperature_; }
  [[nodiscard]] double shift() const { return shift_; }

  /// @{ Where derivatives by the scored rows go, [B, p]; not cleared.
  [[nodiscard]] MatrixView<T> gradient_a() { return gradient_a_.view(); }
  [[nodiscard]] MatrixView<T> gradient_b() { return gradient_b_.view(); }
  /// @}

  /// @{ Whether gradient_a() or gradient_b() is needed for the gradients that are requested.
  [[nodiscard]] static bool wants_a(const Gradients<T>& gradients) {
    return gradients.a.columns() > 0;
  }
  [[nodiscard]] static bool wants_b(const Gradients<T>& gradients) {
    return gradients.b.columns() > 0 || !gradients.parameters.empty();
  }
  /// @}

  /// The pairs of each row of a with all rows of b, or of b with those of a.
  [[nodiscard]] typename PairScores<T>::Rows pairs(bool of_a, const stats::RowParts* parts,
                                                   bool without_own = false) const;

  /// The score of a pair that belongs together, without the shift.
  [[nodiscard]] double positive(std::size_t i) const {
    return score_of<T>(a().row(i), b().row(i), temperature_);
  }

  /// Writes what is requested from gradient_a() and gradient_b(). `by_shift` [B] is what each row
  /// of b has to the derivative by the shift, where there is one.
  void write_gradients(const Batch<T>& batch, std::span<const double> by_shift,
                       const Gradients<T>& gradients);

 private:
  [[nodiscard]] std::size_t first_weight() const {
    return (learns_temperature_ ? 1U : 0U) + (initial_shift_ ? 1U : 0U);
  }
  void add_parameter_gradients(std::span<const double> by_shift, std::size_t first,
                               std::size_t count, std::span<T> gradient) const;

  Critic critic_;
  double initial_temperature_;
  bool learns_temperature_;
  std::optional<double> initial_shift_;

  double temperature_ = 1.0;
  double shift_ = 0.0;
  Buffer<T> parameters_;  // [m]
  ScoredRows<T> reader_a_;
  ScoredRows<T> reader_b_;
  Matrix<T> a_;
  Matrix<T> b_;
  Matrix<T> raw_b_;  // [B, q] of the bilinear critic
  Matrix<T> gradient_a_;
  Matrix<T> gradient_b_;
};

}  // namespace infomax::objective
