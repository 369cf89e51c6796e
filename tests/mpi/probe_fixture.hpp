// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "infomax/analysis/logistic.hpp"
#include "infomax/core/random.hpp"
#include "objective_fixture.hpp"

namespace infomax::test {

/// Rows of all ranks with a class each: overlapping clouds, features of unequal scale.
struct GlobalRows {
  Matrix<double> x;
  std::vector<std::uint32_t> labels;

  GlobalRows(std::size_t rows, std::size_t columns, std::size_t classes, std::uint64_t seed)
      : x(rows, columns), labels(rows) {
    const CounterRandom random(seed, RandomStream::generation);
    for (std::size_t i = 0; i < rows; ++i) {
      labels[i] = static_cast<std::uint32_t>(random.below(classes, i));
      for (std::size_t j = 0; j < columns; ++j) {
        const auto centre = static_cast<double>((labels[i] * (j + 1) + j) % classes);
        x(i, j) = (centre + random.normal((i + 1) * 1000 + j)) / static_cast<double>(1 + j);
      }
    }
  }
};

/// One rank's part of them, in tiles of a few rows.
class LocalRows {
 public:
  LocalRows(const GlobalRows& global, const Share& share, std::size_t tile_rows = 5)
      : x_(share.count, global.x.columns()),
        labels_(global.labels.begin() + static_cast<std::ptrdiff_t>(share.first),
                global.labels.begin() + static_cast<std::ptrdiff_t>(share.first + share.count)),
        source_(fill(global, share)) {
    for (std::size_t first = 0; first < share.count; first += tile_rows) {
      tiles_.push_back({first, std::min(tile_rows, share.count - first)});
    }
    rows_ = {&source_, labels_, tiles_, nullptr};
  }
  LocalRows(const LocalRows&) = delete;
  LocalRows& operator=(const LocalRows&) = delete;

  [[nodiscard]] const analysis::ClassifiedRows& rows() const { return rows_; }

 private:
  MatrixView<const double> fill(const GlobalRows& global, const Share& share) {
    for (std::size_t i = 0; i < x_.rows(); ++i) {
      for (std::size_t j = 0; j < x_.columns(); ++j) {
        x_(i, j) = global.x(share.first + i, j);
      }
    }
    return x_.view();
  }

  Matrix<double> x_;
  std::vector<std::uint32_t> labels_;
  stats::MatrixRows<double> source_;
  std::vector<data::Tile> tiles_;
  analysis::ClassifiedRows rows_;
};

}  // namespace infomax::test
