#include "infomax/data/generator.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"
#include "infomax/math/blas.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t slab_rows = 4096;

/// What a stream of random numbers is for: its `major` coordinate.
enum class Part : std::uint64_t { x = 0, y = 1, mixing_x = 2, mixing_y = 3 };

CounterRandom stream(std::uint64_t seed, Part part, std::uint64_t row = 0) {
  return {seed, RandomStream::generation, static_cast<std::uint64_t>(part), row};
}

void fill_normal(std::uint64_t seed, Part part, std::size_t first_row, MatrixView<double> out) {
  for (std::size_t i = 0; i < out.rows(); ++i) {
    const auto random = stream(seed, part, first_row + i);
    for (std::size_t j = 0; j < out.columns(); ++j) {
      out(i, j) = random.normal(j);
    }
  }
}

/// Writes rows slab by slab; `make(first row, x, y)` fills a slab.
void write_slabs(
    hdf5::File& file, std::size_t rows, std::size_t p, std::size_t q,
    const std::function<void(std::size_t, MatrixView<double>, MatrixView<double>)>& make) {
  auto x_dataset = file.create_dataset("/x", hdf5::ElementType::f64, {rows, p});
  auto y_dataset = file.create_dataset("/y", hdf5::ElementType::f64, {rows, q});
  Matrix<double> x(std::min(slab_rows, rows), p);
  Matrix<double> y(std::min(slab_rows, rows), q);
  for (std::size_t first = 0; first < rows; first += slab_rows) {
    const std::size_t count = std::min(slab_rows, rows - first);
    make(first, x.view().row_range(0, count), y.view().row_range(0, count));
    x_dataset.write<double>(first, count, std::as_const(x).span().first(count * p));
    y_dataset.write<double>(first, count, std::as_const(y).span().first(count * q));
  }
}

/// 2 I + G / (3 sqrt n): G / sqrt n has a norm near 2, so singular values stay between about 1.3
/// and 2.7, and the mixed columns are all of like scale.
Matrix<double> mixing(std::uint64_t seed, Part part, std::size_t n) {
  const auto random = stream(seed, part);
  Matrix<double> matrix(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      matrix(i, j) = random.normal(i * n + j) / (3.0 * std::sqrt(static_cast<double>(n))) +
                     (i == j ? 2.0 : 0.0);
    }
  }
  return matrix;
}

double mutual_information(std::span<const double> correlations) {
  double sum = 0.0;
  for (const double rho : correlations) {
    sum -= 0.5 * std::log1p(-rho * rho);
  }
  return sum;
}

void check(const GaussianViews& views) {
  const std::size_t most = std::min(views.p, views.q);
  if (views.correlations.size() > most) {
    throw UsageError(
        fmt::format("{} canonical correlations need as many columns in each view, and "
                    "there are {}; give fewer, or more columns",
                    views.correlations.size(), most));
  }
  if (!std::ranges::all_of(views.correlations,
                           [](double rho) { return rho >= 0.0 && rho < 1.0; })) {
    throw UsageError("a canonical correlation must be at least 0 and below 1");
  }
}

}  // namespace

void generate_random(const Destination& destination, const RandomShape& shape, std::uint64_t seed) {
  write_file(destination, [&](hdf5::File& file) {
    write_slabs(file, shape.rows, shape.p, shape.q,
                [&](std::size_t first, MatrixView<double> x, MatrixView<double> y) {
                  fill_normal(seed, Part::x, first, x);
                  fill_normal(seed, Part::y, first, y);
                });
  });
}

void generate_gaussian_views(const Destination& destination, const GaussianViews& views,
                             std::uint64_t seed) {
  check(views);
  auto correlations = views.correlations;
  std::ranges::sort(correlations, std::greater<>{});
  const auto mixing_x = mixing(seed, Part::mixing_x, views.p);
  const auto mixing_y = mixing(seed, Part::mixing_y, views.q);
  Matrix<double> u(slab_rows, views.p);
  Matrix<double> v(slab_rows, views.q);
  write_file(destination, [&](hdf5::File& file) {
    file.write_attribute("/", "canonical_correlations", std::span<const double>(correlations));
    file.write_attribute("/", "mutual_information", mutual_information(correlations));
    write_slabs(file, views.rows, views.p, views.q,
                [&](std::size_t first, MatrixView<double> x, MatrixView<double> y) {
                  const auto latent_x = u.view().row_range(0, x.rows());
                  const auto latent_y = v.view().row_range(0, y.rows());
                  fill_normal(seed, Part::x, first, latent_x);
                  fill_normal(seed, Part::y, first, latent_y);
                  for (std::size_t i = 0; i < x.rows(); ++i) {
                    for (std::size_t k = 0; k < correlations.size(); ++k) {
                      const double rho = correlations[k];
                      latent_y(i, k) =
                          rho * latent_x(i, k) + std::sqrt(1.0 - rho * rho) * latent_y(i, k);
                    }
                  }
                  math::gemm(math::Transpose::no, math::Transpose::no, 1.0, latent_x,
                             mixing_x.view(), 0.0, x);
                  math::gemm(math::Transpose::no, math::Transpose::no, 1.0, latent_y,
                             mixing_y.view(), 0.0, y);
                });
  });
}

}  // namespace infomax::data
