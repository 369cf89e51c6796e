// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/npz_file.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <minizip/zip.h>

#include "infomax/analysis/npy_file.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/utf8.hpp"

namespace infomax::exporters {

NpzFile::NpzFile(const std::filesystem::path& path)
    : path_(path), archive_(zipOpen64(path.c_str(), APPEND_STATUS_CREATE)) {
  if (archive_ == nullptr) {
    refuse();
  }
}

NpzFile::~NpzFile() {
  if (archive_ != nullptr) {
    (void)zipClose(archive_, nullptr);
  }
}

template <math::Real T>
void NpzFile::add(const std::string& name, const std::vector<std::size_t>& shape,
                  std::span<const T> values) {
  write(name, analysis::npy_header(fmt::format("<f{}", sizeof(T)), shape), std::as_bytes(values));
}

void NpzFile::add_text(const std::string& name, const std::string& text) {
  // NumPy has four bytes for each character.
  const std::u32string wide = code_points(text);
  write(name, analysis::npy_header(fmt::format("<U{}", wide.size()), {}),
        std::as_bytes(std::span(wide)));
}

void NpzFile::write(const std::string& name, const std::string& header,
                    std::span<const std::byte> data) {
  // Without a date, the same encoder makes the same bytes.
  const zip_fileinfo info{};
  constexpr int stored = 0;
  constexpr std::size_t most_without_zip64 = std::numeric_limits<std::uint32_t>::max();
  const int large = data.size() + header.size() > most_without_zip64 ? 1 : 0;
  bool written = zipOpenNewFileInZip64(archive_, (name + ".npy").c_str(), &info, nullptr, 0,
                                       nullptr, 0, nullptr, stored, 0, large) == ZIP_OK;
  const auto append = [&](const void* bytes, std::size_t count) {
    written =
        written && zipWriteInFileInZip(archive_, bytes, static_cast<unsigned>(count)) == ZIP_OK;
  };
  append(header.data(), header.size());
  constexpr std::size_t most_at_once = std::size_t{1} << 30U;
  for (std::size_t at = 0; at < data.size(); at += most_at_once) {
    append(data.data() + at, std::min(most_at_once, data.size() - at));
  }
  if (!written || zipCloseFileInZip(archive_) != ZIP_OK) {
    refuse();
  }
}

void NpzFile::close() {
  void* const archive = archive_;
  archive_ = nullptr;
  if (zipClose(archive, nullptr) != ZIP_OK) {
    refuse();
  }
}

void NpzFile::refuse() const {
  throw SystemError(fmt::format("cannot write {}; is the disk full?", path_.string()));
}

template void NpzFile::add<float>(const std::string&, const std::vector<std::size_t>&,
                                  std::span<const float>);
template void NpzFile::add<double>(const std::string&, const std::vector<std::size_t>&,
                                   std::span<const double>);

}  // namespace infomax::exporters
