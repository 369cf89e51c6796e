// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/memory.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include <malloc.h>

namespace infomax::measure {
namespace {

/// Returns the number after "name:" in a file of lines "name:   number kB", in bytes.
std::size_t field_bytes(const char* path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    std::size_t kibibytes = 0;
    if (word == name + ":" && file >> kibibytes) {
      return kibibytes * 1024;
    }
  }
  return 0;
}

/// Returns the number in a file; nothing if the file is missing or has no number ("max").
std::optional<std::size_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::size_t number = 0;
  if (file >> number) {
    return number;
  }
  return std::nullopt;
}

/// Returns the memory that this process's control group (version 2) leaves, if it has a limit.
std::optional<std::size_t> left_by_control_group() {
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("0::")) {
      const std::string group = "/sys/fs/cgroup" + line.substr(3);
      const auto limit = number_in(group + "/memory.max");
      const auto used = number_in(group + "/memory.current");
      if (limit && used) {
        return *limit - std::min(*limit, *used);
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::size_t peak_memory_bytes() { return field_bytes("/proc/self/status", "VmHWM"); }

void reset_peak_memory() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5 << std::flush;
}

NodeMemory node_memory() {
  NodeMemory memory{field_bytes("/proc/meminfo", "MemTotal"),
                    field_bytes("/proc/meminfo", "MemAvailable")};
  if (const auto left = left_by_control_group()) {
    memory.available_bytes = std::min(memory.available_bytes, *left);
  }
  return memory;
}

}  // namespace infomax::measure
