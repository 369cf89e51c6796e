// SPDX-License-Identifier: BSD-3-Clause
#include "train/staged_run.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::train {
namespace {

namespace fs = std::filesystem;

/// The names that a run uses; a run that replaces another removes these files.
constexpr std::array<const char*, 6> run_files{"config.ini",  "metrics.jsonl", "model.h5",
                                               "checkpoints", "stalled",       "report.html"};

constexpr const char* staged = ".run-starting";      // files of the new run
constexpr const char* aside = ".run-before";         // files of the earlier run, which stays
constexpr const char* discarded = ".run-discarded";  // the same, once the new run has its place

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

[[noreturn]] void refuse(const char* verb, const fs::path& path, const std::error_code& reason) {
  throw SystemError(
      fmt::format("cannot {} {}: {}; mend its permissions, or choose another `output`", verb,
                  path.string(), reason.message()));
}

void rename_file(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) {
    refuse("rename", from, failed);
  }
}

void remove_whole(const fs::path& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) {
    refuse("remove", path, failed);
  }
}

/// Moves what `from` has of a run.
void move_files(const fs::path& from, const fs::path& to) {
  for (const char* name : run_files) {
    if (is_there(from / name)) {
      rename_file(from / name, to / name);
    }
  }
}

/// Undoes a replacement.
void put_back(const fs::path& run) {
  move_files(run / aside, run);
  remove_whole(run / aside);
}

}  // namespace

StagedRun::StagedRun(fs::path run)
    : run_(std::move(run)), place_(run_ / staged), made_run_(!is_there(run_)) {
  std::error_code failed;
  fs::create_directories(run_, failed);
  if (!failed) {
    recover(run_);
    remove_whole(place_);
    fs::create_directory(place_, failed);
  }
  if (failed) {
    throw SystemError(
        fmt::format("cannot write to `output` {}: {}; choose a directory you may write to",
                    run_.string(), failed.message()));
  }
}

StagedRun::~StagedRun() {
  if (place_ == run_ || is_there(run_ / discarded)) {
    return;  // settled, or to be completed by recover()
  }
  if (is_there(run_ / aside)) {
    try {
      put_back(run_);
    } catch (const std::exception&) {
      return;  // recover() tries again
    }
  }
  std::error_code ignored;
  fs::remove_all(place_, ignored);
  if (made_run_) {
    fs::remove(run_, ignored);  // fails, as it should, if somebody else has put a file there
  }
}

void StagedRun::settle() {
  if (place_ == run_) {
    return;
  }
  std::error_code failed;
  fs::create_directory(run_ / aside, failed);
  if (failed) {
    refuse("make", run_ / aside, failed);
  }
  move_files(run_, run_ / aside);
  rename_file(run_ / aside, run_ / discarded);
  move_files(place_, run_);
  remove_whole(run_ / discarded);
  remove_whole(place_);
  place_ = run_;
}

bool StagedRun::holds_run(const fs::path& run) {
  return std::ranges::any_of(run_files, [&](const char* name) { return is_there(run / name); });
}

void StagedRun::recover(const fs::path& run) {
  if (is_there(run / aside)) {
    put_back(run);
    remove_whole(run / staged);
    log::warning(
        fmt::format("{} was being replaced when that was interrupted; the run that was "
                    "there is there again",
                    run.string()));
  } else if (is_there(run / discarded)) {
    move_files(run / staged, run);
    remove_whole(run / staged);
    remove_whole(run / discarded);
  }
}

}  // namespace infomax::train
