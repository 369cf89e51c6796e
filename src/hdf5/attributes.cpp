// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "hdf5/check.hpp"
#include "hdf5/reading.hpp"
#include "hdf5/texts.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::hdf5 {
namespace {

/// Names an attribute of an object for messages.
std::string describe(const std::string& name, const std::string& where) {
  return "attribute " + name + " of " + where;
}

Handle open_attribute(hid_t file, const std::string& object, const std::string& name,
                      const std::string& what) {
  if (H5Aexists_by_name(file, object.c_str(), name.c_str(), H5P_DEFAULT) <= 0) {
    H5Eclear2(H5E_DEFAULT);
    throw DataError("there is no " + what + "; was the file made by another program?");
  }
  return checked<DataError>(
      H5Aopen_by_name(file, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
      "cannot read " + what);
}

std::size_t element_count(const Handle& attribute, const std::string& what) {
  const Handle space =
      checked<DataError>(H5Aget_space(attribute.id()), H5Sclose, "cannot read " + what);
  return static_cast<std::size_t>(
      check<DataError>(H5Sget_simple_extent_npoints(space.id()), "cannot read " + what));
}

void require_class(const Handle& attribute, std::initializer_list<H5T_class_t> allowed,
                   const std::string& what, const char* wanted) {
  const Handle type =
      checked<DataError>(H5Aget_type(attribute.id()), H5Tclose, "cannot read " + what);
  const H5T_class_t found = H5Tget_class(type.id());
  for (const H5T_class_t one : allowed) {
    if (found == one) {
      return;
    }
  }
  throw DataError(what + " is not " + wanted);
}

/// Returns the single value of an attribute, converted by HDF5.
template <class T>
T read_one(const Handle& attribute, hid_t type, const std::string& what) {
  if (element_count(attribute, what) != 1) {
    throw DataError(what + " is not a single number");
  }
  T value{};
  check<DataError>(H5Aread(attribute.id(), type, &value), "cannot read " + what);
  return value;
}

/// Returns the strings of an attribute, in UTF-8.
std::vector<std::string> read_texts(const Handle& attribute, const std::string& what) {
  const std::string failure = "cannot read " + what;
  const Handle type = checked<DataError>(H5Aget_type(attribute.id()), H5Tclose, failure);
  return read_strings(
      type.id(), element_count(attribute, what),
      [&](hid_t memory_type, void* memory) { return H5Aread(attribute.id(), memory_type, memory); },
      what, failure);
}

/// Creates an attribute, replaces one of the same name, and writes it.
void write_values(hid_t file, const std::string& object, const std::string& name, hid_t type,
                  const Handle& space, const void* values, const std::string& what) {
  if (H5Aexists_by_name(file, object.c_str(), name.c_str(), H5P_DEFAULT) > 0) {
    check(H5Adelete_by_name(file, object.c_str(), name.c_str(), H5P_DEFAULT),
          "cannot replace " + what);
  }
  const Handle attribute =
      checked(H5Acreate_by_name(file, object.c_str(), name.c_str(), type, space.id(), H5P_DEFAULT,
                                H5P_DEFAULT, H5P_DEFAULT),
              H5Aclose, "cannot make " + what);
  check(H5Awrite(attribute.id(), type, values), "cannot write " + what);
}

Handle values_in_a_row(std::size_t count, const std::string& what) {
  const hsize_t extent = count;
  return checked(H5Screate_simple(1, &extent, nullptr), H5Sclose, "cannot make " + what);
}

Handle one_value(const std::string& what) {
  return checked(H5Screate(H5S_SCALAR), H5Sclose, "cannot make " + what);
}

}  // namespace

std::vector<std::string> File::attribute_names(const std::string& object) const {
  const Reading reading = enter();
  std::vector<std::string> names;
  const auto keep = [](hid_t /*location*/, const char* name, const H5A_info_t* /*info*/,
                       void* kept) -> herr_t {
    static_cast<std::vector<std::string>*>(kept)->emplace_back(name);
    return 0;
  };
  check<DataError>(H5Aiterate_by_name(handle_.id(), object.c_str(), H5_INDEX_NAME, H5_ITER_INC,
                                      nullptr, keep, &names, H5P_DEFAULT),
                   "cannot read the attributes of " + where(object));
  return names;
}

bool File::has_attribute(const std::string& object, const std::string& name) const {
  const Reading reading = enter();
  const bool found = exists(object) &&
                     H5Aexists_by_name(handle_.id(), object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
  return found;
}

bool File::has_text(const std::string& object, const std::string& name,
                    std::string_view text) const {
  const Reading reading = enter();
  if (!has_attribute(object, name)) {
    return false;
  }
  try {
    return string_attribute(object, name) == text;
  } catch (const DataError&) {
    return false;  // another program's attribute of the same name
  }
}

std::string File::string_attribute(const std::string& object, const std::string& name) const {
  const Reading reading = enter();
  const std::string what = describe(name, where(object));
  const Handle attribute = open_attribute(handle_.id(), object, name, what);
  require_class(attribute, {H5T_STRING}, what, "a string");
  if (element_count(attribute, what) != 1) {
    throw DataError(what + " is not a single string");
  }
  return read_texts(attribute, what).front();
}

std::string File::bytes_attribute(const std::string& object, const std::string& name) const {
  const Reading reading = enter();
  const std::string what = describe(name, where(object));
  const std::string failure = "cannot read " + what;
  const Handle attribute = open_attribute(handle_.id(), object, name, what);
  require_class(attribute, {H5T_STRING}, what, "a string");
  if (element_count(attribute, what) != 1) {
    throw DataError(what + " is not a single string");
  }
  const Handle type = checked<DataError>(H5Aget_type(attribute.id()), H5Tclose, failure);
  return read_string_bytes(
             type.id(), 1,
             [&](hid_t memory, void* out) { return H5Aread(attribute.id(), memory, out); }, failure)
      .front();
}

std::vector<std::string> File::strings_attribute(const std::string& object,
                                                 const std::string& name) const {
  const Reading reading = enter();
  const std::string what = describe(name, where(object));
  const Handle attribute = open_attribute(handle_.id(), object, name, what);
  require_class(attribute, {H5T_STRING}, what, "an array of strings");
  return read_texts(attribute, what);
}

std::int64_t File::integer_attribute(const std::string& object, const std::string& name) const {
  const Reading reading = enter();
  const std::string what = describe(name, where(object));
  const Handle attribute = open_attribute(handle_.id(), object, name, what);
  require_class(attribute, {H5T_INTEGER}, what, "an integer");
  return read_one<std::int64_t>(attribute, H5T_NATIVE_INT64, what);
}

double File::real_attribute(const std::string& object, const std::string& name) const {
  const Reading reading = enter();
  const std::string what = describe(name, where(object));
  const Handle attribute = open_attribute(handle_.id(), object, name, what);
  require_class(attribute, {H5T_INTEGER, H5T_FLOAT}, what, "a number");
  return read_one<double>(attribute, H5T_NATIVE_DOUBLE, what);
}

std::vector<double> File::reals_attribute(const std::string& object,
                                          const std::string& name) const {
  const Reading reading = enter();
  const std::string what = describe(name, where(object));
  const Handle attribute = open_attribute(handle_.id(), object, name, what);
  require_class(attribute, {H5T_INTEGER, H5T_FLOAT}, what, "an array of numbers");
  std::vector<double> values(element_count(attribute, what));
  if (!values.empty()) {
    check<DataError>(H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, values.data()),
                     "cannot read " + what);
  }
  return values;
}

void File::write_attribute(const std::string& object, const std::string& name,
                           std::string_view text) {
  const std::string what = describe(name, where(object));
  const std::string owned(text);
  const char* pointer = owned.c_str();
  write_values(handle_.id(), object, name, text_type(what).id(), one_value(what),
               static_cast<const void*>(&pointer), what);
}

void File::write_integer_attribute(const std::string& object, const std::string& name,
                                   std::int64_t value) {
  const std::string what = describe(name, where(object));
  write_values(handle_.id(), object, name, H5T_NATIVE_INT64, one_value(what), &value, what);
}

void File::write_attribute(const std::string& object, const std::string& name, double value) {
  const std::string what = describe(name, where(object));
  write_values(handle_.id(), object, name, H5T_NATIVE_DOUBLE, one_value(what), &value, what);
}

void File::write_attribute(const std::string& object, const std::string& name,
                           std::span<const double> values) {
  const std::string what = describe(name, where(object));
  write_values(handle_.id(), object, name, H5T_NATIVE_DOUBLE, values_in_a_row(values.size(), what),
               values.data(), what);
}

void File::write_attribute(const std::string& object, const std::string& name,
                           std::span<const std::string> texts) {
  const std::string what = describe(name, where(object));
  std::vector<const char*> pointers;
  for (const std::string& text : texts) {
    pointers.push_back(text.c_str());
  }
  write_values(handle_.id(), object, name, text_type(what).id(),
               values_in_a_row(texts.size(), what), static_cast<const void*>(pointers.data()),
               what);
}

}  // namespace infomax::hdf5
