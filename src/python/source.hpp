// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>

#include "infomax/data/loader.hpp"
#include "infomax/data/memory_datasets.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::python {

/// The names that the data sets of a configuration or of a model have.
struct DatasetNames {
  std::string x = "/x";              ///< of the rows
  std::string y = "/y";              ///< of targets or the second view
  std::string lengths = "/lengths";  ///< of trajectories
};

/// Rows that Python gave: the path of a file, or arrays by what they are ("x", "y", "lengths",
/// "x_lengths", "x_offsets", ...), each contiguous and of a type that data sets have. The elements
/// of arrays are not copied here. Made and destroyed with the GIL held.
class Source {
 public:
  explicit Source(const pybind11::object& given);

  /// Collective. Opens the file, or gives the arrays their names. Works without the GIL.
  [[nodiscard]] data::Datasets& open(const mpi::Communicator& communicator,
                                     const DatasetNames& names);

  /// Whether they are arrays.
  [[nodiscard]] bool is_memory() const { return path_.empty(); }
  /// The file once it is open; null for arrays.
  [[nodiscard]] data::DatasetFile* file() { return file_.get(); }
  /// Collective. Closes the file, if it is one.
  void close();

 private:
  struct Given {
    std::string what;
    hdf5::ElementType type;
    std::span<const std::byte> bytes;
    std::vector<std::size_t> trailing;
    pybind11::array array;
  };

  std::string path_;
  std::vector<Given> arrays_;
  std::unique_ptr<data::DatasetFile> file_;
  std::unique_ptr<data::MemoryDatasets> memory_;
};

}  // namespace infomax::python
