// SPDX-License-Identifier: BSD-3-Clause
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include "importers/byte_source.hpp"
#include "importers/image_file.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// The greatest height and width, so that no product of sizes overflows.
constexpr std::size_t most_pixels = std::size_t{1} << 24U;

class PnmFile {
 public:
  explicit PnmFile(const std::filesystem::path& path)
      : where_(path.string()), file_(path, std::ios::binary) {
    if (!file_) {
      throw DataError("cannot read " + where_ + "; check the path");
    }
    std::string magic(2, '\0');
    file_.read(magic.data(), 2);
    is_plain_ = magic == "P2" || magic == "P3";
    header_.channels = magic == "P3" || magic == "P6" ? 3 : 1;
    header_.width = number(most_pixels);
    header_.height = number(most_pixels);
    greatest_ = number(65535);
    header_.bytes = greatest_ > 255 ? 2 : 1;
    header_.stored_bits = 8 * header_.channels * header_.bytes;  // text: a digit and a space
    if (header_.width == 0 || header_.height == 0 || greatest_ == 0) {
      refuse();
    }
    file_.get();  // one white space before the values
  }

  [[nodiscard]] const ImageHeader& header() const { return header_; }

  void read(std::span<std::byte> values) {
    if (!is_plain_) {
      if (!file_.read(reinterpret_cast<char*>(values.data()),
                      static_cast<std::streamsize>(values.size()))) {
        refuse();
      }
      if (std::endian::native == std::endian::little) {
        reverse_elements(values, header_.bytes);
      }
      return;
    }
    for (std::size_t done = 0; done < values.size(); done += header_.bytes) {
      const std::size_t value = number(greatest_);
      if (header_.bytes == 1) {
        values[done] = static_cast<std::byte>(value);
      } else {
        const auto wide = static_cast<std::uint16_t>(value);
        std::memcpy(values.data() + done, &wide, sizeof(wide));
      }
    }
  }

 private:
  /// The next number, after white space and comments, which go from # to the end of the line.
  std::size_t number(std::size_t most) {
    file_ >> std::ws;
    while (file_.peek() == '#') {
      std::string comment;
      std::getline(file_, comment);
      file_ >> std::ws;
    }
    std::string digits;
    while (digits.size() < 9 && file_.peek() >= '0' && file_.peek() <= '9') {
      digits.push_back(static_cast<char>(file_.get()));
    }
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || value > most) {
      refuse();
    }
    return value;
  }

  [[noreturn]] void refuse() const {
    throw DataError(where_ + " is a damaged PGM or PPM image; download or save it again");
  }

  std::string where_;
  std::ifstream file_;
  ImageHeader header_;
  std::size_t greatest_ = 0;  ///< value
  bool is_plain_ = false;     ///< whether the values are text
};

}  // namespace

ImageHeader read_pnm_header(const std::filesystem::path& path) { return PnmFile(path).header(); }

void read_pnm(const std::filesystem::path& path, const ImageHeader& header,
              std::span<std::byte> values) {
  PnmFile file(path);
  if (file.header() != header) {
    throw DataError(path.string() + " has changed while it was read; import it again");
  }
  file.read(values);
}

}  // namespace infomax::importers
