// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <pybind11/pybind11.h>

#include "infomax/core/error.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/step.hpp"

namespace infomax::python {

/// Python raised an exception between two steps. The text is for the other ranks.
struct RaisedByPython : Error {
  using Error::Error;
};

/// The steps of a run as Python sees them: keeps what each of them found, tells it to the callback,
/// and notices Ctrl-C. Used by rank 0, and made and destroyed with the GIL held.
class Steps {
 public:
  /// `callback` takes a dict, or is None.
  explicit Steps(pybind11::object callback) : callback_(std::move(callback)) {}

  /// Called after a step, without the GIL. Throws RaisedByPython.
  void add(std::uint64_t step, std::uint64_t epoch, const train::StepReport& report);

  /// Whether the callback wants the run to end.
  [[nodiscard]] bool wants_end() const { return wants_end_; }

  /// With the GIL: raises in Python what add() found there, if it found something.
  void raise_again();

  /// Collective. Gives all ranks what rank 0 has.
  void share(const mpi::Communicator& communicator);

  /// With the GIL: the names of the columns, and an array [steps, columns] of float64.
  [[nodiscard]] pybind11::tuple table() const;

 private:
  [[nodiscard]] std::size_t column_of(const std::string& name);

  pybind11::object callback_;
  std::optional<pybind11::error_already_set> raised_;
  bool wants_end_ = false;
  Stopwatch since_looked_;
  std::vector<std::string> names_;
  std::vector<std::vector<double>> columns_;
};

}  // namespace infomax::python
