// SPDX-License-Identifier: BSD-3-Clause
#include <optional>
#include <span>
#include <type_traits>

#include "core/json.hpp"
#include "infomax/analysis/stored_evaluation.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/fingerprint.hpp"
#include "infomax/train/linear_search.hpp"
#include "python/analysis.hpp"
#include "python/source.hpp"
#include "report/evaluation_json.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

/// Collective. The rows of a data set, as a model takes them.
model::Examples load(const mpi::Communicator& communicator, const model::StoredModel& stored,
                     data::Datasets& rows) {
  const auto pair = model::PairSettings::from_settings(stored.settings);
  model::expect_sequences(rows, pair, model::steps_of(stored));
  auto examples = model::load_examples(communicator, rows, pair, 0);
  analysis::require_kind(communicator, stored, pair, examples);
  return examples;
}

/// Collective. Whether a model was trained on all of these rows, whatever they were called.
bool was_trained_on(const mpi::Communicator& communicator, const model::StoredModel& stored,
                    const model::Examples& examples) {
  const auto known = stored.settings.find(model::data_fingerprint_setting);
  return known != stored.settings.end() &&
         known->second == train::fingerprint(communicator, examples);
}

/// Collective.
analysis::Evaluation evaluate_opened(const mpi::Communicator& communicator,
                                     const model::StoredModel& stored, data::Datasets& rows,
                                     data::Datasets* fit, std::size_t micro_batch,
                                     const analysis::InferenceOptions& inference) {
  const auto examples = load(communicator, stored, rows);
  const auto fit_examples =
      fit == nullptr ? std::nullopt : std::optional(load(communicator, stored, *fit));
  const analysis::EvaluatedRows evaluated{examples, was_trained_on(communicator, stored, examples)};
  std::optional<analysis::EvaluatedRows> fitted;
  if (fit_examples) {
    fitted.emplace(analysis::EvaluatedRows{*fit_examples,
                                           was_trained_on(communicator, stored, *fit_examples)});
  }
  const auto evaluate = [&]<class T>(std::type_identity<T> /*precision*/) {
    return analysis::evaluate_stored<T>(
        communicator, stored, model::PairSettings::from_settings(stored.settings), evaluated,
        fitted ? &*fitted : nullptr, micro_batch, inference,
        [&](std::span<double> x, const objective::SmoothFunction& function) {
          return train::maximise(communicator, x, function);
        });
  };
  return stored.settings.at("precision") == "float" ? evaluate(std::type_identity<float>{})
                                                    : evaluate(std::type_identity<double>{});
}

}  // namespace

std::string evaluate(const model::StoredModel& stored, const py::object& rows,
                     const py::object& fit, std::size_t micro_batch, const Texts& texts,
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
  analysis::InferenceOptions inference;
  mpi::together(communicator, [&] { set(analysis::inference_fields(), texts, inference); });
  const auto found =
      evaluate_opened(communicator, stored, opened, fit_opened, micro_batch, inference);
  source.close();
  if (fit_source) {
    fit_source->close();
  }
  return json_text(report::to_json(found, communicator.size()));
}

}  // namespace infomax::python
