// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/moment_gradient.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/view_functions.hpp"

// R: whitened coordinates of all views, r_m of view m. Q: outputs of all views.

namespace infomax::objective {

/// J of the outputs X_m [r_m, q_m] of whitened coordinates, and its gradient. x has X_m after X_m.
class WhitenedViews {
 public:
  WhitenedViews(const Matrix<double>& k, std::span<const std::size_t> ranks,
                std::span<const std::size_t> outputs, double samples, MomentFunction& function)
      : k_(&k),
        ranks_(ranks),
        outputs_(outputs),
        first_rank_(first_columns(ranks)),
        first_output_(first_columns(outputs)),
        products_(first_rank_.back(), first_output_.back()),
        function_(&function) {
    const std::size_t q = first_output_.back();
    moments_.samples = samples;
    moments_.variance_b.resize(q);
    moments_.bb.resize(q, q);
    gradient_.wanted_b = true;
  }

  [[nodiscard]] std::size_t size() const {
    return std::inner_product(ranks_.begin(), ranks_.end(), outputs_.begin(), std::size_t{0});
  }

  /// X_m in x.
  template <class V>
  [[nodiscard]] MatrixView<V> part(std::span<V> x, std::size_t m) const {
    const std::size_t before =
        std::inner_product(ranks_.begin(), ranks_.begin() + static_cast<std::ptrdiff_t>(m),
                           outputs_.begin(), std::size_t{0});
    return {x.data() + before, ranks_[m], outputs_[m]};
  }

  double evaluate(std::span<const double> x, std::span<double> gradient) {
    for (std::size_t n = 0; n < ranks_.size(); ++n) {
      math::gemm<double>(
          math::Transpose::no, math::Transpose::no, 1.0,
          block_of(k_->view(), 0, k_->rows(), first_rank_[n], ranks_[n]), part(x, n), 0.0,
          block_of(products_.view(), 0, products_.rows(), first_output_[n], outputs_[n]));
    }
    for (std::size_t m = 0; m < ranks_.size(); ++m) {
      math::gemm<double>(math::Transpose::yes, math::Transpose::no, 1.0, part(x, m),
                         std::as_const(products_).view().row_range(first_rank_[m], ranks_[m]), 0.0,
                         moments_.bb.view().row_range(first_output_[m], outputs_[m]));
    }
    const std::size_t q = moments_.bb.rows();
    for (std::size_t j = 0; j < q; ++j) {
      moments_.variance_b[j] = moments_.bb(j, j);
    }
    gradient_.reset(function_->needs(), 1, q);
    const double value = function_->evaluate(moments_, &gradient_);
    Matrix<double> symmetric(q, q);
    for (std::size_t i = 0; i < q; ++i) {
      for (std::size_t j = 0; j < q; ++j) {
        symmetric(i, j) = gradient_.bb(i, j) + gradient_.bb(j, i);
      }
    }
    for (std::size_t m = 0; m < ranks_.size(); ++m) {
      math::gemm<double>(
          math::Transpose::no, math::Transpose::no, 1.0,
          std::as_const(products_).view().row_range(first_rank_[m], ranks_[m]),
          block_of(std::as_const(symmetric).view(), 0, q, first_output_[m], outputs_[m]), 0.0,
          part(gradient, m));
    }
    return value;
  }

 private:
  const Matrix<double>* k_;
  std::span<const std::size_t> ranks_;
  std::span<const std::size_t> outputs_;
  std::vector<std::size_t> first_rank_;
  std::vector<std::size_t> first_output_;
  Matrix<double> products_;  // K X [R, Q]
  MomentFunction* function_;
  stats::SecondMoments moments_;
  stats::MomentGradient gradient_;
};

}  // namespace infomax::objective
