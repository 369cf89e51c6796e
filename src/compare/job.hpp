// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <tuple>

#include "core/json.hpp"
#include "infomax/core/error.hpp"

namespace infomax::compare {

/// One training: a trial without the rows of a fold.
struct Job {
  std::size_t trial = 0;   ///< from 0
  std::size_t rung = 0;    ///< of successive halving, from 0; the shortest trainings first
  std::size_t repeat = 0;  ///< which of the seeds, from 0
  std::size_t fold = 0;    ///< that is held out, from 0

  /// By rung, trial, repetition and fold, in which order jobs are done.
  friend auto operator<=>(const Job& a, const Job& b) {
    return std::tuple(a.rung, a.trial, a.repeat, a.fold) <=>
           std::tuple(b.rung, b.trial, b.repeat, b.fold);
  }
  friend bool operator==(const Job&, const Job&) = default;
};

/// What a job found.
struct JobResult {
  Job job;
  double score = 0.0;                   ///< of the held-out rows; 0 where the job failed
  std::string failure{};                ///< why there is no score; empty where there is one
  ExitCode exit_code = ExitCode::done;  ///< of the failure
  double seconds = 0.0;                 ///< that it took
  std::size_t training_rows = 0;        ///< rows trained on
  std::size_t held_out_rows = 0;        ///< rows scored
};

/// An object with the members of both; from_json() throws Json::exception where one is missing.
[[nodiscard]] Json to_json(const JobResult& result);
[[nodiscard]] JobResult result_from_json(const Json& json);

/// The name of its file: "trial-3-rung-0-seed-1-fold-2.json".
[[nodiscard]] std::string file_name(const Job& job);

}  // namespace infomax::compare
