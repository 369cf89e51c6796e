// SPDX-License-Identifier: BSD-3-Clause
#include "cli/objective_options.hpp"

#include <fmt/format.h>

#include "infomax/core/logging.hpp"

namespace infomax::cli {
namespace {

constexpr const char* objective_help =
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
    "mse  -1/2 mean |a - b|^2";

}  // namespace

void add_objective_options(OptionTable& options) {
  options.group("Objective")("objective",
                             po::value<std::string>()->default_value("infomax")->value_name("NAME"),
                             objective_help)(
      "rho", po::value<std::string>()->default_value("rv")->value_name("NAME"),
      "dependence of infomax: rv (any widths), pearson (equal widths), cca (mean canonical "
      "correlation)")("lambda", po::value<double>()->default_value(0.0, "0")->value_name("L"),
                      "weight of both entropies; below 0 rewards entropy")(
      "lambda-a", po::value<double>()->value_name("L"), "weight of H(a), where it differs")(
      "lambda-b", po::value<double>()->value_name("L"), "weight of H(b), where it differs")(
      "bins", po::value<std::int64_t>()->default_value(32)->value_name("M"),
      "bins of the soft histograms that entropies and histogram-mi come from")(
      "histogram-range", po::value<std::string>()->default_value("sigma:4")->value_name("RANGE"),
      "sigma:R, R standard deviations on either side of the mean; or fixed:LO,HI")(
      "components", po::value<std::int64_t>()->default_value(0)->value_name("K"),
      "canonical correlations counted, the largest first; 0 = all")(
      "ridge", po::value<double>()->default_value(1e-4, "0.0001")->value_name("R"),
      "added to the covariances of canonical correlations, relative to each side's mean variance")(
      "ridge-absolute", po::value<double>()->value_name("R"),
      "the same in units of variance, in place of --ridge")(
      "barlow-lambda", po::value<double>()->default_value(5e-3, "0.005")->value_name("L"),
      "l of barlow, the weight of redundancy")(
      "vicreg-similarity", po::value<double>()->default_value(25.0, "25")->value_name("W"),
      "w_s of vicreg, the weight of the mean squared difference of its sides")(
      "vicreg-variance", po::value<double>()->default_value(25.0, "25")->value_name("W"),
      "w_v of vicreg, the weight of what columns' deviations lack to 1")(
      "vicreg-covariance", po::value<double>()->default_value(1.0, "1")->value_name("W"),
      "w_c of vicreg, the weight of the covariances between a side's columns")(
      "distortion", po::value<double>()->default_value(0.5, "0.5")->value_name("E"),
      "e of coding-rate, the squared distortion at which outputs are told apart");
}

objective::ObjectiveOptions objective_options(const OptionTable& options) {
  objective::ObjectiveOptions result;
  result.objective = options.value<std::string>("objective");
  result.rho = options.value<std::string>("rho");
  const auto lambda = options.value<double>("lambda");
  result.lambda_a = options.given("lambda-a") ? options.value<double>("lambda-a") : lambda;
  result.lambda_b = options.given("lambda-b") ? options.value<double>("lambda-b") : lambda;
  result.bins = options.count("bins");
  result.histogram_range =
      objective::parse_histogram_range(options.value<std::string>("histogram-range"));
  result.components = options.count("components", "all");
  result.ridge = options.value<double>("ridge");
  if (options.given("ridge-absolute")) {
    result.ridge_absolute = options.value<double>("ridge-absolute");
  }
  result.barlow_lambda = options.value<double>("barlow-lambda");
  result.vicreg_similarity = options.value<double>("vicreg-similarity");
  result.vicreg_variance = options.value<double>("vicreg-variance");
  result.vicreg_covariance = options.value<double>("vicreg-covariance");
  result.distortion = options.value<double>("distortion");
  objective::validate(result);
  if (result.objective != "infomax" && (result.lambda_a != 0.0 || result.lambda_b != 0.0)) {
    log::warning(
        fmt::format("--lambda weighs the entropies of --objective infomax; {} has none in "
                    "it, so they are reported only",
                    result.objective));
  }
  return result;
}

}  // namespace infomax::cli
