// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

/// @file
/// The BLAS library in this process: its kernels and its threads.

namespace infomax::math {

/// OpenBLAS's name for the kernels in use, one word such as "Cooperlake".
[[nodiscard]] std::string blas_core_name();

/// Whether OPENBLAS_CORETYPE chose the kernels, and not the processor.
[[nodiscard]] bool blas_core_forced();

/// The name of the kernels and who chose them, such as "Haswell by OPENBLAS_CORETYPE". Kernels for
/// an older processor can halve the speed.
[[nodiscard]] std::string blas_kernel();

/// The version, such as "OpenBLAS 0.3.21".
[[nodiscard]] std::string blas_version();

/// The number of threads that a BLAS call uses at most.
[[nodiscard]] int blas_threads();

/// Sets the number of threads, 1 or more, of all later BLAS calls in this process.
void set_blas_threads(int threads);

/// Whether OPENBLAS_NUM_THREADS, GOTO_NUM_THREADS or OMP_NUM_THREADS is set.
[[nodiscard]] bool blas_threads_chosen_by_user();

/// Sets how many elements of a vector a call of BLAS gets at most (initially as many as its
/// integers count), and returns the former number. Tests lower it.
std::size_t set_longest_vector(std::size_t elements);

}  // namespace infomax::math
