// SPDX-License-Identifier: BSD-3-Clause
#include "math/kernels.hpp"

#if defined(__x86_64__)

#include <cstring>

#include <Random123/philox.h>
#include <immintrin.h>
#include <sleef.h>

#define INFOMAX_KERNELS avx2_kernels
#define INFOMAX_KERNELS_NAME "avx2"

namespace infomax::math {
namespace {

template <class T>
struct Lanes;

template <>
struct Lanes<float> {
  static constexpr std::size_t width = 8;
  static __m256 load(const float* x) { return _mm256_loadu_ps(x); }
  static void store(float* y, __m256 v) { _mm256_storeu_ps(y, v); }
  static __m256 tanh(__m256 v) { return Sleef_tanhf8_u10avx2(v); }
  static __m256 exp(__m256 v) { return Sleef_expf8_u10avx2(v); }
  static __m256 erf(__m256 v) { return Sleef_erff8_u10avx2(v); }
  static __m256 log(__m256 v) { return Sleef_logf8_u35avx2(v); }
  /// sin and cos of pi v.
  static void sincospi(__m256 v, float* sine, float* cosine) {
    const auto both = Sleef_sincospif8_u35avx2(v);
    store(sine, both.x);
    store(cosine, both.y);
  }
};

template <>
struct Lanes<double> {
  static constexpr std::size_t width = 4;
  static __m256d load(const double* x) { return _mm256_loadu_pd(x); }
  static void store(double* y, __m256d v) { _mm256_storeu_pd(y, v); }
  static __m256d tanh(__m256d v) { return Sleef_tanhd4_u10avx2(v); }
  static __m256d exp(__m256d v) { return Sleef_expd4_u10avx2(v); }
  static __m256d erf(__m256d v) { return Sleef_erfd4_u10avx2(v); }
  static __m256d log(__m256d v) { return Sleef_logd4_u10avx2(v); }
};

}  // namespace
}  // namespace infomax::math

#include "math/kernels_body.hpp"

#endif
