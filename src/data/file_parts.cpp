// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/file_parts.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
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

std::vector<std::string> matching(const std::string& pattern) {
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
  return files;
}

std::vector<std::string> listed(const fs::path& list) {
  std::ifstream lines(list);
  if (!lines) {
    throw DataError(fmt::format("cannot read {}, a list of files", list.string()));
  }
  std::vector<std::string> files;
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.pop_back();
    }
    if (!line.empty() && line.front() != '#') {
      files.push_back((list.parent_path() / line).string());
    }
  }
  if (files.empty()) {
    throw DataError(fmt::format("{} names no files", list.string()));
  }
  return files;
}

std::vector<std::string> look_for(const std::string& text) {
  std::error_code status;
  if (fs::path(text).extension() == ".txt") {
    return listed(text);
  }
  if (fs::exists(text, status)) {
    return {text};
  }
  return text.find_first_of("*?[") == std::string::npos ? std::vector{text} : matching(text);
}

}  // namespace

std::vector<fs::path> find_files(const mpi::Communicator& communicator, const std::string& text) {
  std::string found;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      found = fmt::format("{}", fmt::join(look_for(text), "\n"));
    }
  });
  found = communicator.broadcast(found, 0);
  std::vector<fs::path> files;
  for (std::size_t begin = 0; begin <= found.size();) {
    const std::size_t end = std::min(found.find('\n', begin), found.size());
    files.emplace_back(found.substr(begin, end - begin));
    begin = end + 1;
  }
  return files;
}

FileParts::FileParts(const mpi::Communicator& communicator, std::vector<fs::path> files,
                     std::string name)
    : communicator_(communicator), files_(std::move(files)), name_(std::move(name)) {}

std::size_t FileParts::rows(const std::string& dataset) { return starts(dataset).back(); }

const std::vector<std::size_t>& FileParts::starts(const std::string& dataset) {
  const auto known = starts_.find(dataset);
  if (known != starts_.end()) {
    return known->second;
  }
  // Every rank looks at some files, and at the first one, whose rows all others must be like.
  const auto ranks = static_cast<std::size_t>(communicator_.size());
  const auto rank = static_cast<std::size_t>(communicator_.rank());
  std::vector<std::uint64_t> rows(files_.size(), 0);
  mpi::together(communicator_, [&] {
    std::string kind_of_first;
    for (std::size_t k = 0; k < files_.size(); k = k == 0 && rank > 0 ? rank : k + ranks) {
      const hdf5::File file = hdf5::File::open(files_[k]);
      std::string kind = "strings, one a row";
      if (file.holds_texts(dataset)) {
        rows[k] = file.text_count(dataset);
      } else {
        const hdf5::Dataset opened = file.dataset(dataset);
        const auto trailing = std::span(opened.shape()).subspan(1);
        rows[k] = opened.rows();
        kind = trailing.empty() ? fmt::format("{} numbers", hdf5::name(opened.element_type()))
                                : fmt::format("rows of {} {}", fmt::join(trailing, " x "),
                                              hdf5::name(opened.element_type()));
      }
      if (k == 0) {
        kind_of_first = kind;
      } else if (kind != kind_of_first) {
        throw DataError(
            fmt::format("{} in {} holds {}, and in {} {}; files that are read as one "
                        "must be alike",
                        dataset, files_[0].string(), kind_of_first, files_[k].string(), kind));
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
  for (std::size_t k = 0; k < files_.size(); ++k) {
    const std::size_t from = std::max(first, starts[k]);
    const std::size_t to = std::min(first + count, starts[k + 1]);
    if (from < to) {
      found.push_back({files_[k], from - starts[k], from, to - from});
    }
  }
  return found;
}

}  // namespace infomax::data
