// SPDX-License-Identifier: BSD-3-Clause
#include "math/kernels.hpp"

#include <cstring>

#include <Random123/philox.h>
#include <sleef.h>

#define INFOMAX_KERNELS generic_kernels
#define INFOMAX_KERNELS_NAME "generic"

namespace infomax::math {
namespace {

template <class T>
struct Lanes;

template <>
struct Lanes<float> {
  static constexpr std::size_t width = 1;
  static float load(const float* x) { return *x; }
  static void store(float* y, float v) { *y = v; }
  static float tanh(float v) { return Sleef_tanhf_u10(v); }
  static float exp(float v) { return Sleef_expf_u10(v); }
  static float erf(float v) { return Sleef_erff_u10(v); }
  static float log(float v) { return Sleef_logf_u35(v); }
  /// sin and cos of pi v.
  static void sincospi(float v, float* sine, float* cosine) {
    const auto both = Sleef_sincospif_u35(v);
    *sine = both.x;
    *cosine = both.y;
  }
};

template <>
struct Lanes<double> {
  static constexpr std::size_t width = 1;
  static double load(const double* x) { return *x; }
  static void store(double* y, double v) { *y = v; }
  static double tanh(double v) { return Sleef_tanh_u10(v); }
  static double exp(double v) { return Sleef_exp_u10(v); }
  static double erf(double v) { return Sleef_erf_u10(v); }
  static double log(double v) { return Sleef_log_u10(v); }
};

}  // namespace
}  // namespace infomax::math

#include "math/kernels_body.hpp"
