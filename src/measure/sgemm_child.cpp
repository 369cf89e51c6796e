// SPDX-License-Identifier: BSD-3-Clause
#include "measure/sgemm_child.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "infomax/math/blas_runtime.hpp"
#include "infomax/measure/rates.hpp"

namespace infomax::measure {
namespace {

constexpr const char* child_word = "--sgemm-rate";
constexpr double child_s = 0.3;

/// Quotes a text as one word for the shell.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char letter : text) {
    result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  }
  return result + "'";
}

}  // namespace

bool is_sgemm_child(const std::vector<std::string>& arguments) {
  return arguments.size() == 1 && arguments.front() == child_word;
}

int run_sgemm_child() {
  math::set_blas_threads(1);
  fmt::print("{} {}\n", math::blas_core_name(), sgemm_gflops(child_s));
  return 0;
}

std::optional<KernelRate> sgemm_child(const std::string& core_type) {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (unknown) {
    return std::nullopt;
  }
  const std::string kernel = core_type.empty() ? std::string("-u OPENBLAS_CORETYPE")
                                               : "OPENBLAS_CORETYPE=" + quoted(core_type);
  const std::string command = fmt::format("exec env {} OPENBLAS_NUM_THREADS=1 {} {} 2>/dev/null",
                                          kernel, quoted(program.string()), child_word);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             ::pclose);
  if (!pipe) {
    return std::nullopt;
  }
  std::array<char, 256> line{};
  if (std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) == nullptr) {
    return std::nullopt;
  }
  KernelRate rate;
  std::istringstream words(line.data());
  return words >> rate.kernel >> rate.gflops ? std::optional(rate) : std::nullopt;
}

}  // namespace infomax::measure
