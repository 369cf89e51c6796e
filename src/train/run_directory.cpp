// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/run_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::train {
namespace {

namespace fs = std::filesystem;

/// The names that a run uses; `overwrite` removes these files.
constexpr std::array<const char*, 6> run_files{"config.ini",  "metrics.jsonl", "model.h5",
                                               "checkpoints", "stalled",       "report.html"};

}  // namespace

RunDirectory::RunDirectory(const mpi::Communicator& communicator, const std::string& path,
                           bool overwrite)
    : path_(path) {
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      prepare(overwrite);
    }
  });
}

void RunDirectory::prepare(bool overwrite) const {
  std::error_code status;
  if (fs::exists(path_, status) && !fs::is_directory(path_, status)) {
    throw UsageError(fmt::format("`output` {} is a file; name a directory", path()));
  }
  for (const char* name : run_files) {
    if (!fs::exists(path_ / name, status)) {
      continue;
    }
    if (!overwrite) {
      throw UsageError(fmt::format(
          "`output` {} already holds a run; give `overwrite` to replace it, or another directory",
          path()));
    }
    fs::remove_all(path_ / name, status);
    if (status) {
      throw SystemError(
          fmt::format("cannot remove {}: {}; mend its permissions, or choose another "
                      "`output`",
                      (path_ / name).string(), status.message()));
    }
  }
  require_writable();
}

RunDirectory RunDirectory::reopen(const mpi::Communicator& communicator, const std::string& path) {
  RunDirectory directory{std::filesystem::path(path)};
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      directory.require_writable();
    }
  });
  return directory;
}

RunDirectory RunDirectory::find(const mpi::Communicator& communicator, const std::string& path) {
  RunDirectory directory{std::filesystem::path(path)};
  mpi::together(communicator, [&] {
    std::error_code status;
    const auto names = {directory.config(), directory.metrics(), directory.model()};
    if (communicator.is_root() &&
        std::ranges::none_of(names, [&](const auto& name) { return fs::exists(name, status); })) {
      throw DataError(
          fmt::format("{} holds no run; name a directory that infomax train wrote", path));
    }
  });
  return directory;
}

void RunDirectory::require_writable() const {
  std::error_code status;
  fs::create_directories(path_, status);
  if (status || access(path_.c_str(), W_OK) != 0) {
    throw SystemError(
        fmt::format("cannot write to `output` {}: {}; choose a directory you may write to", path(),
                    status ? status.message() : std::strerror(errno)));
  }
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) {
    throw SystemError(fmt::format("cannot write {}: is the disk full?", path));
  }
}

}  // namespace infomax::train
