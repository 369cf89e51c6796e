// SPDX-License-Identifier: BSD-3-Clause
#include <memory>
#include <optional>

#include "core/json.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/analysis/evaluation_memory.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/model/views.hpp"
#include "infomax/objective/make.hpp"
#include "python/analysis.hpp"
#include "python/source.hpp"
#include "report/evaluation_json.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

/// The rows of one data set with what the model makes of them; the rows outlive the sides.
template <math::Real T>
struct Evaluated {
  model::Examples examples;
  model::Model<T> model;
  std::unique_ptr<model::WholeSides<T>> sides;
};

/// Collective.
template <math::Real T>
std::unique_ptr<Evaluated<T>> load(const mpi::Communicator& communicator,
                                   const model::StoredModel& stored, data::Datasets& rows,
                                   std::size_t micro_batch) {
  const auto pair = model::PairSettings::from_settings(stored.settings);
  const auto options = objective::from_settings(stored.settings);
  model::expect_sequences(rows, pair, model::steps_of(stored));
  auto examples = model::load_examples(communicator, rows, pair, 0);
  analysis::require_kind(communicator, stored, pair, examples);
  auto model = model::to_model<T>(model::fitted_to(stored, pair, *examples.x, examples.y.get()));
  auto loaded =
      std::make_unique<Evaluated<T>>(Evaluated<T>{std::move(examples), std::move(model), nullptr});
  analysis::require_evaluation_memory(communicator, loaded->model, loaded->examples, pair, options,
                                      micro_batch);
  loaded->sides = std::make_unique<model::WholeSides<T>>(communicator, loaded->model,
                                                         loaded->examples, pair, micro_batch);
  return loaded;
}

template <math::Real T>
analysis::Evaluation evaluate_in(const mpi::Communicator& communicator,
                                 const model::StoredModel& stored, data::Datasets& rows,
                                 data::Datasets* fit, std::size_t micro_batch) {
  const auto evaluated = load<T>(communicator, stored, rows, micro_batch);
  const auto fitted = fit == nullptr ? nullptr : load<T>(communicator, stored, *fit, micro_batch);
  return analysis::evaluate<T>(communicator, objective::from_settings(stored.settings),
                               model::PairSettings::from_settings(stored.settings),
                               *evaluated->sides, fitted ? fitted->sides.get() : nullptr);
}

}  // namespace

std::string evaluate(const model::StoredModel& stored, const py::object& rows,
                     const py::object& fit, std::size_t micro_batch,
                     const PythonCommunicator& given) {
  Source source(rows);
  std::optional<Source> fit_source;
  if (!fit.is_none()) {
    fit_source.emplace(fit);
  }
  const ProcessState kept;
  const py::gil_scoped_release without;
  const auto communicator = ranks_of(given);
  (void)measure::choose_threads(communicator, 0);
  const auto pair = model::PairSettings::from_settings(stored.settings);
  const DatasetNames names{pair.x_path, pair.y_path, pair.lengths_path};
  auto& opened = source.open(communicator, names);
  auto* fit_opened = fit_source ? &fit_source->open(communicator, names) : nullptr;
  const auto found =
      stored.settings.at("precision") == "float"
          ? evaluate_in<float>(communicator, stored, opened, fit_opened, micro_batch)
          : evaluate_in<double>(communicator, stored, opened, fit_opened, micro_batch);
  source.close();
  if (fit_source) {
    fit_source->close();
  }
  return json_text(report::to_json(found, communicator.size()));
}

}  // namespace infomax::python
