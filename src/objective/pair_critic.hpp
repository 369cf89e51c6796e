// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/objective/batch.hpp"
#include "infomax/stats/moment_memory.hpp"
#include "objective/concat_scores.hpp"
#include "objective/contrastive.hpp"
#include "objective/own_network.hpp"
#include "objective/pair_scores.hpp"

/// @file
/// N: global rows. B: local rows. p, q: columns of a and b; d: those of scored rows; m: parameters.

namespace infomax::objective {

/// What scores pairs of rows, with the parameters that are learned: u_ij = s_i . t_j / temperature,
/// where s are the rows of a and t those of b, as they are, of unit length, W b_j of the bilinear
/// critic, or g(a_i) and h(b_j) of the separable one; or u_ij = f([a_i, b_j]).
/// Parameters in this order, as far as there are any: ln of the temperature, the shift of scores,
/// W [p, q] or those of g and h or of f.
template <math::Real T>
class PairCritic {
 public:
  /// `shift` is the initial value of a shift that is learned, if there is one.
  explicit PairCritic(const ContrastiveOptions& options, std::optional<double> shift = {});

  /// m. Throws UsageError where the critic's network does not fit the columns.
  [[nodiscard]] std::size_t parameter_count(std::size_t p, std::size_t q) const;
  /// Writes the initial values [m].
  void initialize(std::span<T> parameters, std::size_t p, std::size_t q, std::uint64_t seed) const;

  /// Reads both sides. Without parameters in the batch, they have their initial values.
  void read(const Batch<T>& batch);

  /// @{ The scored rows, [B, d]; of the critic f([a, b]) those of the sides.
  [[nodiscard]] MatrixView<const T> a() const { return a_.view(); }
  [[nodiscard]] MatrixView<const T> b() const { return b_.view(); }
  /// @}
  [[nodiscard]] double temperature() const { return temperature_; }
  [[nodiscard]] double shift() const { return shift_; }

  /// The pairs of each row of a with all rows of b, or of b with those of a, until the next call.
  [[nodiscard]] typename PairScores<T>::Rows pairs(bool of_a, const stats::RowParts* parts,
                                                   bool without_own = false);

  /// The score of a pair that belongs together, without the shift.
  [[nodiscard]] double positive(std::size_t i) const { return positives_[i]; }

  /// Computes the derivatives by the scored rows that the requested gradients need, from the
  /// derivatives by the scores of pairs that belong together [B] and what `add` adds for all
  /// others: add(of_a, pairs, gradient, other) adds the derivatives by the staying rows of the
  /// pairs to `gradient` and, if that has columns, those by the travelling rows to `other`.
  template <class Add>
  void differentiate(const Batch<T>& batch, std::span<const double> slopes,
                     const Gradients<T>& gradients, const Add& add, bool without_own = false) {
    const auto pairs_of_a = pairs(true, batch.rows.parts, without_own);
    const bool at_once =
        wants_a(gradients) && wants_b(gradients) && PairScores<T>::goes_both_ways(pairs_of_a);
    if (wants_a(gradients)) {
      start_gradient(true, batch, slopes, gradients);
      if (!at_once) {
        add(true, pairs_of_a, gradient_a_.view(), MatrixView<T>{});
      }
    }
    if (wants_b(gradients)) {
      start_gradient(false, batch, slopes, gradients);
      if (at_once) {
        add(true, pairs_of_a, gradient_a_.view(), gradient_b_.view());
      } else {
        add(false, pairs(false, batch.rows.parts, without_own), gradient_b_.view(),
            MatrixView<T>{});
      }
    }
  }

  /// After differentiate(): writes what is requested. `by_shift` [B] is what each row
  /// of b has to the derivative by the shift, where there is one.
  void write_gradients(const Batch<T>& batch, std::span<const double> by_shift,
                       const Gradients<T>& gradients);

 private:
  /// @{ Whether the derivatives by a side's scored rows are needed for those that are requested.
  [[nodiscard]] bool wants_a(const Gradients<T>& gradients) const {
    return gradients.a.columns() > 0 ||
           (critic_.form == Critic::Form::separable && !gradients.parameters.empty());
  }
  [[nodiscard]] static bool wants_b(const Gradients<T>& gradients) {
    return gradients.b.columns() > 0 || !gradients.parameters.empty();
  }
  /// @}
  /// Writes what derivatives by the scores of pairs that belong together [B] give to gradient_a_
  /// or gradient_b_.
  void start_gradient(bool of_a, const Batch<T>& batch, std::span<const double> slopes,
                      const Gradients<T>& gradients);
  [[nodiscard]] std::size_t first_weight() const {
    return (learns_temperature_ ? 1U : 0U) + (initial_shift_ ? 1U : 0U);
  }
  [[nodiscard]] std::span<const T> weights() const {
    return std::span<const T>(parameters_).subspan(first_weight());
  }
  void read_products(const stats::RowPairs<T>& rows);
  void read_bilinear(const stats::RowPairs<T>& rows);
  void read_separable(const stats::RowPairs<T>& rows);
  void read_concat(const stats::RowPairs<T>& rows);
  void write_bilinear_gradient(const stats::RowParts* parts, MatrixView<T> gradient);
  void write_separable_gradients(const Gradients<T>& gradients);
  void add_parameter_gradients(std::span<const double> by_shift, std::size_t first,
                               std::size_t count, std::span<T> gradient) const;

  Critic critic_;
  double initial_temperature_;
  bool learns_temperature_;
  std::optional<double> initial_shift_;

  double temperature_ = 1.0;
  double shift_ = 0.0;
  Buffer<T> parameters_;      // [m]
  Buffer<double> positives_;  // [B]
  ScoredRows<T> reader_a_;
  ScoredRows<T> reader_b_;
  Matrix<T> a_;
  Matrix<T> b_;
  Matrix<T> raw_b_;  // [B, q] of the bilinear critic
  Matrix<T> gradient_a_;
  Matrix<T> gradient_b_;
  std::unique_ptr<OwnNetwork<T>> network_a_;  // g
  std::unique_ptr<OwnNetwork<T>> network_b_;  // h
  std::unique_ptr<ConcatScores<T>> concat_;
  Buffer<T> tile_a_;  // rows of the sides on their way to g and h
  Buffer<T> tile_b_;
  Buffer<T> unwanted_;  // a gradient by parameters that nobody reads
};

/// The memory of a PairCritic and of the scores of its pairs.
[[nodiscard]] stats::MemoryUse critic_memory(const ObjectiveOptions& options,
                                             const stats::BatchExtent& batch);

}  // namespace infomax::objective
