// SPDX-License-Identifier: BSD-3-Clause
#include "cli/estimate_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/json.hpp"

namespace infomax::cli {
namespace {

using estimate::Estimate;

std::string name_of(const Estimate& found) {
  return FieldText<estimate::Method>::format(found.method);
}

/// Whether a bound comes so near to what it cannot exceed that the truth may well be more.
bool is_capped(const Estimate& found) {
  return found.cap && found.failure.empty() && found.held_out > 0.9 * *found.cap;
}

/// What a reader must know of an estimate; empty where that is nothing.
std::string remark_on(const Estimate& found) {
  if (!found.failure.empty()) {
    return found.failure;
  }
  if (is_capped(found)) {
    return fmt::format("at most ln {} = {:.3f}, so the truth may be more", found.samples,
                       *found.cap);
  }
  return found.train ? fmt::format("{:.4f} of the training rows", *found.train) : "";
}

std::string repeated_text(const EstimateFacts& facts, const estimate::Estimates& found) {
  return fmt::format(
      "{} rows have {} others or more equal to them: ksg is for numbers that do not repeat, so do "
      "not trust it here\n",
      found.repeated_rows, facts.options.neighbours);
}

/// A text as it stands in XML.
std::string in_xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  }
  return out;
}

// The picture's measures, in pixels.
constexpr double left = 130.0;
constexpr double right = 690.0;
constexpr double top = 62.0;
constexpr double row_height = 34.0;
constexpr double width = 720.0;

/// The distance of marks on an axis of this length: 1, 2 or 5 times a power of ten.
double step_of(double length) {
  const double power = std::pow(10.0, std::floor(std::log10(length)) - 1.0);
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (length / (factor * power) <= 12.0) {
      return factor * power;
    }
  }
  return 10.0 * power;
}

}  // namespace

std::string estimate_json(const EstimateFacts& facts, const estimate::Estimates& found) {
  Json object{{"samples", found.samples},
              {"x_columns", found.x_columns},
              {"y_columns", found.y_columns},
              {"confidence", facts.options.confidence},
              {"repeated_rows", found.repeated_rows},
              {"seed", facts.options.seed},
              {"ranks", facts.ranks},
              {"seconds", facts.seconds},
              {"estimators", Json::array()}};
  for (const Estimate& each : found.of_methods) {
    Json one{{"name", name_of(each)}};
    if (each.failure.empty()) {
      one["train"] = each.train ? Json(*each.train) : Json();
      one["held_out"] = each.held_out;
      one["low"] = each.low;
      one["high"] = each.high;
      one["samples"] = each.samples;
    } else {
      one["failure"] = each.failure;
    }
    if (each.cap) {
      one["at_most"] = *each.cap;
    }
    one["seconds"] = each.seconds;
    object["estimators"].push_back(one);
  }
  return json_text(object) + "\n";
}

std::string estimate_table(const EstimateFacts& facts, const estimate::Estimates& found) {
  std::string text = fmt::format(
      "mutual information of {} [{}, {}] and {} [{}, {}] in nats\n\n"
      "estimator     estimate  {:g}% interval        rows  seconds\n",
      facts.x, found.samples, found.x_columns, facts.y, found.samples, found.y_columns,
      100.0 * facts.options.confidence);
  for (const Estimate& each : found.of_methods) {
    const std::string remark = remark_on(each);
    if (each.failure.empty()) {
      text += fmt::format("{:<13} {:8.4f}  {:7.4f} to {:7.4f} {:9}  {:7.1f}{}{}\n", name_of(each),
                          each.held_out, each.low, each.high, each.samples, each.seconds,
                          remark.empty() ? "" : "  ", remark);
    } else {
      text += fmt::format("{:<13} {:>8}  {}\n", name_of(each), "-", remark);
    }
  }
  return found.repeated_rows > 0 ? text + "\n" + repeated_text(facts, found) : text;
}

std::string estimate_picture(const EstimateFacts& facts, const estimate::Estimates& found) {
  double least = 0.0;
  double most = 1e-3;
  for (const Estimate& each : found.of_methods) {
    if (each.failure.empty()) {
      least = std::min({least, each.low, each.held_out});
      most = std::max({most, each.high, each.held_out});
    }
  }
  const double step = step_of(1.05 * (most - least));
  const auto x_of = [&](double nats) {
    return left + (right - left) * (nats - least) / (1.05 * (most - least));
  };
  const double bottom = top + row_height * static_cast<double>(found.of_methods.size());
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"13\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
      "<text x=\"16\" y=\"26\" font-size=\"16\" fill=\"#222\">Mutual information of {2} and {3}, "
      "{4} rows</text>\n"
      "<text x=\"16\" y=\"45\" fill=\"#666\">estimates with {5:g}% intervals, in nats</text>\n",
      width, bottom + 44.0, in_xml(facts.x), in_xml(facts.y), found.samples,
      100.0 * facts.options.confidence);
  for (double at = std::ceil(least / step) * step; x_of(at) <= right + 0.5; at += step) {
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>\n"
        "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\" fill=\"#666\">{4:.4g}</text>\n",
        x_of(at), top, bottom, bottom + 20.0, std::abs(at) < 1e-9 * step ? 0.0 : at);
  }
  for (std::size_t k = 0; k < found.of_methods.size(); ++k) {
    const Estimate& each = found.of_methods[k];
    const double y = top + row_height * (static_cast<double>(k) + 0.5);
    svg +=
        fmt::format("<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"#222\">{}</text>\n",
                    left - 12.0, y + 4.5, name_of(each));
    if (!each.failure.empty()) {
      svg += fmt::format("<text x=\"{:.0f}\" y=\"{:.1f}\" fill=\"#999\">no estimate</text>\n",
                         left + 6.0, y + 4.5);
      continue;
    }
    const char* color = each.train ? "#1f6fb4" : "#b4541f";
    svg += fmt::format(
        "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" "
        "stroke-width=\"3\" stroke-linecap=\"round\"/>\n"
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"/>\n",
        x_of(each.low), x_of(each.high), y, y, color, x_of(each.held_out), y, color);
  }
  return svg + "</svg>\n";
}

}  // namespace infomax::cli
