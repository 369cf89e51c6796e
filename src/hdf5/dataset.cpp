// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/dataset.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "hdf5/check.hpp"
#include "hdf5/file_types.hpp"
#include "hdf5/obstacles.hpp"
#include "hdf5/reading.hpp"
#include "hdf5/stored.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::hdf5 {
namespace {

std::size_t transfer_limit_bytes = std::size_t{256} << 20U;

std::vector<std::size_t> shape_of(hid_t dataset, const std::string& where) {
  const Handle space = checked<DataError>(H5Dget_space(dataset), H5Sclose, "cannot read " + where);
  if (H5Sget_simple_extent_type(space.id()) != H5S_SIMPLE) {
    throw DataError(where + " is a scalar or empty; data sets need rows along a first axis");
  }
  const int rank = check<DataError>(H5Sget_simple_extent_ndims(space.id()), "cannot read " + where);
  std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
  check<DataError>(H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr),
                   "cannot read " + where);
  return {extents.begin(), extents.end()};
}

/// The arguments that all rounds of a transfer share.
Handle transfer_properties(bool parallel, const std::string& where) {
  Handle properties =
      checked(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "cannot prepare a transfer of " + where);
  if (parallel) {
    check(H5Pset_dxpl_mpio(properties.id(), H5FD_MPIO_COLLECTIVE),
          "cannot ask for a collective transfer of " + where);
  }
  return properties;
}

bool was_collective(hid_t properties) {
  std::uint32_t local_cause = 0;
  std::uint32_t global_cause = 0;
  return H5Pget_mpio_no_collective_cause(properties, &local_cause, &global_cause) >= 0 &&
         global_cause == H5D_MPIO_COLLECTIVE;
}

/// After a read that failed. Filters that HDF5 calls optional may be missing and still not matter,
/// because the writer did without them, so that they are not looked for before.
[[noreturn]] void refuse_read(hid_t dataset, const std::string& where, const std::string& part) {
  const std::string reason = take_error_text();
  if (const std::string why = missing_filters(dataset); !why.empty()) {
    throw DataError(where + " " + why);
  }
  throw DataError("cannot read " + part + " on of " + where + ", which may be damaged: " + reason);
}

/// The product of extents and a size, which must fit memory's own counts. Throws DataError.
std::size_t product(std::size_t a, std::size_t b, const std::string& where) {
  std::size_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) {
    throw DataError(where + " has more elements than a computer can count; is its shape right?");
  }
  return result;
}

}  // namespace

std::size_t set_transfer_limit(std::size_t bytes) {
  return std::exchange(transfer_limit_bytes, std::clamp<std::size_t>(bytes, 1, 1U << 30U));
}

Dataset::Dataset(Handle handle, std::string where, std::optional<mpi::Communicator> communicator)
    : handle_(std::move(handle)),
      where_(std::move(where)),
      communicator_(std::move(communicator)),
      shape_(shape_of(handle_.id(), where_)) {
  for (std::size_t axis = 1; axis < shape_.size(); ++axis) {
    features_ = product(features_, shape_[axis], where_);
  }
  const Handle type =
      checked<DataError>(H5Dget_type(handle_.id()), H5Tclose, "cannot read " + where_);
  element_type_ = nearest_element_type(type.id(), where_);
  (void)product(product(shape_.front(), features_, where_), sizeof(double), where_);
}

Handle Dataset::select_rows(std::size_t first, std::size_t count) const {
  Handle space = checked(H5Dget_space(handle_.id()), H5Sclose, "cannot select rows of " + where_);
  if (count == 0 || features_ == 0) {
    check(H5Sselect_none(space.id()), "cannot select no rows of " + where_);
    return space;
  }
  std::vector<hsize_t> start(shape_.size(), 0);
  std::vector<hsize_t> extent(shape_.begin(), shape_.end());
  start.front() = first;
  extent.front() = count;
  check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(),
                            nullptr),
        "cannot select rows of " + where_);
  return space;
}

/// The memory space of a transfer. It has as many axes as the file's space, because HDF5 maps
/// chunks much faster between selections of the same shape.
Handle Dataset::memory_rows(std::size_t count) const {
  std::vector<hsize_t> extent(shape_.begin(), shape_.end());
  extent.front() = std::max<std::size_t>(count, 1);
  Handle space = checked(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
                         H5Sclose, "cannot describe rows of " + where_);
  if (count == 0 || features_ == 0) {
    check(H5Sselect_none(space.id()), "cannot select no rows of " + where_);
  }
  return space;
}

void Dataset::check_range(std::size_t first, std::size_t count, std::size_t bytes_wanted,
                          std::size_t bytes_given) const {
  if (first > rows() || count > rows() - first || bytes_wanted != bytes_given) {
    throw SystemError("a transfer of " + std::to_string(count) + " rows from row " +
                      std::to_string(first) + " on, " + std::to_string(bytes_given) +
                      " bytes in memory, does not fit " + where_ + " (a defect)");
  }
}

template <class Byte, class Move>
void Dataset::transfer(std::size_t first, std::size_t count, ElementType type,
                       std::span<Byte> memory, const Move& move) const {
  const std::size_t row_bytes = features_ * size(type);
  const std::size_t most =
      std::max<std::size_t>(1, transfer_limit_bytes / std::max<std::size_t>(1, row_bytes));

  // An error on one rank must not leave the others in a collective call, so all ranks agree after
  // each round.
  const auto together = [&](const auto& work) {
    if (communicator_) {
      mpi::together(*communicator_, work);
    } else {
      work();
    }
  };
  together([&] { check_range(first, count, count * row_bytes, memory.size()); });

  std::uint64_t rounds = (count + most - 1) / most;
  if (communicator_) {
    rounds = communicator_->max(rounds);
  }
  const bool parallel = communicator_.has_value() && !is_virtual(handle_.id());
  const Handle properties = transfer_properties(parallel, where_);
  const Handle stored = checked(H5Dget_type(handle_.id()), H5Tclose, "cannot read " + where_);
  collective_ = parallel;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::size_t done = std::min(count, static_cast<std::size_t>(round) * most);
    const std::size_t step = std::min(count - done, most);
    together([&] {
      const Handle in_file = select_rows(first + done, step);
      const Handle in_memory = memory_rows(step);
      move(memory_type(stored.id(), type), in_memory.id(), in_file.id(), properties.id(),
           memory.data() + done * row_bytes, first + done, step);
    });
    collective_ = collective_ && was_collective(properties.id());
  }
}

void Dataset::read_rows(std::size_t first, std::size_t count, ElementType type,
                        std::span<std::byte> out) const {
  const Reading reading(where_, Limit::none);
  transfer(first, count, type, out,
           [this](hid_t element, hid_t memory, hid_t file, hid_t properties, std::byte* into,
                  std::size_t from, std::size_t step) {
             const herr_t done = H5Dread(handle_.id(), element, memory, file, properties, into);
             if (done < 0) {
               refuse_read(handle_.id(), where_,
                           std::to_string(step) + " rows from row " + std::to_string(from));
             }
           });
}

void Dataset::write_rows(std::size_t first, std::size_t count, ElementType type,
                         std::span<const std::byte> in) {
  transfer(first, count, type, in,
           [this](hid_t element, hid_t memory, hid_t file, hid_t properties, const std::byte* from,
                  std::size_t to, std::size_t step) {
             check(H5Dwrite(handle_.id(), element, memory, file, properties, from),
                   "cannot write " + std::to_string(step) + " rows from row " + std::to_string(to) +
                       " on of " + where_);
           });
}

void Dataset::read_columns(std::size_t first, std::size_t count, ElementType type,
                           std::span<std::byte> out) const {
  const Reading reading(where_, Limit::none);
  if (communicator_ || shape_.size() != 2 || first > features_ || count > features_ - first ||
      out.size() != rows() * count * size(type)) {
    throw SystemError("columns of " + where_ + " cannot be read like this (a defect)");
  }
  if (out.empty()) {
    return;
  }
  const std::string what = "cannot read columns of " + where_;
  const std::array<hsize_t, 2> start{0, first};
  const std::array<hsize_t, 2> extent{rows(), count};
  const Handle in_file = checked<DataError>(H5Dget_space(handle_.id()), H5Sclose, what);
  check(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(),
                            nullptr),
        what);
  const Handle in_memory = checked(H5Screate_simple(2, extent.data(), nullptr), H5Sclose, what);
  if (H5Dread(handle_.id(), native_type(type), in_memory.id(), in_file.id(), H5P_DEFAULT,
              out.data()) < 0) {
    refuse_read(handle_.id(), where_,
                std::to_string(count) + " columns from column " + std::to_string(first));
  }
}

void Dataset::require_stored(std::size_t few) const {
  const Reading reading(where_, Limit::none);
  if (rows() * features_ > few) {
    hdf5::require_stored(handle_.id(), rows() * features_, where_);
  }
}

std::vector<std::size_t> Dataset::chunk_shape() const {
  const Reading reading(where_, communicator_ ? Limit::none : Limit::seconds);
  const Handle properties =
      checked<DataError>(H5Dget_create_plist(handle_.id()), H5Pclose, "cannot read " + where_);
  if (H5Pget_layout(properties.id()) != H5D_CHUNKED) {
    return {};
  }
  std::vector<hsize_t> chunk(shape_.size());
  check<DataError>(H5Pget_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()),
                   "cannot read " + where_);
  return {chunk.begin(), chunk.end()};
}

std::vector<std::string> Dataset::filters() const {
  const Reading reading(where_, communicator_ ? Limit::none : Limit::seconds);
  return filter_names(handle_.id());
}

std::uint64_t Dataset::offset_bytes() const {
  const Reading reading(where_, communicator_ ? Limit::none : Limit::seconds);
  const haddr_t offset = H5Dget_offset(handle_.id());
  // If the rows have no place yet, HDF5 1.10 adds the user block to the value that means so.
  if (offset == HADDR_UNDEF || H5Dget_storage_size(handle_.id()) == 0) {
    throw SystemError("the rows of " + where_ + " are not contiguous in their file (a defect)");
  }
  return offset;
}

}  // namespace infomax::hdf5
