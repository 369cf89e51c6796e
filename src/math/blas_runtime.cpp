// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/blas_runtime.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <cblas.h>

namespace infomax::math {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::string blas_core_name() { return openblas_get_corename(); }

bool blas_core_forced() { return is_set("OPENBLAS_CORETYPE"); }

std::string blas_kernel() {
  return blas_core_name() + (blas_core_forced() ? " by OPENBLAS_CORETYPE" : "");
}

std::string blas_version() {
  const std::string config = openblas_get_config();
  return config.substr(0, config.find(' ', config.find(' ') + 1));
}

int blas_threads() { return openblas_get_num_threads(); }

void set_blas_threads(int threads) { openblas_set_num_threads(std::max(1, threads)); }

bool blas_threads_chosen_by_user() {
  constexpr std::array<const char*, 3> names{"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                             "OMP_NUM_THREADS"};
  return std::ranges::any_of(names, is_set);
}

}  // namespace infomax::math
