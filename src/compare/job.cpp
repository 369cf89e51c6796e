// SPDX-License-Identifier: BSD-3-Clause
#include "compare/job.hpp"

#include <fmt/format.h>

namespace infomax::compare {

Json to_json(const JobResult& result) {
  const Job& job = result.job;
  const bool failed = !result.failure.empty();
  return {{"trial", job.trial},
          {"rung", job.rung},
          {"seed", job.repeat},
          {"fold", job.fold},
          {"score", failed ? Json(nullptr) : Json(result.score)},
          {"failure", failed ? Json(result.failure) : Json(nullptr)},
          {"exit_code", static_cast<int>(result.exit_code)},
          {"seconds", result.seconds},
          {"training_rows", result.training_rows},
          {"held_out_rows", result.held_out_rows}};
}

JobResult result_from_json(const Json& json) {
  JobResult result;
  result.job = {json.at("trial"), json.at("rung"), json.at("seed"), json.at("fold")};
  if (json.at("failure").is_null()) {
    result.score = json.at("score");
  } else {
    result.failure = json.at("failure");
  }
  result.exit_code = static_cast<ExitCode>(json.at("exit_code").get<int>());
  result.seconds = json.at("seconds");
  result.training_rows = json.at("training_rows");
  result.held_out_rows = json.at("held_out_rows");
  return result;
}

std::string file_name(const Job& job) {
  return fmt::format("trial-{}-rung-{}-seed-{}-fold-{}.json", job.trial, job.rung, job.repeat,
                     job.fold);
}

}  // namespace infomax::compare
