// SPDX-License-Identifier: BSD-3-Clause
#include "report/findings.hpp"

#include <fmt/format.h>

#include "infomax/analysis/evaluation.hpp"
#include "infomax/analysis/output_statistics.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/options.hpp"
#include "report/distributions.hpp"
#include "report/evaluation_json.hpp"
#include "report/outputs.hpp"
#include "report/projection.hpp"

namespace infomax::report {
namespace {

/// The canonical correlations: those of the objective where it has them, else measured here.
Json canonical(const objective::ObjectiveOptions& objective,
               const analysis::OutputStatistics& statistics,
               const analysis::Evaluation& evaluation) {
  const auto spectral = objective::make_spectral_function(objective);
  const auto& ridge = objective.of<objective::CanonicalOptions>().ridge;
  Json found{{"of_objective", spectral != nullptr},
             {"ridge", ridge.absolute.value_or(ridge.relative)},
             {"ridge_is_absolute", ridge.absolute.has_value()}};
  if (spectral) {
    found["values"] = evaluation.correlations;
  } else if (const auto values = analysis::canonical_correlations(statistics.moments, ridge)) {
    found["values"] = *values;
  } else {
    found["values"] = nullptr;
    found["why_not"] =
        fmt::format("a side is wider than {} columns, or has no covariance that can be inverted",
                    analysis::most_covariance_columns);
  }
  return found;
}

}  // namespace

template <math::Real T>
Json find(const mpi::Communicator& communicator, const model::StoredModel& stored,
          const model::PairSettings& pair, const model::Examples& examples,
          const FindingsOptions& options) {
  const auto objective = objective::from_settings(stored.settings);
  auto model = model::to_model<T>(stored);
  model::WholeSides<T> sides(communicator, model, examples, pair, options.micro_batch);
  const auto evaluation = analysis::evaluate<T>(communicator, objective, pair, sides, nullptr);
  const auto statistics = analysis::measure_outputs<T>(communicator, sides.a(), sides.b());
  const Outputs<T> outputs{communicator, pair, examples, options, sides, statistics};
  return {{"data", options.data},
          {"x", pair.x_path},
          {"y", pair.y_path},
          {"values", to_json(evaluation, communicator.size())},
          {"columns_a", sides.a().columns()},
          {"columns_b", sides.b().columns()},
          {"canonical", canonical(objective, statistics, evaluation)},
          {"histograms", histograms<T>(outputs, objective)},
          {"correlations", correlations<T>(outputs)},
          {"projection", projection<T>(outputs)}};
}

template Json find<float>(const mpi::Communicator&, const model::StoredModel&,
                          const model::PairSettings&, const model::Examples&,
                          const FindingsOptions&);
template Json find<double>(const mpi::Communicator&, const model::StoredModel&,
                           const model::PairSettings&, const model::Examples&,
                           const FindingsOptions&);

}  // namespace infomax::report
