// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/names.hpp"

#include <span>

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

std::vector<double> read_fills(const hdf5::File& file, const std::string& object) {
  if (!file.has_attribute(object, fills_attribute)) {
    return {};
  }
  try {
    return file.reals_attribute(object, fills_attribute);
  } catch (const DataError&) {
    return {};  // another program's, of the same name
  }
}

void write_fills(hdf5::File& file, const std::string& object, const std::vector<double>& fills) {
  if (!fills.empty()) {
    file.write_attribute(object, fills_attribute, std::span<const double>(fills));
  }
}

}  // namespace infomax::data
