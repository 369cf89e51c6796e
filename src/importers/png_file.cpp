// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <bit>
#include <csetjmp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <png.h>

#include "importers/image_file.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// What libpng writes to while it may leave functions by longjmp, which runs no destructors: it has
/// none, and its owner frees it.
struct PngState {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::array<char, 128> problem{};  ///< why libpng gave up, ended by a null
};

/// Keeps a copy of why libpng gave up: it makes some of its texts in functions that longjmp leaves.
[[noreturn]] void give_up(png_structp png, png_const_charp problem) {
  auto& kept = static_cast<PngState*>(png_get_error_ptr(png))->problem;
  (void)std::snprintf(kept.data(), kept.size(), "%s", problem);
  png_longjmp(png, 1);
}

void ignore(png_structp /*png*/, png_const_charp /*warning*/) {}

/// Calls `work(state)`; false if libpng left it. `work` owns nothing.
template <class Work>
bool succeeds(PngState& state, Work work) {
  if (setjmp(png_jmpbuf(state.png)) != 0) {  // NOLINT(cert-err52-cpp): the errors of libpng
    return false;
  }
  work(state);
  return true;
}

/// An open PNG file whose header was read.
class PngFile {
 public:
  explicit PngFile(const std::filesystem::path& path)
      : where_(path.string()), file_(std::fopen(path.c_str(), "rb")) {
    if (!file_) {
      throw DataError("cannot read " + where_ + "; check the path");
    }
    state_.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state_, give_up, ignore);
    state_.info = state_.png == nullptr ? nullptr : png_create_info_struct(state_.png);
    if (state_.info == nullptr) {
      png_destroy_read_struct(&state_.png, &state_.info, nullptr);
      throw SystemError("not enough memory to read " + where_);
    }
    run([file = file_.get()](PngState& state) {
      png_init_io(state.png, file);
      png_read_info(state.png, state.info);
    });
  }
  ~PngFile() { png_destroy_read_struct(&state_.png, &state_.info, nullptr); }
  PngFile(const PngFile&) = delete;
  PngFile& operator=(const PngFile&) = delete;

  [[nodiscard]] ImageHeader header() const {
    const int colour = png_get_color_type(state_.png, state_.info);
    return {png_get_image_height(state_.png, state_.info),
            png_get_image_width(state_.png, state_.info),
            (colour & PNG_COLOR_MASK_COLOR) != 0 ? std::size_t{3} : std::size_t{1},
            png_get_bit_depth(state_.png, state_.info) == 16 ? std::size_t{2} : std::size_t{1},
            (colour & PNG_COLOR_MASK_ALPHA) != 0 ||
                png_get_valid(state_.png, state_.info, PNG_INFO_tRNS) != 0,
            std::size_t{png_get_bit_depth(state_.png, state_.info)} *
                png_get_channels(state_.png, state_.info)};
  }

  void read(std::span<std::byte> values) {
    const ImageHeader said = header();
    std::vector<png_bytep> rows(said.height);
    const std::size_t row_bytes = said.width * said.channels * said.bytes;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i] = reinterpret_cast<png_bytep>(values.data() + i * row_bytes);
    }
    run([rows = rows.data(), row_bytes](PngState& state) {
      if (png_get_color_type(state.png, state.info) == PNG_COLOR_TYPE_PALETTE) {
        png_set_palette_to_rgb(state.png);
      } else if (png_get_bit_depth(state.png, state.info) < 8) {
        png_set_expand_gray_1_2_4_to_8(state.png);
      }
      png_set_strip_alpha(state.png);
      if (std::endian::native == std::endian::little) {
        png_set_swap(state.png);
      }
      png_set_interlace_handling(state.png);
      png_read_update_info(state.png, state.info);
      if (png_get_rowbytes(state.png, state.info) != row_bytes) {
        png_error(state.png, "its rows are of another size than its header says");
      }
      png_read_image(state.png, rows);
      png_read_end(state.png, nullptr);
    });
  }

 private:
  template <class Work>
  void run(Work work) {
    if (!succeeds(state_, work)) {
      png_destroy_read_struct(&state_.png, &state_.info, nullptr);
      throw DataError(fmt::format("{} is a damaged PNG image ({}); download or save it again",
                                  where_, state_.problem.data()));
    }
  }

  std::string where_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  PngState state_;
};

}  // namespace

ImageHeader read_png_header(const std::filesystem::path& path) { return PngFile(path).header(); }

void read_png(const std::filesystem::path& path, const ImageHeader& header,
              std::span<std::byte> values) {
  PngFile file(path);
  if (file.header() != header) {
    throw DataError(path.string() + " has changed while it was read; import it again");
  }
  file.read(values);
}

}  // namespace infomax::importers
