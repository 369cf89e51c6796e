// SPDX-License-Identifier: BSD-3-Clause
#include "importers/file_format.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "importers/byte_file.hpp"
#include "importers/npy_reader.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

constexpr std::string_view hdf5_magic{"\x89HDF\r\n\x1a\n"};

/// Formats that people have, and what to do with them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> foreign{{
    {"PK", " is an archive such as .npz or .xlsx; save the array by numpy.save, the sheet as CSV"},
    {"PAR1", " is a Parquet file; save it as CSV or .npy"},
    {"\x80", " is a Python pickle; save the array by numpy.save"},
    {"MATLAB", " is a MATLAB file; save it by save('-v7.3'), which is HDF5"},
    {"\xFF\xFE", " is text in UTF-16; save it in UTF-8"},
    {"\xFE\xFF", " is text in UTF-16; save it in UTF-8"},
}};

FileFormat find_format(const std::filesystem::path& path) {
  ByteFile file(path);
  std::string head(4096, '\0');
  head.resize(file.read_some(std::as_writable_bytes(std::span(head))));
  if (head.empty()) {
    throw DataError(path.string() + " is empty; there is nothing to import");
  }
  if (head.starts_with(npy_magic)) {
    return FileFormat::npy;
  }
  if (head.starts_with(hdf5_magic)) {
    if (file.is_compressed()) {
      throw DataError(path.string() + " is HDF5 in gzip; unpack it by gunzip first");
    }
    return FileFormat::hdf5;
  }
  if (head.starts_with(std::string_view("\0\0", 2))) {
    return FileFormat::idx;
  }
  for (const auto& [magic, advice] : foreign) {
    if (head.starts_with(magic)) {
      throw DataError(path.string() + std::string(advice));
    }
  }
  if (head.find('\0') != std::string::npos) {
    throw DataError(path.string() +
                    " is neither IDX, .npy, HDF5 nor text; convert it to one of these");
  }
  return FileFormat::text;
}

}  // namespace

FileSource find_source(const std::string& text) {
  FileSource source{text, "", {}};
  const std::size_t colon = text.rfind(":/");
  if (colon != std::string::npos && !std::filesystem::exists(text)) {
    source.path = text.substr(0, colon);
    source.object = text.substr(colon + 1);
  }
  source.format = find_format(source.path);
  if (!source.object.empty() && source.format != FileFormat::hdf5) {
    throw UsageError(text + " names a path in " + source.path.string() +
                     ", which is not HDF5; give the file alone");
  }
  return source;
}

}  // namespace infomax::importers
