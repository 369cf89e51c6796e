// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace infomax::log {

/// What is written to standard error; results go to standard output and are not logged.
enum class Level { quiet, info, debug };

/// Called once by the program: only the speaking rank logs what every rank knows.
void configure(Level level, bool speaks);

/// Applies `translate` to every message before it is written. The library names the fields of its
/// configuration in backticks (`micro_batch`); a program maps them to what its users know.
void set_translation(std::function<std::string(std::string_view)> translate);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);

/// One message of each kind a run, however often it is met: for conditions that every step meets.
void warning_once(const std::string& kind, std::string_view message);

/// One line, whatever the level and the rank: the last thing a failing job says.
void failure(std::string_view message);

}  // namespace infomax::log
