// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"

namespace infomax::objective {
namespace {

constexpr std::array<std::string_view, 10> names{"infomax",      "dcca",   "vamp1",  "vamp2",
                                                 "gaussian-mi",  "barlow", "vicreg", "coding-rate",
                                                 "histogram-mi", "mse"};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> some) {
  return std::ranges::find(some, name) != some.end();
}

bool is_spectral(const ObjectiveOptions& options) {
  return options.objective == "infomax"
             ? options.rho == "cca"
             : is_one_of(options.objective, {"dcca", "vamp1", "vamp2", "gaussian-mi"});
}

bool pairs_columns(const ObjectiveOptions& options) {
  return is_one_of(options.objective, {"barlow", "vicreg", "histogram-mi", "mse"});
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::string format_number(double value) { return fmt::format("{}", value); }

void require(bool condition, const std::string& message) {
  if (!condition) {
    throw UsageError(message);
  }
}

void require_weight(const char* name, double value) {
  require(std::isfinite(value) && value >= 0.0,
          fmt::format("`{}` is {}, expected 0 or more", name, value));
}

/// Reads one setting after another; each that is there replaces a default.
class Reader {
 public:
  explicit Reader(const std::map<std::string, std::string>& settings) : settings_(settings) {}

  void read(const char* name, std::string& value) const {
    if (const auto found = settings_.find(name); found != settings_.end()) {
      value = found->second;
    }
  }

  template <class Number>
  void read(const char* name, Number& value) const {
    if (const auto found = settings_.find(name); found != settings_.end()) {
      const auto number = parse_number<Number>(found->second);
      require(number.has_value(),
              fmt::format("`{}` is '{}', expected {}", name, found->second,
                          std::is_integral_v<Number> ? "a whole number" : "a number"));
      value = *number;
    }
  }

  [[nodiscard]] bool has(const char* name) const { return settings_.contains(name); }

 private:
  const std::map<std::string, std::string>& settings_;
};

}  // namespace

std::span<const std::string_view> objective_names() { return names; }

stats::HistogramRange parse_histogram_range(std::string_view text) {
  const auto fail = [text]() {
    return UsageError(fmt::format(
        "`histogram_range` is '{}', expected sigma:R (R > 0 standard deviations, as in sigma:4) or "
        "fixed:lo,hi (lo < hi, as in fixed:-1,1)",
        text));
  };
  constexpr std::string_view sigma = "sigma:";
  constexpr std::string_view fixed = "fixed:";
  stats::HistogramRange range;
  std::optional<double> low;
  std::optional<double> high;
  if (text.starts_with(sigma)) {
    high = parse_number<double>(text.substr(sigma.size()));
    low = high ? std::optional(-*high) : std::nullopt;
  } else if (text.starts_with(fixed)) {
    range.standardised = false;
    const std::string_view bounds = text.substr(fixed.size());
    const std::size_t comma = bounds.find(',');
    if (comma != std::string_view::npos) {
      low = parse_number<double>(bounds.substr(0, comma));
      high = parse_number<double>(bounds.substr(comma + 1));
    }
  }
  if (!low || !high || !std::isfinite(*low) || !std::isfinite(*high) || !(*low < *high)) {
    throw fail();
  }
  range.low = *low;
  range.high = *high;
  return range;
}

std::string format_histogram_range(const stats::HistogramRange& range) {
  return range.standardised ? "sigma:" + format_number(range.high)
                            : "fixed:" + format_number(range.low) + "," + format_number(range.high);
}

ObjectiveOptions with_own_entropies(ObjectiveOptions options) {
  if (options.objective != "infomax") {
    options.lambda_a = 0.0;
    options.lambda_b = 0.0;
  }
  return options;
}

void validate(const ObjectiveOptions& options) {
  require(
      std::ranges::find(names, options.objective) != names.end(),
      fmt::format("`objective` is '{}', expected {}", options.objective, fmt::join(names, ", ")));
  require(options.rho == "pearson" || options.rho == "rv" || options.rho == "cca",
          fmt::format("`rho` is '{}', expected pearson, rv or cca", options.rho));
  require(std::isfinite(options.lambda_a) && std::isfinite(options.lambda_b),
          fmt::format("`lambda` is {} for side a and {} for b, expected finite numbers",
                      options.lambda_a, options.lambda_b));
  require(
      options.bins >= 4 && options.bins <= 65536,
      fmt::format("`bins` is {}, expected 4 to 65536: a cubic spline spans four", options.bins));
  require(
      options.objective != "histogram-mi" || options.bins <= 1024,
      fmt::format("`bins` is {}, expected 4 to 1024 for histogram-mi: it counts bins times bins "
                  "for every column",
                  options.bins));
  const stats::HistogramRange& range = options.histogram_range;
  require(std::isfinite(range.low) && std::isfinite(range.high) && range.low < range.high,
          "histogram-range must have finite ends, the lower one first");
  require_weight("ridge", options.ridge);
  require_weight("ridge-absolute", options.ridge_absolute.value_or(0.0));
  require_weight("barlow-lambda", options.barlow_lambda);
  require_weight("vicreg-similarity", options.vicreg_similarity);
  require_weight("vicreg-variance", options.vicreg_variance);
  require_weight("vicreg-covariance", options.vicreg_covariance);
  require(std::isfinite(options.distortion) && options.distortion > 0.0,
          fmt::format("`distortion` is {}, expected more than 0", options.distortion));
}

void check_shapes(const ObjectiveOptions& options, std::size_t p, std::size_t q) {
  require(p > 0 && q > 0, "the objective needs at least one column on either side");
  if (pairs_columns(options)) {
    require(p == q, fmt::format("objective {} compares column by column, but side a has {} columns "
                                "and side b has {}: end the encoder in {} outputs, or use "
                                "`objective` infomax",
                                options.objective, p, q, p));
  }
  if (options.objective == "infomax" && options.rho == "pearson") {
    require(p == q,
            fmt::format("rho pearson pairs column with column, but side a has {} columns and "
                        "side b has {}: use `rho` rv or `rho` cca, or make them equal",
                        p, q));
  }
  if (is_spectral(options)) {
    require(options.components <= std::min(p, q),
            fmt::format("`components` is {}, but sides of {} and {} columns have only {} canonical "
                        "correlations",
                        options.components, p, q, std::min(p, q)));
  }
}

std::map<std::string, std::string> to_settings(const ObjectiveOptions& options) {
  std::map<std::string, std::string> settings{
      {"objective", options.objective},
      {"rho", options.rho},
      {"lambda-a", format_number(options.lambda_a)},
      {"lambda-b", format_number(options.lambda_b)},
      {"bins", std::to_string(options.bins)},
      {"histogram-range", format_histogram_range(options.histogram_range)},
      {"components", std::to_string(options.components)},
      {"ridge", format_number(options.ridge)},
      {"barlow-lambda", format_number(options.barlow_lambda)},
      {"vicreg-similarity", format_number(options.vicreg_similarity)},
      {"vicreg-variance", format_number(options.vicreg_variance)},
      {"vicreg-covariance", format_number(options.vicreg_covariance)},
      {"distortion", format_number(options.distortion)},
  };
  if (options.ridge_absolute) {
    settings["ridge-absolute"] = format_number(*options.ridge_absolute);
  }
  return settings;
}

ObjectiveOptions from_settings(const std::map<std::string, std::string>& settings) {
  const Reader reader(settings);
  ObjectiveOptions options;
  reader.read("objective", options.objective);
  reader.read("rho", options.rho);
  reader.read("lambda-a", options.lambda_a);
  reader.read("lambda-b", options.lambda_b);
  reader.read("bins", options.bins);
  std::string range = format_histogram_range(options.histogram_range);
  reader.read("histogram-range", range);
  options.histogram_range = parse_histogram_range(range);
  reader.read("components", options.components);
  reader.read("ridge", options.ridge);
  if (reader.has("ridge-absolute")) {
    reader.read("ridge-absolute", options.ridge_absolute.emplace());
  }
  reader.read("barlow-lambda", options.barlow_lambda);
  reader.read("vicreg-similarity", options.vicreg_similarity);
  reader.read("vicreg-variance", options.vicreg_variance);
  reader.read("vicreg-covariance", options.vicreg_covariance);
  reader.read("distortion", options.distortion);
  validate(options);
  return options;
}

}  // namespace infomax::objective
