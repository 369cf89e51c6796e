// SPDX-License-Identifier: BSD-3-Clause
#include "python/ranks.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <stdlib.h>  // unsetenv
#include <unistd.h>

#include <pybind11/pybind11.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/mpi/environment.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::python {
namespace {

// Destroyed by end_mpi() alone: the destructors of static objects run too late for MPI.
mpi::Environment* environment = nullptr;

pid_t process = 0;  // that start_mpi() ran in

/// Called by the interpreter after all of its objects are gone.
void end_mpi() {
  int is_over = 0;
  MPI_Finalized(&is_over);
  if (is_over == 0 && is_the_process_of_mpi()) {
    delete environment;
  }
  environment = nullptr;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
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

bool is_the_process_of_mpi() { return ::getpid() == process; }

void start_mpi() {
  process = ::getpid();
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

void require_same_call(const mpi::Communicator& communicator, const std::string& call) {
  const std::string root = communicator.broadcast(call, 0);
  mpi::together(communicator, [&] {
    const auto mine = lines_of(call);
    const auto theirs = lines_of(root);
    const std::size_t most = std::max(mine.size(), theirs.size());
    for (std::size_t i = 0; i < most; ++i) {
      const std::string here = i < mine.size() ? mine[i] : "no more";
      const std::string there = i < theirs.size() ? theirs[i] : "no more";
      if (here != there) {
        throw UsageError("all ranks must make the same call, and this one has " + here +
                         " where rank 0 has " + there + "; give every rank the same");
      }
    }
  });
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
