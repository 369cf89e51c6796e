// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace infomax::train {

/// While this object lives, the first SIGTERM, SIGINT or SIGUSR1 to this process is only recorded,
/// and a signal that arrives a second or more later ends the process at once; some launchers send
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
};

/// Returns the name, such as "SIGTERM".
[[nodiscard]] const char* name_of_signal(int signal);

}  // namespace infomax::train
