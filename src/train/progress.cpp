#include "infomax/train/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::train {
namespace {

/// Under mpirun a rank's standard error is a pipe; what counts is where mpirun, its parent, writes.
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

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::max(0.0, seconds) + 0.5);
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

/// 1,234,567
std::string grouped(double number) {
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

}  // namespace

ProgressMode parse_progress(const std::string& name) {
  if (name == "auto") {
    return ProgressMode::automatic;
  }
  if (name == "live") {
    return ProgressMode::live;
  }
  if (name == "plain") {
    return ProgressMode::plain;
  }
  if (name == "none") {
    return ProgressMode::none;
  }
  throw UsageError(fmt::format("--progress is \"{}\"; it must be auto, live, plain or none", name));
}

Progress::Progress(ProgressMode mode, std::uint64_t total_epochs, std::uint64_t total_steps)
    : mode_(mode), total_epochs_(total_epochs), total_steps_(total_steps) {
  if (mode_ == ProgressMode::automatic) {
    mode_ = writes_to_terminal() ? ProgressMode::live : ProgressMode::plain;
  }
}

bool Progress::due(std::uint64_t step) const {
  if (step == 1 || step == total_steps_) {
    return true;
  }
  if (mode_ == ProgressMode::live) {
    return since_shown_.elapsed_s() > 0.1;
  }
  const bool tenth = step * 10 / total_steps_ != (step - 1) * 10 / total_steps_;
  return tenth || since_shown_.elapsed_s() > 10.0;
}

std::string Progress::line(std::uint64_t step, std::uint64_t epoch,
                           const StepReport& report) const {
  const double elapsed_s = since_start_.elapsed_s();
  const double left_s =
      elapsed_s / static_cast<double>(step) * static_cast<double>(total_steps_ - step);
  return fmt::format(
      "epoch {}/{}  step {}/{}  J {:.5f}  dependence {:.5f}  H(a) {:.4f}  H(b) {:.4f}  {} samples/s"
      "  {} left",
      epoch, total_epochs_, step, total_steps_, report.value.objective, report.value.dependence,
      report.value.entropy_a, report.value.entropy_b, grouped(samples_ / elapsed_s),
      duration(left_s));
}

void Progress::step(std::uint64_t step, std::uint64_t epoch, const StepReport& report) {
  samples_ += static_cast<double>(report.value.samples);
  if (mode_ == ProgressMode::none || !due(step)) {
    return;
  }
  since_shown_.lap_s();
  const std::string text = line(step, epoch, report);
  if (mode_ == ProgressMode::plain) {
    log::info(text);
    return;
  }
  // Blanks wipe what a longer line left.
  const std::size_t width = std::max(text.size(), shown_width_);
  fmt::print(stderr, "\r{:<{}}", text, width);
  std::fflush(stderr);
  shown_width_ = text.size();
}

void Progress::finish() {
  if (shown_width_ > 0) {
    fmt::print(stderr, "\n");
    shown_width_ = 0;
  }
}

}  // namespace infomax::train
