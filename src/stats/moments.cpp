#include "infomax/stats/moments.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <type_traits>

#include "infomax/math/elementwise.hpp"

namespace infomax::stats {
namespace {

/// Below this part of its mean a deviation is the rounding of the mean itself.
constexpr double relative_rounding = 1e-13;

std::size_t symmetric_size(Extent extent, std::size_t p) {
  return extent == Extent::full ? p * (p + 1) / 2 : p;
}

std::size_t cross_size(Extent extent, std::size_t p, std::size_t q) {
  return extent == Extent::full ? p * q : (extent == Extent::diagonal ? p : 0);
}

bool is_constant(double variance, double mean) {
  return std::sqrt(variance) <= relative_rounding * std::abs(mean);
}

/// Sums to variances and, where it is full, to a symmetric matrix.
void unpack_symmetric(Extent extent, std::span<const double> sums, double divisor,
                      std::span<const double> mean, Buffer<double>& variance,
                      Matrix<double>& covariance) {
  const std::size_t p = mean.size();
  variance.resize(p);
  std::size_t from = 0;
  for (std::size_t i = 0; i < p; ++i) {
    const double v = sums[from] / divisor;
    variance[i] = is_constant(v, mean[i]) ? 0.0 : v;
    from += extent == Extent::full ? p - i : 1;
  }
  if (extent != Extent::full) {
    return;
  }
  if (covariance.rows() != p) {
    covariance = Matrix<double>(p, p);
  }
  const double* packed = sums.data();
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = i; j < p; ++j) {
      const bool constant = variance[i] == 0.0 || variance[j] == 0.0;
      covariance(i, j) = constant ? 0.0 : *packed / divisor;
      ++packed;
    }
  }
  math::symmetrize(covariance.view());
}

void unpack_cross(Extent extent, std::span<const double> sums, double divisor,
                  SecondMoments& moments) {
  const std::size_t p = moments.variance_a.size();
  const std::size_t q = moments.variance_b.size();
  const auto unpacked = [&](std::size_t i, std::size_t j, double sum) {
    const bool constant = moments.variance_a[i] == 0.0 || moments.variance_b[j] == 0.0;
    return constant ? 0.0 : sum / divisor;
  };
  if (extent == Extent::diagonal) {
    moments.covariance.resize(p);
    for (std::size_t j = 0; j < p; ++j) {
      moments.covariance[j] = unpacked(j, j, sums[j]);
    }
  } else if (extent == Extent::full) {
    if (moments.ab.rows() != p || moments.ab.columns() != q) {
      moments.ab = Matrix<double>(p, q);
    }
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t j = 0; j < q; ++j) {
        moments.ab(i, j) = unpacked(i, j, sums[i * q + j]);
      }
    }
  }
}

template <math::Real T>
void add_symmetric(Extent extent, MatrixView<const T> rows, Buffer<T>& scratch,
                   std::span<double> sums) {
  const std::size_t p = rows.columns();
  if (extent != Extent::full) {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      math::accumulate_products<T>(rows.row(i), rows.row(i), sums);
    }
    return;
  }
  scratch.resize(p * p);
  const MatrixView<T> product(scratch.data(), p, p);
  math::syrk<T>(T{1}, rows, T{0}, product);
  for (std::size_t i = 0; i < p; ++i) {
    math::accumulate<T>(product.row(i).subspan(i), sums.first(p - i));
    sums = sums.subspan(p - i);
  }
}

template <math::Real T>
void add_cross(Extent extent, MatrixView<const T> a, MatrixView<const T> b, Buffer<T>& scratch,
               std::span<double> sums) {
  if (extent == Extent::diagonal) {
    for (std::size_t i = 0; i < a.rows(); ++i) {
      math::accumulate_products<T>(a.row(i), b.row(i), sums);
    }
  } else if (extent == Extent::full) {
    scratch.resize(a.columns() * b.columns());
    const MatrixView<T> product(scratch.data(), a.columns(), b.columns());
    math::gemm<T>(math::Transpose::yes, math::Transpose::no, T{1}, a, b, T{0}, product);
    math::accumulate<T>(scratch, sums);
  }
}

/// The rows in double, in `scratch`.
template <math::Real T>
MatrixView<const double> widened(MatrixView<const T> rows, Buffer<double>& scratch) {
  scratch.resize(rows.size());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::ranges::copy(rows.row(i),
                      scratch.begin() + static_cast<std::ptrdiff_t>(i * rows.columns()));
  }
  return {scratch.data(), rows.rows(), rows.columns()};
}

/// Where one tile's products are added, one span a matrix.
struct Sums {
  std::span<double> aa;
  std::span<double> bb;
  std::span<double> ab;
};

template <math::Real T>
void add_tile(const MomentNeeds& needs, MatrixView<const T> a, MatrixView<const T> b,
              Buffer<T>& scratch, const Sums& sums) {
  add_symmetric(needs.aa, a, scratch, sums.aa);
  add_symmetric(needs.bb, b, scratch, sums.bb);
  add_cross(needs.ab, a, b, scratch, sums.ab);
}

}  // namespace

template <math::Real T>
const SecondMoments& MomentPass<T>::measure(const mpi::Communicator& communicator,
                                            const RowSource<T>& a, const RowSource<T>& b,
                                            const Means& means) {
  const std::size_t p = a.columns();
  const std::size_t q = b.columns();
  assert(a.rows() == b.rows() && (needs_.ab != Extent::diagonal || p == q));
  const std::size_t size_aa = symmetric_size(needs_.aa, p);
  const std::size_t size_bb = symmetric_size(needs_.bb, q);
  sums_.resize(size_aa + size_bb + cross_size(needs_.ab, p, q));
  const std::span<double> aa = std::span(sums_).first(size_aa);
  const std::span<double> bb = std::span(sums_).subspan(size_aa, size_bb);
  const std::span<double> ab = std::span(sums_).subspan(size_aa + size_bb);

  const auto add_tile_of = [&](std::size_t first, std::size_t count) {
    const MatrixView<const T> rows_a = tiles_a_.read(a, means.a, first, count);
    const MatrixView<const T> rows_b = tiles_b_.read(b, means.b, first, count);
    if (needs_.in_double && !std::is_same_v<T, double>) {
      add_tile(needs_, widened(rows_a, wide_a_), widened(rows_b, wide_b_), wide_product_,
               {aa, bb, ab});
    } else {
      add_tile(needs_, rows_a, rows_b, product_, {aa, bb, ab});
    }
  };
  summation_.over(
      communicator, a.parts(), a.rows(), std::span<double>(sums_),
      [&](std::size_t first, std::size_t count) { for_each_tile(first, count, add_tile_of); });

  const double divisor = std::max(1.0, means.samples);
  moments_.samples = means.samples;
  unpack_symmetric(needs_.aa, aa, divisor, means.a, moments_.variance_a, moments_.aa);
  unpack_symmetric(needs_.bb, bb, divisor, means.b, moments_.variance_b, moments_.bb);
  unpack_cross(needs_.ab, ab, divisor, moments_);
  return moments_;
}

template class MomentPass<float>;
template class MomentPass<double>;

}  // namespace infomax::stats
