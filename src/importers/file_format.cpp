// SPDX-License-Identifier: BSD-3-Clause
#include "importers/file_format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "importers/byte_file.hpp"
#include "importers/class_rows.hpp"
#include "importers/series_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {

// The file of each reader defines its format.
FileFormat hdf5_format();
FileFormat idx_format();
FileFormat npy_format();
FileFormat npz_format();
FileFormat image_format();
FileFormat sound_format();
FileFormat table_format();
FileFormat token_format();

namespace {

/// All formats, in the order in which they are tried. HDF5 may begin with anything, as its
/// signature may stand behind a user block, so it comes first. A table is any text, so it comes
/// last. Text is tokens only where that is said.
constexpr std::array formats{hdf5_format,  idx_format,   npy_format,  npz_format,
                             image_format, sound_format, table_format};

/// A format that cannot be imported, and how to convert its files.
struct ForeignFormat {
  std::string_view magic;  ///< the first bytes
  bool may_be_text;        ///< whether a table may begin so too
  std::string_view advice;
};

constexpr std::array<ForeignFormat, 9> foreign{{
    {"PK\x03\x04", false,
     " is an archive such as .xlsx; save an array by numpy.save, a sheet as CSV"},
    {"\xFF\xD8\xFF", false, " is a JPEG image; convert it to PNG"},
    {"GIF8", true, " is a GIF image; convert it to PNG"},
    {"BM", true, " is a BMP image; convert it to PNG"},
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

FileStart read_start(const std::filesystem::path& path, std::size_t bytes) {
  ByteFile file(path);
  FileStart start{path, std::string(bytes, '\0'), false};
  start.head.resize(file.read_some(std::as_writable_bytes(std::span(start.head))));
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

FileFormat find_format(const FileStart& start) {
  if (start.head.empty()) {
    throw DataError(start.path.string() + " is empty; there is nothing to import");
  }
  for (const auto describe : formats) {
    const FileFormat format = describe();
    if (format.is_table) {
      refuse_foreign(start);  // some of them would pass for text
    }
    if (format.recognises(start)) {
      return format;
    }
  }
  throw DataError(fmt::format("{} is neither {}; convert it to one of these", start.path.string(),
                              all_names()));
}

/// Whether a file of a folder has a format; not if it has it in a kind that cannot be read, such as
/// a compressed sound, as one stray file does not stop the others.
bool recognises_or_leaves(const FileFormat& format, const FileStart& start) {
  try {
    return format.recognises(start);
  } catch (const DataError&) {
    return false;
  }
}

/// The number of the first format that a file of a folder has; that of all formats if it has none.
std::size_t number_of_format(const FileStart& start) {
  const auto found = std::ranges::find_if(formats, [&](const auto describe) {
    return !start.head.empty() && recognises_or_leaves(describe(), start);
  });
  return static_cast<std::size_t>(found - formats.begin());
}

/// The format that most of a folder's files have; of equal ones the first, and tables come last, as
/// many images have a text beside them. Keeps the files of that format.
FileFormat find_format_of_folder(FileList& list) {
  std::array<std::vector<std::filesystem::path>, formats.size() + 1> files;
  for (const auto& file : list.files) {
    files.at(number_of_format(read_start(file, 512))).push_back(file);
  }
  const auto kept = std::ranges::max_element(
      files.begin(), files.end() - 1, {}, [](const auto& of_format) { return of_format.size(); });
  if (kept->empty()) {
    return find_format(read_start(list.files.front(), 512));  // says what it is
  }
  const FileFormat format = formats.at(static_cast<std::size_t>(kept - files.begin()))();
  const auto other = std::ranges::find_if(
      files, [&](const auto& of_format) { return &of_format != &*kept && !of_format.empty(); });
  if (other != files.end()) {
    log::info(fmt::format("{} of the {} files of {} are left out, such as {}: not {}",
                          list.files.size() - kept->size(), list.files.size(), list.path.string(),
                          other->front().filename().string(), format.name));
  }
  list.files = std::move(*kept);
  return format;
}

/// The format that all files of a list have.
FileFormat find_format_of_list(const FileList& list) {
  constexpr std::size_t head_bytes = 4096;
  const FileFormat format = find_format(read_start(list.files.front(), head_bytes));
  for (const auto& file : std::span(list.files).subspan(1)) {
    if (const auto other = find_format(read_start(file, head_bytes)); other.name != format.name) {
      throw DataError(fmt::format("{} is {}, and {} is {}; give files of one format",
                                  list.files.front().string(), format.name, file.string(),
                                  other.name));
    }
  }
  return format;
}

}  // namespace

FileSource find_source(const std::string& text, const ReadingOptions& reading) {
  FileSource source;
  std::string path = text;
  const std::size_t colon = text.rfind(":/");
  if (colon != std::string::npos && !std::filesystem::exists(text)) {
    path = text.substr(0, colon);
    source.object = text.substr(colon + 1);
  }
  source.list = list_files(path);
  source.format = reading.tokens          ? token_format()
                  : source.list.is_folder ? find_format_of_folder(source.list)
                                          : find_format_of_list(source.list);
  if (!source.object.empty() && !source.format.has_objects) {
    throw UsageError(text + " names a path in " + path +
                     ", which is not HDF5 or .npz; omit the path");
  }
  return source;
}

OpenedFile open_source(const FileSource& source, Role role, const TableOptions& table,
                       const ReadingOptions& reading, const Known& known) {
  const FileList& list = source.list;
  // A series opens its files later too, so this owns what it needs then.
  const auto open = [source, role, table, reading, known](const std::filesystem::path& path) {
    return source.format.open({path, source.object, role, table, reading, known, source.list});
  };
  if (list.is_single || source.format.opens_several) {
    return open(list.files.front());
  }
  auto series = std::make_unique<SeriesReader>(
      list.path.string(), list.files, [open](const std::filesystem::path& path) {
        OpenedFile opened = open(path);
        if (opened.labels) {
          throw UsageError(path.string() +
                           " is one of several, which are trajectories without labels; join the "
                           "tables first, or omit `label`");
        }
        if (!opened.ids.empty() || !opened.incomplete.empty()) {
          throw UsageError(
              path.string() +
              " is one of several, which are trajectories of all their rows; omit `id`, "
              "and fill missing cells by `missing` mean or median, by those of a `like`");
        }
        return std::move(opened.rows);
      });
  auto labels = class_rows(list, known.classes, series->rows_of_files());
  return {std::move(series), std::move(labels)};
}

}  // namespace infomax::importers
