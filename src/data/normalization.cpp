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

/// The n columns that are fitted, of rows or of their steps.
struct Columns {
  const RowStore& rows;
  bool by_step;
  std::size_t count;  // n

  /// How often local row `row` has the columns.
  [[nodiscard]] std::size_t times(std::size_t row) const { return by_step ? rows.length(row) : 1; }
};

Normalization fit_scale(const mpi::Communicator& communicator, const Columns& columns) {
  const RowStore& rows = columns.rows;
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  const auto include = [&](auto elements) {
    if (!elements.empty()) {
      const auto [low, high] = std::minmax_element(elements.begin(), elements.end());
      least = std::min(least, static_cast<double>(*low));
      most = std::max(most, static_cast<double>(*high));
    }
  };
  rows.scan_elements([&](std::size_t first, auto elements) {
    if (!columns.by_step) {
      include(elements);
      return;
    }
    const std::size_t count = elements.size() / rows.features();
    for (std::size_t i = 0; i < count; ++i) {
      include(elements.subspan(i * rows.features(), columns.times(first + i) * columns.count));
    }
  });
  least = communicator.min(least);
  most = communicator.max(most);
  if (least > most) {
    return Normalization::identity(columns.count);  // there is no step at all
  }
  if (!std::isfinite(most - least)) {
    throw DataError(
        fmt::format("{} spans {} to {}, and the difference leaves the range of double; "
                    "divide it by a power of ten",
                    rows.where(), least, most));
  }
  const double scale = most > least ? 1.0 / (most - least) : 1.0;
  return {std::vector<double>(columns.count, least), std::vector<double>(columns.count, scale)};
}

/// The data set's row 0, or its first step, on every rank: the shift about which sums are well
/// conditioned.
std::vector<double> first_row(const mpi::Communicator& communicator, const Columns& columns) {
  const RowStore& rows = columns.rows;
  std::vector<double> row(columns.count, 0.0);
  std::size_t first = 0;
  while (first < rows.count() && columns.times(first) == 0) {
    ++first;
  }
  const std::int64_t mine = first < rows.count() ? communicator.rank() : communicator.size();
  const std::int64_t lowest = communicator.min(mine);
  if (lowest == communicator.size()) {
    return row;  // there is no step at all
  }
  const auto owner = static_cast<int>(lowest);
  if (communicator.rank() == owner) {
    std::vector<double> whole(rows.features());
    rows.convert(first, Normalization::identity(columns.count),
                 MatrixView<double>(whole.data(), 1, whole.size()));
    std::copy_n(whole.begin(), columns.count, row.begin());
  }
  communicator.broadcast(std::span<double>(row), owner);
  return row;
}

/// Sums of d and d^2, d = x - row 0, over all rows.
struct Sums {
  std::vector<double> values;   ///< [n]
  std::vector<double> squares;  ///< [n]
  std::uint64_t count = 0;      ///< of the addends
};

/// Adds up columns [first, first + width) into `sums`. Each block's sums are made by one rank, and
/// the table of them is filled by adding zeros, which rounds nothing; every rank then adds the
/// blocks in their order. So the bits do not depend on the number of ranks.
void sum_columns(const mpi::Communicator& communicator, const Columns& columns,
                 const Blocks& blocks, std::span<const double> shift, std::size_t first,
                 std::size_t width, Sums& sums) {
  const RowStore& rows = columns.rows;
  std::uint64_t addends = 0;
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
      const std::size_t times = columns.times(run_first + i);
      for (std::size_t t = 0; t < times; ++t) {
        math::shift_and_scale(elements.data() + i * rows.features() + t * columns.count + first,
                              shift.subspan(first, width), std::span<const double>(ones),
                              std::span<double>(difference));
        for (std::size_t j = 0; j < width; ++j) {
          values[j] += difference[j];
          squares[j] += difference[j] * difference[j];
        }
      }
      addends += times;
    }
  });
  communicator.sum(std::span<double>(table));
  sums.count = communicator.sum(addends);
  for (std::size_t v = 0; v < blocks.count(); ++v) {
    for (std::size_t j = 0; j < width; ++j) {
      sums.values[first + j] += table[v * 2 * width + j];
      sums.squares[first + j] += table[(v * 2 + 1) * width + j];
    }
  }
}

/// One line on the columns that standardization cannot scale.
void report_constant(const RowStore& rows, std::size_t columns,
                     std::span<const std::size_t> constant) {
  if (constant.empty()) {
    return;
  }
  const std::size_t named = std::min(constant.size(), most_named_columns);
  const std::string others = constant.size() == named
                                 ? std::string()
                                 : fmt::format(" and {} more", constant.size() - named);
  log::info(fmt::format("{}: {} of {} columns are constant and become 0: {}{}", rows.where(),
                        constant.size(), columns, fmt::join(constant.first(named), ", "), others));
}

Normalization fit_moments(const mpi::Communicator& communicator, const Columns& fitted_columns,
                          const Blocks& blocks, bool with_scale) {
  const RowStore& rows = fitted_columns.rows;
  const std::size_t columns = fitted_columns.count;
  const std::vector<double> shift = first_row(communicator, fitted_columns);
  Sums sums{std::vector<double>(columns, 0.0), std::vector<double>(columns, 0.0), 0};
  const std::size_t most =
      std::max<std::size_t>(1, table_limit_bytes / (blocks.count() * 2 * sizeof(double)));
  for (std::size_t first = 0; first < columns; first += most) {
    sum_columns(communicator, fitted_columns, blocks, shift, first, std::min(most, columns - first),
                sums);
  }

  Normalization fitted = Normalization::identity(columns);
  std::vector<std::size_t> constant;
  const auto n = static_cast<double>(std::max<std::uint64_t>(1, sums.count));
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
    report_constant(rows, columns, constant);
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
                                const Blocks& blocks, NormalizeMode mode, bool by_step) {
  const bool sequences = by_step || rows.has_lengths();
  const Columns columns{rows, sequences, rows.features() / (sequences ? rows.steps() : 1)};
  switch (mode) {
    case NormalizeMode::scale:
      return fit_scale(communicator, columns);
    case NormalizeMode::center:
      return fit_moments(communicator, columns, blocks, false);
    case NormalizeMode::standardize:
      return fit_moments(communicator, columns, blocks, true);
    case NormalizeMode::none:
      break;
  }
  return Normalization::identity(columns.count);
}

}  // namespace infomax::data
