// SPDX-License-Identifier: BSD-3-Clause
// The table of the elementwise kernels. An including file defines INFOMAX_KERNELS, the name of the
// table; INFOMAX_KERNELS_NAME, its name as text; and Lanes<float> and Lanes<double>, the operations
// on one register (load, store, tanh, exp, erf, log; for float also sincospi). There is no #pragma
// once: several files include this one by design, each compiled with other instruction flags.
// Everything is in an unnamed namespace, so that the linker cannot use one file's copy for
// another's.

#include "math/kernels_bfloat16.hpp"
#include "math/kernels_exact_sum.hpp"
#include "math/kernels_histogram.hpp"
#include "math/kernels_map.hpp"

#include "math/kernels_distance.hpp"
#include "math/kernels_exponentials.hpp"
#include "math/kernels_gates.hpp"
#include "math/kernels_random.hpp"
#include "math/kernels_smooth.hpp"
#include "math/kernels_sums.hpp"
#include "math/kernels_warp.hpp"
#include "math/kernels_winograd.hpp"

namespace infomax::math {
namespace {

template <class... From>
constexpr ConversionKernels<From...> conversions(const ConversionKernels<From...>* /*types*/) {
  return {{shift_and_scale<From, float>...}, {shift_and_scale<From, double>...}};
}

template <class T>
constexpr RealKernels<T> kernels_for() {
  return {add_bias_and_activate<T>,
          multiply_by_derivative<T>,
          add<T>,
          locate_cells<T>,
          accumulate<T>,
          accumulate_products<T>,
          add_normals<T>,
          drop<T>,
          resample<T>,
          largest_magnitude<T>,
          add_to_limbs<T>,
          smooth<T>,
          smooth_gradient<T>,
          largest<T>,
          exp_sum<T>,
          exp_add<T>,
          exp_weights<T>,
          lstm_step<T>,
          lstm_step_gradient<T>,
          gru_step<T>,
          gru_step_gradient<T>,
          raise_to_distance<T>,
          winograd<T>};
}

}  // namespace

const Kernels INFOMAX_KERNELS = {
    INFOMAX_KERNELS_NAME,
    kernels_for<float>(),
    kernels_for<double>(),
    log_of,
    add_power_sums,
    to_bfloat16,
    conversions(static_cast<const decltype(Kernels::conversion)*>(nullptr))};

}  // namespace infomax::math
