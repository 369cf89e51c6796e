// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace infomax::train {

/// While it lives, the first SIGTERM, SIGINT or SIGUSR1 to this process is noted, and one that
/// comes a second or more later ends it at once; some launchers send the first one twice. Where one
/// was noted, or hold() was called, this goes on after it; otherwise what signals did before is put
/// back. One at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// The process ends as another rank or the clock said: the signal to this one may be on its way.
  void hold() { held_ = true; }

  /// The signal that was noted, or 0.
  [[nodiscard]] static int signal();

 private:
  bool held_ = false;
};

/// "SIGTERM"
[[nodiscard]] const char* name_of_signal(int signal);

}  // namespace infomax::train
