#include "infomax/math/blas_runtime.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

#include <cblas.h>

namespace infomax::math {
namespace {

constexpr const char* kernel_variable = "OPENBLAS_CORETYPE";

#if defined(__x86_64__)
/// The kernels written for AVX-512, by OpenBLAS's names; any other choice on such a machine is a
/// fallback.
bool uses_avx512(std::string_view kernel) {
  constexpr std::array<std::string_view, 3> names{"SkylakeX", "Cooperlake", "SapphireRapids"};
  return std::ranges::find(names, kernel) != names.end();
}

bool processor_has_avx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}
#endif

}  // namespace

std::string blas_kernel() { return openblas_get_corename(); }

std::string blas_version() {
  const std::string config = openblas_get_config();
  return config.substr(0, config.find(' ', config.find(' ') + 1));
}

int blas_threads() { return openblas_get_num_threads(); }

void set_blas_threads(int threads) { openblas_set_num_threads(std::max(1, threads)); }

bool blas_threads_chosen_by_user() {
  constexpr std::array<const char*, 3> names{"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                             "OMP_NUM_THREADS"};
  return std::ranges::any_of(names, [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  });
}

void prefer_native_blas_kernel(char** argv) {
#if defined(__x86_64__)
  if (std::getenv(kernel_variable) != nullptr || !processor_has_avx512() ||
      uses_avx512(blas_kernel())) {
    return;
  }
  // The variable also tells the new image not to try again.
  if (setenv(kernel_variable, "SkylakeX", 1) == 0) {
    execv("/proc/self/exe", argv);
    unsetenv(kernel_variable);
  }
#else
  (void)argv;
#endif
}

}  // namespace infomax::math
