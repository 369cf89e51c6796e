// SPDX-License-Identifier: BSD-3-Clause
#include "generators/generator_support.hpp"

#include <cmath>

#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::generators {

CounterRandom row_numbers(std::uint64_t seed, Purpose purpose, std::size_t row) {
  return {seed, RandomStream::generation, static_cast<std::uint64_t>(purpose), row};
}

Matrix<double> random_map(std::uint64_t seed, Purpose purpose, std::size_t n) {
  Matrix<double> normal(n, n);
  fill_normal<double>(seed, purpose, 0, normal.view());
  math::SingularValues factors = math::singular_values(normal.view());
  for (std::size_t j = 0; j < n; ++j) {
    const double place = n > 1 ? static_cast<double>(j) / static_cast<double>(n - 1) : 0.5;
    math::scale<double>(std::exp2(1.0 - 2.0 * place), {&factors.vt(j, 0), n});
  }
  Matrix<double> map(n, n);
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, factors.u.view(),
                     factors.vt.view(), 0.0, map.view());
  return map;
}

void correlate(const std::vector<double>& rhos, MatrixView<const double> u, MatrixView<double> v) {
  for (std::size_t i = 0; i < v.rows(); ++i) {
    for (std::size_t k = 0; k < rhos.size(); ++k) {
      v(i, k) = rhos[k] * u(i, k) + std::sqrt(1.0 - rhos[k] * rhos[k]) * v(i, k);
    }
  }
}

void write_latent_views(hdf5::File& file, const LatentViews& views, const Distort& distort) {
  const Matrix<double> x_map = random_map(views.seed, Purpose::x_map, views.p);
  const Matrix<double> y_map = random_map(views.seed, Purpose::y_map, views.q);
  Matrix<double> u(slab_rows, views.p);
  Matrix<double> v(slab_rows, views.q);
  write_pair<double>(file, views.rows, views.p, views.q,
                     [&](std::size_t first, MatrixView<double> x, MatrixView<double> y) {
                       const auto u_part = u.view().row_range(0, x.rows());
                       const auto v_part = v.view().row_range(0, y.rows());
                       fill_normal(views.seed, Purpose::x, first, u_part);
                       fill_normal(views.seed, Purpose::y, first, v_part);
                       correlate(views.rhos, u_part, v_part);
                       distort(first, u_part, v_part);
                       const auto no = math::Transpose::no;
                       math::gemm<double>(no, no, 1.0, u_part, x_map.view(), 0.0, x);
                       math::gemm<double>(no, no, 1.0, v_part, y_map.view(), 0.0, y);
                     });
}

void require(bool holds, const std::string& message) {
  if (!holds) {
    throw UsageError(message);
  }
}

void check_views(std::size_t rows, std::size_t p, std::size_t q, const std::vector<double>& rhos) {
  const std::size_t fewest = std::min(p, q);
  require(rows > 0 && fewest > 0, "two views need at least one row and column each");
  require(rhos.size() <= fewest,
          std::to_string(rhos.size()) +
              " correlations need as many columns in each view, but a view has " +
              std::to_string(fewest) + "; give fewer correlations or more columns");
  for (const double rho : rhos) {
    require(std::abs(rho) < 1.0, "the correlation " + std::to_string(rho) +
                                     " is not between -1 and 1; give another one");
  }
}

}  // namespace infomax::generators
