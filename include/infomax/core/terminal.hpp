// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

namespace infomax {

/// The terminal that standard error leads to, if it leads to one. Under mpirun a rank's standard
/// error is a pipe to its parent process, mpirun, whose standard error decides then.
class Terminal {
 public:
  /// Finds and opens it.
  Terminal();
  ~Terminal();
  /// @{ The other one then is none.
  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&& other) noexcept;
  /// @}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Whether there is one.
  [[nodiscard]] bool exists() const { return file_ >= 0; }

  /// Returns how many characters a line of it has at the moment, for users resize their windows: as
  /// the terminal says, else the variable COLUMNS. Returns 0 where that is unknown or there is no
  /// terminal.
  [[nodiscard]] std::size_t columns() const;

 private:
  int file_ = -1;
};

}  // namespace infomax
