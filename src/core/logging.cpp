#include "infomax/core/logging.hpp"

#include <memory>
#include <unordered_set>

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

}  // namespace

void configure(Level level, bool speaks) {
  logger().set_level(speaks ? threshold(level) : spdlog::level::critical);
}

void debug(std::string_view message) { logger().debug(message); }
void info(std::string_view message) { logger().info(message); }
void warning(std::string_view message) { logger().warn("warning: {}", message); }

void warning_once(const std::string& kind, std::string_view message) {
  static std::unordered_set<std::string> said;
  if (said.insert(kind).second) {
    warning(message);
  }
}

void failure(std::string_view message) { logger().critical("infomax: {}", message); }

}  // namespace infomax::log
