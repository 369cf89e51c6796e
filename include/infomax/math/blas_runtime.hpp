#pragma once

#include <string>

/// The BLAS library as it runs in this process: its kernels and its threads.
namespace infomax::math {

/// OpenBLAS's name for the kernels it runs ("SkylakeX", "Haswell").
[[nodiscard]] std::string blas_kernel();

/// "OpenBLAS 0.3.21".
[[nodiscard]] std::string blas_version();

[[nodiscard]] int blas_threads();

/// Threads of every later BLAS call in this process; 1 or more.
void set_blas_threads(int threads);

/// True where the user chose the threads by OPENBLAS_NUM_THREADS, GOTO_NUM_THREADS or
/// OMP_NUM_THREADS.
[[nodiscard]] bool blas_threads_chosen_by_user();

/// An OpenBLAS older than the processor does not know it and falls back to kernels of an older one:
/// half the speed on an AVX-512 machine that it takes for a Haswell. Its choice is made while it
/// loads, by the environment variable OPENBLAS_CORETYPE. Where the variable is not set and better
/// kernels fit the processor, sets it and starts the program again in its place (execv); otherwise,
/// and where that fails, returns. Call first in main, before MPI starts.
void prefer_native_blas_kernel(char** argv);

}  // namespace infomax::math
