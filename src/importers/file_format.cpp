// SPDX-License-Identifier: BSD-3-Clause
#include "importers/file_format.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "importers/byte_file.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {

// The file of each reader defines its format.
FileFormat idx_format();
FileFormat npy_format();
FileFormat hdf5_format();
FileFormat table_format();

namespace {

/// All formats, in the order in which they are tried. HDF5 may begin with anything, as its
/// signature may stand behind a user block, so it comes first. A table is any text, so it comes
/// last.
constexpr std::array formats{hdf5_format, idx_format, npy_format, table_format};

/// A format that cannot be imported, and how to convert its files.
struct ForeignFormat {
  std::string_view magic;  ///< the first bytes
  bool may_be_text;        ///< whether a table may begin so too
  std::string_view advice;
};

constexpr std::array<ForeignFormat, 6> foreign{{
    {"PK\x03\x04", false,
     " is an archive such as .npz or .xlsx; save an array by numpy.save, a sheet as CSV"},
    {"PAR1", true, " is a Parquet file; save it as CSV or .npy"},
    {"\x80", false, " is a Python pickle; save the array by numpy.save"},
    {"MATLAB", true, " is a MATLAB file; save it by save('-v7.3'), which is HDF5"},
    {"\xFF\xFE", false, " is text in UTF-16; save it in UTF-8"},
    {"\xFE\xFF", false, " is text in UTF-16; save it in UTF-8"},
}};

void refuse_foreign(const FileStart& start) {
  const bool is_text = start.head.find('\0') == std::string::npos;
  for (const auto& [magic, may_be_text, advice] : foreign) {
    if (start.head.starts_with(magic) && !(may_be_text && is_text)) {
      throw DataError(start.path.string() + std::string(advice));
    }
  }
}

FileStart read_start(const std::filesystem::path& path) {
  ByteFile file(path);
  FileStart start{path, std::string(4096, '\0'), false};
  start.head.resize(file.read_some(std::as_writable_bytes(std::span(start.head))));
  if (start.head.empty()) {
    throw DataError(path.string() + " is empty; there is nothing to import");
  }
  start.is_compressed = file.is_compressed();
  return start;
}

/// "HDF5, IDX, .npy nor text"
std::string all_names() {
  std::string names;
  for (std::size_t k = 0; k < formats.size(); ++k) {
    const char* const between = k + 1 == formats.size() ? " nor " : ", ";
    names += fmt::format("{}{}", k == 0 ? "" : between, formats.at(k)().name);
  }
  return names;
}

FileFormat find_format(const std::filesystem::path& path) {
  const FileStart start = read_start(path);
  for (const auto describe : formats) {
    const FileFormat format = describe();
    if (format.is_table) {
      refuse_foreign(start);  // some of them would pass for text
    }
    if (format.recognises(start)) {
      return format;
    }
  }
  throw DataError(
      fmt::format("{} is neither {}; convert it to one of these", path.string(), all_names()));
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
  if (!source.object.empty() && !source.format.has_objects) {
    throw UsageError(text + " names a path in " + source.path.string() +
                     ", which is not HDF5; omit the path");
  }
  return source;
}

}  // namespace infomax::importers
