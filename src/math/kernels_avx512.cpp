// SPDX-License-Identifier: BSD-3-Clause
#include "math/kernels.hpp"

#if defined(__x86_64__)

#include <cstring>

#include <Random123/philox.h>
#include <immintrin.h>
#include <sleef.h>

#define INFOMAX_KERNELS avx512_kernels
#define INFOMAX_KERNELS_NAME "avx512"

namespace infomax::math {
namespace {

template <class T>
struct Lanes;

template <>
struct Lanes<float> {
  static constexpr std::size_t width = 16;
  static __m512 load(const float* x) { return _mm512_loadu_ps(x); }
  static void store(float* y, __m512 v) { _mm512_storeu_ps(y, v); }
  static __m512 tanh(__m512 v) { return Sleef_tanhf16_u10avx512f(v); }
  static __m512 exp(__m512 v) { return Sleef_expf16_u10avx512f(v); }
  static __m512 erf(__m512 v) { return Sleef_erff16_u10avx512f(v); }
  static __m512 log(__m512 v) { return Sleef_logf16_u35avx512f(v); }
  /// sin and cos of pi v.
  static void sincospi(__m512 v, float* sine, float* cosine) {
    const auto both = Sleef_sincospif16_u35avx512f(v);
    store(sine, both.x);
    store(cosine, both.y);
  }
};

template <>
struct Lanes<double> {
  static constexpr std::size_t width = 8;
  static __m512d load(const double* x) { return _mm512_loadu_pd(x); }
  static void store(double* y, __m512d v) { _mm512_storeu_pd(y, v); }
  static __m512d tanh(__m512d v) { return Sleef_tanhd8_u10avx512f(v); }
  static __m512d exp(__m512d v) { return Sleef_expd8_u10avx512f(v); }
  static __m512d erf(__m512d v) { return Sleef_erfd8_u10avx512f(v); }
  static __m512d log(__m512d v) { return Sleef_logd8_u10avx512f(v); }
};

}  // namespace
}  // namespace infomax::math

#include "math/kernels_body.hpp"

#endif
