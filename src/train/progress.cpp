// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/progress.hpp"

#include <vector>

#include <fmt/format.h>

namespace infomax::train {

Progress::Progress(ProgressMode mode, std::uint64_t total_epochs, std::uint64_t total_steps,
                   std::uint64_t first_step)
    : line_(mode),
      total_epochs_(total_epochs),
      total_steps_(total_steps),
      first_step_(first_step) {}

bool Progress::due(std::uint64_t step) const {
  if (step == first_step_ + 1 || step == total_steps_ || line_.due()) {
    return true;
  }
  const bool tenth = step * 10 / total_steps_ != (step - 1) * 10 / total_steps_;
  return line_.mode() != ProgressMode::live && tenth;
}

void Progress::show(std::uint64_t step, std::uint64_t epoch, const StepReport& report) {
  const double elapsed_s = since_start_.elapsed_s();
  const double left_s = elapsed_s / static_cast<double>(step - first_step_) *
                        static_cast<double>(total_steps_ - step);
  const auto& value = report.value;
  std::vector<ProgressField> fields{
      {fmt::format("epoch {}/{}", epoch, total_epochs_), 4},
      {fmt::format("step {}/{}", step, total_steps_), 7},
      {fmt::format("J {:.5f}", value.objective), 9},
      {fmt::format("dependence {:.5f}", value.dependence), 3},
      {fmt::format("H(a) {:.4f}", value.entropy_a), 1},
      {fmt::format("H(b) {:.4f}", value.entropy_b), 2},
      {fmt::format("{} samples/s", grouped_text(samples_ / elapsed_s)), 5},
      {fmt::format("{} left", duration_text(left_s)), 8},
  };
  if (!validation_.empty()) {
    fields.insert(fields.end() - 2, {validation_, 6});
  }
  line_.show(fields);
}

void Progress::step(std::uint64_t step, std::uint64_t epoch, const StepReport& report) {
  samples_ += static_cast<double>(report.value.samples);
  if (due(step)) {
    show(step, epoch, report);
  }
}

void Progress::validated(double objective) {
  validation_ = fmt::format("held out {:.5f}", objective);
}

}  // namespace infomax::train
