// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/file_parts.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <glob.h>

#include "infomax/core/error.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::data {
namespace {

namespace fs = std::filesystem;

std::vector<FilePiece> matching(const std::string& pattern) {
  ::glob_t found{};
  const int code = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> files;
  if (code == 0) {
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  if (files.empty()) {
    throw DataError(fmt::format("no file matches {}", pattern));
  }
  std::ranges::sort(files);
  std::vector<FilePiece> pieces;
  pieces.reserve(files.size());
  for (std::string& file : files) {
    pieces.push_back({std::move(file)});
  }
  return pieces;
}

/// The row that a text names, from 0; unset where it is empty. Throws DataError for other texts.
std::optional<std::size_t> row_number(std::string_view text, std::string_view line) {
  if (text.empty()) {
    return std::nullopt;
  }
  std::size_t row = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw DataError(fmt::format("\"{}\" takes no rows that can be counted", line));
  }
  return row;
}

/// The pieces that `ranges`, such as "0:500,700:", takes of a file.
std::vector<FilePiece> pieces_of(const fs::path& file, std::string_view ranges,
                                 std::string_view line) {
  std::vector<FilePiece> pieces;
  for (std::size_t begin = 0; begin <= ranges.size();) {
    const std::size_t comma = std::min(ranges.find(',', begin), ranges.size());
    const std::string_view range = ranges.substr(begin, comma - begin);
    begin = comma + 1;
    const std::size_t colon = range.find(':');
    if (colon == std::string_view::npos) {
      throw DataError(
          fmt::format("\"{}\": \"{}\" is no range of rows; write FIRST:END, of which END "
                      "is not taken, such as 0:500",
                      line, range));
    }
    FilePiece piece{file, row_number(range.substr(0, colon), line).value_or(0),
                    row_number(range.substr(colon + 1), line)};
    if (piece.end && *piece.end <= piece.first) {
      throw DataError(fmt::format("\"{}\": {} takes no rows", line, range));
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

/// The pieces that a line of a list names. Its last word is of rows where it is made of their signs
/// alone, so that file names may have blanks.
std::vector<FilePiece> pieces_of_line(const fs::path& directory, const std::string& line) {
  const std::size_t blank = line.find_last_of(" \t");
  const std::string_view last =
      blank == std::string::npos ? std::string_view{} : std::string_view(line).substr(blank + 1);
  if (last.find(':') == std::string_view::npos ||
      last.find_first_not_of("0123456789:,") != std::string_view::npos) {
    return {{directory / line}};
  }
  const std::size_t end = line.find_last_not_of(" \t", blank);
  return pieces_of(directory / line.substr(0, end + 1), last, line);
}

std::vector<FilePiece> listed(const fs::path& list) {
  std::ifstream lines(list);
  if (!lines) {
    throw DataError(fmt::format("cannot read {}, a list of files", list.string()));
  }
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::vector<FilePiece> pieces;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    if (++number == 1 && line.starts_with(byte_order_mark)) {
      line.erase(0, byte_order_mark.size());
    }
    line.erase(line.find_last_not_of(" \t\r") + 1);
    line.erase(0, line.find_first_not_of(" \t"));
    if (line.empty() || line.front() == '#') {
      continue;
    }
    try {
      std::ranges::move(pieces_of_line(list.parent_path(), line), std::back_inserter(pieces));
    } catch (const DataError& error) {
      throw DataError(fmt::format("{}, line {}: {}", list.string(), number, error.what()));
    }
  }
  if (pieces.empty()) {
    throw DataError(fmt::format("{} names no files", list.string()));
  }
  return pieces;
}

std::vector<FilePiece> look_for(const std::string& text) {
  std::error_code status;
  if (fs::path(text).extension() == ".txt") {
    return listed(text);
  }
  if (fs::exists(text, status) || text.find_first_of("*?[") == std::string::npos) {
    return {{text}};
  }
  return matching(text);
}

// Pieces travel between ranks as lines: path, first row, and the end or nothing.

std::string line_of(const FilePiece& piece) {
  return fmt::format("{}\n{}\n{}\n", piece.path.string(), piece.first,
                     piece.end ? std::to_string(*piece.end) : "");
}

std::vector<FilePiece> from_lines(const std::string& text) {
  std::vector<FilePiece> pieces;
  std::istringstream lines(text);
  std::string path;
  std::string first;
  std::string end;
  while (std::getline(lines, path) && std::getline(lines, first) && std::getline(lines, end)) {
    pieces.push_back({path, row_number(first, first).value_or(0), row_number(end, end)});
  }
  return pieces;
}

/// How many of a data set's rows a piece takes.
std::size_t rows_of(const FilePiece& piece, std::size_t rows, const std::string& dataset) {
  const std::size_t end = piece.end.value_or(rows);
  if (end > rows || piece.first > rows) {
    throw DataError(fmt::format("{} in {} has {} rows, of which {}:{} are to be taken", dataset,
                                piece.path.string(), rows, piece.first,
                                piece.end ? std::to_string(*piece.end) : ""));
  }
  return end - piece.first;
}

}  // namespace

std::vector<FilePiece> find_files(const mpi::Communicator& communicator, const std::string& text) {
  std::string found;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      for (const FilePiece& piece : look_for(text)) {
        found += line_of(piece);
      }
    }
  });
  return from_lines(communicator.broadcast(found, 0));
}

FileParts::FileParts(const mpi::Communicator& communicator, std::vector<FilePiece> pieces,
                     std::string name)
    : communicator_(communicator), pieces_(std::move(pieces)), name_(std::move(name)) {}

std::size_t FileParts::rows(const std::string& dataset) { return starts(dataset).back(); }

const std::vector<std::size_t>& FileParts::starts(const std::string& dataset) {
  const auto known = starts_.find(dataset);
  if (known != starts_.end()) {
    return known->second;
  }
  // Every rank looks at some files, and at the first one, whose rows all others must be like.
  const auto ranks = static_cast<std::size_t>(communicator_.size());
  const auto rank = static_cast<std::size_t>(communicator_.rank());
  std::vector<std::uint64_t> rows(pieces_.size(), 0);
  mpi::together(communicator_, [&] {
    std::string kind_of_first;
    for (std::size_t k = 0; k < pieces_.size(); k = k == 0 && rank > 0 ? rank : k + ranks) {
      const hdf5::File file = hdf5::File::open(pieces_[k].path);
      std::string kind = "strings, one a row";
      if (file.holds_texts(dataset)) {
        rows[k] = rows_of(pieces_[k], file.text_count(dataset), dataset);
      } else {
        const hdf5::Dataset opened = file.dataset(dataset);
        const auto trailing = std::span(opened.shape()).subspan(1);
        rows[k] = rows_of(pieces_[k], opened.rows(), dataset);
        kind = trailing.empty() ? fmt::format("{} numbers", hdf5::name(opened.element_type()))
                                : fmt::format("rows of {} {}", fmt::join(trailing, " x "),
                                              hdf5::name(opened.element_type()));
      }
      if (k == 0) {
        kind_of_first = kind;
      } else if (kind != kind_of_first) {
        throw DataError(fmt::format(
            "{} in {} holds {}, and in {} {}; files that are read as one "
            "must be alike",
            dataset, first_file().string(), kind_of_first, pieces_[k].path.string(), kind));
      }
    }
  });
  communicator_.max(std::span<std::uint64_t>(rows));
  std::vector<std::size_t> starts{0};
  for (const std::uint64_t count : rows) {
    starts.push_back(starts.back() + count);
  }
  return starts_.emplace(dataset, std::move(starts)).first->second;
}

std::vector<FileStretch> FileParts::stretches(const std::string& dataset, std::size_t first,
                                              std::size_t count) {
  const auto& starts = this->starts(dataset);
  std::vector<FileStretch> found;
  for (std::size_t k = 0; k < pieces_.size(); ++k) {
    const std::size_t from = std::max(first, starts[k]);
    const std::size_t to = std::min(first + count, starts[k + 1]);
    if (from < to) {
      found.push_back({pieces_[k].path, pieces_[k].first + from - starts[k], from, to - from});
    }
  }
  return found;
}

}  // namespace infomax::data
