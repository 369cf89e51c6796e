// SPDX-License-Identifier: BSD-3-Clause
#include "report/markov_findings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/analysis/markov.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/loader.hpp"
#include "report/markov_json.hpp"
#include "report/numbers.hpp"

namespace infomax::report {
namespace {

/// Of more states, nobody reads all.
constexpr std::size_t most_states = 8;

/// The first m rows and columns of n.
template <class Number>
void keep_block(std::vector<Number>& matrix, std::size_t n, std::size_t m) {
  if (matrix.empty()) {
    return;
  }
  std::vector<Number> block;
  block.reserve(m * m);
  for (std::size_t i = 0; i < m; ++i) {
    const auto row = matrix.begin() + static_cast<std::ptrdiff_t>(i * n);
    block.insert(block.end(), row, row + static_cast<std::ptrdiff_t>(m));
  }
  matrix = std::move(block);
}

/// What is shown of an analysis: the leading states.
Json leading_states(analysis::MarkovAnalysis found) {
  const std::size_t n = found.states;
  const std::size_t m = std::min(n, most_states);
  const auto keep = [&](analysis::MarkovNumbers& matrix) {
    keep_block(matrix.values, n, m);
    keep_block(matrix.intervals, n, m);
  };
  keep(found.matrix);
  for (auto& step : found.test) {
    keep(step.predicted);
    keep(step.estimated);
  }
  found.populations.resize(std::min(m, found.populations.size()));
  found.stationary.values.resize(std::min(m, found.stationary.values.size()));
  found.stationary.intervals.resize(std::min(m, found.stationary.intervals.size()));
  found.states = m;
  Json json = to_json(found);
  json["states"] = n;
  json.erase("implied_timescales");  // which the page shows from the singular values
  return json;
}

void round_all(Json& json) {
  constexpr int digits = 5;
  if (json.is_number_float()) {
    json = rounded(json.get<double>(), digits);
  } else if (json.is_structured()) {
    for (auto& item : json) {
      round_all(item);
    }
  }
}

}  // namespace

template <math::Real T>
std::optional<Json> markov_findings(const mpi::Communicator& communicator,
                                    const model::StoredModel& stored,
                                    const model::PairSettings& pair,
                                    const FindingsOptions& options) {
  analysis::MarkovOptions wanted;
  wanted.lags = std::vector<std::size_t>{};
  wanted.bootstrap = options.replicates == 1 ? 0 : options.replicates;
  wanted.seed = options.seed;
  wanted.micro_batch = options.micro_batch;
  data::DatasetFile file(communicator, options.data);
  WorkProgress progress(ProgressMode::none, "encoding");
  std::optional<Json> json;
  try {
    json = leading_states(
        analysis::analyse_markov<T>(communicator, file, stored, pair, wanted, progress));
    round_all(*json);
  } catch (const Error& error) {  // the same on every rank
    if (error.exit_code() != ExitCode::usage && error.exit_code() != ExitCode::numeric) {
      throw;
    }
    log::info(fmt::format("no Chapman-Kolmogorov test: {}", error.what()));
  }
  file.close();
  return json;
}

template std::optional<Json> markov_findings<float>(const mpi::Communicator&,
                                                    const model::StoredModel&,
                                                    const model::PairSettings&,
                                                    const FindingsOptions&);
template std::optional<Json> markov_findings<double>(const mpi::Communicator&,
                                                     const model::StoredModel&,
                                                     const model::PairSettings&,
                                                     const FindingsOptions&);

}  // namespace infomax::report
