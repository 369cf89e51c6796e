// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <csv.h>

#include "importers/byte_file.hpp"
#include "importers/csv_comments.hpp"

namespace infomax::importers {

/// Reads the records of delimited text. Fields may be quoted (RFC 4180), spaces around them are
/// ignored, lines end with LF, CRLF or CR, and a UTF-8 byte order mark at the start is ignored.
/// Fields that are not UTF-8 are taken for Latin-1, with a warning.
///
/// libcsv parses, because it takes bytes as they come, quoted line ends among them, and so bounds
/// the memory. Of what else Debian packages, Fast C++ CSV Parser (libfccp-dev) must know the number
/// of columns when it is compiled, and its records end at the first line end; Apache Arrow is not
/// packaged for C++.
class CsvReader {
 public:
  /// `comment` begins comments; '\0': there are none. Throws DataError if the file cannot be read.
  CsvReader(const std::filesystem::path& path, char delimiter, char comment = '\0');
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// Advances to the next record and returns whether there is one. Throws DataError, which names
  /// the line, if quotes do not match or there is an empty line between records.
  [[nodiscard]] bool next();

  // The current record, valid until next().
  [[nodiscard]] std::size_t line() const { return record_.line; }  ///< its first line, from 1
  [[nodiscard]] std::size_t size() const { return record_.count; }
  [[nodiscard]] std::string_view field(std::size_t k) const {
    const Field& found = fields_[record_.first + k];
    return std::string_view(text_).substr(found.first, found.size);
  }

 private:
  struct Field {
    std::size_t first = 0;  ///< in text_
    std::size_t size = 0;
  };
  struct Record {
    std::size_t first = 0;  ///< in fields_
    std::size_t count = 0;
    std::size_t line = 1;
  };

  static void take_field(void* text, std::size_t size, void* reader);
  static void take_end(int terminator, void* reader);
  void add_field(std::string_view field);
  void end_record(int terminator);
  void read_more();
  void parse(std::span<std::byte> bytes);
  void drop_taken_records();
  [[noreturn]] void refuse_quotes(bool at_end) const;

  ByteFile file_;
  csv_parser parser_{};
  CsvComments comments_;
  std::vector<std::byte> block_;
  bool at_start_ = true;
  bool at_end_ = false;

  std::string text_;             ///< of all fields in memory
  std::vector<Field> fields_;    ///< of the complete records, then of the incomplete one
  std::vector<Record> records_;  ///< complete records
  std::size_t taken_ = 0;        ///< number of records_ that were returned
  Record record_;                ///< the current record
  std::size_t open_first_ = 0;   ///< in fields_, of the incomplete record
  std::size_t open_line_ = 1;    ///< first line of the incomplete record
  std::size_t line_ = 1;
  std::size_t empty_line_ = 0;  ///< the first empty line after the last record; 0 = none
  bool after_return_ = false;
  std::exception_ptr failure_;  ///< an exception, which must not pass through the parser's C code
};

}  // namespace infomax::importers
