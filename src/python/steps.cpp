// SPDX-License-Identifier: BSD-3-Clause
#include "python/steps.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <pybind11/numpy.h>

#include "python/errors.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

/// How often Ctrl-C is looked for where there is no callback.
constexpr double look_every_s = 0.05;

/// The numbers of a step by the names that metrics.jsonl has for them.
std::vector<std::pair<std::string, double>> numbers_of(std::uint64_t step, std::uint64_t epoch,
                                                       const train::StepReport& report) {
  const auto& value = report.value;
  std::vector<std::pair<std::string, double>> numbers{
      {"step", static_cast<double>(step)},
      {"epoch", static_cast<double>(epoch)},
      {"objective", value.objective},
      {"dependence", value.dependence},
      {"entropy_a", value.entropy_a},
      {"entropy_b", value.entropy_b},
      {"penalty", report.penalty},
      {"gradient_norm", report.gradient_norm},
      {"learning_rate", report.learning_rate},
      {"samples", static_cast<double>(value.samples)},
      {"evaluations", static_cast<double>(report.evaluations)},
      {"seconds", report.times.total_s},
      {"input_s", report.times.input_s},
      {"compute_s", report.times.compute_s},
      {"reduce_s", report.times.reduce_s}};
  numbers.insert(numbers.end(), value.figures.begin(), value.figures.end());
  return numbers;
}

bool is_whole(const std::string& name) {
  return name == "step" || name == "epoch" || name == "samples" || name == "evaluations";
}

/// The exception's type, and its text where it can be had.
std::string line_of(const py::error_already_set& error) {
  auto name = py::str(error.type().attr("__name__")).cast<std::string>();
  try {
    return name + ": " + py::str(error.value()).cast<std::string>();
  } catch (const std::exception&) {
    return name;  // whose text raises itself, or is no UTF-8
  }
}

}  // namespace

void Steps::add(std::uint64_t step, std::uint64_t epoch, const train::StepReport& report) {
  const auto numbers = numbers_of(step, epoch, report);
  for (const auto& [name, number] : numbers) {
    columns_[column_of(name)].push_back(number);
  }
  // A column that this step lacks has a gap there.
  for (auto& column : columns_) {
    column.resize(columns_.front().size(), std::numeric_limits<double>::quiet_NaN());
  }
  if (callback_.is_none() && since_looked_.elapsed_s() < look_every_s) {
    return;
  }
  since_looked_.lap_s();
  const py::gil_scoped_acquire gil;
  try {
    if (PyErr_CheckSignals() != 0) {
      throw py::error_already_set();
    }
    if (!callback_.is_none()) {
      py::dict told;
      for (const auto& [name, number] : numbers) {
        told[name.c_str()] = is_whole(name)
                                 ? py::object(py::int_(static_cast<std::uint64_t>(number)))
                                 : py::object(py::float_(number));
      }
      const py::object answer = callback_(told);
      const int truth = PyObject_IsTrue(answer.ptr());
      if (truth < 0) {
        throw py::error_already_set();
      }
      wants_end_ = truth == 1;
    }
  } catch (const py::error_already_set& error) {
    raised_ = error;
    const bool is_ctrl_c = error.matches(PyExc_KeyboardInterrupt);
    throw RaisedByPython(is_ctrl_c ? ExitCode::stopped : ExitCode::system,
                         is_ctrl_c ? fmt::format("stopped by Ctrl-C after step {}", step)
                                   : fmt::format("the callback raised {}", line_of(error)));
  }
}

void Steps::raise_again() {
  if (raised_) {
    throw *std::exchange(raised_, std::nullopt);
  }
}

void Steps::share(const mpi::Communicator& communicator) {
  std::string all;
  for (const auto& name : names_) {
    all += name + '\n';
  }
  all = communicator.broadcast(all, 0);
  std::vector<std::string> names;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    names.push_back(all.substr(at, end - at));
    at = end + 1;
  }
  names_ = std::move(names);
  columns_.resize(names_.size());
  for (auto& column : columns_) {
    std::uint64_t rows = column.size();
    communicator.broadcast(std::span<std::uint64_t>(&rows, 1), 0);
    column.resize(rows);
    communicator.broadcast(std::span<double>(column), 0);
  }
}

py::tuple Steps::table() const {
  const auto rows = columns_.empty() ? std::size_t{0} : columns_.front().size();
  py::array_t<double> numbers({rows, columns_.size()});
  auto to = numbers.mutable_unchecked<2>();
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    for (std::size_t i = 0; i < rows; ++i) {
      to(static_cast<py::ssize_t>(i), static_cast<py::ssize_t>(j)) = columns_[j][i];
    }
  }
  py::list names;
  for (const auto& name : names_) {
    names.append(python_text(name));
  }
  return py::make_tuple(names, numbers);
}

std::size_t Steps::column_of(const std::string& name) {
  const auto found = std::ranges::find(names_, name);
  if (found != names_.end()) {
    return static_cast<std::size_t>(found - names_.begin());
  }
  // One that earlier steps lack, where this step's number has not been added to the first yet.
  const std::size_t before = columns_.empty() ? 0 : columns_.front().size() - 1;
  names_.push_back(name);
  columns_.emplace_back(before, std::numeric_limits<double>::quiet_NaN());
  return names_.size() - 1;
}

}  // namespace infomax::python
