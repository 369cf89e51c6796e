// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"

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

std::size_t resident_memory_bytes() { return field_bytes("/proc/self/status", "VmRSS"); }

std::size_t address_space_left() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::numeric_limits<std::size_t>::max();
  }
  const std::size_t used = field_bytes("/proc/self/status", "VmSize");
  return limit.rlim_cur - std::min<std::size_t>(limit.rlim_cur, used);
}

std::string memory_text(double bytes) {
  constexpr double mebibyte = 1024.0 * 1024.0;
  return bytes < 1024.0 * mebibyte ? fmt::format("{:.1f} MiB", bytes / mebibyte)
                                   : fmt::format("{:.2f} GiB", bytes / 1024.0 / mebibyte);
}

void require_memory(const mpi::Communicator& communicator, const MemoryNeed& need) {
  const auto node = communicator.split_by_node();
  const auto wanted = static_cast<double>(need.bytes);
  const double wanted_on_node = node.sum(wanted);
  // Ranks read it at other times, and all of a node must find the same.
  const double available = node.min(static_cast<double>(node_memory().available_bytes));
  const auto own = static_cast<double>(address_space_left());
  mpi::together(communicator, [&] {
    if (own < wanted) {
      throw SystemError(fmt::format(
          "{}: a rank needs {}, and the limit of its address space (ulimit -v) leaves {}; {}",
          need.what, memory_text(wanted), memory_text(own), need.advice));
    }
    if (available > 0.0 && available < wanted_on_node) {
      throw SystemError(fmt::format(
          "{}: a node with {} of the ranks needs {}, and has {} available; {}", need.what,
          node.size(), memory_text(wanted_on_node), memory_text(available), need.advice));
    }
  });
}

}  // namespace infomax::measure
