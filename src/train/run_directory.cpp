// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/run_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"
#include "train/staged_run.hpp"

namespace infomax::train {
namespace {

namespace fs = std::filesystem;

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

void RunDirectory::prepare(bool overwrite) {
  std::error_code status;
  if (fs::exists(path_, status) && !fs::is_directory(path_, status)) {
    throw UsageError(fmt::format("`output` {} is a file; name a directory", path()));
  }
  recover(path_);
  if (!overwrite && StagedRun::holds_run(path_)) {
    throw UsageError(fmt::format(
        "`output` {} already holds a run; give `overwrite` to replace it, or another directory",
        path()));
  }
  staged_ = std::make_shared<StagedRun>(path_);
}

void RunDirectory::settle() const {
  if (staged_) {
    staged_->settle();
  }
}

void RunDirectory::recover(const std::filesystem::path& path) { StagedRun::recover(path); }

const fs::path& RunDirectory::place() const { return staged_ ? staged_->place() : path_; }

RunDirectory RunDirectory::reopen(const mpi::Communicator& communicator, const std::string& path) {
  RunDirectory directory{std::filesystem::path(path)};
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      recover(path);
      directory.require_writable();
    }
  });
  return directory;
}

RunDirectory RunDirectory::find(const mpi::Communicator& communicator, const std::string& path) {
  RunDirectory directory{std::filesystem::path(path)};
  mpi::together(communicator, [&] {
    if (!communicator.is_root()) {
      return;
    }
    recover(path);
    std::error_code status;
    const auto names = {directory.config(), directory.metrics(), directory.model()};
    if (std::ranges::none_of(names, [&](const auto& name) { return fs::exists(name, status); })) {
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
