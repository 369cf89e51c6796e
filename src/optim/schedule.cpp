// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::optim {

ScheduleKind parse_schedule(const std::string& name) {
  return parse_field<ScheduleKind>("`schedule`", name);
}

void Schedule::check() const {
  if (!(peak > 0.0) || !std::isfinite(peak)) {
    throw UsageError(fmt::format("`learning_rate` is {}; it must be a number above 0", peak));
  }
  if (kind == ScheduleKind::step && period_steps == 0) {
    throw UsageError("`schedule` step needs `decay_every`, for example `decay_every` 10epochs");
  }
  if (!(factor > 0.0)) {
    throw UsageError(fmt::format("`decay_factor` is {}; it must be above 0", factor));
  }
  if (!(final_fraction >= 0.0)) {
    throw UsageError(fmt::format("`final_fraction` is {}; it must be at least 0", final_fraction));
  }
}

double Schedule::rate(std::uint64_t step) const {
  if (step < warmup_steps) {
    return peak * static_cast<double>(step + 1) / static_cast<double>(warmup_steps);
  }
  const std::uint64_t after = step - warmup_steps;
  switch (kind) {
    case ScheduleKind::constant:
      return peak;
    case ScheduleKind::step:
      // NOLINTNEXTLINE(bugprone-integer-division): whole periods
      return peak * std::pow(factor, static_cast<double>(after / period_steps));
    case ScheduleKind::cosine: {
      const std::uint64_t length =
          std::max<std::uint64_t>(1, total_steps > warmup_steps ? total_steps - warmup_steps : 1);
      const double done = std::min(1.0, static_cast<double>(after) / static_cast<double>(length));
      return peak * (final_fraction +
                     (1.0 - final_fraction) * 0.5 * (1.0 + std::cos(std::numbers::pi * done)));
    }
  }
  return peak;
}

}  // namespace infomax::optim
