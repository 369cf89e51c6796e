// SPDX-License-Identifier: BSD-3-Clause
#include "importers/image_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "importers/class_rows.hpp"
#include "importers/file_format.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {
namespace {

bool is_png(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string start(png_magic.size(), '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return start == png_magic;
}

/// Throws DataError also if the file cannot hold as many pixels as its header says, so that no
/// memory is allocated for them.
ImageHeader read_header(const std::filesystem::path& path) {
  const bool is_compressed = is_png(path);
  const ImageHeader header = is_compressed ? read_png_header(path) : read_pnm_header(path);
  // Deflate packs 1,032 bytes into one at most. No product overflows, as libpng and the reader of
  // Netpbm bound height and width.
  const std::uintmax_t greatest_ratio = is_compressed ? 1032 : 1;
  const std::uintmax_t pixels = std::uintmax_t{header.height} * header.width;
  if (pixels / 8 * header.stored_bits / greatest_ratio > std::filesystem::file_size(path)) {
    throw DataError(path.string() +
                    " ends before the pixels that its header declares; download it again");
  }
  return header;
}

std::string size_of(const ImageHeader& header) {
  return fmt::format("{} x {} pixels of {} bits", header.height, header.width, 8 * header.bytes);
}

/// An image of Netpbm is recognised by its name too, because a table may begin with P2.
bool is_image(const FileStart& start) {
  if (start.head.starts_with(png_magic)) {
    return !start.is_compressed;
  }
  const bool is_netpbm = start.head.size() > 2 && start.head[0] == 'P' &&
                         std::string_view("2356").find(start.head[1]) != std::string_view::npos;
  return is_netpbm && !start.is_compressed &&
         std::ranges::any_of(std::array{"pgm", "ppm", "pnm"},
                             [&](const char* name) { return has_extension(start.path, name); });
}

}  // namespace

ImageReader::ImageReader(std::string where, std::vector<std::filesystem::path> files)
    : RowFile(std::move(where)), files_(std::move(files)) {
  std::size_t transparent = 0;
  std::size_t coloured = 0;
  for (const auto& file : files_) {
    const ImageHeader found = read_header(file);
    if (have_colours_.empty()) {
      header_ = found;
    }
    if (size_of(found) != size_of(header_)) {
      throw DataError(fmt::format(
          "{} has {}, and {} has {}; bring all images to one size first, for example by "
          "ImageMagick's `mogrify -resize {}x{}! -depth 8`",
          file.string(), size_of(found), files_.front().string(), size_of(header_), header_.width,
          header_.height));
    }
    transparent += found.has_transparency ? 1 : 0;
    coloured += found.channels == 3 ? 1 : 0;
    have_colours_.push_back(found.channels == 3);
  }
  header_.channels = coloured > 0 ? 3 : 1;
  if (transparent > 0) {
    log::info(fmt::format("the transparency of {} of the {} images of {} is left out", transparent,
                          files_.size(), this->where()));
  }
  if (coloured > 0 && coloured < files_.size()) {
    log::info(fmt::format("{} of the {} images of {} are grey, and get three equal channels",
                          files_.size() - coloured, files_.size(), this->where()));
  }
  const auto type = header_.bytes == 2 ? hdf5::ElementType::u16 : hdf5::ElementType::u8;
  if (coloured > 0) {
    declare(type, {files_.size(), 3, header_.height, header_.width});
  } else {
    declare(type, {files_.size(), header_.height, header_.width});
  }
  pixels_.resize(row_bytes());
}

void ImageReader::read(std::span<std::byte> rows) {
  const std::size_t pixels = header_.height * header_.width;
  for (std::size_t done = 0; done < rows.size(); done += row_bytes(), ++next_) {
    const auto& file = files_[next_];
    const std::size_t channels = have_colours_[next_] ? 3 : 1;
    const ImageHeader found = read_header(file);
    const auto values = std::span(pixels_).first(pixels * channels * header_.bytes);
    if (found.channels != channels || size_of(found) != size_of(header_)) {
      throw DataError(file.string() + " has changed while it was read; import it again");
    }
    (is_png(file) ? read_png : read_pnm)(file, found, values);
    for (std::size_t c = 0; c < header_.channels; ++c) {
      std::byte* const plane = rows.data() + done + c * pixels * header_.bytes;
      const std::size_t channel = channels == 3 ? c : 0;
      for (std::size_t i = 0; i < pixels; ++i) {
        std::memcpy(plane + i * header_.bytes,
                    values.data() + (i * channels + channel) * header_.bytes, header_.bytes);
      }
    }
  }
}

FileFormat image_format() {
  return {.name = "PNG, PGM or PPM",
          .opens_several = true,
          .recognises = is_image,
          .open = [](const OpenRequest& request) {
            return OpenedFile{
                std::make_unique<ImageReader>(request.list.path.string(), request.list.files),
                class_rows(request.list, request.known.classes,
                           std::vector<std::size_t>(request.list.files.size(), 1))};
          }};
}

}  // namespace infomax::importers
