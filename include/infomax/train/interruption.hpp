// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace infomax::train {

/// While this object lives, the first SIGTERM, SIGINT, SIGUSR1 or SIGUSR2 to this process is only
/// recorded, and a later one ends the process at once: one that a user types after one that a user
/// typed, and else one that arrives a second or more after the first, because some launchers send
/// the first one twice. The destructor restores the previous handlers, unless a signal was recorded
/// or hold() was called. Objects may be nested: only the outermost one installs and restores
/// handlers. Used by one thread.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Keeps the handlers: another rank or the clock ends the run, and the signal to this process may
  /// still arrive.
  static void hold();

  /// Returns the signal that was recorded, or 0.
  [[nodiscard]] static int signal();

  /// Returns who asked this process to stop, as a positive number for request_name(), or 0.
  [[nodiscard]] static int request();
};

/// Returns what users know of a request, such as "SIGTERM" or "Ctrl-C (SIGINT)". The launch scripts
/// pass on Ctrl-C as SIGUSR2, and mpirun makes a SIGTERM of it.
[[nodiscard]] const char* request_name(int request);

}  // namespace infomax::train
