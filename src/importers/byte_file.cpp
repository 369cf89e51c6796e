// SPDX-License-Identifier: BSD-3-Clause
#include "importers/byte_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "infomax/core/error.hpp"

namespace infomax::importers {

ByteFile::ByteFile(std::filesystem::path path) : ByteSource(path.string()), path_(std::move(path)) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) {
    throw DataError(path_.string() + " is a directory; name a file");
  }
  errno = 0;
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (file_ == nullptr) {
    throw DataError("cannot read " + path_.string() + ": " +
                    std::generic_category().message(errno) + "; check the path");
  }
  gzbuffer(file_.get(), 1U << 18U);
}

std::size_t ByteFile::read_some(std::span<std::byte> bytes) {
  constexpr std::size_t most = std::size_t{1} << 30U;  // zlib counts in an int
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto wanted = static_cast<unsigned>(std::min(most, bytes.size() - done));
    const int got = gzread(file_.get(), bytes.data() + done, wanted);
    int code = Z_OK;
    const char* const text = gzerror(file_.get(), &code);
    if (code == Z_BUF_ERROR) {
      broke_off_ = true;
    } else if (got < 0) {
      throw DataError("cannot read " + path_.string() + ": " + text + "; download it again");
    }
    if (got <= 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void ByteFile::skip(std::size_t bytes) {
  if (gzseek(file_.get(), static_cast<z_off_t>(bytes), SEEK_CUR) < 0) {
    refuse_early_end();
  }
}

void ByteFile::rewind() {
  if (gzrewind(file_.get()) != 0) {
    throw SystemError("cannot read " + path_.string() + " from its start again");
  }
}

void ByteFile::require_room_for(std::size_t bytes) {
  constexpr std::uintmax_t greatest_ratio = 1032;  // of deflate
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path_, error);
  const std::uintmax_t least = is_compressed() ? bytes / greatest_ratio : bytes;
  if (!error && size < least) {
    refuse_early_end();
  }
}

}  // namespace infomax::importers
