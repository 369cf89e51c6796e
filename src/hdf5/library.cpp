// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/library.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include "hdf5/check.hpp"
#include "hdf5/reading.hpp"

namespace infomax::hdf5 {

std::string library_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

std::unique_lock<std::mutex> take_turn() {
  static std::mutex turn;
  return std::unique_lock(turn);
}

bool is_hdf5(const std::filesystem::path& path) {
  const Reading reading(path.native(), Limit::seconds);
  silence();
  return H5Fis_hdf5(path.c_str()) > 0;
}

}  // namespace infomax::hdf5
