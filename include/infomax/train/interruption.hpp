#pragma once

namespace infomax::train {

/// While it lives, the first SIGTERM, SIGINT or SIGUSR1 to this process is noted, and one that
/// comes a second or more later ends it at once; some launchers send the first one twice. One at a
/// time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// The signal that was noted, or 0.
  [[nodiscard]] static int signal();
};

/// "SIGTERM"
[[nodiscard]] const char* name_of_signal(int signal);

}  // namespace infomax::train
