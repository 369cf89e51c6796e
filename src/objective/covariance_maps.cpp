// SPDX-License-Identifier: BSD-3-Clause
#include "objective/covariance_maps.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "objective/leading_columns.hpp"
#include "objective/sparse_pair.hpp"
#include "objective/transposed.hpp"

// K: pairs of outputs.

namespace infomax::objective {
namespace {

using math::Transpose;

/// What is left of the covariance of both sides counts as 0 below this part of what there was.
constexpr double nothing_left = 1e-10;

/// The weights of pairs of outputs in columns, before any has been deflated, and the loadings of
/// what is taken from either side.
struct Pairs {
  Matrix<double> w;                      ///< [m, K]
  Matrix<double> v;                      ///< [n, K]
  Matrix<double> p;                      ///< [m, K]
  Matrix<double> q;                      ///< [n, K]
  std::size_t found = 0;                 ///< the others are 0
  std::vector<double> covariances = {};  ///< [found]
};

std::vector<double> column(const Matrix<double>& x, std::size_t k) {
  std::vector<double> values(x.rows());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    values[i] = x(i, k);
  }
  return values;
}

void set_column(Matrix<double>& x, std::size_t k, std::span<const double> values) {
  for (std::size_t i = 0; i < x.rows(); ++i) {
    x(i, k) = values[i];
  }
}

double inner(std::span<const double> x, std::span<const double> y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

/// C w / (w^T C w); zeros where the output of w does not vary.
std::vector<double> loading(const Matrix<double>& covariance, std::span<const double> w) {
  std::vector<double> result(covariance.rows());
  math::gemv_transposed<double>(1.0, covariance.view(), w, 0.0, result);
  const double variance = inner(w, result);
  for (double& value : result) {
    value = variance > 0.0 ? value / variance : 0.0;
  }
  return result;
}

/// x <- x + factor y z^T.
void add_outer(double factor, std::span<const double> y, std::span<const double> z,
               Matrix<double>& x) {
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < x.columns(); ++j) {
      x(i, j) += factor * y[i] * z[j];
    }
  }
}

/// (I - p w^T) x, for columns [m] of x.
void take_left(std::span<const double> p, std::span<const double> w, Matrix<double>& x) {
  std::vector<double> along(x.columns());
  math::gemv_transposed<double>(1.0, x.view(), w, 0.0, along);
  add_outer(-1.0, p, along, x);
}

/// x (I - v q^T).
void take_right(std::span<const double> v, std::span<const double> q, Matrix<double>& x) {
  std::vector<double> along(x.rows());
  math::gemm<double>(Transpose::no, Transpose::no, 1.0, x.view(), {v.data(), v.size(), 1}, 0.0,
                     {along.data(), along.size(), 1});
  add_outer(-1.0, along, q, x);
}

/// The deflation of a side's own covariance by its output t = w^T x: (I - p w^T) C (I - w p^T).
void take_own(std::span<const double> p, std::span<const double> w, Matrix<double>& covariance) {
  take_left(p, w, covariance);
  take_right(w, p, covariance);
}

/// Wold's algorithm in moments in place of rows, where x predicts y.
Pairs deflated_pairs(Matrix<double> xx, Matrix<double> xy, Matrix<double> yy, std::size_t pairs,
                     bool regression) {
  const std::size_t m = xx.rows();
  const std::size_t n = yy.rows();
  Pairs found{Matrix<double>(m, pairs, 0.0), Matrix<double>(n, pairs, 0.0),
              Matrix<double>(m, pairs, 0.0), Matrix<double>(n, pairs, 0.0)};
  double first = 0.0;
  for (std::size_t k = 0; k < pairs; ++k) {
    const auto parts = math::singular_values(xy.view());
    first = std::max(first, parts.values[0]);
    if (!(parts.values[0] > nothing_left * first)) {
      break;
    }
    const auto w = column(parts.u, 0);
    const auto v = column(transposed(parts.vt), 0);
    const auto p = loading(xx, w);
    set_column(found.w, k, w);
    set_column(found.p, k, p);
    if (regression) {
      // What t = w^T x says of y: y weights and loadings are the same.
      std::vector<double> d(n);
      math::gemv_transposed<double>(1.0, xy.view(), w, 0.0, d);
      std::vector<double> own(m);
      math::gemv_transposed<double>(1.0, xx.view(), w, 0.0, own);
      const double variance = inner(w, own);
      std::ranges::for_each(d, [variance](double& value) { value /= variance; });
      set_column(found.v, k, d);
      set_column(found.q, k, d);
    } else {
      const auto q = loading(yy, v);
      set_column(found.v, k, v);
      set_column(found.q, k, q);
      take_right(v, q, xy);
      take_own(q, v, yy);
    }
    take_left(p, w, xy);
    take_own(p, w, xx);
    found.covariances.push_back(parts.values[0]);
    ++found.found;
  }
  return found;
}

/// The map w (p^T w)^-1 of rows as they were to outputs of deflated rows, for the first `found`.
Matrix<double> rotations(const Matrix<double>& w, const Matrix<double>& p, std::size_t found,
                         std::size_t outputs) {
  Matrix<double> result(w.rows(), outputs, 0.0);
  if (found == 0) {
    return result;
  }
  const Matrix<double> leading_w = leading_columns(w, found);
  const Matrix<double> leading_p = leading_columns(p, found);
  Matrix<double> crossed(found, found);
  math::gemm<double>(Transpose::yes, Transpose::no, 1.0, leading_p.view(), leading_w.view(), 0.0,
                     crossed.view());
  // By the pseudo-inverse, for y of fewer columns than there are pairs.
  const auto parts = math::singular_values(crossed.view());
  Matrix<double> scaled_v = transposed(parts.vt);
  for (std::size_t i = 0; i < found; ++i) {
    for (std::size_t j = 0; j < found; ++j) {
      scaled_v(i, j) =
          parts.values[j] > nothing_left * parts.values[0] ? scaled_v(i, j) / parts.values[j] : 0.0;
    }
  }
  Matrix<double> inverse(found, found);
  math::gemm<double>(Transpose::no, Transpose::yes, 1.0, scaled_v.view(), parts.u.view(), 0.0,
                     inverse.view());
  Matrix<double> map(w.rows(), found);
  math::gemm<double>(Transpose::no, Transpose::no, 1.0, leading_w.view(), inverse.view(), 0.0,
                     map.view());
  for (std::size_t i = 0; i < map.rows(); ++i) {
    std::ranges::copy(map.view().row(i).first(std::min(found, outputs)),
                      result.view().row(i).begin());
  }
  return result;
}

double bound_of(const std::optional<double>& sparsity, std::size_t columns) {
  const double root = std::sqrt(static_cast<double>(columns));
  return sparsity ? std::max(1.0, *sparsity * root) : root + 1.0;
}

Pairs sparse_pairs(Matrix<double> z, std::size_t pairs, const PlsOptions& options) {
  Pairs found{
      Matrix<double>(z.rows(), pairs, 0.0), Matrix<double>(z.columns(), pairs, 0.0), {}, {}};
  const double bound_a = bound_of(options.sparsity_a, z.rows());
  const double bound_b = bound_of(options.sparsity_b, z.columns());
  for (std::size_t k = 0; k < pairs; ++k) {
    const SparsePair pair = sparse_pair(z, bound_a, bound_b);
    if (!(pair.covariance > nothing_left * (k == 0 ? 0.0 : found.covariances.front()))) {
      break;
    }
    set_column(found.w, k, pair.u);
    set_column(found.v, k, pair.v);
    add_outer(-pair.covariance, pair.u, pair.v, z);
    found.covariances.push_back(pair.covariance);
    ++found.found;
  }
  return found;
}

Matrix<double> leading_of(const Matrix<double>& x, std::size_t outputs) {
  return outputs == 0 ? Matrix<double>() : leading_columns(x, outputs);
}

/// Columns are 0 from `found` on.
void clear_after(std::size_t found, Matrix<double>& columns) {
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    const auto row = columns.view().row(i);
    std::fill(row.begin() + static_cast<std::ptrdiff_t>(std::min(found, row.size())), row.end(),
              0.0);
  }
}

/// The leading singular vectors. Those of a covariance of 0 are any, and 0 here.
std::size_t singular_maps(const Matrix<double>& covariance, std::size_t outputs_a,
                          std::size_t outputs_b, CanonicalMaps& maps) {
  const auto parts = math::singular_values(covariance.view());
  const auto count = std::min(std::max(outputs_a, outputs_b), parts.values.size());
  maps.correlations.assign(parts.values.begin(),
                           parts.values.begin() + static_cast<std::ptrdiff_t>(count));
  const auto found =
      static_cast<std::size_t>(std::ranges::count_if(maps.correlations, [&](double value) {
        return value > nothing_left * maps.correlations.front();
      }));
  maps.correlations.resize(found);
  maps.a = leading_of(parts.u, outputs_a);
  maps.b = leading_of(transposed(parts.vt), outputs_b);
  clear_after(found, maps.a);
  clear_after(found, maps.b);
  return found;
}

}  // namespace

CanonicalMaps covariance_maps(const stats::SecondMoments& moments, const PlsOptions& options,
                              std::size_t outputs_a, std::size_t outputs_b) {
  const std::size_t pairs = std::max(outputs_a, outputs_b);
  CanonicalMaps maps;
  std::size_t found = 0;
  if (options.sparse()) {
    Pairs sparse = sparse_pairs(moments.ab, pairs, options);
    maps.a = leading_of(sparse.w, outputs_a);
    maps.b = leading_of(sparse.v, outputs_b);
    maps.correlations = std::move(sparse.covariances);
    found = sparse.found;
  } else if (options.mode == PlsMode::svd) {
    found = singular_maps(moments.ab, outputs_a, outputs_b, maps);
  } else {
    const bool regression = options.mode == PlsMode::regression;
    const bool a_predicts = outputs_a > 0;
    Pairs deflated =
        a_predicts
            ? deflated_pairs(moments.aa, moments.ab, moments.bb, pairs, regression)
            : deflated_pairs(moments.bb, transposed(moments.ab), moments.aa, pairs, regression);
    auto x = rotations(deflated.w, deflated.p, deflated.found, a_predicts ? outputs_a : outputs_b);
    if (a_predicts) {
      maps.a = std::move(x);
      maps.b = rotations(deflated.v, deflated.q, deflated.found, outputs_b);
    } else {
      maps.b = std::move(x);
    }
    maps.correlations = std::move(deflated.covariances);
    found = deflated.found;
  }
  if (found < pairs) {
    log::warning_once(
        "pls pairs",
        fmt::format("only {} of {} pairs of outputs have a covariance: nothing is left "
                    "of that of both sides; the others are 0",
                    found, pairs));
  }
  maps.correlations.resize(pairs, 0.0);
  return maps;
}

}  // namespace infomax::objective
