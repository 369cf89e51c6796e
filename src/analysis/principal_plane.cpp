// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/principal_plane.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "infomax/core/random.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::analysis {

SampleChoice::SampleChoice(std::size_t samples, std::size_t most, std::uint64_t seed)
    : samples_(samples), count_(std::min(samples, most)), seed_(seed) {}

/// Returns floor(i N / n) without the product i N, which may overflow.
std::size_t SampleChoice::run_start(std::size_t i) const {
  return samples_ / count_ * i + samples_ % count_ * i / count_;
}

std::size_t SampleChoice::operator[](std::size_t i) const {
  const std::size_t start = run_start(i);
  // Major number 1, so that the choice is independent of the held-out samples.
  const CounterRandom random(seed_, RandomStream::held_out, 1);
  return start + static_cast<std::size_t>(random.below(run_start(i + 1) - start, i));
}

SampleChoice::Range SampleChoice::of(const data::Shard& shard) const {
  const auto first_from = [this](std::size_t sample) {
    std::size_t low = 0;
    std::size_t high = count_;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if ((*this)[middle] < sample) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  const std::size_t first = first_from(shard.first_row);
  return {first, first_from(shard.first_row + shard.row_count) - first};
}

PrincipalPlane principal_plane(MatrixView<const double> covariance) {
  const auto eigen = math::symmetric_eigen(covariance);
  const std::size_t q = covariance.rows();
  const std::size_t d = std::min<std::size_t>(2, q);
  const double total = std::accumulate(eigen.values.begin(), eigen.values.end(), 0.0);
  PrincipalPlane plane{Matrix<double>(q, d), std::vector<double>(d, 0.0)};
  for (std::size_t k = 0; k < d; ++k) {
    double largest = 0.0;
    for (std::size_t j = 0; j < q; ++j) {
      const double element = eigen.vectors(j, k);
      largest = std::abs(element) > std::abs(largest) ? element : largest;
    }
    for (std::size_t j = 0; j < q; ++j) {
      plane.directions(j, k) = std::copysign(1.0, largest) * eigen.vectors(j, k);
    }
    plane.shares[k] = total > 0.0 ? std::max(0.0, eigen.values[k]) / total : 0.0;
  }
  return plane;
}

template <math::Real T>
Matrix<double> project(const mpi::Communicator& communicator, const stats::RowSource<T>& side,
                       const data::Shard& shard, std::span<const double> mean,
                       const PrincipalPlane& plane, const SampleChoice& chosen) {
  const std::size_t d = plane.directions.columns();
  Matrix<double> points(chosen.count(), d, 0.0);
  Buffer<T> scratch;
  const auto range = chosen.of(shard);
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    const auto row = side.tile(chosen[i] - shard.first_row, 1, scratch).row(0);
    for (std::size_t j = 0; j < row.size(); ++j) {
      const double centred = static_cast<double>(row[j]) - mean[j];
      for (std::size_t k = 0; k < d; ++k) {
        points(i, k) += centred * plane.directions(j, k);
      }
    }
  }
  communicator.sum(points.span());
  return points;
}

template Matrix<double> project<float>(const mpi::Communicator&, const stats::RowSource<float>&,
                                       const data::Shard&, std::span<const double>,
                                       const PrincipalPlane&, const SampleChoice&);
template Matrix<double> project<double>(const mpi::Communicator&, const stats::RowSource<double>&,
                                        const data::Shard&, std::span<const double>,
                                        const PrincipalPlane&, const SampleChoice&);

}  // namespace infomax::analysis
