// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/progress.hpp"

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

std::string Progress::text(std::uint64_t step, std::uint64_t epoch,
                           const StepReport& report) const {
  const double elapsed_s = since_start_.elapsed_s();
  const double left_s = elapsed_s / static_cast<double>(step - first_step_) *
                        static_cast<double>(total_steps_ - step);
  return fmt::format(
      "epoch {}/{}  step {}/{}  J {:.5f}  dependence {:.5f}  H(a) {:.4f}  H(b) {:.4f}{}  {} "
      "samples/s"
      "  {} left",
      epoch, total_epochs_, step, total_steps_, report.value.objective, report.value.dependence,
      report.value.entropy_a, report.value.entropy_b, validation_,
      grouped_text(samples_ / elapsed_s), duration_text(left_s));
}

void Progress::step(std::uint64_t step, std::uint64_t epoch, const StepReport& report) {
  samples_ += static_cast<double>(report.value.samples);
  if (due(step)) {
    line_.show(text(step, epoch, report));
  }
}

void Progress::validated(double objective) {
  validation_ = fmt::format("  held out {:.5f}", objective);
}

}  // namespace infomax::train
