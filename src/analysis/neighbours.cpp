// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/neighbours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::analysis {
namespace {

/// A tile of the training set, the same on every rank.
struct SharedTile {
  Buffer<double> rows;          // [n, D]
  Buffer<std::int64_t> labels;  // [n]
  Buffer<double> weight;        // [n], of the metric

  [[nodiscard]] std::size_t count() const { return labels.size(); }
};

/// The K nearest rows so far of each of this rank's test rows, nearest first.
class Nearest {
 public:
  Nearest(std::size_t rows, std::size_t neighbours)
      : distance_(rows, neighbours, std::numeric_limits<double>::infinity()),
        label_(rows, neighbours, 0) {}

  /// Rows are offered in order of their global index, so that the first of equal distances stays
  /// first.
  void offer(std::size_t row, double distance, std::int64_t label) {
    const std::span<double> distances = distance_.view().row(row);
    if (!(distance < distances.back())) {
      return;
    }
    const std::span<std::int64_t> labels = label_.view().row(row);
    std::size_t place = distances.size() - 1;
    for (; place > 0 && distance < distances[place - 1]; --place) {
      distances[place] = distances[place - 1];
      labels[place] = labels[place - 1];
    }
    distances[place] = distance;
    labels[place] = label;
  }

  [[nodiscard]] std::uint32_t vote(std::size_t row) const {
    std::map<std::int64_t, int> votes;
    for (const std::int64_t label : label_.view().row(row)) {
      ++votes[label];
    }
    const auto most =
        std::ranges::max_element(votes, {}, [](const auto& of_label) { return of_label.second; });
    return static_cast<std::uint32_t>(most->first);
  }

 private:
  Matrix<double> distance_;     // [rows, K]
  Matrix<std::int64_t> label_;  // [rows, K]
};

/// Computes the weights that turn products ab with training rows b into distances, up to terms and
/// factors of the test row a: |b|^2 for |a - b|^2 - |a|^2 = |b|^2 - 2 ab, and 1 / |b| for -ab /
/// |b|.
void weigh(SharedTile& tile, std::size_t columns, Metric metric) {
  tile.weight.resize(tile.count());
  for (std::size_t i = 0; i < tile.count(); ++i) {
    double square = 0.0;
    for (std::size_t j = 0; j < columns; ++j) {
      square += tile.rows[i * columns + j] * tile.rows[i * columns + j];
    }
    tile.weight[i] = metric == Metric::euclidean ? square
                     : square > 0.0              ? 1.0 / std::sqrt(square)
                                                 : 0.0;
  }
}

/// Copies the owner's tile to every rank.
void share(const mpi::Communicator& communicator, const ClassifiedRows& train, int owner,
           std::size_t which, Buffer<double>& scratch, SharedTile& tile) {
  const std::size_t columns = train.x->columns();
  std::array<std::uint64_t, 1> count{0};
  if (communicator.rank() == owner) {
    count[0] = train.tiles[which].count;
  }
  communicator.broadcast(std::span<std::uint64_t>(count), owner);
  tile.rows.resize(count[0] * columns);
  tile.labels.resize(count[0]);
  if (communicator.rank() == owner) {
    const std::size_t first = train.tiles[which].first;
    const MatrixView<const double> rows = train.x->tile(first, count[0], scratch);
    for (std::size_t i = 0; i < count[0]; ++i) {
      std::ranges::copy(rows.row(i), tile.rows.begin() + static_cast<std::ptrdiff_t>(i * columns));
      tile.labels[i] = train.labels[first + i];
    }
  }
  communicator.broadcast(std::span<double>(tile.rows), owner);
  communicator.broadcast(std::span<std::int64_t>(tile.labels), owner);
}

/// Compares all test rows of this rank with one tile.
class Comparison {
 public:
  Comparison(const ClassifiedRows& test, Metric metric, Nearest& nearest)
      : test_(&test), metric_(metric), nearest_(&nearest) {}

  void compare(const SharedTile& tile) {
    const std::size_t columns = test_->x->columns();
    const MatrixView<const double> train(tile.rows.data(), tile.count(), columns);
    for (const data::Tile& part : test_->tiles) {
      const MatrixView<const double> rows = test_->x->tile(part.first, part.count, scratch_);
      products_.resize(std::max(products_.size(), part.count * tile.count()));
      const MatrixView<double> products(products_.data(), part.count, tile.count());
      math::gemm<double>(math::Transpose::no, math::Transpose::yes, 1.0, rows, train, 0.0,
                         products);
      for (std::size_t i = 0; i < part.count; ++i) {
        for (std::size_t j = 0; j < tile.count(); ++j) {
          const double distance = metric_ == Metric::euclidean
                                      ? tile.weight[j] - 2.0 * products(i, j)
                                      : -products(i, j) * tile.weight[j];
          nearest_->offer(part.first + i, distance, tile.labels[j]);
        }
      }
    }
  }

 private:
  const ClassifiedRows* test_;
  Metric metric_;
  Nearest* nearest_;
  Buffer<double> scratch_;
  Buffer<double> products_;
};

}  // namespace

std::vector<std::uint32_t> predict_by_neighbours(const mpi::Communicator& communicator,
                                                 const ClassifiedRows& train,
                                                 const ClassifiedRows& test, std::size_t neighbours,
                                                 Metric metric, const NeighbourProgress& progress) {
  const std::size_t all = communicator.sum(std::uint64_t{train.x->rows()});
  if (neighbours == 0 || neighbours > all) {
    throw UsageError(fmt::format(
        "`neighbours` is {}; it must be 1 to the {} rows of the training set", neighbours, all));
  }
  Nearest nearest(test.x->rows(), neighbours);
  Comparison comparison(test, metric, nearest);
  SharedTile tile;
  Buffer<double> scratch;
  std::size_t done = 0;
  const auto tiles = communicator.gather_all(std::uint64_t{train.tiles.size()});
  for (int owner = 0; owner < communicator.size(); ++owner) {
    for (std::size_t which = 0; which < tiles[static_cast<std::size_t>(owner)]; ++which) {
      share(communicator, train, owner, which, scratch, tile);
      weigh(tile, train.x->columns(), metric);
      comparison.compare(tile);
      done += tile.count();
      if (progress) {
        progress(done, all);
      }
    }
  }
  std::vector<std::uint32_t> classes(test.x->rows());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    classes[i] = nearest.vote(i);
  }
  return classes;
}

}  // namespace infomax::analysis
