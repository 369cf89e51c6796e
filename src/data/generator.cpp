#include "infomax/data/generator.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/core/random.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::data {
namespace {

// N rows, p columns of x, q of y.

/// What a row's numbers are for, so that no two purposes share any.
enum Purpose : std::uint64_t { for_x = 1, for_y = 2, for_x_map = 3, for_y_map = 4 };

constexpr std::size_t slab_rows = 4096;

CounterRandom row_numbers(std::uint64_t seed, Purpose purpose, std::size_t row) {
  return {seed, RandomStream::generation, purpose, row};
}

/// Writes /x and /y of T slab by slab: `fill(first row, x, y)` makes one slab's rows.
template <class T, class Fill>
void write_pair(hdf5::File& file, std::size_t rows, std::size_t p, std::size_t q, Fill fill) {
  hdf5::Dataset x = file.create_dataset("/x", hdf5::element_type_of<T>(), {rows, p});
  hdf5::Dataset y = file.create_dataset("/y", hdf5::element_type_of<T>(), {rows, q});
  Matrix<T> x_slab(slab_rows, p);
  Matrix<T> y_slab(slab_rows, q);
  for (std::size_t first = 0; first < rows; first += slab_rows) {
    const std::size_t count = std::min(slab_rows, rows - first);
    const auto x_part = x_slab.view().row_range(0, count);
    const auto y_part = y_slab.view().row_range(0, count);
    fill(first, x_part, y_part);
    x.write<T>(first, count, {x_part.data(), x_part.size()});
    y.write<T>(first, count, {y_part.data(), y_part.size()});
  }
}

template <class T>
void fill_normal(std::uint64_t seed, Purpose purpose, std::size_t first, MatrixView<T> out) {
  for (std::size_t i = 0; i < out.rows(); ++i) {
    const CounterRandom random = row_numbers(seed, purpose, first + i);
    for (std::size_t j = 0; j < out.columns(); ++j) {
      out(i, j) = static_cast<T>(random.normal(j));
    }
  }
}

/// A random invertible map [n, n]: random orthogonal factors about singular values from 1/2 to 2.
Matrix<double> random_map(std::uint64_t seed, Purpose purpose, std::size_t n) {
  Matrix<double> normal(n, n);
  fill_normal(seed, purpose, 0, normal.view());
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

void require(bool holds, const std::string& message) {
  if (!holds) {
    throw UsageError(message);
  }
}

void check(const GaussianViews& wanted) {
  const std::size_t fewest = std::min(wanted.x_columns, wanted.y_columns);
  const std::size_t count = wanted.canonical_correlations.size();
  require(wanted.rows > 0 && fewest > 0, "Gaussian views need at least one row and column each");
  require(count <= fewest, std::to_string(count) +
                               " canonical correlations need as many columns in "
                               "each view, which have " +
                               std::to_string(fewest) + "; give fewer or more columns");
  for (const double rho : wanted.canonical_correlations) {
    require(std::abs(rho) < 1.0, "the canonical correlation " + std::to_string(rho) +
                                     " is not between -1 and 1; give one that is");
  }
}

/// v_i = rho_i u_i + sqrt(1 - rho_i^2) e_i, where v holds e at first; the other columns stay.
void correlate(const std::vector<double>& rhos, MatrixView<const double> u, MatrixView<double> v) {
  for (std::size_t i = 0; i < v.rows(); ++i) {
    for (std::size_t k = 0; k < rhos.size(); ++k) {
      v(i, k) = rhos[k] * u(i, k) + std::sqrt(1.0 - rhos[k] * rhos[k]) * v(i, k);
    }
  }
}

}  // namespace

void generate_random(const RandomSamples& wanted, const std::filesystem::path& output) {
  require(wanted.rows > 0 && wanted.inputs > 0 && wanted.outputs > 0,
          "random samples need at least one row, input and output");
  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  write_pair<float>(file, wanted.rows, wanted.inputs, wanted.outputs,
                    [&](std::size_t first, MatrixView<float> x, MatrixView<float> y) {
                      fill_normal(wanted.seed, for_x, first, x);
                      fill_normal(wanted.seed, for_y, first, y);
                    });
  file.close();
  pending.commit();
}

double mutual_information(const std::vector<double>& canonical_correlations) {
  double nats = 0.0;
  for (const double rho : canonical_correlations) {
    nats -= 0.5 * std::log1p(-rho * rho);
  }
  return nats;
}

void generate_gaussian_views(const GaussianViews& wanted, const std::filesystem::path& output) {
  check(wanted);
  const Matrix<double> x_map = random_map(wanted.seed, for_x_map, wanted.x_columns);
  const Matrix<double> y_map = random_map(wanted.seed, for_y_map, wanted.y_columns);
  Matrix<double> u(slab_rows, wanted.x_columns);
  Matrix<double> v(slab_rows, wanted.y_columns);

  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  write_pair<double>(file, wanted.rows, wanted.x_columns, wanted.y_columns,
                     [&](std::size_t first, MatrixView<double> x, MatrixView<double> y) {
                       const auto u_part = u.view().row_range(0, x.rows());
                       const auto v_part = v.view().row_range(0, y.rows());
                       fill_normal(wanted.seed, for_x, first, u_part);
                       fill_normal(wanted.seed, for_y, first, v_part);
                       correlate(wanted.canonical_correlations, u_part, v_part);
                       const auto no = math::Transpose::no;
                       math::gemm<double>(no, no, 1.0, u_part, x_map.view(), 0.0, x);
                       math::gemm<double>(no, no, 1.0, v_part, y_map.view(), 0.0, y);
                     });
  std::vector<double> sorted = wanted.canonical_correlations;
  std::sort(sorted.begin(), sorted.end(),
            [](double a, double b) { return std::abs(a) > std::abs(b); });
  file.write_attribute("/", "canonical_correlations", sorted);
  file.write_attribute("/", "mutual_information",
                       mutual_information(wanted.canonical_correlations));
  file.close();
  pending.commit();
}

}  // namespace infomax::data
