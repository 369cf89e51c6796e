// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/progress_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <numeric>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"

namespace infomax {
namespace {

constexpr std::string_view between_fields = "  ";
constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

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

std::string fitted_line(std::span<const ProgressField> fields, std::size_t columns) {
  std::vector<std::size_t> by_importance(fields.size());
  std::iota(by_importance.begin(), by_importance.end(), 0U);
  std::ranges::stable_sort(by_importance, std::greater{},
                           [&](std::size_t i) { return fields[i].importance; });
  std::vector<bool> fits(fields.size(), false);
  std::size_t length = 0;
  for (const std::size_t i : by_importance) {
    length += fields[i].text.size() + (length > 0 ? between_fields.size() : 0);
    // A shorter one of less importance would come and go with the digits of this one.
    if (length > columns && i != by_importance.front()) {
      break;
    }
    fits[i] = true;
  }
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fits[i]) {
      line += line.empty() ? "" : between_fields;
      line += fields[i].text;
    }
  }
  return line.substr(0, columns);
}

ProgressLine::ProgressLine(ProgressMode mode) : mode_(mode) {
  if (mode_ == ProgressMode::none) {
    return;
  }
  terminal_.emplace();
  if (mode_ == ProgressMode::automatic) {
    mode_ = terminal_->exists() ? ProgressMode::live : ProgressMode::plain;
  }
}

bool ProgressLine::due() const {
  return mode_ != ProgressMode::none &&
         since_shown_.elapsed_s() > (mode_ == ProgressMode::live ? 0.1 : 10.0);
}

void ProgressLine::show(std::span<const ProgressField> fields) {
  if (mode_ == ProgressMode::none) {
    return;
  }
  since_shown_.lap_s();
  if (mode_ == ProgressMode::plain) {
    log::info(fitted_line(fields, unlimited));
    return;
  }
  // Some terminals go to the next line as soon as the last column is written.
  const std::size_t columns = terminal_->columns();
  const std::size_t room = columns > 0 ? columns - 1 : unlimited;
  const std::string text = fitted_line(fields, room);
  // Spaces overwrite the rest of a longer line.
  const std::size_t width = std::min(room, std::max(text.size(), shown_width_));
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
