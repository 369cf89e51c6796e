// SPDX-License-Identifier: BSD-3-Clause
#include "report/findings.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "infomax/analysis/canonical_variates.hpp"
#include "infomax/analysis/column_names.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/analysis/output_statistics.hpp"
#include "infomax/analysis/side_inputs.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/model/views.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/options.hpp"
#include "report/distributions.hpp"
#include "report/evaluation_json.hpp"
#include "report/loadings.hpp"
#include "report/markov_findings.hpp"
#include "report/outputs.hpp"
#include "report/projection.hpp"
#include "report/timescales.hpp"

namespace infomax::report {
namespace {

/// The canonical correlations: those of the objective where it has them, else measured here.
Json canonical(const objective::ObjectiveOptions& objective,
               const objective::SpectralFunction* spectral,
               const analysis::OutputStatistics& statistics,
               const analysis::Evaluation& evaluation) {
  auto ridge = objective.of<objective::CanonicalOptions>().ridge;
  ridge.shrinkage = objective::Shrinkage::none;  // what is measured here is not shrunk
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

/// Collective. The canonical variates of the outputs, or nothing where a side does not vary.
template <math::Real T>
std::optional<analysis::CanonicalVariates> variates_of(const mpi::Communicator& communicator,
                                                       const model::Model<T>& model,
                                                       const model::PairSettings& pair,
                                                       const model::Examples& examples,
                                                       const model::WholeSides<T>& sides,
                                                       const objective::CanonicalOptions& options) {
  const auto views = model::make_views(pair, examples, model.has(model::Role::encoder_a));
  const analysis::SideInputs<T> inputs(model, examples, views.a);
  try {
    return analysis::fit_variates<T>(communicator, sides.batch().rows, inputs.rows(), options);
  } catch (const NumericError& error) {  // the same on every rank
    log::warning(fmt::format("the page shows the outputs as they are: {}", error.what()));
    return std::nullopt;
  }
}

/// Collective. The names of the columns of both sides.
template <math::Real T>
InputNames names_of(const mpi::Communicator& communicator, const model::Model<T>& model,
                    const model::PairSettings& pair, const model::Examples& examples,
                    const std::string& path) {
  const auto& meaning = pair.meaning();
  const auto views = model::make_views(pair, examples, model.has(model::Role::encoder_a));
  const auto width = [](const model::View& view) {
    return view.classes > 0 ? view.classes : view.rows->features();
  };
  data::DatasetFile file(communicator, path);
  InputNames names{analysis::column_names(file, pair, meaning.a, width(views.a)),
                   analysis::column_names(file, pair, meaning.b, width(views.b))};
  file.close();
  return names;
}

/// Collective. The values on samples that training did not see. Canonical correlations are those of
/// the maps that are fitted to the training data, so that they are not fitted to these few samples.
template <math::Real T>
Json held_out_values(const mpi::Communicator& communicator, const model::Model<T>& model,
                     const model::PairSettings& pair, const model::Examples& held_out,
                     const model::WholeSides<T>& training,
                     const objective::ObjectiveOptions& objective, bool is_spectral,
                     std::size_t micro_batch) {
  const model::WholeSides<T> sides(communicator, model, held_out, pair, micro_batch);
  return to_json(analysis::evaluate<T>(communicator, objective, pair, sides,
                                       is_spectral ? &training : nullptr),
                 communicator.size());
}

}  // namespace

template <math::Real T>
Json find(const mpi::Communicator& communicator, const model::StoredModel& stored,
          const model::PairSettings& pair, const FindingsData& data,
          const FindingsOptions& options) {
  const auto& examples = data.examples;
  const auto objective = objective::from_settings(stored.settings);
  const auto spectral = objective::make_spectral_function(objective);
  auto model = model::to_model<T>(model::fitted_to(stored, pair, *examples.x, examples.y.get()));
  model::WholeSides<T> sides(communicator, model, examples, pair, options.micro_batch);
  const auto evaluation = analysis::evaluate<T>(communicator, objective, pair, sides, nullptr);
  const auto variates =
      spectral ? variates_of<T>(communicator, model, pair, examples, sides, spectral->options())
               : std::nullopt;
  const Outputs<T> outputs(communicator, pair, examples, options, sides,
                           variates ? &*variates : nullptr);
  const auto names = names_of<T>(communicator, model, pair, examples, options.data);
  Json found{{"data", options.data},
             {"x", pair.x_path},
             {"y", pair.y_path},
             {"values", to_json(evaluation, communicator.size())},
             {"columns_a", sides.a().columns()},
             {"columns_b", sides.b().columns()},
             {"variates", variates.has_value()},
             {"canonical", canonical(objective, spectral.get(), outputs.statistics(), evaluation)},
             {"histograms", histograms<T>(outputs, objective)},
             {"correlations", correlations<T>(outputs, names)},
             {"projection", projection<T>(outputs)}};
  if (variates) {
    found["loadings"] = loadings<T>(outputs, model, names);
  }
  if (data.held_out != nullptr) {
    found["held_out"] = held_out_values<T>(communicator, model, pair, *data.held_out, sides,
                                           objective, spectral != nullptr, options.micro_batch);
  }
  if (variates && pair.meaning().is_lagged) {
    auto canonical = spectral->options();
    canonical.ridge.shrinkage =
        objective::Shrinkage::none;  // pieces of the data keep no lengths of rows
    found["timescales_by_lag"] =
        timescales_by_lag<T>(communicator, model, pair, canonical, *variates, options);
    found["timescales_by_lag"]["without_shrinkage"] =
        spectral->options().ridge.shrinkage != objective::Shrinkage::none;
    if (auto markov = markov_findings<T>(communicator, stored, pair, options)) {
      found["markov"] = *std::move(markov);
    }
  }
  return found;
}

template Json find<float>(const mpi::Communicator&, const model::StoredModel&,
                          const model::PairSettings&, const FindingsData&, const FindingsOptions&);
template Json find<double>(const mpi::Communicator&, const model::StoredModel&,
                           const model::PairSettings&, const FindingsData&, const FindingsOptions&);

}  // namespace infomax::report
