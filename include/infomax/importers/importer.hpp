// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
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

/// What becomes of the rows of a table that have missing cells.
enum class MissingCells : std::uint8_t {
  refuse,  ///< DataError, which counts them
  drop,    ///< these rows are left out
  mean,    ///< a missing cell is the mean of the known ones of its column
  median   ///< a missing cell is the median of the known ones of its column
};

/// Names of the choices, as a command line gives them.
inline constexpr std::array missing_cells_names{
    std::pair{"refuse", MissingCells::refuse}, std::pair{"drop", MissingCells::drop},
    std::pair{"mean", MissingCells::mean}, std::pair{"median", MissingCells::median}};

/// What becomes of the columns of a table that do not hold numbers.
enum class Categories : std::uint8_t {
  refuse,   ///< DataError, which names the columns
  one_hot,  ///< each text becomes a column, which is 1 in its rows and 0 in the others
  drop      ///< these columns are left out
};

/// Names of the choices, as a command line gives them.
inline constexpr std::array categories_names{std::pair{"refuse", Categories::refuse},
                                             std::pair{"one-hot", Categories::one_hot},
                                             std::pair{"drop", Categories::drop}};

}  // namespace infomax::importers

template <>
struct infomax::FieldText<infomax::importers::TableHeader>
    : infomax::ChoiceText<infomax::importers::TableHeader, infomax::importers::table_header_names> {
};
template <>
struct infomax::FieldText<infomax::importers::MissingCells>
    : infomax::ChoiceText<infomax::importers::MissingCells,
                          infomax::importers::missing_cells_names> {};
template <>
struct infomax::FieldText<infomax::importers::Categories>
    : infomax::ChoiceText<infomax::importers::Categories, infomax::importers::categories_names> {};

namespace infomax::importers {

/// The texts that stand for missing cells unless an option says otherwise.
[[nodiscard]] std::vector<std::string> standard_missing_words();

/// How tables (CSV) are read. Columns are given by name, or by number from 1.
struct TableOptions {
  std::vector<std::string> labels = {};           ///< columns of x that become /y
  std::vector<std::string> dropped = {};          ///< columns of x that are omitted
  std::optional<hdf5::ElementType> element = {};  ///< f32, or f64 (the default), except for classes
  TableHeader header = TableHeader::automatic;    ///< automatic: by the first two lines
  std::string separator = "auto";                 ///< as separator_sign() takes it, or "auto"
  std::string decimal = ".";                      ///< "." or ","
  std::string comment = {};                     ///< the sign that comments begin with; may be empty
  MissingCells missing = MissingCells::refuse;  ///< what becomes of missing cells
  /// The texts of missing cells, in any case, beside empty cells and NaN, which are always missing.
  std::vector<std::string> missing_words = standard_missing_words();
  Categories categories = Categories::refuse;  ///< what becomes of columns of text
  /// A column that only names or counts the rows; "auto": a first column without a name; "none".
  std::string index = "auto";
  /// The column of the samples' names in x, and that in y where it differs; empty: rows go by
  /// order.
  std::vector<std::string> id = {};
};

/// The separator of fields that a text stands for: a sign, or the name of one. Nothing where it
/// stands for none, or for what a number may have.
[[nodiscard]] std::optional<char> separator_sign(std::string_view text);

/// The table of TableOptions.
[[nodiscard]] FieldTable<TableOptions> table_fields();

/// The rows that go to a separate file, for tests.
struct TestSplit {
  double fraction = 0.0;         ///< of all rows, above 0 and below 1
  std::filesystem::path output;  ///< the file of the test rows
  std::uint64_t seed = 1;        ///< of the choice of rows
};

/// The files of an import. An input is a file, a folder, a pattern such as "runs/*.npy", or several
/// files, but no folders or patterns, with commas between them. Behind HDF5 and .npz files ":/path"
/// names an array in each. A path that exists is a file of that name, whatever signs it has.
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
  bool has_ids = false;              ///< whether /ids has the names of the samples
  std::size_t test_rows = 0;         ///< rows of the test file, 0 without one
  std::size_t trajectories = 0;      ///< entries of /lengths, 0 without it
  bool has_step_counts = false;      ///< whether /x_lengths has the steps of each row
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
