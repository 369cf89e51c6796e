// SPDX-License-Identifier: BSD-3-Clause
#include "estimate/sides.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include "infomax/core/error.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/mpi/ring.hpp"

namespace infomax::estimate {
namespace {

/// For each number of an ascending list, adds how many of another one are smaller, and how many are
/// equal. The other list is a column.
void count_ranks(std::span<const double> own, MatrixView<const double> others, std::size_t column,
                 std::span<double> smaller, std::span<double> equal) {
  std::size_t first = 0;  // of the others that are not smaller
  std::size_t end = 0;    // of those that are larger
  for (std::size_t i = 0; i < own.size(); ++i) {
    while (first < others.rows() && others(first, column) < own[i]) {
      ++first;
    }
    end = std::max(end, first);
    while (end < others.rows() && others(end, column) <= own[i]) {
      ++end;
    }
    smaller[i] += static_cast<double>(first);
    equal[i] += static_cast<double>(end - first);
  }
}

/// Collective. The columns that differ between any two rows of all ranks.
std::vector<std::size_t> varying_columns(const mpi::Communicator& communicator,
                                         MatrixView<const double> rows) {
  std::vector<double> least(rows.columns(), std::numeric_limits<double>::infinity());
  std::vector<double> most(rows.columns(), -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t j = 0; j < rows.columns(); ++j) {
      least[j] = std::min(least[j], rows(i, j));
      most[j] = std::max(most[j], rows(i, j));
    }
  }
  communicator.min(std::span<double>(least));
  communicator.max(std::span<double>(most));
  std::vector<std::size_t> varying;
  for (std::size_t j = 0; j < least.size(); ++j) {
    if (least[j] < most[j]) {
      varying.push_back(j);
    }
  }
  return varying;
}

Matrix<double> read_rows(const mpi::Communicator& communicator, data::Datasets& source,
                         const std::string& name, const data::Blocks& blocks, Marginals marginals) {
  const data::Rows rows = source.load(name, blocks.shard(communicator.rank(), communicator.size()));
  const auto normalization =
      data::fit_normalization(communicator, rows, blocks, data::NormalizeMode::standardize);
  Matrix<double> all(rows.count(), rows.features());
  rows.convert(0, normalization, all.view());
  const auto columns = varying_columns(communicator, all.view());
  if (columns.empty()) {
    throw DataError("all rows of " + rows.where() + " are equal, so they tell nothing");
  }
  Matrix<double> varying(rows.count(), columns.size());
  for (std::size_t i = 0; i < varying.rows(); ++i) {
    std::ranges::transform(columns, varying.view().row(i).begin(),
                           [&](std::size_t j) { return all(i, j); });
  }
  if (marginals == Marginals::normal_scores) {
    to_normal_scores(communicator, varying.view());
  }
  return varying;
}

}  // namespace

Matrix<double> joined(MatrixView<const double> x, MatrixView<const double> y) {
  Matrix<double> rows(x.rows(), x.columns() + y.columns());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto row = rows.view().row(i);
    std::ranges::copy(x.row(i), row.begin());
    std::ranges::copy(y.row(i), row.subspan(x.columns()).begin());
  }
  return rows;
}

void to_normal_scores(const mpi::Communicator& communicator, MatrixView<double> rows) {
  const std::size_t count = rows.rows();
  const std::size_t columns = rows.columns();
  Matrix<double> sorted(count, columns);
  Matrix<std::uint32_t> order(columns, count);
  for (std::size_t j = 0; j < columns; ++j) {
    const auto of_column = order.view().row(j);
    std::iota(of_column.begin(), of_column.end(), 0U);
    std::ranges::sort(of_column, {}, [&](std::uint32_t i) { return rows(i, j); });
    for (std::size_t i = 0; i < count; ++i) {
      sorted(i, j) = rows(of_column[i], j);
    }
  }
  Matrix<double> smaller(columns, count, 0.0);
  Matrix<double> equal(columns, count, 0.0);
  std::vector<double> column(count);
  // Columns come by in ascending order, a block of rows at a time.
  mpi::Ring<double> ring;
  ring.around(communicator, sorted.view(), {}, [&](const mpi::Ring<double>::Block& block) {
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t i = 0; i < count; ++i) {
        column[i] = sorted(i, j);
      }
      count_ranks(column, block.rows, j, smaller.view().row(j), equal.view().row(j));
    }
  });
  const auto n = static_cast<double>(communicator.sum(std::uint64_t{count}));
  const boost::math::normal normal;
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t i = 0; i < count; ++i) {
      const double rank = smaller(j, i) + 0.5 * (equal(j, i) + 1.0);
      rows(order(j, i), j) = boost::math::quantile(normal, (rank - 0.5) / n);
    }
  }
}

Sides read_sides(const mpi::Communicator& communicator, data::Datasets& source,
                 const std::string& x, const std::string& y, Marginals marginals) {
  const auto x_shape = source.shape(x);
  const auto y_shape = source.shape(y);
  data::require_equal_rows(x_shape, y_shape);
  for (const auto* shape : {&x_shape, &y_shape}) {
    if (shape->has_lengths) {
      throw DataError(shape->where +
                      " holds sequences with lengths of their own, and mutual information is "
                      "estimated of rows with equally many columns; encode them first");
    }
  }
  const data::Blocks blocks(x_shape.rows);
  return {blocks, read_rows(communicator, source, x, blocks, marginals),
          read_rows(communicator, source, y, blocks, marginals)};
}

}  // namespace infomax::estimate
