// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/moments.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <type_traits>

#include "infomax/math/elementwise.hpp"

namespace infomax::stats {
namespace {

/// A deviation below this fraction of the mean is within the rounding of the mean.
constexpr double relative_rounding = 1e-13;

std::size_t symmetric_size(Extent extent, std::size_t p) {
  return extent == Extent::full ? p * (p + 1) / 2 : p;
}

std::size_t lengths_size(const MomentNeeds& needs, std::size_t p) {
  return needs.lengths ? 1 + p : 0;
}

std::size_t cross_size(Extent extent, std::size_t p, std::size_t q) {
  return extent == Extent::full ? p * q : (extent == Extent::diagonal ? p : 0);
}

bool is_constant(double variance, double mean) {
  return std::sqrt(variance) <= relative_rounding * std::abs(mean);
}

/// Converts sums to variances and, if the extent is full, to a symmetric matrix.
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
    const auto row = covariance.view().row(i).subspan(i);
    const double* const variances = variance.data() + i;
    const bool constant = variance[i] == 0.0;
    for (std::size_t j = 0; j < row.size(); ++j) {
      const double moment = packed[j] / divisor;
      row[j] = constant || variances[j] == 0.0 ? 0.0 : moment;
    }
    packed += row.size();
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

/// Converts sums to moments. Columns that count as constant have no part in them.
void unpack_lengths(std::span<const double> sums, double divisor, std::span<const double> variance,
                    LengthMoments& moments) {
  const std::size_t p = variance.size();
  moments.third.resize(p);
  bool varies = false;
  for (std::size_t j = 0; j < p; ++j) {
    varies = varies || variance[j] != 0.0;
    moments.third[j] = variance[j] == 0.0 ? 0.0 : sums[1 + j] / divisor;
  }
  moments.fourth = varies ? sums[0] / divisor : 0.0;
}

/// `sums` are as MomentSums::lengths_a.
template <math::Real T>
void add_lengths(MatrixView<const T> rows, std::span<double> sums) {
  const auto third = sums.subspan(1);
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const T* const z = rows.row(i).data();
    double square = 0.0;
    for (std::size_t j = 0; j < third.size(); ++j) {
      square += static_cast<double>(z[j]) * static_cast<double>(z[j]);
    }
    sums[0] += square * square;
    double* const __restrict to = third.data();
    for (std::size_t j = 0; j < third.size(); ++j) {
      to[j] += square * static_cast<double>(z[j]);
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

/// Converts the rows to double, in `scratch`.
template <math::Real T>
MatrixView<const double> widened(MatrixView<const T> rows, Buffer<double>& scratch) {
  scratch.resize(rows.size());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::ranges::copy(rows.row(i),
                      scratch.begin() + static_cast<std::ptrdiff_t>(i * rows.columns()));
  }
  return {scratch.data(), rows.rows(), rows.columns()};
}

template <math::Real T>
void add_products(const MomentNeeds& needs, MatrixView<const T> a, MatrixView<const T> b,
                  Buffer<T>& scratch, const MomentSums& sums) {
  if (!sums.aa.empty()) {
    add_symmetric(needs.aa, a, scratch, sums.aa);
  }
  if (!sums.bb.empty()) {
    add_symmetric(needs.bb, b, scratch, sums.bb);
  }
  if (!sums.ab.empty()) {
    add_cross(needs.ab, a, b, scratch, sums.ab);
  }
}

}  // namespace

template <math::Real T>
void MomentPass<T>::add_tile(MatrixView<const T> a, MatrixView<const T> b, const MomentSums& sums) {
  if (!sums.lengths_a.empty()) {
    add_lengths(a, sums.lengths_a);
  }
  if (!sums.lengths_b.empty()) {
    add_lengths(b, sums.lengths_b);
  }
  if (needs_.in_double && !std::is_same_v<T, double>) {
    add_products(needs_, widened(a, wide_a_), widened(b, wide_b_), wide_product_, sums);
  } else {
    add_products(needs_, a, b, product_, sums);
  }
}

/// Makes the cached sums of side a current.
template <math::Real T>
void MomentPass<T>::sum_cached(const mpi::Communicator& communicator, const RowPairs<T>& rows,
                               const Means& means) {
  const RowSource<T>& a = rows.a;
  const std::size_t size_aa = symmetric_size(needs_.aa, a.columns());
  cached_sums_.resize(size_aa + lengths_size(needs_, a.columns()));
  if (cached_.is_of(rows)) {
    return;
  }
  const std::span<double> sums = cached_sums_;
  const MomentSums own{sums.first(size_aa), {}, {}, sums.subspan(size_aa), {}};
  summation_.over(
      communicator, nullptr, a.rows(), sums, [&](std::size_t first_row, std::size_t row_count) {
        for_each_tile(first_row, row_count, a.columns(), [&](std::size_t first, std::size_t count) {
          add_tile(tiles_a_.read(a, means.a, first, count), {}, own);
        });
      });
}

template <math::Real T>
const SecondMoments& MomentPass<T>::measure(const mpi::Communicator& communicator,
                                            const RowPairs<T>& rows, const Means& means) {
  const RowSource<T>& a = rows.a;
  const RowSource<T>& b = rows.b;
  const std::size_t p = a.columns();
  const std::size_t q = b.columns();
  assert(a.rows() == b.rows() && (needs_.ab != Extent::diagonal || p == q));
  const bool cacheable = LastContent::may_return(rows);
  if (cacheable) {
    sum_cached(communicator, rows, means);
  }
  const std::size_t size_bb = symmetric_size(needs_.bb, q);
  const std::size_t size_ab = cross_size(needs_.ab, p, q);
  const std::size_t size_aa = symmetric_size(needs_.aa, p);
  const std::size_t lengths_b = lengths_size(needs_, q);
  const std::size_t lengths_a = lengths_size(needs_, p);
  const std::size_t always = size_bb + size_ab + lengths_b;
  sums_.resize(always + (cacheable ? 0 : size_aa + lengths_a));
  const std::span<double> sums = sums_;
  const std::span<double> own = cacheable ? std::span<double>() : sums.subspan(always);
  const MomentSums moment_sums{
      cacheable ? own : own.first(size_aa), sums.first(size_bb), sums.subspan(size_bb, size_ab),
      cacheable ? own : own.subspan(size_aa), sums.subspan(size_bb + size_ab, lengths_b)};
  const bool reads_a = !moment_sums.aa.empty() || !moment_sums.ab.empty();
  const auto add_tile_of = [&](std::size_t first, std::size_t count) {
    const auto rows_a = reads_a ? tiles_a_.read(a, means.a, first, count) : MatrixView<const T>{};
    add_tile(rows_a, tiles_b_.read(b, means.b, first, count), moment_sums);
  };
  summation_.over(communicator, rows.parts, a.rows(), sums,
                  [&](std::size_t first, std::size_t count) {
                    for_each_tile(first, count, std::max(p, q), add_tile_of);
                  });

  const double divisor = std::max(1.0, means.samples);
  moments_.samples = means.samples;
  moments_.original_a = a.original_columns();
  moments_.original_b = b.original_columns();
  unpack_symmetric(needs_.aa, cacheable ? std::span<double>(cached_sums_) : moment_sums.aa, divisor,
                   means.a, moments_.variance_a, moments_.aa);
  unpack_symmetric(needs_.bb, moment_sums.bb, divisor, means.b, moments_.variance_b, moments_.bb);
  unpack_cross(needs_.ab, moment_sums.ab, divisor, moments_);
  if (needs_.lengths) {
    unpack_lengths(
        cacheable ? std::span<double>(cached_sums_).subspan(size_aa) : moment_sums.lengths_a,
        divisor, moments_.variance_a, moments_.lengths_a);
    unpack_lengths(moment_sums.lengths_b, divisor, moments_.variance_b, moments_.lengths_b);
  }
  return moments_;
}

template class MomentPass<float>;
template class MomentPass<double>;

}  // namespace infomax::stats
