#include "infomax/data/destination.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::data {

void write_file(const Destination& destination, const std::function<void(hdf5::File&)>& write) {
  namespace fs = std::filesystem;
  std::error_code status;
  if (fs::exists(destination.path, status) && !destination.overwrite) {
    throw UsageError(fmt::format("--output {} is there already; give --overwrite to replace it",
                                 destination.path));
  }
  const std::string partial = destination.path + ".partial";
  try {
    hdf5::File file = hdf5::File::create(partial);
    write(file);
    file.close();
  } catch (...) {
    fs::remove(partial, status);
    throw;
  }
  fs::rename(partial, destination.path, status);
  if (status) {
    throw SystemError(
        fmt::format("cannot rename {} to {}: {}", partial, destination.path, status.message()));
  }
}

}  // namespace infomax::data
