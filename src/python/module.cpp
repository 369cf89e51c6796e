// SPDX-License-Identifier: BSD-3-Clause
// The compiled part of the Python package: infomax._core. What users call stands in the package's
// own files, which make texts of keywords and arrays of what users have.
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "infomax/analysis/encoder.hpp"
#include "infomax/analysis/stored_evaluation.hpp"
#include "infomax/core/suggestion.hpp"
#include "infomax/core/version.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/any_model.hpp"
#include "infomax/train/config.hpp"
#include "python/analysis.hpp"
#include "python/errors.hpp"
#include "python/ranks.hpp"
#include "python/training.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

std::exception_ptr failure_of(int code, const std::string& text) {
  return code == 0 ? std::exception_ptr()
                   : std::make_exception_ptr(Error(static_cast<ExitCode>(code), text));
}

/// Whether all ranks have met in agree() before, so that all are in a script that uses the package.
bool have_met = false;

/// Collective. Raises on every rank where one of them passes an exit code other than 0, has ended,
/// or makes another call: `call` has a line "name=value" for all that must be the same.
void agree(int code, const std::string& text, const std::string& call,
           const PythonCommunicator& given) {
  const py::gil_scoped_release without;
  const auto ranks = ranks_of(given);
  if (!given) {
    (void)ranks.min(std::uint64_t{0});  // leave() passes 1
  }
  mpi::agree(ranks, failure_of(code, text));
  have_met = have_met || !given;
  require_same_call(ranks, call);
}

/// Collective with what other ranks call. Waits for the ranks that have not ended, and lets calls
/// fail that they make in the meantime, which would wait for this rank.
void leave() {
  const py::gil_scoped_release without;
  int is_over = 0;
  MPI_Finalized(&is_over);
  if (is_over != 0 || !have_met || !is_the_process_of_mpi()) {
    return;
  }
  const auto ranks = ranks_of(std::nullopt);
  while (ranks.min(std::uint64_t{1}) == 0) {
    try {
      mpi::agree(ranks, failure_of(static_cast<int>(ExitCode::system),
                                   "the script has ended, and all ranks must make each call; let "
                                   "all ranks make it, or give `comm` those that do"));
    } catch (const Error&) {
      // It is the other ranks' to raise.
    }
  }
}

/// Ends a job of several ranks by an exception that nobody caught on this one; returns where all
/// ranks have come here, so that MPI can be finalised.
void end_job(const std::string& text) {
  const py::gil_scoped_release without;
  int is_over = 0;
  MPI_Finalized(&is_over);
  if (is_over != 0 || !is_the_process_of_mpi()) {
    return;
  }
  const auto world = mpi::Communicator::world();
  (void)mpi::end_job(mpi::Communicator::beside(world.native()),
                     std::make_exception_ptr(SystemError(text)));
}

py::object fields(const std::string& of) {
  if (of == "encode") {
    return describe(analysis::encoder_fields());
  }
  if (of == "probe") {
    return probe_options();
  }
  if (of == "evaluate") {
    return describe(analysis::inference_fields());
  }
  if (of != "train") {
    throw UsageError(
        "there are options of \"train\", \"encode\", \"evaluate\" and \"probe\", not of \"" + of +
        "\"");
  }
  return describe(train::config_fields());
}

std::string suggestion(const std::string& given, const std::vector<std::string>& names) {
  return did_you_mean(given, {names.begin(), names.end()});
}

py::dict ini(const std::string& text) {
  py::dict all;
  for (const auto& [name, value] : parse_ini(text)) {
    all[python_text(name)] = python_text(value);
  }
  return all;
}

model::StoredModel load_model(const std::string& path, const PythonCommunicator& given) {
  const py::gil_scoped_release without;
  return train::read_any_model(ranks_of(given), path);
}

void save_model(const model::StoredModel& stored, const std::string& path) {
  const py::gil_scoped_release without;
  if (stored.settings.at("precision") == "float") {
    model::write_model(path, model::to_model<float>(stored));
  } else {
    model::write_model(path, model::to_model<double>(stored));
  }
}

py::dict settings(const model::StoredModel& stored) {
  py::dict all;
  for (const auto& [name, text] : stored.settings) {
    all[python_text(name)] = python_text(text);
  }
  return all;
}

py::list networks(const model::StoredModel& stored) {
  const auto array = [](const std::vector<double>& numbers) {
    return py::array_t<double>(static_cast<py::ssize_t>(numbers.size()), numbers.data());
  };
  py::list all;
  for (const auto& network : stored.networks) {
    py::dict one;
    one["name"] = network.name;
    one["spec"] = network.spec;
    one["input_shape"] = py::tuple(py::cast(network.input.extents()));
    one["shift"] = array(network.normalization.shift);
    one["scale"] = array(network.normalization.scale);
    one["parameters"] = array(network.parameters);
    all.append(one);
  }
  return all;
}

}  // namespace
}  // namespace infomax::python

PYBIND11_MODULE(_core, module) {
  namespace py = pybind11;
  using namespace infomax;
  using namespace infomax::python;
  using py::arg;
  translate_errors();
  start_mpi();
  module.doc() = "The compiled part of the package infomax.";
  module.attr("version") = version;
  module.def("mpi_version", &mpi::library_version);
  module.def("rank", [] { return mpi::Communicator::world().rank(); });
  module.def("ranks", [] { return mpi::Communicator::world().size(); });
  module.def("agree", &agree, arg("code"), arg("text"), arg("call"), arg("comm"));
  module.def("leave", &leave);
  module.def("end_job", &end_job, arg("text"));
  module.def("fields", &fields, arg("of"));
  module.def("did_you_mean", &suggestion, arg("given"), arg("names"));
  module.def("parse_ini", &ini, arg("text"));
  module.def("train", &python::train, arg("texts"), arg("rows"), arg("comm"), arg("callback"));
  module.def("probe", &python::probe, arg("model").none(true), arg("train"), arg("test"),
             arg("groups"), arg("texts"), arg("comm"));
  py::class_<model::StoredModel>(module, "StoredModel")
      .def_static("load", &load_model, arg("path"), arg("comm"))
      // By one rank alone.
      .def_static(
          "read", [](const std::string& path) { return model::read_model(path); }, arg("path"))
      .def("save", &save_model, arg("path"))
      .def("settings", &settings)
      .def("networks", &networks)
      .def("encode", &python::encode, arg("rows"), arg("texts"), arg("comm"))
      .def("evaluate", &python::evaluate, arg("rows"), arg("fit"), arg("micro_batch"), arg("texts"),
           arg("comm"));
}
