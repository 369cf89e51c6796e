// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5/texts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "hdf5/check.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/utf8.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::hdf5 {
namespace {

/// A string of a fixed length without its padding.
std::string unpadded(const std::string& bytes, H5T_str_t padding) {
  std::size_t length = bytes.size();
  if (padding == H5T_STR_NULLTERM) {
    length = std::min(length, bytes.find('\0'));
  }
  // NumPy pads by nulls also where the type says spaces.
  while (length > 0 &&
         (bytes[length - 1] == '\0' || (padding == H5T_STR_SPACEPAD && bytes[length - 1] == ' '))) {
    --length;
  }
  return bytes.substr(0, length);
}

std::vector<std::string> read_variable(hid_t file_type, std::size_t count, const ReadElements& read,
                                       const std::string& failure) {
  std::vector<char*> pointers(count, nullptr);
  check<DataError>(read(file_type, static_cast<void*>(pointers.data())), failure);
  std::vector<std::string> texts(count);
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = pointers[i] == nullptr ? "" : pointers[i];
    H5free_memory(pointers[i]);
  }
  return texts;
}

std::vector<std::string> read_fixed(hid_t file_type, std::size_t count, const ReadElements& read,
                                    const std::string& failure) {
  const std::size_t size = H5Tget_size(file_type);
  const H5T_str_t padding = H5Tget_strpad(file_type);
  std::string all(size * count, '\0');
  check<DataError>(read(file_type, all.data()), failure);
  std::vector<std::string> texts(count);
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = unpadded(all.substr(i * size, size), padding);
  }
  return texts;
}

}  // namespace

std::vector<std::string> read_string_bytes(hid_t file_type, std::size_t count,
                                           const ReadElements& read, const std::string& failure) {
  if (count == 0) {
    return {};
  }
  return H5Tis_variable_str(file_type) > 0 ? read_variable(file_type, count, read, failure)
                                           : read_fixed(file_type, count, read, failure);
}

std::vector<std::string> read_strings(hid_t file_type, std::size_t count, const ReadElements& read,
                                      const std::string& what, const std::string& failure) {
  auto texts = read_string_bytes(file_type, count, read, failure);
  for (std::string& text : texts) {
    if (!is_utf8(text)) {
      text = latin1_to_utf8(text);
      log::warning_once(
          "latin-1 " + what,
          fmt::format("{} holds text that is not UTF-8, such as \"{}\"; it is read as "
                      "Latin-1; write it in UTF-8 if that is wrong",
                      what, text));
    }
  }
  return texts;
}

Handle text_type(const std::string& what) {
  Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose, "cannot make " + what);
  check(H5Tset_size(type.id(), H5T_VARIABLE), "cannot make " + what);
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "cannot make " + what);
  return type;
}

void File::write_texts(const std::string& object, std::span<const std::string> texts) {
  const std::string what = where(object);
  const std::string failure = "cannot write " + what;
  std::vector<const char*> pointers;
  pointers.reserve(texts.size());
  for (const std::string& text : texts) {
    pointers.push_back(text.c_str());
  }
  const hsize_t extent = texts.size();
  const Handle type = text_type(what);
  const Handle space = checked(H5Screate_simple(1, &extent, nullptr), H5Sclose, failure);
  const Handle dataset = checked(H5Dcreate2(handle_.id(), object.c_str(), type.id(), space.id(),
                                            H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                                 H5Dclose, failure);
  check(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                 static_cast<const void*>(pointers.data())),
        failure);
}

}  // namespace infomax::hdf5
