// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "infomax/data/blocks.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// What is known of a data set before any row is read.
struct DatasetShape {
  std::string where;                  ///< "/x in F.h5"
  hdf5::ElementType type{};           ///< of its elements
  std::size_t rows = 0;               ///< N > 0
  std::vector<std::size_t> trailing;  ///< the axes after the first
  std::size_t features = 0;           ///< their product, > 0
};

/// Named data sets with rows along the first axis, from which every rank of a job loads its own
/// shard: a file (DatasetFile) or arrays in memory (MemoryDatasets). Blocks follow from the number
/// of rows: shape() first, then load().
class Datasets {
 public:
  virtual ~Datasets() = default;

  /// Whether there is a data set of this name ("/y"). By all ranks alike.
  [[nodiscard]] virtual bool has(const std::string& dataset) const = 0;

  /// Collective. Says that a data set is read for its labels. If it holds strings, one a row, each
  /// then stands for the number of its class: its place in `classes`, or, where that is empty,
  /// among the data set's own classes in the order of their bytes. Numbers stay as they are. Throws
  /// DataError.
  virtual void expect_labels(const std::string& /*dataset*/,
                             const std::vector<std::string>& /*classes*/ = {}) {}

  /// The classes of a data set of strings that is read for its labels; none of numbers.
  [[nodiscard]] virtual std::vector<std::string> text_classes(
      const std::string& /*dataset*/) const {
    return {};
  }

  /// Collective. Throws DataError, the same on every rank, where there is no such data set, or it
  /// is empty or holds no numbers.
  [[nodiscard]] virtual DatasetShape shape(const std::string& dataset) = 0;

  /// Collective. Copies this rank's rows into memory, as the type they have. Throws DataError, the
  /// same on every rank, as shape() does and where a number is not finite: it names the first one.
  [[nodiscard]] virtual Rows load(const std::string& dataset, const Shard& shard) = 0;

 protected:
  Datasets() = default;
  /// @{ For derived classes: data sets are copied and moved as the type that they are.
  Datasets(const Datasets&) = default;
  Datasets(Datasets&&) = default;
  Datasets& operator=(const Datasets&) = default;
  Datasets& operator=(Datasets&&) = default;
  /// @}
};

/// Throws DataError, naming both, unless two data sets that belong together have as many rows.
void require_equal_rows(const DatasetShape& x, const DatasetShape& y);

/// Collective. Throws DataError, the same on every rank, where a number of a shard is not finite,
/// and names the data set's first one.
void require_finite(const mpi::Communicator& communicator, const Rows& rows);

}  // namespace infomax::data
