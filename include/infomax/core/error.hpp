// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>

namespace infomax {

/// The exit codes of the process; scripts and schedulers rely on these values.
enum class ExitCode : int {
  done = 0,
  usage = 2,     ///< the command line is wrong
  data = 3,      ///< the data or a file is wrong
  numeric = 4,   ///< the numbers are wrong (not finite)
  system = 5,    ///< MPI, I/O or memory failed
  stopped = 75,  ///< stopped on request, resumable (EX_TEMPFAIL)
};

/// The base of every error that this library throws. The text says in one line what failed, where,
/// and what to do.
class Error : public std::runtime_error {
 public:
  Error(ExitCode exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}

  [[nodiscard]] ExitCode exit_code() const noexcept { return exit_code_; }

 private:
  ExitCode exit_code_;
};

struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

struct DataError : Error {
  explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};

struct NumericError : Error {
  explicit NumericError(const std::string& message) : Error(ExitCode::numeric, message) {}
};

struct SystemError : Error {
  explicit SystemError(const std::string& message) : Error(ExitCode::system, message) {}
};

}  // namespace infomax
