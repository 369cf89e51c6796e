// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <string>
#include <string_view>

/// Messages to the user, on standard error.
namespace infomax::log {

/// Messages on standard error. Results go to standard output and are not logged.
enum class Level {
  quiet,  ///< warnings and failures
  info,   ///< also what the user should know of a run
  debug   ///< also details for those who look for a defect
};

/// Sets the level. The program calls it once; only the rank that passes `speaks` logs the messages
/// that all ranks share.
void configure(Level level, bool speaks);

/// Applies `translate` to every message before it is written. The library names the fields of its
/// configuration in backticks (`micro_batch`); a program maps them to what its users know.
void set_translation(std::function<std::string(std::string_view)> translate);

/// Logs a line at level `debug`, if this rank speaks.
void debug(std::string_view message);
/// Logs a line at the levels `info` and `debug`, if this rank speaks.
void info(std::string_view message);
/// Logs a line that begins with "warning: " at every level, if this rank speaks.
void warning(std::string_view message);

/// Logs a line as info() does, once per run and kind, for facts that are found repeatedly.
void info_once(const std::string& kind, std::string_view message);
/// Logs a warning once per run and kind, for conditions that occur in every step.
void warning_once(const std::string& kind, std::string_view message);

/// From here on, info() and warning() log a line that was logged since then no more. A program
/// calls it before it does alike things many times.
void log_each_line_once();

/// Logs one line at any level and on any rank: the last message of a failing job.
void failure(std::string_view message);

}  // namespace infomax::log
