// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <boost/math/special_functions/digamma.hpp>

#include "estimate/sides.hpp"
#include "estimate/without_training.hpp"
#include "infomax/math/distance.hpp"
#include "infomax/mpi/ring.hpp"

namespace infomax::estimate {
namespace {

using Ring = mpi::Ring<double>;

/// Travelling rows that one row is compared with at a time: their columns stay in cache.
constexpr std::size_t tile_rows = 512;

/// Compares local rows with those of all ranks by the maximum norm.
class Comparison {
 public:
  Comparison(const mpi::Communicator& communicator, MatrixView<const double> x,
             MatrixView<const double> y)
      : communicator_(communicator),
        d_(x.columns()),
        rows_(joined(x, y)),
        of_x_(tile_rows),
        of_y_(tile_rows) {}

  /// Collective. Calls each(i, distances in x, distances in y, own) for each local row i and every
  /// tile of rows, of which `own` is row i itself, or none of them where it is beyond.
  template <class Each>
  void for_each(const Each& each) {
    const auto self = static_cast<std::size_t>(communicator_.rank());
    ring_.around(communicator_, rows_.view(), {}, [&](const Ring::Block& block) {
      for (std::size_t first = 0; first < block.rows.rows(); first += tile_rows) {
        const std::size_t count = std::min(tile_rows, block.rows.rows() - first);
        transpose(block.rows.row_range(first, count));
        for (std::size_t i = 0; i < rows_.rows(); ++i) {
          const std::size_t place = block.first + first;
          const bool is_here = block.owner == self && i >= place && i < place + count;
          each(i, distances(i, 0, d_, of_x_), distances(i, d_, rows_.columns(), of_y_),
               is_here ? i - place : tile_rows);
        }
      }
    });
  }

 private:
  void transpose(MatrixView<const double> tile) {
    columns_ = Matrix<double>(tile.columns(), tile.rows());
    for (std::size_t i = 0; i < tile.rows(); ++i) {
      for (std::size_t j = 0; j < tile.columns(); ++j) {
        columns_(j, i) = tile(i, j);
      }
    }
  }

  /// Of row i to those of the tile, in columns [from, to).
  std::span<const double> distances(std::size_t i, std::size_t from, std::size_t to,
                                    std::vector<double>& out) {
    const std::span<double> here(out.data(), columns_.columns());
    std::ranges::fill(here, 0.0);
    for (std::size_t j = from; j < to; ++j) {
      math::raise_to_distance<double>(rows_(i, j), columns_.view().row(j), here);
    }
    return here;
  }

  const mpi::Communicator& communicator_;
  std::size_t d_;
  Matrix<double> rows_;     // [B, D + E]
  Matrix<double> columns_;  // of a tile
  std::vector<double> of_x_;
  std::vector<double> of_y_;
  Ring ring_;
};

/// Collective. The distance of the k-th nearest row of each local row, in x and y together.
std::vector<double> neighbour_distances(Comparison& comparison, std::size_t rows, std::size_t k) {
  Matrix<double> nearest(rows, k, std::numeric_limits<double>::infinity());
  comparison.for_each([&](std::size_t i, std::span<const double> of_x, std::span<const double> of_y,
                          std::size_t own) {
    const auto found = nearest.view().row(i);  // ascending
    for (std::size_t j = 0; j < of_x.size(); ++j) {
      const double distance = std::max(of_x[j], of_y[j]);
      if (distance < found.back() && j != own) {
        const auto place = std::ranges::upper_bound(found, distance);
        std::copy_backward(place, found.end() - 1, found.end());
        *place = distance;
      }
    }
  });
  std::vector<double> distances(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    distances[i] = nearest(i, k - 1);
  }
  return distances;
}

}  // namespace

NearestInformation nearest_information(const mpi::Communicator& communicator,
                                       MatrixView<const double> x, MatrixView<const double> y,
                                       std::size_t k) {
  using boost::math::digamma;
  const std::size_t rows = x.rows();
  const auto n = static_cast<double>(communicator.sum(std::uint64_t{rows}));
  Comparison comparison(communicator, x, y);
  const auto distances = neighbour_distances(comparison, rows, k);
  std::vector<std::size_t> nearer_x(rows, 0);
  std::vector<std::size_t> nearer_y(rows, 0);
  comparison.for_each([&](std::size_t i, std::span<const double> of_x, std::span<const double> of_y,
                          std::size_t own) {
    const auto is_nearer = [limit = distances[i]](double distance) { return distance < limit; };
    // A row is nearer to itself than its neighbour is, unless the two are equal.
    const std::size_t itself = own < of_x.size() && distances[i] > 0.0 ? 1 : 0;
    nearer_x[i] += static_cast<std::size_t>(std::ranges::count_if(of_x, is_nearer)) - itself;
    nearer_y[i] += static_cast<std::size_t>(std::ranges::count_if(of_y, is_nearer)) - itself;
  });
  NearestInformation result;
  auto& terms = result.information.influence;
  double sum = 0.0;
  for (std::size_t i = 0; i < rows; ++i) {
    terms.push_back(digamma(static_cast<double>(k)) + digamma(n) -
                    digamma(static_cast<double>(nearer_x[i] + 1)) -
                    digamma(static_cast<double>(nearer_y[i] + 1)));
    sum += terms.back();
    result.repeated += distances[i] == 0.0 ? 1 : 0;
  }
  result.information.value = communicator.sum(sum) / n;
  result.repeated = communicator.sum(std::uint64_t{result.repeated});
  for (double& term : terms) {
    term -= result.information.value;
  }
  return result;
}

}  // namespace infomax::estimate
