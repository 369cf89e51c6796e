// SPDX-License-Identifier: BSD-3-Clause
#include "python/training.hpp"

#include <csignal>
#include <optional>
#include <utility>

#include "infomax/model/model_file.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/files_of_run.hpp"
#include "infomax/train/interruption.hpp"
#include "infomax/train/training.hpp"
#include "python/errors.hpp"
#include "python/source.hpp"
#include "python/steps.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

/// What a run leaves in memory.
struct Trained {
  model::StoredModel model;
  FieldTexts config;
  train::TrainSummary summary;
  std::string directory;
};

/// Collective. Gives all ranks what rank 0 has; L-BFGS counts steps there alone.
void share(const mpi::Communicator& communicator, train::TrainSummary& summary) {
  auto& value = summary.last.value;
  for (double* number : {&summary.seconds, &summary.samples, &value.objective, &value.dependence,
                         &value.entropy_a, &value.entropy_b}) {
    communicator.broadcast(std::span<double>(number, 1), 0);
  }
  communicator.broadcast(std::span<std::uint64_t>(&summary.steps, 1), 0);
  summary.ending = communicator.broadcast(summary.ending, 0);
}

/// The options of a run that goes on, with those that the caller gives in their place.
Texts taken_over(const train::Resumption& resumption, const Texts& given, bool from_memory) {
  Texts all = given;
  for (const auto& [name, text] : parse_ini(resumption.checkpoint.text("config"))) {
    // One of these stands for the other, and rows in memory for the file.
    const bool replaced =
        (name == "steps" && given.contains("epochs")) || (name == "data" && from_memory);
    if (!replaced) {
      all.emplace(name, text);
    }
  }
  return all;
}

/// Collective. The training that `texts` describe.
train::Training make_training(const mpi::Communicator& communicator, const Texts& texts,
                              Source* source) {
  const auto configured = [&](const Texts& by) {
    train::Config config;
    mpi::together(communicator, [&] { set(train::config_fields(), by, config); });
    return config;
  };
  auto config = configured(texts);
  auto resumption =
      config.resume ? train::find_resumption(communicator, config.output) : std::nullopt;
  if (resumption) {
    config = configured(taken_over(*resumption, texts, source != nullptr));
  }
  if (source == nullptr) {
    return train::Training(std::move(config), communicator, std::move(resumption));
  }
  const DatasetNames names{config.x, config.y, config.lengths};
  auto& rows = source->open(communicator, names);
  return train::Training(std::move(config), rows, communicator, std::move(resumption));
}

/// Collective. Without the GIL, but where the steps take it.
Trained run(const Texts& texts, Source* source, const PythonCommunicator& given, Steps& steps) {
  const auto communicator = ranks_of(given);
  auto training = make_training(communicator, texts, source);
  training.on_step([&](std::uint64_t step, std::uint64_t epoch, const train::StepReport& report) {
    steps.add(step, epoch, report);
  });
  training.end_where([&] { return steps.wants_end(); });
  Trained trained;
  try {
    trained.summary = training.run();
  } catch (const RaisedByPython&) {
    throw;
  } catch (const Error& error) {
    // Without a directory the library leaves signals alone, and what it noted is of an earlier run.
    if (error.exit_code() == ExitCode::stopped && training.directory() &&
        train::Interruption::signal() == SIGINT) {
      throw Interrupted(error.what());
    }
    throw;
  }
  steps.share(communicator);
  share(communicator, trained.summary);
  trained.model = training.with_model([](const auto& model) { return model::to_stored(model); });
  trained.config = train::kept_texts(training.config());
  trained.directory = training.directory() ? training.directory()->path() : "";
  return trained;
}

py::dict to_dict(const train::TrainSummary& summary) {
  py::dict all;
  all["steps"] = summary.steps;
  all["seconds"] = summary.seconds;
  all["samples"] = static_cast<std::uint64_t>(summary.samples);
  all["objective"] = summary.last.value.objective;
  all["dependence"] = summary.last.value.dependence;
  all["entropy_a"] = summary.last.value.entropy_a;
  all["entropy_b"] = summary.last.value.entropy_b;
  all["ending"] = python_text(summary.ending);
  all["best_step"] = summary.best ? py::object(py::int_(summary.best->step)) : py::none();
  all["best_objective"] =
      summary.best ? py::object(py::float_(summary.best->objective)) : py::none();
  return all;
}

}  // namespace

py::dict train(const Texts& texts, const py::object& rows, const PythonCommunicator& communicator,
               const py::object& callback) {
  std::optional<Source> source;
  if (!rows.is_none()) {
    source.emplace(rows);
  }
  Steps steps(callback);
  std::optional<Trained> trained;
  try {
    const ProcessState kept;
    const py::gil_scoped_release without;
    trained = run(texts, source ? &*source : nullptr, communicator, steps);
  } catch (const RaisedByPython&) {
    steps.raise_again();
    throw;
  }
  py::dict config;
  for (const auto& [name, text] : trained->config) {
    config[python_text(name)] = python_text(text);
  }
  py::dict all;
  all["model"] = py::cast(std::move(trained->model));
  all["config"] = config;
  all["summary"] = to_dict(trained->summary);
  all["metrics"] = steps.table();
  all["directory"] = python_text(trained->directory);
  return all;
}

}  // namespace infomax::python
