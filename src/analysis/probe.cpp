// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/probe.hpp"

#include <numeric>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/sources.hpp"

namespace infomax::analysis {
namespace {

/// The rows that are multiplied at a time, which fit the second-level cache.
constexpr std::size_t regression_tile_rows = 256;

/// The rows that are compared at a time: enough for BLAS to reach its speed.
constexpr std::size_t neighbour_tile_rows = 1024;

/// All rows of a data set in their order, normalised when they are read.
template <math::Real T>
class Normalized {
 public:
  Normalized(const data::RowStore& rows, const data::Normalization& normalization)
      : all_(rows.count()), source_(rows, all_, normalization) {
    std::iota(all_.begin(), all_.end(), std::size_t{0});
  }
  Normalized(const Normalized&) = delete;
  Normalized& operator=(const Normalized&) = delete;

  [[nodiscard]] const stats::RowSource<T>& source() const { return source_; }

 private:
  std::vector<std::size_t> all_;
  data::DatasetRows<T> source_;
};

/// The labels of rows that data::class_count() or require_labels_below() has checked.
std::vector<std::uint32_t> labels_of(const data::RowStore& rows) {
  std::vector<std::uint32_t> labels;
  labels.reserve(rows.count());
  rows.scan_elements([&](std::size_t /*first*/, auto elements) {
    for (const auto element : elements) {
      labels.push_back(static_cast<std::uint32_t>(element));
    }
  });
  return labels;
}

void require_like(const data::RowStore& train, const data::RowStore& test) {
  if (train.features() != test.features()) {
    throw DataError(fmt::format(
        "{} has {} columns and {} has {}; the training and the test data must have as many",
        train.where(), train.features(), test.where(), test.features()));
  }
}

/// Owns what ClassifiedRows points to.
template <math::Real T>
class Classified {
 public:
  Classified(const mpi::Communicator& communicator, const ProbeRows& rows,
             const std::vector<std::uint32_t>& labels, const data::Normalization& normalization,
             std::size_t tile_rows)
      : x_(rows.x, normalization),
        tiles_(data::tiles_of(
            rows.blocks, rows.blocks.shard(communicator.rank(), communicator.size()), tile_rows)),
        rows_{&x_.source(), labels, tiles_} {}

  [[nodiscard]] const ClassifiedRows<T>& rows() const { return rows_; }

 private:
  Normalized<T> x_;
  std::vector<data::Tile> tiles_;
  ClassifiedRows<T> rows_;
};

}  // namespace

ClassProbe probe_classes(const mpi::Communicator& communicator, const ProbeRows& train,
                         const ProbeRows& test, std::size_t classes, const ProbeOptions& options,
                         const ProbeWatchers& watchers) {
  require_like(train.x, test.x);
  data::require_labels_below(communicator, test.y, classes);
  const auto train_labels = labels_of(train.y);
  const auto test_labels = labels_of(test.y);
  const auto normalization =
      data::fit_normalization(communicator, train.x, train.blocks, options.normalize);
  ClassProbe probe;
  {
    const Classified<float> fitted(communicator, train, train_labels, normalization,
                                   regression_tile_rows);
    const Classified<float> held_out(communicator, test, test_labels, normalization,
                                     regression_tile_rows);
    const auto fit = fit_logistic(communicator, fitted.rows(), classes, options.l2, options.search,
                                  watchers.search);
    probe.outcome = fit.outcome;
    probe.train = count_scores(communicator, train_labels, predict(fit, fitted.rows()), classes);
    probe.test = count_scores(communicator, test_labels, predict(fit, held_out.rows()), classes);
  }
  if (options.neighbours > 0) {
    const Classified<double> known(communicator, train, train_labels, normalization,
                                   neighbour_tile_rows);
    const Classified<double> asked(communicator, test, test_labels, normalization,
                                   neighbour_tile_rows);
    const auto predicted =
        predict_by_neighbours(communicator, known.rows(), asked.rows(), options.neighbours,
                              options.metric, watchers.neighbours);
    probe.neighbours = count_scores(communicator, test_labels, predicted, classes);
  }
  return probe;
}

ValueProbe probe_values(const mpi::Communicator& communicator, const ProbeRows& train,
                        const ProbeRows& test, const ProbeOptions& options) {
  require_like(train.x, test.x);
  require_like(train.y, test.y);
  const auto normalization =
      data::fit_normalization(communicator, train.x, train.blocks, options.normalize);
  const auto as_they_are = data::Normalization::identity(train.y.features());
  const Normalized<double> train_x(train.x, normalization);
  const Normalized<double> test_x(test.x, normalization);
  const Normalized<double> train_y(train.y, as_they_are);
  const Normalized<double> test_y(test.y, as_they_are);
  const auto fit = fit_ridge(communicator, train_x.source(), train_y.source(), options.l2);
  return {score(communicator, fit, train_x.source(), train_y.source()),
          score(communicator, fit, test_x.source(), test_y.source())};
}

}  // namespace infomax::analysis
