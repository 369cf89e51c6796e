// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sparse_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/hdf5/file.hpp"
#include "support/scratch.hpp"

namespace infomax::importers {
namespace {

constexpr std::size_t matrix_rows = 37;
constexpr std::size_t matrix_columns = 11;

class SparseReader : public test::Scratch {
 protected:
  /// A matrix of which a fifth is not 0, some rows and columns without any element.
  static std::vector<std::int32_t> dense() {
    const CounterRandom random(5, RandomStream::generation);
    std::vector<std::int32_t> values(matrix_rows * matrix_columns, 0);
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (random.below(5, k) == 0 && k / matrix_columns != 4 && k % matrix_columns != 7) {
        values[k] = static_cast<std::int32_t>(k) + 1;
      }
    }
    return values;
  }

  /// Stores the matrix by compressed rows or columns.
  void store(bool by_columns) {
    std::vector<std::int32_t> data;
    std::vector<std::int64_t> indices;
    std::vector<std::int64_t> places{0};
    const auto values = dense();
    const std::size_t lines = by_columns ? matrix_columns : matrix_rows;
    const std::size_t across = by_columns ? matrix_rows : matrix_columns;
    for (std::size_t line = 0; line < lines; ++line) {
      for (std::size_t k = 0; k < across; ++k) {
        const std::int32_t value =
            by_columns ? values[k * matrix_columns + line] : values[line * matrix_columns + k];
        if (value != 0) {
          data.push_back(value);
          indices.push_back(static_cast<std::int64_t>(k));
        }
      }
      places.push_back(static_cast<std::int64_t>(data.size()));
    }
    hdf5::File created = hdf5::File::create(file("m.h5"));
    created.create_dataset("/X/data", hdf5::ElementType::i32, {data.size()})
        .write<std::int32_t>(0, data.size(), data);
    created.create_dataset("/X/indices", hdf5::ElementType::i64, {indices.size()})
        .write<std::int64_t>(0, indices.size(), indices);
    created.create_dataset("/X/indptr", hdf5::ElementType::i64, {places.size()})
        .write<std::int64_t>(0, places.size(), places);
    created.write_attribute("/X", "encoding-type",
                            std::string_view(by_columns ? "csc_matrix" : "csr_matrix"));
    const std::vector<double> shape{matrix_rows, matrix_columns};
    created.write_attribute("/X", "shape", std::span<const double>(shape));
    created.close();
  }

  /// Reads all rows, so many at a time.
  [[nodiscard]] std::vector<std::int32_t> read(std::size_t at_once, std::size_t gathered_bytes) {
    const auto reader = open_sparse(file("m.h5"), "/X", {}, gathered_bytes);
    std::vector<std::int32_t> found(matrix_rows * matrix_columns, -1);
    for (std::size_t first = 0; first < matrix_rows; first += at_once) {
      const std::size_t count = std::min(at_once, matrix_rows - first);
      reader->read(std::as_writable_bytes(
          std::span(found).subspan(first * matrix_columns, count * matrix_columns)));
    }
    return found;
  }
};

TEST_F(SparseReader, MakesRowsOfEitherOrderInRunsOfAnyLength) {
  for (const bool by_columns : {false, true}) {
    store(by_columns);
    for (const std::size_t at_once : {1U, 3U, 36U, 37U}) {
      for (const std::size_t gathered_bytes : {1U, 30U, 100U, 500U, 100000U}) {
        EXPECT_EQ(read(at_once, gathered_bytes), dense())
            << by_columns << " " << at_once << " " << gathered_bytes;
      }
    }
  }
}

}  // namespace
}  // namespace infomax::importers
