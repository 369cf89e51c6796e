// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/checkpoint_directory.hpp"

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* prefix = "step-";
constexpr const char* suffix = ".h5";
constexpr const char* aside_suffix = ".damaged";

bool is_checkpoint(const std::string& name) {
  return name.starts_with(prefix) && name.ends_with(suffix);
}

bool is_set_aside(const std::string& name) {
  return name.starts_with(prefix) && name.ends_with(std::string(suffix) + aside_suffix);
}

std::vector<fs::path> files_in(const fs::path& directory) {
  std::error_code status;
  std::vector<fs::path> files;
  if (!fs::exists(directory, status) && !status) {
    return files;
  }
  for (fs::directory_iterator entry(directory, status), end; !status && entry != end;
       entry.increment(status)) {
    files.push_back(entry->path());
  }
  if (status) {
    throw SystemError(fmt::format("cannot list {}: {}", directory.string(), status.message()));
  }
  return files;
}

void set_aside(const fs::path& path) {
  std::error_code status;
  fs::rename(path, path.string() + aside_suffix, status);
}

}  // namespace

fs::path CheckpointDirectory::file(std::uint64_t step) const {
  return path_ / fmt::format("{}{:012}{}", prefix, step, suffix);
}

std::vector<fs::path> CheckpointDirectory::list() const {
  auto files = files_in(path_);
  std::erase_if(files, [](const fs::path& file) { return !is_checkpoint(file.filename()); });
  // The numbers have equal widths, so the order of names is the order of steps.
  std::ranges::sort(files, std::greater{});
  return files;
}

std::optional<Checkpoint> CheckpointDirectory::newest() const {
  const auto all = files_in(path_);
  for (const auto& file : all) {
    if (file.filename().string().find(".part-") != std::string::npos) {
      std::error_code ignored;
      fs::remove(file, ignored);
    }
  }
  // Names change only where a whole checkpoint is found, so that a second call finds the same.
  std::vector<std::pair<fs::path, std::string>> damaged;
  for (const auto& file : list()) {
    try {
      auto whole = read_checkpoint(file);
      for (const auto& [path, why] : damaged) {
        log::warning(fmt::format("{}; it is set aside, and the one before is tried", why));
        set_aside(path);
      }
      return whole;
    } catch (const DamagedError& error) {
      damaged.emplace_back(file, error.what());
    }
  }
  const auto former = static_cast<std::size_t>(std::ranges::count_if(
      all, is_set_aside, [](const fs::path& file) { return file.filename().string(); }));
  if (damaged.size() + former > 0) {
    throw DataError(
        fmt::format("none of the {} checkpoints in {} is whole{}; give `overwrite` instead of "
                    "`resume` to begin "
                    "anew, or another `output`",
                    damaged.size() + former, path_.string(),
                    damaged.empty() ? "" : ": " + damaged.front().second));
  }
  return std::nullopt;
}

void CheckpointDirectory::write(Checkpoint checkpoint, std::size_t keep) const {
  std::error_code status;
  fs::create_directories(path_, status);
  if (status) {
    throw SystemError(fmt::format("cannot make {}: {}", path_.string(), status.message()));
  }
  const auto path = file(checkpoint.step);
  write_checkpoint(path, std::move(checkpoint));
  const auto files = list();
  for (std::size_t i = keep; i < files.size(); ++i) {
    fs::remove(files[i], status);
  }
}

std::optional<Checkpoint> find_newest(const mpi::Communicator& communicator,
                                      const CheckpointDirectory& directory) {
  std::optional<Checkpoint> found;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      found = directory.newest();
    }
  });
  std::uint64_t count = found ? 1 + found->texts.size() : 0;
  communicator.broadcast(std::span<std::uint64_t>(&count, 1), 0);
  if (count == 0) {
    return std::nullopt;
  }
  if (!found) {
    found.emplace();
  }
  communicator.broadcast(std::span<std::uint64_t>(&found->step, 1), 0);
  std::vector<std::pair<std::string, std::string>> texts(found->texts.begin(), found->texts.end());
  texts.resize(count - 1);
  for (auto& [name, text] : texts) {
    name = communicator.broadcast(name, 0);
    text = communicator.broadcast(text, 0);
  }
  found->texts = {texts.begin(), texts.end()};
  return found;
}

BackgroundWriter::~BackgroundWriter() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void BackgroundWriter::start(Checkpoint checkpoint) {
  wait();
  busy_ = true;
  thread_ = std::thread([this, taken = std::move(checkpoint)]() mutable {
    try {
      directory_.write(std::move(taken), keep_);
    } catch (const std::exception& error) {
      complaint_ = error.what();
    }
    busy_ = false;
  });
}

void BackgroundWriter::wait() {
  if (thread_.joinable()) {
    thread_.join();
  }
  if (!complaint_.empty()) {
    log::warning(fmt::format("no checkpoint was written: {}; training goes on", complaint_));
    complaint_.clear();
  }
}

}  // namespace infomax::train
