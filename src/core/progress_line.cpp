// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/progress_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax {
namespace {

/// Whether the output reaches a terminal. Under mpirun a rank's standard error is a pipe, so the
/// output of mpirun, its parent process, decides.
bool writes_to_terminal() {
  if (isatty(STDERR_FILENO) != 0) {
    return true;
  }
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr) {
    return false;
  }
  std::error_code status;
  const auto target = std::filesystem::read_symlink(
      fmt::format("/proc/{}/fd/{}", getppid(), STDERR_FILENO), status);
  return !status &&
         (target.string().starts_with("/dev/pts/") || target.string().starts_with("/dev/tty"));
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(std::max(0.0, seconds)));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string grouped_text(double number) {
  const std::string digits = fmt::format("{:.0f}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) {
      text += ',';
    }
    text += digits[i];
  }
  return text;
}

ProgressLine::ProgressLine(ProgressMode mode) : mode_(mode) {
  if (mode_ == ProgressMode::automatic) {
    mode_ = writes_to_terminal() ? ProgressMode::live : ProgressMode::plain;
  }
}

bool ProgressLine::due() const {
  return mode_ != ProgressMode::none &&
         since_shown_.elapsed_s() > (mode_ == ProgressMode::live ? 0.1 : 10.0);
}

void ProgressLine::show(const std::string& text) {
  if (mode_ == ProgressMode::none) {
    return;
  }
  since_shown_.lap_s();
  if (mode_ == ProgressMode::plain) {
    log::info(text);
    return;
  }
  // Spaces overwrite the rest of a longer line.
  const std::size_t width = std::max(text.size(), shown_width_);
  fmt::print(stderr, "\r{:<{}}", text, width);
  std::fflush(stderr);
  shown_width_ = text.size();
}

void ProgressLine::finish() {
  if (shown_width_ > 0) {
    fmt::print(stderr, "\n");
    shown_width_ = 0;
  }
}

void WorkProgress::reach(std::size_t done, std::size_t all) {
  if (!line_.due() || done == 0) {
    return;
  }
  const double share = static_cast<double>(done) / static_cast<double>(all);
  line_.show(fmt::format("{} {:.0f}%, {} left", what_, 100.0 * share,
                         duration_text(since_start_.elapsed_s() * (1.0 / share - 1.0))));
}

}  // namespace infomax
