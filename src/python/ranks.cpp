// SPDX-License-Identifier: BSD-3-Clause
#include "python/ranks.hpp"

#include <array>
#include <csignal>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <stdlib.h>  // unsetenv
#include <unistd.h>

#include <pybind11/pybind11.h>

#include "infomax/core/logging.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/mpi/environment.hpp"

namespace infomax::python {
namespace {

// Destroyed by end_mpi() alone: the destructors of static objects run too late for MPI.
mpi::Environment* environment = nullptr;

/// Called by the interpreter after all of its objects are gone.
void end_mpi() {
  int is_over = 0;
  MPI_Finalized(&is_over);
  if (is_over == 0) {
    delete environment;
  }
  environment = nullptr;
}

std::set<std::string> environment_names() {
  std::set<std::string> names;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    names.emplace(text.substr(0, text.find('=')));
  }
  return names;
}

/// Takes away what MPI has added to the environment of a process that no launcher started: programs
/// that a script or a notebook starts, such as mpirun, would take themselves for a part of this
/// job.
void forget_variables_since(const std::set<std::string>& before) {
  for (const std::string& name : environment_names()) {
    if (!before.contains(name)) {
      ::unsetenv(name.c_str());
    }
  }
}

constexpr std::array<int, 4> signals{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};

}  // namespace

void start_mpi() {
  int is_running = 0;
  MPI_Initialized(&is_running);
  if (is_running == 0) {
    int argc = 0;
    char** argv = nullptr;
    const auto before = environment_names();
    environment = std::make_unique<mpi::Environment>(argc, argv).release();
    forget_variables_since(before);
    if (Py_AtExit(end_mpi) != 0) {
      throw std::runtime_error("Python has no room to finalise MPI at its end");
    }
  }
  log::configure(log::Level::quiet, mpi::Communicator::world().is_root());
}

mpi::Communicator ranks_of(const PythonCommunicator& given) {
  return mpi::Communicator::beside(given ? MPI_Comm_f2c(*given)
                                         : mpi::Communicator::world().native());
}

struct ProcessState::Handlers {
  std::array<struct sigaction, signals.size()> of{};
};

ProcessState::ProcessState() : handlers_(new Handlers), blas_threads_(math::blas_threads()) {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], nullptr, &handlers_->of[i]);
  }
}

ProcessState::~ProcessState() {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], &handlers_->of[i], nullptr);
  }
  delete handlers_;
  math::set_blas_threads(blas_threads_);
}

}  // namespace infomax::python
