// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "infomax/mpi/communicator.hpp"

namespace infomax::analysis {

/// How often numbers occur, in bins that are 2^exponent wide and begin at multiples of it: as
/// narrow as most_bins allow. The same whatever the order of the numbers.
class NumberHistogram {
 public:
  static constexpr std::size_t most_bins = 32;  ///< in use at a time

  /// Counts a finite number.
  void add(double number);
  /// Counts what another one has.
  void add(const NumberHistogram& other);
  /// Collective. Counts what all ranks have.
  void sum(const mpi::Communicator& communicator);

  [[nodiscard]] double start() const;  ///< where the first bin begins
  [[nodiscard]] double width() const;  ///< of a bin
  /// The counts from the first bin with a number to the last; none before the first number.
  [[nodiscard]] std::vector<std::uint64_t> counts() const;

 private:
  void coarsen();
  void include(std::int64_t bin);

  int exponent_ = -1074;  // that of the least number above 0
  std::int64_t first_ = 0;
  std::size_t used_ = 0;
  std::array<std::uint64_t, most_bins> counts_{};
};

/// What a pass over a data set [N, D] of numbers finds.
struct ColumnStatistics {
  /// Of a column, over its finite numbers; minimum > maximum where it has none.
  struct Column {
    std::uint64_t finite = 0;    ///< how many
    std::uint64_t nan = 0;       ///< elements that are no numbers
    std::uint64_t infinite = 0;  ///< of either sign
    double minimum = 0.0;        ///< least
    double maximum = 0.0;        ///< largest
    double mean = 0.0;           ///< their sum by their count
    double deviation = 0.0;      ///< the root of the mean squared difference from the mean
  };
  std::vector<Column> columns;  ///< [D]
  Column all;                   ///< of all columns together
  NumberHistogram histogram;    ///< of all finite numbers
};

/// Collective. Reads each row of a data set once, ranks share them. Throws DataError, the same on
/// every rank, where it cannot be read.
[[nodiscard]] ColumnStatistics column_statistics(const mpi::Communicator& communicator,
                                                 const std::filesystem::path& path,
                                                 const std::string& dataset);

}  // namespace infomax::analysis
