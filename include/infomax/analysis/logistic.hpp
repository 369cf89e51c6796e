// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/windows.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"

/// @file
/// N global rows, B local rows, D features, C classes. All is computed in double. Where rows have
/// parts, every sum over them is exact, and so results have the same bits at any number of ranks.

namespace infomax::analysis {

/// This rank's rows with a class each. What it points to must outlive it.
struct ClassifiedRows {
  const stats::RowSource<double>* x = nullptr;  ///< [B, D]
  std::span<const std::uint32_t> labels;        ///< [B], below C
  std::span<const data::Tile> tiles;            ///< all rows in order: what neighbours compare
  const stats::RowParts* parts = nullptr;       ///< of the rows; may be null
};

/// z = (x - shift) * scale for each of D features.
struct FeatureScale {
  Buffer<double> shift;  ///< [D]
  Buffer<double> scale;  ///< [D]; 0 makes a feature 0 everywhere
};

/// Multinomial logistic regression as a function to be minimised,
///   f(W, b) = -(1/N) sum_i ln p_i[y_i] + 1/2 sum_j penalty_j |W_j|^2,  p_i = softmax(z_i W + b),
/// of its parameters [(D + 1) C]: W [D, C] row by row, then b [C], which is not penalised.
class LogisticLoss {
 public:
  /// Collective: counts N. `scale` must outlive this.
  LogisticLoss(const mpi::Communicator& communicator, const ClassifiedRows& rows,
               std::size_t classes, const FeatureScale& scale);

  /// Sets the penalty of each feature [D].
  void set_penalty(std::span<const double> penalty) {
    penalty_.assign(penalty.begin(), penalty.end());
  }

  /// Returns (D + 1) C.
  [[nodiscard]] std::size_t parameter_count() const { return (rows_.x->columns() + 1) * classes_; }

  /// The ranks that hold the rows.
  [[nodiscard]] const mpi::Communicator& communicator() const { return communicator_; }

  /// Collective, one pass over the rows. f, and its gradient written to `gradient`.
  double operator()(std::span<const double> parameters, std::span<double> gradient);

  /// The mean over rows of p_i[c] (1 - p_i[c]) for each class [C] at the parameters of the last
  /// evaluation: what a class contributes to the curvature.
  [[nodiscard]] std::span<const double> class_curvature() const { return curvature_; }

  /// Collective, one pass over the rows. Writes the Hessian at `parameters` times `direction` to
  /// `product`.
  void multiply_by_hessian(std::span<const double> parameters, std::span<const double> direction,
                           std::span<double> product);

 private:
  MatrixView<const double> scaled_tile(std::size_t first, std::size_t count);
  MatrixView<double> multiply_tile(MatrixView<const double> z, const Matrix<double>& weight);
  double add_losses(std::size_t first, std::size_t count, std::span<const double> bias,
                    std::span<double> gradient, std::span<double> curvature);
  void add_products(std::size_t first, std::size_t count, std::span<const double> bias,
                    std::span<const double> bias_direction, std::span<double> product);

  mpi::Communicator communicator_;
  ClassifiedRows rows_;
  std::size_t classes_;
  const FeatureScale* scale_;
  double samples_;
  Buffer<double> penalty_;    // [D]
  Buffer<double> curvature_;  // [C]
  Matrix<double> weight_;     // [D, C]
  Matrix<double> both_;       // [D, 2 C], weights beside a direction
  Buffer<double> raw_;        // of the source
  Buffer<double> scaled_;     // [tile rows, D]
  Buffer<double> logits_;     // [tile rows, 2 C]
  Buffer<double> residual_;   // [tile rows, C]
  Buffer<double> p_;          // [C]
  stats::Summation summation_;
  Buffer<double> sums_;  // f, gradient, curvature; or a product
};

/// When a fit ends.
struct LogisticOptions {
  double tolerance = 1e-10;        ///< converged where relative_gap is at most this
  std::uint64_t iterations = 100;  ///< Newton steps at most
};

/// Why a fit ended.
enum class LogisticEnding : std::uint8_t {
  converged,  ///< within the tolerance
  rounding,   ///< the fall that remains is below the rounding errors of f
  enough,     ///< the iterations asked for are done
  stuck,      ///< the line search finds no better point although f should fall
  separable,  ///< f falls to 0 for ever, as nothing is penalised and the classes can be separated
};

/// How a fit ended.
struct LogisticOutcome {
  LogisticEnding ending = LogisticEnding::enough;  ///< why
  std::uint64_t iterations = 0;                    ///< Newton steps
  std::uint64_t passes = 0;                        ///< over all rows
  double f = 0.0;                                  ///< at the last point
  /// By how much the last step was to lower f, to second order, relative to f: half the squared
  /// norm of the gradient in the inverse Hessian, which no scaling of the features changes.
  double relative_gap = 0.0;

  /// Whether the last point is the optimum, as far as was asked for or double can tell.
  [[nodiscard]] bool has_converged() const {
    return ending == LogisticEnding::converged || ending == LogisticEnding::rounding;
  }
};

/// The result of a fit.
struct LogisticFit {
  std::size_t classes = 0;  ///< C
  /// W [D, C], then b [C], for the rows as they were given. A class without rows has weights 0 and
  /// the bias -infinity, which it has at the infimum.
  Buffer<double> parameters;
  LogisticOutcome outcome;  ///< of the fit
};

/// Called by every rank after each Newton step.
using LogisticWatcher = std::function<void(const LogisticOutcome& so_far)>;

/// Multinomial logistic regressions of the same rows with different penalties,
///   -(1/N) sum_i ln p_i[y_i] + (l2 / 2) |W|^2,   p_i = softmax(x_i W + b).
/// Newton's method with conjugate gradients (Nocedal and Wright 2006, algorithm 7.1) on
/// standardised features, preconditioned by the Hessian that weights shared by all rows would have:
/// by the covariance of the features, or above `most_covariances` of them by their variances.
class LogisticRegression {
 public:
  /// Features beyond which no covariances are kept, so that memory grows with D alone.
  static constexpr std::size_t most_covariances = 4096;

  /// Collective: measures the features.
  LogisticRegression(const mpi::Communicator& communicator, const ClassifiedRows& rows,
                     std::size_t classes);

  /// Collective. Minimises from `start`, an earlier fit of the same rows, or from 0.
  [[nodiscard]] LogisticFit fit(double l2, const LogisticOptions& options,
                                const LogisticFit* start = nullptr,
                                const LogisticWatcher& watcher = {});

  LogisticRegression(const LogisticRegression&) = delete;
  LogisticRegression& operator=(const LogisticRegression&) = delete;

 private:
  void measure(const mpi::Communicator& communicator);
  [[nodiscard]] Buffer<double> inside(const LogisticFit& fit) const;
  [[nodiscard]] LogisticFit outside(std::span<const double> parameters) const;

  mpi::Communicator communicator_;
  ClassifiedRows rows_;
  std::size_t classes_;                 // C
  std::vector<std::uint32_t> present_;  // classes that have rows, ascending
  std::vector<std::uint32_t> labels_;   // [B], places in present_
  FeatureScale scale_;                  // to mean 0 and deviation 1
  Matrix<double> correlations_;         // [D, D]; empty above most_covariances
  std::optional<LogisticLoss> loss_;    // of the classes that are present
};

/// The likeliest class of each row, the lowest of equals: [B]. By this rank alone.
[[nodiscard]] std::vector<std::uint32_t> predict(const LogisticFit& fit,
                                                 const ClassifiedRows& rows);

/// A sum over rows of all ranks.
struct LossSum {
  double sum = 0.0;   ///< of the losses
  double rows = 0.0;  ///< the number of rows
};

/// Collective. The sum of -ln p_i[y_i] over the rows whose class the fit has seen.
[[nodiscard]] LossSum log_loss(const mpi::Communicator& communicator, const LogisticFit& fit,
                               const ClassifiedRows& rows);

}  // namespace infomax::analysis
