// SPDX-License-Identifier: BSD-3-Clause
#include "report/markov_json.hpp"

#include <span>
#include <string>

namespace infomax::report {
namespace {

Json list_of(std::span<const analysis::NumberInterval> intervals) {
  Json list = Json::array();
  for (const auto& [low, high] : intervals) {
    list.push_back({low, high});
  }
  return list;
}

/// Numbers that lie row by row as a list of `rows` lists.
template <class Numbers, class AsList>
Json by_row(const Numbers& numbers, std::size_t rows, const AsList& as_list) {
  Json list = Json::array();
  const std::size_t width = numbers.size() / rows;
  for (std::size_t i = 0; i < rows; ++i) {
    list.push_back(as_list(std::span(numbers).subspan(i * width, width)));
  }
  return list;
}

void add_matrix(Json& object, const std::string& name, const analysis::MarkovNumbers& numbers,
                std::size_t n) {
  object[name] = by_row(numbers.values, n, [](std::span<const double> row) {
    return Json(std::vector<double>(row.begin(), row.end()));
  });
  if (!numbers.intervals.empty()) {
    object[name + "_intervals"] = by_row(numbers.intervals, n, list_of);
  }
}

void add_numbers(Json& object, const std::string& name, const analysis::MarkovNumbers& numbers) {
  object[name] = numbers.values;
  if (!numbers.intervals.empty()) {
    object[name + "_intervals"] = list_of(numbers.intervals);
  }
}

}  // namespace

Json to_json(const analysis::MarkovAnalysis& found) {
  Json object{{"states", found.states},
              {"memberships", found.of_memberships},
              {"rank", found.rank},
              {"rows", found.rows},
              {"trajectories", found.trajectories},
              {"pieces", found.pieces},
              {"bootstrap", found.bootstrap},
              {"confidence", found.confidence},
              {"implied_timescales", Json::array()},
              {"lag", found.lag}};
  for (const auto& [lag, pairs, timescales] : found.at) {
    Json at{{"lag", lag}, {"pairs", pairs}};
    add_numbers(at, "timescales", timescales);
    object["implied_timescales"].push_back(std::move(at));
  }
  add_matrix(object, found.of_memberships ? "transition_matrix" : "koopman_matrix", found.matrix,
             found.states);
  if (found.of_memberships) {
    object["populations"] = found.populations;
    if (!found.stationary.values.empty()) {
      add_numbers(object, "stationary_distribution", found.stationary);
    }
  }
  if (!found.test.empty()) {
    object["chapman_kolmogorov"] = Json::array();
  }
  for (const auto& [steps, lag, pairs, predicted, estimated] : found.test) {
    Json step{{"steps", steps}, {"lag", lag}, {"pairs", pairs}};
    add_matrix(step, "predicted", predicted, found.states);
    add_matrix(step, "estimated", estimated, found.states);
    object["chapman_kolmogorov"].push_back(std::move(step));
  }
  return object;
}

}  // namespace infomax::report
