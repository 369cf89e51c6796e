// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/histogram_options.hpp"

#include <cmath>

#include "objective/description.hpp"

namespace infomax {
namespace {

constexpr std::string_view sigma = "sigma:";
constexpr std::string_view fixed = "fixed:";

bool is_valid(const stats::HistogramRange& range) {
  return std::isfinite(range.low) && std::isfinite(range.high) && range.low < range.high;
}

}  // namespace

std::optional<stats::HistogramRange> FieldText<stats::HistogramRange>::parse(
    std::string_view text) {
  std::optional<double> low;
  std::optional<double> high;
  const bool standardised = text.starts_with(sigma);
  if (standardised) {
    high = FieldText<double>::parse(text.substr(sigma.size()));
    low = high ? std::optional(-*high) : std::nullopt;
  } else if (text.starts_with(fixed)) {
    const std::string_view bounds = text.substr(fixed.size());
    const std::size_t comma = bounds.find(',');
    if (comma != std::string_view::npos) {
      low = FieldText<double>::parse(bounds.substr(0, comma));
      high = FieldText<double>::parse(bounds.substr(comma + 1));
    }
  }
  if (!low || !high || !is_valid({standardised, *low, *high})) {
    return std::nullopt;
  }
  return stats::HistogramRange{standardised, *low, *high};
}

std::string FieldText<stats::HistogramRange>::format(const stats::HistogramRange& range) {
  const std::string high = FieldText<double>::format(range.high);
  return range.standardised
             ? std::string(sigma) + high
             : std::string(fixed) + FieldText<double>::format(range.low) + "," + high;
}

std::string FieldText<stats::HistogramRange>::expected() {
  return "sigma:R (R > 0 standard deviations, as in sigma:4) or fixed:LO,HI (LO < HI, as in "
         "fixed:-1,1)";
}

namespace objective {

OptionGroup histogram_options() {
  FieldTable<HistogramOptions> table;
  table
      .add("bins", &HistogramOptions::bins, "M",
           "bins of the soft histograms that entropies and histogram-mi come from",
           whole_from_to(4, 65536))
      .add("histogram-range", &HistogramOptions::range, "RANGE",
           "sigma:R, R standard deviations on either side of the mean; or fixed:LO,HI",
           {is_valid, FieldText<stats::HistogramRange>::expected()});
  return group_of(table);
}

}  // namespace objective
}  // namespace infomax
