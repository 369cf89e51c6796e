// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string>
#include <vector>

#include "hdf5/check.hpp"
#include "hdf5/obstacles.hpp"
#include "hdf5/reading.hpp"
#include "hdf5/stored.hpp"
#include "hdf5/texts.hpp"
#include "infomax/hdf5/file.hpp"

// Data sets of strings, one a row.
namespace infomax::hdf5 {
namespace {

/// The extent of a data set's space: nothing of one that is empty or a scalar.
std::vector<std::size_t> extent_of(hid_t dataset, const std::string& where) {
  const Handle space = checked<DataError>(H5Dget_space(dataset), H5Sclose, "cannot read " + where);
  if (H5Sget_simple_extent_type(space.id()) != H5S_SIMPLE) {
    return {};
  }
  std::vector<hsize_t> extent(static_cast<std::size_t>(
      check<DataError>(H5Sget_simple_extent_ndims(space.id()), "cannot read " + where)));
  check<DataError>(H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr),
                   "cannot read " + where);
  return {extent.begin(), extent.end()};
}

}  // namespace

bool File::holds_texts(const std::string& object) const {
  const Reading reading = enter();
  if (!exists(object)) {
    return false;
  }
  const Handle opened = open_object(object);
  const Handle type =
      checked<DataError>(H5Dget_type(opened.id()), H5Tclose, "cannot read " + where(object));
  if (H5Tget_class(type.id()) != H5T_STRING) {
    return false;
  }
  const auto extent = extent_of(opened.id(), where(object));
  return !extent.empty() &&
         std::all_of(extent.begin() + 1, extent.end(), [](std::size_t axis) { return axis == 1; });
}

std::size_t File::text_count(const std::string& object) const {
  const Reading reading = enter();
  return extent_of(open_object(object).id(), where(object)).front();
}

std::vector<std::string> File::texts(const std::string& object, std::size_t first,
                                     std::size_t count) const {
  const Reading reading(path_.native(),
                        communicator_ || count > few_texts ? Limit::none : Limit::seconds);
  const std::string failure = "cannot read " + where(object);
  const Handle opened = open_object(object);
  const Handle type = checked<DataError>(H5Dget_type(opened.id()), H5Tclose, failure);
  const Handle in_file = checked<DataError>(H5Dget_space(opened.id()), H5Sclose, failure);
  std::vector<hsize_t> start(extent_of(opened.id(), where(object)).size(), 0);
  std::vector<hsize_t> extent(start.size(), 1);
  start.front() = first;
  extent.front() = count;
  if (count > few_texts) {
    require_stored(opened.id(), count, where(object));
  }
  const hsize_t elements = count;
  const Handle in_memory =
      checked<DataError>(H5Screate_simple(1, &elements, nullptr), H5Sclose, failure);
  if (count > 0) {
    check<DataError>(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start.data(), nullptr,
                                         extent.data(), nullptr),
                     failure);
  }
  return read_strings(
      type.id(), count,
      [&](hid_t memory_type, void* memory) {
        const herr_t done =
            H5Dread(opened.id(), memory_type, in_memory.id(), in_file.id(), H5P_DEFAULT, memory);
        if (done < 0) {
          if (const std::string why = missing_filters(opened.id()); !why.empty()) {
            throw DataError(where(object) + " " + why);
          }
        }
        return done;
      },
      where(object), failure);
}

}  // namespace infomax::hdf5
