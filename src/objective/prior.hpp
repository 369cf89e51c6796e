// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/objective/batch.hpp"
#include "infomax/objective/entropy.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/summation.hpp"
#include "objective/own_network.hpp"

/// @file
/// N: global samples. B: local samples. q: columns. s = 1 / (1 + e^-y), column by column.

namespace infomax::objective {

/// How far outputs are from being uniform on (0, 1) after a sigmoid.
enum class Prior : std::uint8_t {
  entropy,     ///< the mean entropy of the columns of s in M bins of [0, 1], less ln M
  adversarial  ///< the mean of ln D(s), D a network that learns to tell s from uniform numbers
};

/// The term of J that draws outputs y towards a prior distribution.
template <math::Real T>
class PriorTerm {
 public:
  /// `bins` is M. With `weight` 0 there is no term.
  PriorTerm(Prior prior, double weight, std::size_t bins);

  /// The parameters of D for q columns; of entropy, 0.
  [[nodiscard]] std::size_t parameter_count(std::size_t q) const;
  /// Writes their initial values.
  void initialize(std::span<T> parameters, std::size_t q, std::uint64_t seed) const;

  /// Collective. Reads the outputs [B, q], and returns the term without its weight. `numbers` [B]
  /// are those of the samples, which tell their uniform numbers.
  [[nodiscard]] double measure(const mpi::Communicator& communicator, MatrixView<const T> y,
                               const stats::RowParts* parts, std::span<const std::uint64_t> numbers,
                               std::span<const T> parameters, bool wants_gradient);

  /// After measure() for a gradient: adds the weighted derivative by y, unless `dy` has no columns,
  /// and that of what D maximises, mean ln D(u) + mean ln (1 - D(s)), by its parameters.
  void add_gradient(std::span<const T> parameters, MatrixView<T> dy, const OwnGradient<T>& own);

 private:
  [[nodiscard]] bool has_network() const { return prior_ == Prior::adversarial && weight_ != 0.0; }
  [[nodiscard]] double measure_entropy(const mpi::Communicator& communicator, bool wants_gradient);
  [[nodiscard]] double measure_discriminator(const mpi::Communicator& communicator,
                                             std::span<const T> parameters);
  void teach(std::span<const T> parameters, const OwnGradient<T>& own);

  Prior prior_;
  double weight_;
  double log_bins_;
  double samples_ = 0.0;
  Matrix<T> squashed_;  // s, [B, q]
  Matrix<T> gradient_;  // by s
  const stats::RowParts* parts_ = nullptr;
  std::span<const std::uint64_t> numbers_;

  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  EntropyTerms<T> entropy_;

  std::unique_ptr<OwnNetwork<T>> of_outputs_;  // D of s ...
  std::unique_ptr<OwnNetwork<T>> of_uniform_;  // ... and of uniform numbers
  Matrix<T> scores_;                           // ln D(s) - ln (1 - D(s)), [B, 1]
  Matrix<T> uniform_scores_;
  Matrix<T> slopes_;
  Buffer<T> unwanted_;
  stats::Summation summation_;
};

}  // namespace infomax::objective
