// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "infomax/hdf5/element_type.hpp"

namespace infomax::importers {

/// Whether the first line of a table names its columns.
enum class TableHeader : std::uint8_t { automatic, yes, no };

/// How tables (CSV) are read. Columns go by name or number from 1.
struct TableOptions {
  std::vector<std::string> labels;           ///< columns of x that become /y
  std::vector<std::string> dropped;          ///< columns of x that are left out
  std::optional<hdf5::ElementType> element;  ///< f32 or f64 (the default), of all but classes
  TableHeader header = TableHeader::automatic;
};

/// Rows that go to a file of their own, for tests.
struct TestSplit {
  double fraction = 0.0;  ///< of all rows, above 0 and below 1
  std::filesystem::path output;
  std::uint64_t seed = 1;
};

/// What a data set file is made of. Inputs are files, or FILE.h5:/path, a data set in one.
struct ImportRequest {
  std::string x;       ///< becomes /x
  std::string y = {};  ///< becomes /y; may be empty
  std::filesystem::path output;
  TableOptions table = {};
  std::optional<TestSplit> test = {};
  std::filesystem::path like =
      {};  ///< a data set file whose classes and columns hold; may be empty
};

/// What an import wrote.
struct ImportedDataset {
  hdf5::ElementType type{};
  std::vector<std::size_t> shape;    ///< [N, ...], the rows of the test file included
  std::vector<std::string> columns;  ///< their names, where there are any
  std::vector<std::string> classes;  ///< likewise
};

struct Imported {
  ImportedDataset x;
  std::optional<ImportedDataset> y;
  std::size_t test_rows = 0;
};

/// Makes a data set file of files in other formats, told by what they hold: IDX, NumPy's .npy and
/// delimited text, plain or compressed by gzip, and HDF5. Elements keep their types; of text they
/// are what TableOptions say. Goes in slabs, so files may be larger than memory; the outputs appear
/// under their names only when whole. Serial. Throws UsageError where options are of no use for
/// these files; DataError where an input is missing, of no such format or damaged, or x and y
/// differ in rows; SystemError where an output cannot be written.
Imported import_dataset(const ImportRequest& request);

}  // namespace infomax::importers
