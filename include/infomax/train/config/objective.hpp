// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "infomax/core/field.hpp"
#include "infomax/objective/options.hpp"

template <>
struct infomax::FieldText<infomax::stats::HistogramRange> {
  static std::optional<stats::HistogramRange> parse(std::string_view text) {
    try {
      return objective::parse_histogram_range(text);
    } catch (const UsageError&) {
      return std::nullopt;
    }
  }
  static std::string format(const stats::HistogramRange& range) {
    return objective::format_histogram_range(range);
  }
  static std::string expected() {
    return "sigma:R (R > 0 standard deviations, as in sigma:4) or fixed:lo,hi (lo < hi, as in "
           "fixed:-1,1)";
  }
};

namespace infomax::train {

struct ObjectiveConfig {
  objective::ObjectiveOptions objective;
  double lambda = 0.0;
  std::optional<double> lambda_a;
  std::optional<double> lambda_b;

  [[nodiscard]] objective::ObjectiveOptions objective_options() const {
    auto options = objective;
    options.lambda_a = lambda_a.value_or(lambda);
    options.lambda_b = lambda_b.value_or(lambda);
    return options;
  }
};

[[nodiscard]] inline FieldTable<objective::ObjectiveOptions> objective_option_fields() {
  using Options = objective::ObjectiveOptions;
  const auto spectral = [](const Options& options) {
    const std::string& name = options.objective;
    return name == "dcca" || name == "vamp1" || name == "vamp2" || name == "gaussian-mi" ||
           (name == "infomax" && options.rho == "cca");
  };
  const std::string spectral_names = "dcca, vamp1, vamp2, gaussian-mi, infomax with `rho` cca";
  FieldTable<Options> table;
  table
      .add("objective", &Options::objective, "NAME",
           "what is maximised, over the whole global batch; s_i are canonical correlations:\n"
           "infomax  rho(a, b) - lambda_a H(a) - lambda_b H(b)\n"
           "dcca  sum s_i\n"
           "vamp1  1 + sum s_i\n"
           "vamp2  1 + sum s_i^2\n"
           "gaussian-mi  -1/2 sum ln(1 - s_i^2), nats\n"
           "barlow  -[sum (1 - R_ii)^2 + l sum R_ij^2], R the correlations between a and b\n"
           "vicreg  -[w_s mean (a - b)^2 + w_v hinge(1 - deviations) + w_c sum covariances^2]\n"
           "coding-rate  1/2 ln det(I + (q / e) C_bb), of the q outputs b alone, nats\n"
           "histogram-mi  mean over j of the mutual information of columns a_j and b_j, nats\n"
           "mse  -1/2 mean |a - b|^2")
      .add("rho", &Options::rho, "NAME",
           "dependence of infomax: rv (any widths), pearson (equal widths), cca (mean canonical "
           "correlation)")
      .only_for("objective", &Options::objective, {std::string("infomax")})
      .add("bins", &Options::bins, "M",
           "bins of the soft histograms that entropies and histogram-mi come from")
      .add("histogram-range", &Options::histogram_range, "RANGE",
           "sigma:R, R standard deviations on either side of the mean; or fixed:LO,HI")
      .add("components", &Options::components, "K",
           "canonical correlations counted, the largest first; 0 = all")
      .used_where("objective", spectral_names, spectral)
      .add("ridge", &Options::ridge, "R",
           "added to the covariances of canonical correlations, relative to each side's mean "
           "variance",
           at_least(0.0))
      .used_where("objective", spectral_names, spectral)
      .add("ridge-absolute", &Options::ridge_absolute, "R",
           "the same in units of variance, in place of `ridge`", at_least(0.0))
      .used_where("objective", spectral_names, spectral)
      .add("barlow-lambda", &Options::barlow_lambda, "L", "l of barlow, the weight of redundancy",
           at_least(0.0))
      .only_for("objective", &Options::objective, {std::string("barlow")})
      .add("vicreg-similarity", &Options::vicreg_similarity, "W",
           "w_s of vicreg, the weight of the mean squared difference of its sides", at_least(0.0))
      .only_for("objective", &Options::objective, {std::string("vicreg")})
      .add("vicreg-variance", &Options::vicreg_variance, "W",
           "w_v of vicreg, the weight of what columns' deviations lack to 1", at_least(0.0))
      .only_for("objective", &Options::objective, {std::string("vicreg")})
      .add("vicreg-covariance", &Options::vicreg_covariance, "W",
           "w_c of vicreg, the weight of the covariances between a side's columns", at_least(0.0))
      .only_for("objective", &Options::objective, {std::string("vicreg")})
      .add("distortion", &Options::distortion, "E",
           "e of coding-rate, the squared distortion at which outputs are told apart", above(0.0))
      .only_for("objective", &Options::objective, {std::string("coding-rate")});
  return table;
}

[[nodiscard]] inline FieldTable<ObjectiveConfig> objective_fields() {
  using Config = ObjectiveConfig;
  FieldTable<Config> table;
  table.group("Objective")
      .include(&Config::objective, objective_option_fields())
      .add("lambda", &Config::lambda, "L", "weight of both entropies; below 0 rewards entropy",
           finite())
      .after("rho")
      .add("lambda-a", &Config::lambda_a, "L", "weight of H(a), where it differs", finite())
      .after("lambda")
      .add("lambda-b", &Config::lambda_b, "L", "weight of H(b), where it differs", finite())
      .after("lambda-a");
  return table;
}

}  // namespace infomax::train
