// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "infomax/hdf5/element_type.hpp"

namespace infomax::importers {

/// The rows of one array in a file of any format. They are read once, from the first to the last.
class RowFile {
 public:
  virtual ~RowFile() = default;
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  [[nodiscard]] const std::string& where() const { return where_; }  ///< for messages
  [[nodiscard]] hdf5::ElementType type() const { return type_; }
  [[nodiscard]] const std::vector<std::size_t>& shape() const { return shape_; }  ///< [N, ...]
  [[nodiscard]] std::size_t rows() const { return shape_.front(); }               ///< N > 0
  [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }              ///< above 0

  /// The names of the columns, and of the classes that the elements number; empty if unknown.
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] const std::vector<std::string>& classes() const { return classes_; }

  /// The texts of the tokens that the elements number; empty if they are no tokens.
  [[nodiscard]] const std::vector<std::string>& tokens() const { return tokens_; }
  /// The numbers of rows of the trajectories that follow one another; empty if there is only one.
  [[nodiscard]] const std::vector<std::size_t>& lengths() const { return lengths_; }
  /// The steps that each row has, of those that rows have room for; empty if all have all.
  [[nodiscard]] const std::vector<std::uint32_t>& step_counts() const { return step_counts_; }
  /// What import filled missing elements of each column with; empty if it filled none.
  [[nodiscard]] const std::vector<double>& fills() const { return fills_; }

  /// Row k of the file is row places()[k] of the data set; empty if the order is the same.
  [[nodiscard]] const std::vector<std::size_t>& places() const { return places_; }

  /// Reads the next rows, whole ones, in this machine's byte order. Throws DataError if the file
  /// ends or is damaged.
  virtual void read(std::span<std::byte> rows) = 0;

  /// Throws DataError unless the file ends after the rows that were read.
  virtual void expect_end() {}

 protected:
  explicit RowFile(std::string where) : where_(std::move(where)) {}

  /// Sets the type and shape of the rows before any is read. Throws DataError if there are no rows,
  /// more bytes in all than any disk holds, or more in a row than memory.
  void declare(hdf5::ElementType type, std::vector<std::size_t> shape);

  void name_columns(std::vector<std::string> names) { columns_ = std::move(names); }
  void name_classes(std::vector<std::string> names) { classes_ = std::move(names); }
  void name_tokens(std::vector<std::string> texts) { tokens_ = std::move(texts); }
  void set_lengths(std::vector<std::size_t> lengths) { lengths_ = std::move(lengths); }
  void set_step_counts(std::vector<std::uint32_t> counts) { step_counts_ = std::move(counts); }
  void set_fills(std::vector<double> fills) { fills_ = std::move(fills); }
  void set_places(std::vector<std::size_t> places) { places_ = std::move(places); }

 private:
  std::string where_;
  hdf5::ElementType type_{};
  std::vector<std::size_t> shape_;
  std::size_t row_bytes_ = 0;
  std::vector<std::string> columns_;
  std::vector<std::string> classes_;
  std::vector<std::string> tokens_;
  std::vector<std::size_t> lengths_;
  std::vector<std::uint32_t> step_counts_;
  std::vector<double> fills_;
  std::vector<std::size_t> places_;
};

}  // namespace infomax::importers
