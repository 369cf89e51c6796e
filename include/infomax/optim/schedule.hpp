// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "infomax/core/field_text.hpp"

namespace infomax::optim {

/// How the learning rate changes after the warm-up.
enum class ScheduleKind : std::uint8_t {
  constant,  ///< the rate stays at the peak
  step,      ///< the rate is multiplied by a factor after each period
  cosine     ///< the rate falls along half a cosine wave
};

/// The schedules as users write them.
inline constexpr std::array schedule_names{std::pair{"constant", ScheduleKind::constant},
                                           std::pair{"step", ScheduleKind::step},
                                           std::pair{"cosine", ScheduleKind::cosine}};

/// Throws UsageError, which names the choices, where the name is none of them.
[[nodiscard]] ScheduleKind parse_schedule(const std::string& name);

/// The learning rate as a function of the step alone. All lengths are in steps.
struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;  ///< after the warm-up
  double peak = 1e-3;                          ///< the rate after warm-up
  std::uint64_t warmup_steps = 0;  ///< the rate rises linearly: peak (k + 1) / warmup at step k
  std::uint64_t total_steps = 0;   ///< where cosine ends
  double final_fraction = 0.0;     ///< cosine ends at this fraction of the peak
  std::uint64_t period_steps = 0;  ///< of step: after every period that follows the warm-up ...
  double factor = 0.1;             ///< ... the rate is multiplied by this

  /// Throws UsageError where a field is out of its range.
  void check() const;

  /// Returns the rate of step k = 0, 1, ...
  [[nodiscard]] double rate(std::uint64_t step) const;
};

}  // namespace infomax::optim

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::optim::ScheduleKind>
    : infomax::ChoiceText<infomax::optim::ScheduleKind, infomax::optim::schedule_names> {};
