// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/normalization.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/math/elementwise.hpp"

namespace infomax::data {
namespace {

// N global rows, n columns, V blocks.

/// Bounds the memory for the sums of every block: columns beyond it are summed in a further pass
/// over the rows.
constexpr std::size_t table_limit_bytes = std::size_t{16} << 20U;

/// A message names this many columns and counts the others.
constexpr std::size_t most_named_columns = 10;

/// Throws DataError where `number`, which was made of column `column`, is not finite.
void require_finite(double number, const RowStore& rows, std::size_t column) {
  if (!std::isfinite(number)) {
    throw DataError(fmt::format(
        "{} has numbers in column {} whose sums or squares leave the range of double; divide it by "
        "a power of ten",
        rows.where(), column));
  }
}

Normalization fit_scale(const mpi::Communicator& communicator, const RowStore& rows) {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  rows.scan_elements([&](std::size_t /*first*/, auto elements) {
    if (!elements.empty()) {
      const auto [low, high] = std::minmax_element(elements.begin(), elements.end());
      least = std::min(least, static_cast<double>(*low));
      most = std::max(most, static_cast<double>(*high));
    }
  });
  least = communicator.min(least);
  most = communicator.max(most);
  if (!std::isfinite(most - least)) {
    throw DataError(
        fmt::format("{} spans {} to {}, and the difference leaves the range of double; "
                    "divide it by a power of ten",
                    rows.where(), least, most));
  }
  const double scale = most > least ? 1.0 / (most - least) : 1.0;
  return {std::vector<double>(rows.features(), least), std::vector<double>(rows.features(), scale)};
}

/// The data set's row 0 on every rank: the shift about which sums are well conditioned.
std::vector<double> first_row(const mpi::Communicator& communicator, const RowStore& rows) {
  std::vector<double> row(rows.features());
  const std::int64_t mine = rows.count() > 0 ? communicator.rank() : communicator.size();
  const auto owner = static_cast<int>(communicator.min(mine));
  if (communicator.rank() == owner) {
    rows.convert(0, Normalization::identity(rows.features()),
                 MatrixView<double>(row.data(), 1, row.size()));
  }
  communicator.broadcast(std::span<double>(row), owner);
  return row;
}

/// Sums of d and d^2, d = x - row 0, over all rows.
struct Sums {
  std::vector<double> values;   ///< [n]
  std::vector<double> squares;  ///< [n]
};

/// Adds up columns [first, first + width) into `sums`. Each block's sums are made by one rank, and
/// the table of them is filled by adding zeros, which rounds nothing; every rank then adds the
/// blocks in their order. So the bits do not depend on the number of ranks.
void sum_columns(const mpi::Communicator& communicator, const RowStore& rows, const Blocks& blocks,
                 std::span<const double> shift, std::size_t first, std::size_t width, Sums& sums) {
  const Shard shard = blocks.shard(communicator.rank(), communicator.size());
  std::vector<double> table(blocks.count() * 2 * width, 0.0);
  const std::vector<double> ones(width, 1.0);
  Buffer<double> difference(width);
  std::size_t next_block = shard.first_block;
  std::size_t block_end = 0;  // local
  double* block_sums = nullptr;
  rows.scan_elements([&](std::size_t run_first, auto elements) {
    const std::size_t count = elements.size() / rows.features();
    for (std::size_t i = 0; i < count; ++i) {
      while (run_first + i >= block_end) {
        block_sums = table.data() + next_block * 2 * width;
        block_end = blocks.first_row(++next_block) - shard.first_row;
      }
      double* values = block_sums;
      double* squares = values + width;
      math::shift_and_scale(elements.data() + i * rows.features() + first,
                            shift.subspan(first, width), std::span<const double>(ones),
                            std::span<double>(difference));
      for (std::size_t j = 0; j < width; ++j) {
        values[j] += difference[j];
        squares[j] += difference[j] * difference[j];
      }
    }
  });
  communicator.sum(std::span<double>(table));
  for (std::size_t v = 0; v < blocks.count(); ++v) {
    for (std::size_t j = 0; j < width; ++j) {
      sums.values[first + j] += table[v * 2 * width + j];
      sums.squares[first + j] += table[(v * 2 + 1) * width + j];
    }
  }
}

/// One line on the columns that standardization cannot scale.
void report_constant(const RowStore& rows, std::span<const std::size_t> constant) {
  if (constant.empty()) {
    return;
  }
  const std::size_t named = std::min(constant.size(), most_named_columns);
  const std::string others = constant.size() == named
                                 ? std::string()
                                 : fmt::format(" and {} more", constant.size() - named);
  log::info(fmt::format("{}: {} of {} columns are constant and become 0: {}{}", rows.where(),
                        constant.size(), rows.features(), fmt::join(constant.first(named), ", "),
                        others));
}

Normalization fit_moments(const mpi::Communicator& communicator, const RowStore& rows,
                          const Blocks& blocks, bool with_scale) {
  const std::size_t columns = rows.features();
  const std::vector<double> shift = first_row(communicator, rows);
  Sums sums{std::vector<double>(columns, 0.0), std::vector<double>(columns, 0.0)};
  const std::size_t most =
      std::max<std::size_t>(1, table_limit_bytes / (blocks.count() * 2 * sizeof(double)));
  for (std::size_t first = 0; first < columns; first += most) {
    sum_columns(communicator, rows, blocks, shift, first, std::min(most, columns - first), sums);
  }

  Normalization fitted = Normalization::identity(columns);
  std::vector<std::size_t> constant;
  const auto n = static_cast<double>(blocks.rows());
  for (std::size_t j = 0; j < columns; ++j) {
    const double mean = sums.values[j] / n;
    const double square = sums.squares[j] / n;
    const double variance = square - mean * mean;
    fitted.shift[j] = shift[j] + mean;
    require_finite(with_scale ? fitted.shift[j] + square : fitted.shift[j], rows, j);
    // Below this, what is left of the squares is their own rounding.
    const double noise = 8.0 * std::numeric_limits<double>::epsilon() * square;
    if (variance <= noise) {
      constant.push_back(j);
    } else if (with_scale) {
      fitted.scale[j] = 1.0 / std::sqrt(variance);
    }
  }
  if (with_scale) {
    report_constant(rows, constant);
  }
  return fitted;
}

}  // namespace

Normalization Normalization::identity(std::size_t columns) {
  return {std::vector<double>(columns, 0.0), std::vector<double>(columns, 1.0)};
}

std::string name(NormalizeMode mode) { return FieldText<NormalizeMode>::format(mode); }

NormalizeMode default_normalize_mode(hdf5::ElementType type) {
  return hdf5::is_integer(type) ? NormalizeMode::scale : NormalizeMode::standardize;
}

Normalization fit_normalization(const mpi::Communicator& communicator, const RowStore& rows,
                                const Blocks& blocks, NormalizeMode mode) {
  switch (mode) {
    case NormalizeMode::scale:
      return fit_scale(communicator, rows);
    case NormalizeMode::center:
      return fit_moments(communicator, rows, blocks, false);
    case NormalizeMode::standardize:
      return fit_moments(communicator, rows, blocks, true);
    case NormalizeMode::none:
      break;
  }
  return Normalization::identity(rows.features());
}

}  // namespace infomax::data
