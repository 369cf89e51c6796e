// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "infomax/core/field.hpp"
#include "infomax/core/field_list.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/importers/reading.hpp"

/// Files of other formats as data set files.
namespace infomax::importers {

/// Whether the first line of a table holds the names of its columns.
enum class TableHeader : std::uint8_t {
  automatic,  ///< the first two lines decide; DataError if they do not
  yes,        ///< the first line holds names
  no          ///< the first line is the first row
};

/// Names of the choices, as a command line gives them.
inline constexpr std::array table_header_names{std::pair{"auto", TableHeader::automatic},
                                               std::pair{"yes", TableHeader::yes},
                                               std::pair{"no", TableHeader::no}};

}  // namespace infomax::importers

template <>
struct infomax::FieldText<infomax::importers::TableHeader>
    : infomax::ChoiceText<infomax::importers::TableHeader, infomax::importers::table_header_names> {
};

namespace infomax::importers {

/// How tables (CSV) are read. Columns are given by name, or by number from 1.
struct TableOptions {
  std::vector<std::string> labels;              ///< columns of x that become /y
  std::vector<std::string> dropped;             ///< columns of x that are omitted
  std::optional<hdf5::ElementType> element;     ///< f32, or f64 (the default), except for classes
  TableHeader header = TableHeader::automatic;  ///< automatic: by the first two lines
};

/// The table of TableOptions.
[[nodiscard]] inline FieldTable<TableOptions> table_fields() {
  using Options = TableOptions;
  const Check<std::vector<std::string>> columns{
      {}, "names or numbers of columns, such as species or 1,3"};
  FieldTable<Options> table;
  table.group("Tables")
      .add("label", &Options::labels, "COLUMN,...",
           "the column, by name or number from 1, that becomes /y: text becomes class codes from 0 "
           "in sorted order, integers stay integers (classes too, for train and probe), other "
           "numbers are values; several columns are values",
           columns)
      .add("drop", &Options::dropped, "COLUMN,...", "columns to omit, such as identifiers", columns)
      .add("element", &Options::element, "TYPE",
           "type of numbers: f64 (default), as exact as the text, or f32, half the size",
           {[](hdf5::ElementType type) {
              return type == hdf5::ElementType::f32 || type == hdf5::ElementType::f64;
            },
            "f32 or f64"})
      .add("header", &Options::header, "WHICH",
           "whether the first line holds names: yes, no, or auto (it does where a number stands "
           "below a name)");
  return table;
}

/// The rows that go to a separate file, for tests.
struct TestSplit {
  double fraction = 0.0;         ///< of all rows, above 0 and below 1
  std::filesystem::path output;  ///< the file of the test rows
  std::uint64_t seed = 1;        ///< of the choice of rows
};

/// The files of an import. An input is a file, a folder, a pattern such as "runs/*.npy", several of
/// these with commas between them, or FILE.h5:/path, an array in a file.
struct ImportRequest {
  std::string x;                       ///< input of /x
  std::string y = {};                  ///< input of /y; may be empty
  std::filesystem::path output;        ///< the data set file
  TableOptions table = {};             ///< of text inputs
  std::optional<TestSplit> test = {};  ///< unset: all rows go to `output`
  /// A data set file whose classes and columns the import must have; may be empty.
  std::filesystem::path like = {};
  ReadingOptions reading = {};  ///< of sounds and texts
};

/// A data set that an import wrote.
struct ImportedDataset {
  hdf5::ElementType type{};          ///< of its elements
  std::vector<std::size_t> shape;    ///< [N, ...], including the rows of the test file
  std::vector<std::string> columns;  ///< names of the columns; may be empty
  std::vector<std::string> classes;  ///< names of the classes; may be empty
};

/// The result of an import.
struct Imported {
  ImportedDataset x;                 ///< /x
  std::optional<ImportedDataset> y;  ///< /y, unset if there is none
  std::size_t test_rows = 0;         ///< rows of the test file, 0 without one
  std::size_t trajectories = 0;      ///< entries of /lengths, 0 without it
};

/// Converts files of other formats to a data set file: IDX, NumPy's .npy and delimited text, plain
/// or compressed by gzip, .npz, HDF5 as other programs lay it out, images, sounds and texts. The
/// content of a file determines its format. Several files, of a folder or a pattern, are
/// trajectories, whose numbers of rows become /lengths, unless each of them is one row. Elements
/// keep their types; TableOptions determine those of text. The conversion works in slabs, so files
/// may be larger than memory. The outputs get their names when they are complete. Serial. Throws
/// UsageError if options do not apply to the files; DataError if an input is missing, damaged or of
/// another format, or if x and y have different numbers of rows; SystemError if an output cannot be
/// written.
Imported import_dataset(const ImportRequest& request);

}  // namespace infomax::importers
