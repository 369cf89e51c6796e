// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infomax/hdf5/file.hpp"

// What a store of pandas consists of, whichever its format is.
namespace infomax::importers {

/// What the columns of a block hold.
enum class ColumnContent : std::uint8_t {
  numbers,
  texts,
  categories,
  times,
  objects  ///< pickled by Python
};

/// Columns of one type, which a store keeps together.
class PandasBlock {
 public:
  virtual ~PandasBlock() = default;
  PandasBlock(const PandasBlock&) = delete;
  PandasBlock& operator=(const PandasBlock&) = delete;

  std::vector<std::string> names;  ///< of its columns
  ColumnContent content = ColumnContent::objects;
  hdf5::ElementType type{};             ///< of numbers, and of the codes of categories
  std::vector<std::string> categories;  ///< if it holds such

  /// Reads rows [first, first + count) of numbers into `out` [count, columns].
  virtual void read(std::size_t first, std::size_t count, std::span<std::byte> out) const = 0;

  /// Returns rows [first, first + count) of texts, [count, columns].
  [[nodiscard]] virtual std::vector<std::string> texts(std::size_t first,
                                                       std::size_t count) const = 0;

 protected:
  PandasBlock() = default;
};

/// A column of a store: a place in a block.
struct PandasColumn {
  std::string name;
  std::size_t block = 0;
  std::size_t item = 0;
};

/// A store, read into its parts.
struct PandasStore {
  std::string where;
  std::size_t rows = 0;
  std::vector<std::unique_ptr<PandasBlock>> blocks;
  std::vector<PandasColumn> columns;  ///< in the order of the frame
};

/// Lists the columns of the blocks in the order that `names` has, if it has exactly these.
void order_columns(PandasStore& store, const std::vector<std::string>& names);

/// @{ Opens a store of either format. Throws DataError.
[[nodiscard]] PandasStore open_fixed_store(const std::filesystem::path& path,
                                           const std::string& object);
[[nodiscard]] PandasStore open_table_store(const std::filesystem::path& path,
                                           const std::string& object);
/// @}

}  // namespace infomax::importers
