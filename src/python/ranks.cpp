// SPDX-License-Identifier: BSD-3-Clause
#include "python/ranks.hpp"

#include <array>
#include <csignal>
#include <cstddef>
#include <memory>

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

constexpr std::array<int, 4> signals{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};

}  // namespace

void start_mpi() {
  int is_running = 0;
  MPI_Initialized(&is_running);
  if (is_running == 0) {
    int argc = 0;
    char** argv = nullptr;
    environment = std::make_unique<mpi::Environment>(argc, argv).release();
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
