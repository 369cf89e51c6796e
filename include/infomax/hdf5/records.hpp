// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "infomax/hdf5/element_type.hpp"
#include "infomax/hdf5/handle.hpp"

namespace infomax::hdf5 {

/// What a field of records holds.
enum class FieldContent : std::uint8_t { numbers, texts, other };

/// A field of the records of a data set.
struct RecordField {
  std::string name;                            ///< as the file has it
  FieldContent content = FieldContent::other;  ///< what its elements are
  ElementType type{};                          ///< of numbers
  std::size_t elements = 1;                    ///< in one record
};

/// A data set of records (compound elements), one a row, in a file that this process has opened
/// alone. It must be destroyed before its file is closed.
class Records {
 public:
  /// Called by File. Throws DataError if the data set does not hold records along one axis.
  Records(Handle handle, std::string where);

  [[nodiscard]] const std::string& where() const { return where_; }  ///< "/table in F.h5"
  [[nodiscard]] std::size_t rows() const { return rows_; }           ///< records
  /// In the order of the file.
  [[nodiscard]] const std::vector<RecordField>& fields() const { return fields_; }

  /// Throws DataError unless the file holds all records, or there are few; see
  /// Dataset::require_stored().
  void require_stored() const;

  /// Reads a field of numbers of records [first, first + count), in its own type, into `out`
  /// [count, elements]. Throws DataError.
  void read(const RecordField& field, std::size_t first, std::size_t count,
            std::span<std::byte> out) const;

  /// Returns a field of texts of records [first, first + count), in UTF-8, [count, elements].
  /// Throws DataError.
  [[nodiscard]] std::vector<std::string> texts(const RecordField& field, std::size_t first,
                                               std::size_t count) const;

 private:
  void read_member(const RecordField& field, hid_t element, std::size_t first, std::size_t count,
                   void* out) const;

  Handle handle_;
  std::string where_;
  std::size_t rows_ = 0;
  std::vector<RecordField> fields_;
};

}  // namespace infomax::hdf5
