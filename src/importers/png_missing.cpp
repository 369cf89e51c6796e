// SPDX-License-Identifier: BSD-3-Clause
#include "importers/image_file.hpp"
#include "infomax/core/error.hpp"

// In the place of png_file.cpp where libpng is not installed.
namespace infomax::importers {

ImageHeader read_png_header(const std::filesystem::path& path) {
  throw UsageError(
      path.string() +
      " is a PNG image, and this Infomax was built without libpng; install it (Debian: "
      "libpng-dev) and build again, or convert the image to PGM or PPM");
}

void read_png(const std::filesystem::path& path, const ImageHeader& /*header*/,
              std::span<std::byte> /*values*/) {
  (void)read_png_header(path);
}

}  // namespace infomax::importers
