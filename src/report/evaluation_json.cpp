// SPDX-License-Identifier: BSD-3-Clause
#include "report/evaluation_json.hpp"

#include <cstdint>

#include <fmt/format.h>

namespace infomax::report {
namespace {

Json tests_json(const analysis::IndependenceTests& found) {
  const auto& correlations = found.correlations;
  Json object{{"samples", static_cast<std::uint64_t>(correlations.samples)},
              {"rank_a", correlations.rank_a},
              {"rank_b", correlations.rank_b},
              {"canonical_correlations", correlations.values},
              {"hypotheses", Json::array()}};
  for (const auto& test : found.tests) {
    object["hypotheses"].push_back({{"kept", test.kept},
                                    {"wilks_lambda", test.lambda},
                                    {"chi_square", test.chi_square},
                                    {"chi_square_degrees", test.degrees},
                                    {"chi_square_p_value", test.p_chi_square},
                                    {"f", test.f},
                                    {"f_degrees", {test.numerator, test.denominator}},
                                    {"f_p_value", test.p_f}});
  }
  return object;
}

}  // namespace

Json to_json(const analysis::Evaluation& evaluation, int ranks) {
  const auto& value = evaluation.value;
  Json object{
      {"objective", value.objective}, {"dependence", value.dependence},
      {"entropy_a", value.entropy_a}, {"entropy_b", value.entropy_b},
      {"samples", value.samples},     {"ranks", ranks},
  };
  for (const auto& [name, number] : value.figures) {
    object[name] = number;
  }
  const auto add_list = [&object](const char* name, const std::vector<double>& numbers) {
    if (!numbers.empty()) {
      object[name] = numbers;
    }
  };
  add_list("canonical_correlations", evaluation.correlations);
  add_list("canonical_correlations_of_fit", evaluation.fitted);
  add_list("eigenvalues", evaluation.eigenvalues);
  add_list("timescales", evaluation.timescales);
  add_list("canonical_correlations_adjusted", evaluation.adjusted);
  if (const auto& relations = evaluation.relations) {
    add_list("eigenvalues", relations->eigenvalues);
    for (const auto& [first, second, correlations] : relations->pairs) {
      add_list(fmt::format("canonical_correlations_{}_{}", first + 1, second + 1).c_str(),
               correlations);
    }
  }
  if (const auto& test = evaluation.permutation) {
    object["permutations"] = test->permutations;
    object["p_value"] = test->p_value;
    object["objective_by_chance"] = test->by_chance;
    add_list("p_values", test->p_values);
    add_list("canonical_correlations_by_chance", test->correlations_by_chance);
  }
  const auto add_intervals = [&object](const char* name,
                                       const std::vector<analysis::NumberInterval>& intervals) {
    for (const auto& [low, high] : intervals) {
      object[name].push_back({low, high});
    }
  };
  if (const auto& intervals = evaluation.intervals) {
    object["bootstrap"] = intervals->drawings;
    object["confidence"] = intervals->confidence;
    object["dependence_interval"] = {intervals->dependence.low, intervals->dependence.high};
    add_intervals("canonical_correlations_intervals", intervals->correlations);
    add_intervals("timescales_intervals", evaluation.timescale_intervals);
  }
  if (evaluation.tests) {
    object["tests"] = tests_json(*evaluation.tests);
  }
  return object;
}

}  // namespace infomax::report
