// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>

/// The library of a distributed trainer for encoders that maximise information. Module M is the
/// namespace infomax::M; what lies directly in this one is the module core.
namespace infomax {

/// The exit codes of the process; scripts and schedulers rely on these values.
enum class ExitCode : int {
  done = 0,      ///< the work is complete
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
  /// `message` becomes the text, with escapes in place of control characters that a file or a user
  /// brought into it; `exit_code` that of a program which the error ends.
  Error(ExitCode exit_code, const std::string& message);

  /// The exit code of a program that this error ends.
  [[nodiscard]] ExitCode exit_code() const noexcept { return exit_code_; }

 private:
  ExitCode exit_code_;
};

/// The caller asked for something invalid: options, fields of a configuration, or their
/// combination.
struct UsageError : Error {
  /// `message` becomes the text.
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// A file or its data are missing, damaged or unsuitable.
struct DataError : Error {
  /// `message` becomes the text.
  explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};

/// A computation gives no finite result, such as for a matrix that is not positive definite.
struct NumericError : Error {
  /// `message` becomes the text.
  explicit NumericError(const std::string& message) : Error(ExitCode::numeric, message) {}
};

/// MPI, the file system or memory fails, or a size exceeds what a library can take.
struct SystemError : Error {
  /// `message` becomes the text.
  explicit SystemError(const std::string& message) : Error(ExitCode::system, message) {}
};

}  // namespace infomax
