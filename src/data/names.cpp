// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/names.hpp"

#include "infomax/core/error.hpp"

namespace infomax::data {

std::vector<std::string> read_names(const hdf5::File& file, const std::string& object,
                                    const char* attribute) {
  if (!file.has_attribute(object, attribute)) {
    return {};
  }
  try {
    return file.strings_attribute(object, attribute);
  } catch (const DataError&) {
    return {};  // another program's, of the same name
  }
}

void write_names(hdf5::File& file, const std::string& object, const char* attribute,
                 const std::vector<std::string>& names) {
  if (!names.empty()) {
    file.write_attribute(object, attribute, names);
  }
}

}  // namespace infomax::data
