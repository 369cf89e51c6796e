// SPDX-License-Identifier: BSD-3-Clause
#include "report/metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "report/numbers.hpp"

namespace infomax::report {
namespace {

constexpr std::array time_fields{"input_s", "compute_s", "reduce_s"};
constexpr int digits = 6;

/// The number of a field; NaN where it is null, as the file writes values that JSON cannot hold.
double number(const Json& line, const std::string& name) {
  const auto found = line.find(name);
  return found != line.end() && found->is_number() ? found->get<double>()
                                                   : std::numeric_limits<double>::quiet_NaN();
}

/// Applies `use` to groups of `stride` consecutive values; the last group may be smaller.
template <class Use>
Json grouped(std::span<const double> values, std::size_t stride, Use use) {
  std::vector<double> groups;
  for (std::size_t first = 0; first < values.size(); first += stride) {
    groups.push_back(use(values.subspan(first, std::min(stride, values.size() - first))));
  }
  return rounded_list(groups, digits);
}

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

Json thinned(std::span<const double> values, std::size_t stride) {
  Json result{{"mean", grouped(values, stride, [](std::span<const double> group) {
                 return sum_of(group) / static_cast<double>(group.size());
               })}};
  if (stride > 1) {
    result["low"] = grouped(values, stride, [](auto group) { return std::ranges::min(group); });
    result["high"] = grouped(values, stride, [](auto group) { return std::ranges::max(group); });
  }
  return result;
}

std::size_t stride_for(std::size_t count, std::size_t most) {
  return std::max<std::size_t>(1, (count + most - 1) / most);
}

Json last_of_groups(std::span<const double> values, std::size_t stride) {
  return grouped(values, stride, [](auto group) { return group.back(); });
}

bool better(const Json& line, const Json& best) {
  return best.is_null() || number(line, "objective") > number(best, "objective");
}

}  // namespace

RunMetrics::RunMetrics(std::istream& file) {
  for (std::string text; std::getline(file, text);) {
    const auto line = json_or_null(text);
    if (!line.is_object() || !std::isfinite(number(line, "step"))) {
      continue;
    }
    const auto kind = line.value("kind", "");
    if (kind == "step") {
      add_step(line);
    } else if (kind == "epoch") {
      last_epoch_ = line;
      best_epoch_ = better(line, best_epoch_) ? line : best_epoch_;
    } else if (kind == "validation") {
      add_validation(line);
    }
  }
}

void RunMetrics::add_step(const Json& line) {
  if (series_.empty()) {
    for (const auto& [name, value] : line.items()) {
      if (name != "kind" && name != "step" && name != "epoch") {
        series_.push_back({name, {}});
      }
    }
  }
  step_.push_back(number(line, "step"));
  epoch_.push_back(number(line, "epoch"));
  for (auto& series : series_) {
    series.values.push_back(number(line, series.name));
  }
  last_step_ = line;
}

void RunMetrics::add_validation(const Json& line) {
  validation_step_.push_back(number(line, "step"));
  validation_.push_back(number(line, "objective"));
  last_validation_ = line;
  if (line.value("best", false)) {
    best_validation_ = line;
  }
}

const RunMetrics::Series* RunMetrics::find(const char* name) const {
  const auto found = std::ranges::find(series_, name, &Series::name);
  return found == series_.end() ? nullptr : &*found;
}

double RunMetrics::sum(const char* name) const {
  const Series* series = find(name);
  return series == nullptr ? 0.0 : sum_of(series->values);
}

Json RunMetrics::summary() const {
  Json result{{"steps", empty() ? 0.0 : step_.back()},
              {"epochs", empty() ? 0.0 : epoch_.back()},
              {"samples", sum("samples")},
              {"seconds", sum("seconds")}};
  for (const char* name : time_fields) {
    result[name] = sum(name);
  }
  result["last"] = last_epoch_.is_null() ? last_step_ : last_epoch_;
  result["best_epoch"] = best_epoch_;
  result["best_validation"] = best_validation_;
  result["last_validation"] = last_validation_;
  return result;
}

Json RunMetrics::curves(std::size_t most) const {
  const std::size_t stride = stride_for(step_.size(), most);
  Json series = Json::array();
  for (const auto& [name, values] : series_) {
    if (name == "seconds" || std::ranges::find(time_fields, name) != time_fields.end()) {
      continue;
    }
    Json one{{"name", name}};
    one.update(thinned(values, stride));
    series.push_back(one);
  }
  const std::size_t validation_stride = stride_for(validation_step_.size(), most);
  Json validation{{"step", last_of_groups(validation_step_, validation_stride)},
                  {"stride", validation_stride}};
  validation.update(thinned(validation_, validation_stride));
  return {{"steps", step_.size()},
          {"stride", stride},
          {"step", last_of_groups(step_, stride)},
          {"epoch", last_of_groups(epoch_, stride)},
          {"series", series},
          {"validation", validation}};
}

Json RunMetrics::times(std::size_t most) const {
  const bool by_epoch = !empty() && epoch_.back() - epoch_.front() >= 2.0;
  const auto& places = by_epoch ? epoch_ : step_;
  std::vector<double> place;
  std::array<std::vector<double>, time_fields.size()> sums;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const bool begins = place.empty() || place.back() != places[i];
    if (begins) {
      place.push_back(places[i]);
    }
    for (std::size_t f = 0; f < time_fields.size(); ++f) {
      const Series* series = find(time_fields[f]);
      const double seconds = series == nullptr ? 0.0 : series->values[i];
      if (begins) {
        sums[f].push_back(seconds);
      } else {
        sums[f].back() += seconds;
      }
    }
  }
  const std::size_t stride = stride_for(place.size(), most);
  Json result{{"unit", by_epoch ? "epoch" : "step"},
              {"stride", stride},
              {"first", grouped(place, stride, [](auto group) { return group.front(); })},
              {"last", last_of_groups(place, stride)}};
  for (std::size_t f = 0; f < time_fields.size(); ++f) {
    result[time_fields[f]] = grouped(sums[f], stride, sum_of);
  }
  return result;
}

}  // namespace infomax::report
