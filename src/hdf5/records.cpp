// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/records.hpp"

#include <utility>

#include "hdf5/check.hpp"
#include "hdf5/file_types.hpp"
#include "hdf5/obstacles.hpp"
#include "hdf5/reading.hpp"
#include "hdf5/stored.hpp"
#include "hdf5/texts.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::hdf5 {
namespace {

/// The type of the elements of a member, which may be an array of them.
Handle element_of(hid_t member, const std::string& failure) {
  return H5Tget_class(member) == H5T_ARRAY
             ? checked<DataError>(H5Tget_super(member), H5Tclose, failure)
             : checked<DataError>(H5Tcopy(member), H5Tclose, failure);
}

std::vector<hsize_t> extent_of_member(hid_t member, const std::string& failure) {
  if (H5Tget_class(member) != H5T_ARRAY) {
    return {};
  }
  std::vector<hsize_t> extent(
      static_cast<std::size_t>(check<DataError>(H5Tget_array_ndims(member), failure)));
  check<DataError>(H5Tget_array_dims2(member, extent.data()), failure);
  return extent;
}

RecordField describe_member(hid_t records, unsigned index, const std::string& where) {
  const std::string failure = "cannot read " + where;
  RecordField field;
  char* const name = H5Tget_member_name(records, index);
  field.name = name == nullptr ? "" : name;
  H5free_memory(name);
  const Handle member = checked<DataError>(H5Tget_member_type(records, index), H5Tclose, failure);
  for (const hsize_t axis : extent_of_member(member.id(), failure)) {
    field.elements *= axis;
  }
  const Handle element = element_of(member.id(), failure);
  if (H5Tget_class(element.id()) == H5T_STRING) {
    field.content = FieldContent::texts;
    return field;
  }
  try {
    field.type = nearest_element_type(element.id(), where);
    field.content = FieldContent::numbers;
  } catch (const DataError&) {
    field.content = FieldContent::other;
  }
  return field;
}

}  // namespace

Records::Records(Handle handle, std::string where)
    : handle_(std::move(handle)), where_(std::move(where)) {
  const std::string failure = "cannot read " + where_;
  const Handle type = checked<DataError>(H5Dget_type(handle_.id()), H5Tclose, failure);
  const Handle space = checked<DataError>(H5Dget_space(handle_.id()), H5Sclose, failure);
  if (H5Tget_class(type.id()) != H5T_COMPOUND || H5Sget_simple_extent_ndims(space.id()) != 1) {
    throw DataError(where_ + " does not hold records along one axis");
  }
  hsize_t rows = 0;
  check<DataError>(H5Sget_simple_extent_dims(space.id(), &rows, nullptr), failure);
  rows_ = rows;
  const int members = check<DataError>(H5Tget_nmembers(type.id()), failure);
  for (int k = 0; k < members; ++k) {
    fields_.push_back(describe_member(type.id(), static_cast<unsigned>(k), where_));
  }
}

/// Reads one member of the records, whose elements have the type `element` in memory.
void Records::read_member(const RecordField& field, hid_t element, std::size_t first,
                          std::size_t count, void* out) const {
  const std::string failure = "cannot read " + field.name + " of " + where_;
  const Handle type = checked<DataError>(H5Dget_type(handle_.id()), H5Tclose, failure);
  const int index = check<DataError>(H5Tget_member_index(type.id(), field.name.c_str()), failure);
  const Handle stored = checked<DataError>(
      H5Tget_member_type(type.id(), static_cast<unsigned>(index)), H5Tclose, failure);
  const auto extent = extent_of_member(stored.id(), failure);
  const Handle member =
      extent.empty()
          ? checked(H5Tcopy(element), H5Tclose, failure)
          : checked(H5Tarray_create2(element, static_cast<unsigned>(extent.size()), extent.data()),
                    H5Tclose, failure);
  const Handle record =
      checked(H5Tcreate(H5T_COMPOUND, H5Tget_size(member.id())), H5Tclose, failure);
  check(H5Tinsert(record.id(), field.name.c_str(), 0, member.id()), failure);
  const Handle in_file = checked<DataError>(H5Dget_space(handle_.id()), H5Sclose, failure);
  const hsize_t start = first;
  const hsize_t elements = count;
  check(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, &start, nullptr, &elements, nullptr),
        failure);
  const Handle in_memory = checked(H5Screate_simple(1, &elements, nullptr), H5Sclose, failure);
  if (H5Dread(handle_.id(), record.id(), in_memory.id(), in_file.id(), H5P_DEFAULT, out) < 0) {
    const std::string reason = take_error_text();
    const std::string why = missing_filters(handle_.id());
    throw DataError(why.empty() ? failure + ": " + reason : where_ + " " + why);
  }
}

void Records::read(const RecordField& field, std::size_t first, std::size_t count,
                   std::span<std::byte> out) const {
  const Reading reading(where_, Limit::none);
  if (first > rows_ || count > rows_ - first ||
      out.size() != count * field.elements * size(field.type)) {
    throw SystemError("records of " + where_ + " cannot be read like this (a defect)");
  }
  if (count == 0) {
    return;
  }
  const Handle type = checked<DataError>(H5Dget_type(handle_.id()), H5Tclose, where_);
  const int index = check<DataError>(H5Tget_member_index(type.id(), field.name.c_str()), where_);
  const Handle member = checked<DataError>(
      H5Tget_member_type(type.id(), static_cast<unsigned>(index)), H5Tclose, where_);
  const Handle element = element_of(member.id(), where_);
  read_member(field, memory_type(element.id(), field.type), first, count, out.data());
}

void Records::require_stored() const {
  const Reading reading(where_, Limit::none);
  if (rows_ > few_texts) {
    hdf5::require_stored(handle_.id(), rows_, where_);
  }
}

std::vector<std::string> Records::texts(const RecordField& field, std::size_t first,
                                        std::size_t count) const {
  const Reading reading(where_, Limit::none);
  const std::string failure = "cannot read " + field.name + " of " + where_;
  const Handle type = checked<DataError>(H5Dget_type(handle_.id()), H5Tclose, failure);
  const int index = check<DataError>(H5Tget_member_index(type.id(), field.name.c_str()), failure);
  const Handle member = checked<DataError>(
      H5Tget_member_type(type.id(), static_cast<unsigned>(index)), H5Tclose, failure);
  const Handle element = element_of(member.id(), failure);
  require_stored();
  return read_strings(
      element.id(), count * field.elements,
      [&](hid_t memory, void* out) {
        read_member(field, memory, first, count, out);
        return 0;
      },
      field.name + " of " + where_, failure);
}

bool File::holds_records(const std::string& object) const {
  const Reading reading = enter();
  if (!exists(object) || is_group(object)) {
    return false;
  }
  const Handle opened = open_object(object);
  const Handle type =
      checked<DataError>(H5Dget_type(opened.id()), H5Tclose, "cannot read " + where(object));
  return H5Tget_class(type.id()) == H5T_COMPOUND;
}

Records File::records(const std::string& object) const {
  const Reading reading = enter();
  return {open_object(object), where(object)};
}

}  // namespace infomax::hdf5
