// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/interruption.hpp"

#include <array>
#include <csignal>
#include <cstddef>
#include <ctime>

namespace infomax::train {
namespace {

constexpr std::array<int, 3> signals{SIGTERM, SIGINT, SIGUSR1};

// A handler may access only such objects.
volatile std::sig_atomic_t noted = 0;
volatile std::time_t noted_at_s = 0;
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

void note(int signal) {
  if (noted == 0) {
    noted = signal;
    noted_at_s = now_s();
  } else if (now_s() > noted_at_s + 1) {
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
  held = false;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
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

const char* name_of_signal(int signal) {
  switch (signal) {
    case SIGTERM:
      return "SIGTERM";
    case SIGINT:
      return "SIGINT";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return "a signal";
  }
}

}  // namespace infomax::train
