// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

/// The BLAS library as it runs in this process: its kernels and its threads.
namespace infomax::math {

/// OpenBLAS's name for the kernels it runs ("Cooperlake"), in one word.
[[nodiscard]] std::string blas_core_name();

/// Whether OPENBLAS_CORETYPE, and not the processor, chose them.
[[nodiscard]] bool blas_core_forced();

/// Both in words ("Haswell by OPENBLAS_CORETYPE"): kernels of an older processor can cost half the
/// speed.
[[nodiscard]] std::string blas_kernel();

/// "OpenBLAS 0.3.21".
[[nodiscard]] std::string blas_version();

[[nodiscard]] int blas_threads();

/// Threads of every later BLAS call in this process; 1 or more.
void set_blas_threads(int threads);

/// True where the user chose the threads by OPENBLAS_NUM_THREADS, GOTO_NUM_THREADS or
/// OMP_NUM_THREADS.
[[nodiscard]] bool blas_threads_chosen_by_user();

}  // namespace infomax::math
