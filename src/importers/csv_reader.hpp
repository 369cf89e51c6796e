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

namespace infomax::importers {

/// The records of delimited text, one after another: fields may be quoted (RFC 4180), spaces around
/// them do not count, lines end by LF, CRLF or CR, and a mark of UTF-8 before the first is skipped.
class CsvReader {
 public:
  /// Throws DataError where the file cannot be read.
  CsvReader(const std::filesystem::path& path, char delimiter);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// Goes to the next record; false where there is none. Throws DataError, naming the line, where
  /// quotes do not fit or an empty line stands between records.
  [[nodiscard]] bool next();

  /// Of the record, until next().
  [[nodiscard]] std::size_t line() const { return record_.line; }  ///< where it begins, from 1
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
  void end_record(int terminator);
  void read_more();
  void parse(std::span<const std::byte> bytes);
  void drop_taken_records();
  [[noreturn]] void refuse_quotes(bool at_end) const;

  ByteFile file_;
  csv_parser parser_{};
  std::vector<std::byte> block_;
  bool at_start_ = true;
  bool at_end_ = false;

  std::string text_;             ///< of all fields kept
  std::vector<Field> fields_;    ///< of whole records, then of the one that is not whole
  std::vector<Record> records_;  ///< whole ones
  std::size_t taken_ = 0;        ///< of records_
  Record record_;                ///< the one that is read now
  std::size_t open_first_ = 0;   ///< in fields_, of the record that is not whole
  std::size_t open_line_ = 1;    ///< where that begins
  std::size_t line_ = 1;
  std::size_t empty_line_ = 0;  ///< the first after the last record; 0: none
  bool after_return_ = false;
  std::exception_ptr failure_;  ///< what must not pass through the parser
};

}  // namespace infomax::importers
