// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/logging.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace infomax::log {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("infomax",
                                                 std::make_shared<spdlog::sinks::stderr_sink_st>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum threshold(Level level) {
  switch (level) {
    case Level::quiet:
      return spdlog::level::warn;
    case Level::info:
      return spdlog::level::info;
    case Level::debug:
      return spdlog::level::debug;
  }
  return spdlog::level::info;
}

std::function<std::string(std::string_view)>& translation() {
  static std::function<std::string(std::string_view)> instance = [](std::string_view message) {
    return std::string(message);
  };
  return instance;
}

/// The lines that were logged, where none is logged again.
std::optional<std::unordered_set<std::string>>& logged_lines() {
  static std::optional<std::unordered_set<std::string>> instance;
  return instance;
}

/// Whether a line is to be logged, which counts as logged then.
bool is_new(std::string_view line) {
  auto& logged = logged_lines();
  return !logged || logged->insert(std::string(line)).second;
}

}  // namespace

void set_translation(std::function<std::string(std::string_view)> translate) {
  translation() = std::move(translate);
}

void configure(Level level, bool speaks) {
  logger().set_level(speaks ? threshold(level) : spdlog::level::critical);
}

void debug(std::string_view message) { logger().debug(translation()(message)); }

void info(std::string_view message) {
  if (is_new(message)) {
    logger().info(translation()(message));
  }
}

void warning(std::string_view message) {
  if (is_new(message)) {
    logger().warn("warning: {}", translation()(message));
  }
}

void log_each_line_once() { logged_lines().emplace(); }

void info_once(const std::string& kind, std::string_view message) {
  static std::unordered_set<std::string> said;
  if (said.insert(kind).second) {
    info(message);
  }
}

void warning_once(const std::string& kind, std::string_view message) {
  static std::unordered_set<std::string> said;
  if (said.insert(kind).second) {
    warning(message);
  }
}

void failure(std::string_view message) { logger().critical("infomax: {}", translation()(message)); }

}  // namespace infomax::log
