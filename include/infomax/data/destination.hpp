#pragma once

#include <functional>
#include <string>

#include "infomax/hdf5/file.hpp"

namespace infomax::data {

/// A data set file to be made.
struct Destination {
  std::string path;
  bool overwrite = false;
};

/// By one rank. Makes the file under another name, lets `write` fill it, and renames it to its own:
/// what carries the name is whole. Throws UsageError where the file is there and must not be
/// replaced, SystemError where it cannot be written; what `write` throws leaves nothing behind.
void write_file(const Destination& destination, const std::function<void(hdf5::File&)>& write);

}  // namespace infomax::data
