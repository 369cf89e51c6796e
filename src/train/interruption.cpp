// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/interruption.hpp"

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <ctime>

#include <unistd.h>

namespace infomax::train {
namespace {

constexpr std::array<int, 4> signals{SIGTERM, SIGINT, SIGUSR1, SIGUSR2};

// A request that no signal's number stands for.
constexpr int term_of_mpirun = 1000;

// A handler may access only such objects.
volatile std::sig_atomic_t noted = 0;
volatile std::sig_atomic_t noted_request = 0;
volatile std::sig_atomic_t noted_typed = 0;
volatile std::time_t noted_at_s = 0;
// The process that started this one, if it is mpirun or its daemon; else 0, which is also the
// sender of a signal from outside the namespace of processes.
volatile pid_t mpirun = 0;
std::array<struct sigaction, signals.size()> former;

// Of the objects that exist, and not for a handler.
int depth = 0;
bool held = false;

/// Whole seconds of a clock that never goes back; safe in a handler.
std::time_t now_s() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

void note(int signal, siginfo_t* info, void* /*context*/) {
  const bool typed = info->si_code == SI_KERNEL;  // by a terminal
  if (noted == 0) {
    noted_typed = typed ? 1 : 0;
    noted_at_s = now_s();
    noted_request =
        signal == SIGTERM && info->si_code == SI_USER && mpirun != 0 && info->si_pid == mpirun
            ? term_of_mpirun
            : signal;
    noted = signal;
  } else if ((typed && noted_typed != 0) || now_s() > noted_at_s + 1) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

Interruption::Interruption() {
  if (depth++ > 0) {
    return;
  }
  noted = 0;
  noted_request = 0;
  mpirun = std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr ? 0 : ::getppid();
  held = false;
  struct sigaction action {};
  action.sa_sigaction = note;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], &action, &former[i]);
  }
}

Interruption::~Interruption() {
  if (--depth > 0 || noted != 0 || held) {
    return;
  }
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], &former[i], nullptr);
  }
}

void Interruption::hold() { held = true; }

int Interruption::signal() { return noted; }

int Interruption::request() { return noted_request; }

const char* request_name(int request) {
  switch (request) {
    case SIGTERM:
      return "SIGTERM";
    case SIGINT:
      return "Ctrl-C (SIGINT)";
    case SIGUSR1:
      return "SIGUSR1";
    case SIGUSR2:
      return "Ctrl-C (SIGUSR2)";
    case term_of_mpirun:
      return "mpirun (Ctrl-C or SIGTERM to it)";
    default:
      return "a signal";
  }
}

}  // namespace infomax::train
