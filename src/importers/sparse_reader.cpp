// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sparse_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {
namespace {

/// The elements that are read at a time.
constexpr std::size_t elements_at_once = std::size_t{1} << 20U;

/// The cells of a matrix for each of its stored elements and lines. A matrix of more would take
/// megabytes for every element where it is dense; its shape is damaged, not sparse.
constexpr std::size_t most_cells_of_element = std::size_t{1} << 22U;

/// Adds a value to an element: SciPy's matrices may store an element in parts.
void add(hdf5::ElementType type, std::byte* to, const std::byte* from) {
  hdf5::with_element_type(type, [&]<class T>(std::type_identity<T> /*element*/) {
    T sum{};
    T value{};
    std::memcpy(&sum, to, sizeof(T));
    std::memcpy(&value, from, sizeof(T));
    sum = static_cast<T>(sum + value);
    std::memcpy(to, &sum, sizeof(T));
  });
}

/// A matrix by rows.
class RowsReader final : public RowFile {
 public:
  RowsReader(std::unique_ptr<SparseArrays> arrays, std::vector<std::string> columns)
      : RowFile(arrays->where()), arrays_(std::move(arrays)) {
    declare(arrays_->type(), {arrays_->rows(), arrays_->columns()});
    arrays_->require_plausible();
    name_columns(std::move(columns));
  }

  void read(std::span<std::byte> rows) override {
    const std::size_t element = hdf5::size(type());
    const std::size_t count = rows.size() / row_bytes();
    const auto places = arrays_->places(next_, count);
    std::ranges::fill(rows, std::byte{0});
    std::size_t row = 0;
    for (std::uint64_t first = places.front(); first < places.back();) {
      const auto some = static_cast<std::size_t>(
          std::min<std::uint64_t>(elements_at_once, places.back() - first));
      arrays_->read(first, some, indices_, values_);
      for (std::size_t k = 0; k < some; ++k) {
        while (first + k >= places[row + 1]) {
          ++row;
        }
        add(type(),
            rows.data() + row * row_bytes() + static_cast<std::size_t>(indices_[k]) * element,
            values_.data() + k * element);
      }
      first += some;
    }
    next_ += count;
  }

 private:
  std::unique_ptr<SparseArrays> arrays_;
  std::vector<std::int64_t> indices_;
  Buffer<std::byte> values_;
  std::size_t next_ = 0;  ///< row
};

/// A matrix by columns. The elements of a run of rows are gathered by a pass over the whole file; a
/// run is as long as memory for its elements allows.
class ColumnsReader final : public RowFile {
 public:
  ColumnsReader(std::unique_ptr<SparseArrays> arrays, std::vector<std::string> columns,
                std::size_t gathered_bytes)
      : RowFile(arrays->where()),
        arrays_(std::move(arrays)),
        most_(gathered_bytes / (sizeof(std::size_t) + hdf5::size(arrays_->type()))) {
    declare(arrays_->type(), {arrays_->rows(), arrays_->columns()});
    arrays_->require_plausible();
    of_row_.resize(arrays_->rows());
    name_columns(std::move(columns));
    pass([&](std::size_t row, std::size_t /*column*/, const std::byte* /*value*/) {
      ++of_row_[row];
    });
    const std::size_t passes = 1 + arrays_->elements() / std::max<std::size_t>(1, most_);
    log::info(fmt::format(
        "{} is stored by columns (CSC), so it is read about {} times; scipy's tocsr() makes it "
        "quicker to read",
        where(), 1 + passes));
  }

  void read(std::span<std::byte> rows) override {
    const std::size_t element = hdf5::size(type());
    std::ranges::fill(rows, std::byte{0});
    for (std::size_t done = 0; done < rows.size(); done += row_bytes(), ++next_) {
      if (next_ == first_ + starts_.size() - 1) {
        gather();
      }
      for (std::size_t k = starts_[next_ - first_]; k < starts_[next_ - first_ + 1]; ++k) {
        add(type(), rows.data() + done + columns_of_[k] * element, values_.data() + k * element);
      }
    }
  }

 private:
  /// Calls `use(row, column, value)` with every element of the file.
  template <class Use>
  void pass(Use use) {
    const auto places = arrays_->places(0, arrays_->columns());
    const std::size_t element = hdf5::size(type());
    std::vector<std::int64_t> indices;
    Buffer<std::byte> values;
    std::size_t column = 0;
    for (std::uint64_t first = places.front(); first < places.back();) {
      const auto some = static_cast<std::size_t>(
          std::min<std::uint64_t>(elements_at_once, places.back() - first));
      arrays_->read(first, some, indices, values);
      for (std::size_t k = 0; k < some; ++k) {
        while (first + k >= places[column + 1]) {
          ++column;
        }
        use(static_cast<std::size_t>(indices[k]), column, values.data() + k * element);
      }
      first += some;
    }
  }

  /// Gathers the elements of the next run of rows.
  void gather() {
    const std::size_t element = hdf5::size(type());
    first_ = next_;
    starts_.assign(1, 0);
    while (
        first_ + starts_.size() - 1 < this->rows() &&
        (starts_.size() == 1 || starts_.back() + of_row_[first_ + starts_.size() - 1] <= most_)) {
      starts_.push_back(starts_.back() + of_row_[first_ + starts_.size() - 1]);
    }
    columns_of_.resize(starts_.back());
    values_.resize(starts_.back() * element);
    std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
    pass([&](std::size_t row, std::size_t column, const std::byte* value) {
      if (row >= first_ && row < first_ + next.size()) {
        const std::size_t k = next[row - first_]++;
        columns_of_[k] = column;
        std::memcpy(values_.data() + k * element, value, element);
      }
    });
  }

  std::unique_ptr<SparseArrays> arrays_;
  std::size_t most_;                 ///< elements of a run
  std::vector<std::size_t> of_row_;  ///< [N] elements of each row
  std::size_t next_ = 0;             ///< row
  std::size_t first_ = 0;            ///< row of the run that was gathered
  std::vector<std::size_t> starts_{0};
  std::vector<std::size_t> columns_of_;
  Buffer<std::byte> values_;
};

std::string part_of(const std::string& object, const char* part) { return object + "/" + part; }

/// The attribute of the shape, in today's files and in those of before 2019.
std::string shape_attribute(const hdf5::File& file, const std::string& object) {
  return file.has_attribute(object, "shape") ? "shape" : "h5sparse_shape";
}

}  // namespace

bool is_sparse(const hdf5::File& file, const std::string& object) {
  return file.is_group(object) && file.exists(part_of(object, "data")) &&
         file.exists(part_of(object, "indices")) && file.exists(part_of(object, "indptr")) &&
         file.has_attribute(object, shape_attribute(file, object));
}

SparseArrays::SparseArrays(const std::filesystem::path& path, const std::string& object)
    : where_(object + " in " + path.string()),
      file_(hdf5::File::open(path)),
      data_(file_.dataset(part_of(object, "data"))),
      indices_(file_.dataset(part_of(object, "indices"))),
      pointers_(file_.dataset(part_of(object, "indptr"))) {
  const auto shape = file_.reals_attribute(object, shape_attribute(file_, object));
  const bool is_plausible =
      shape.size() == 2 && std::ranges::all_of(shape, [](double n) { return n >= 0 && n < 9e15; });
  if (is_plausible) {
    rows_ = static_cast<std::size_t>(shape[0]);
    columns_ = static_cast<std::size_t>(shape[1]);
  }
  by_columns_ = file_.has_text(object, "encoding-type", "csc_matrix") ||
                file_.has_text(object, "h5sparse_format", "csc");
  if (!is_plausible || data_.rows() != indices_.rows() || pointers_.rows() != lines() + 1 ||
      data_.features() != 1 || indices_.features() != 1 || pointers_.features() != 1 ||
      !hdf5::is_integer(indices_.element_type()) || !hdf5::is_integer(pointers_.element_type())) {
    throw DataError(where_ +
                    " is no whole sparse matrix; its data, indices, indptr and shape do "
                    "not belong together");
  }
}

void SparseArrays::require_plausible() const {
  data_.require_stored();
  indices_.require_stored();
  pointers_.require_stored();
  const std::size_t across = by_columns_ ? rows_ : columns_;
  const std::size_t stored = elements() + lines();
  if (across / most_cells_of_element > stored / std::max<std::size_t>(1, lines())) {
    throw DataError(fmt::format(
        "{} has the shape {} x {}, of which its file holds {} elements; is its shape damaged?",
        where_, rows_, columns_, elements()));
  }
}

std::vector<std::uint64_t> SparseArrays::places(std::size_t first, std::size_t count) const {
  // HDF5 would make 0 of negative numbers that are read as unsigned ones.
  std::vector<std::int64_t> places(count + 1);
  pointers_.read<std::int64_t>(first, count + 1, places);
  if (places.front() < 0 || (first == 0 && places.front() > 0) || !std::ranges::is_sorted(places) ||
      std::cmp_greater(places.back(), elements())) {
    throw DataError(where_ + " has an indptr that does not ascend to its end; is it damaged?");
  }
  return {places.begin(), places.end()};
}

void SparseArrays::read(std::size_t first, std::size_t count, std::vector<std::int64_t>& indices,
                        Buffer<std::byte>& values) const {
  indices.resize(count);
  values.resize(count * hdf5::size(type()));
  indices_.read<std::int64_t>(first, count, indices);
  data_.read_rows(first, count, type(), values);
  const std::size_t across = by_columns_ ? rows_ : columns_;
  if (std::ranges::any_of(indices, [&](std::int64_t index) {
        return index < 0 || std::cmp_greater_equal(index, across);
      })) {
    throw DataError(where_ + " has an index beyond its shape; is it damaged?");
  }
}

std::unique_ptr<RowFile> open_sparse(const std::filesystem::path& path, const std::string& object,
                                     std::vector<std::string> columns, std::size_t gathered_bytes) {
  auto arrays = std::make_unique<SparseArrays>(path, object);
  if (columns.size() != arrays->columns()) {
    columns.clear();
  }
  if (arrays->by_columns()) {
    return std::make_unique<ColumnsReader>(std::move(arrays), std::move(columns), gathered_bytes);
  }
  return std::make_unique<RowsReader>(std::move(arrays), std::move(columns));
}

}  // namespace infomax::importers
