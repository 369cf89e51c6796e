// SPDX-License-Identifier: BSD-3-Clause
#include "train/record_json.hpp"

#include "core/json.hpp"

namespace infomax::train {

Json to_json(const StepReport& report) {
  return {
      {"objective", report.value.objective},
      {"dependence", report.value.dependence},
      {"entropy_a", report.value.entropy_a},
      {"entropy_b", report.value.entropy_b},
      {"samples", report.value.samples},
      {"parts", report.value.figures},
      {"penalty", report.penalty},
      {"gradient_norm", report.gradient_norm},
      {"learning_rate", report.learning_rate},
      {"evaluations", report.evaluations},
      {"times",
       {report.times.total_s, report.times.input_s, report.times.reduce_s, report.times.compute_s}},
  };
}

StepReport report_from(const Json& json) {
  StepReport report;
  json.at("objective").get_to(report.value.objective);
  json.at("dependence").get_to(report.value.dependence);
  json.at("entropy_a").get_to(report.value.entropy_a);
  json.at("entropy_b").get_to(report.value.entropy_b);
  json.at("samples").get_to(report.value.samples);
  json.at("parts").get_to(report.value.figures);
  json.at("penalty").get_to(report.penalty);
  json.at("gradient_norm").get_to(report.gradient_norm);
  json.at("learning_rate").get_to(report.learning_rate);
  json.at("evaluations").get_to(report.evaluations);
  const auto& times = json.at("times");
  report.times = {times.at(0), times.at(1), times.at(2), times.at(3)};
  return report;
}

}  // namespace infomax::train
