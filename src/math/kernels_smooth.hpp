// SPDX-License-Identifier: BSD-3-Clause
// GELU, SiLU and softplus, and their derivatives.
// Included by kernels_body.hpp only, once for each instruction set, after kernels_map.hpp.

namespace infomax::math {
namespace {

constexpr std::size_t smooth_chunk = 256;

/// Calls each(first, count, cumulative) for chunks of x, with the normal distribution function of
/// their elements.
template <class T, class Each>
void for_each_normal_cumulative(const T* x, std::size_t n, Each each) {
  constexpr std::size_t chunk = smooth_chunk;
  constexpr auto root_half = static_cast<T>(0.70710678118654752440);
  alignas(64) T cumulative[chunk];
  for (std::size_t first = 0; first < n; first += chunk) {
    const std::size_t count = n - first < chunk ? n - first : chunk;
    for (std::size_t i = 0; i < count; ++i) {
      cumulative[i] = x[first + i] * root_half;
    }
    map(cumulative, cumulative, count, [](auto v) { return Lanes<T>::erf(v); });
    for (std::size_t i = 0; i < count; ++i) {
      cumulative[i] = T{0.5} * (T{1} + cumulative[i]);
    }
    each(first, count, cumulative);
  }
}

template <class T>
void gelu(const T* x, T* y, std::size_t n) {
  for_each_normal_cumulative(x, n, [&](std::size_t first, std::size_t count, const T* cumulative) {
    for (std::size_t i = 0; i < count; ++i) {
      y[first + i] = x[first + i] * cumulative[i];
    }
  });
}

template <class T>
void gelu_gradient(const T* x, const T* dy, T* dx, std::size_t n) {
  constexpr auto inverse_root = static_cast<T>(0.39894228040143267794);  // 1 / sqrt(2 pi)
  alignas(64) T density[smooth_chunk] = {};
  for_each_normal_cumulative(x, n, [&](std::size_t first, std::size_t count, const T* cumulative) {
    for (std::size_t i = 0; i < count; ++i) {
      density[i] = T{-0.5} * x[first + i] * x[first + i];
    }
    map(density, density, count, [](auto v) { return Lanes<T>::exp(v); });
    for (std::size_t i = 0; i < count; ++i) {
      dx[first + i] = dy[first + i] * (cumulative[i] + x[first + i] * inverse_root * density[i]);
    }
  });
}

/// Calls each(first, count, e) for chunks of x, with e = exp(-|x|), which never overflows.
template <class T, class Each>
void for_each_decay(const T* x, std::size_t n, Each each) {
  constexpr std::size_t chunk = smooth_chunk;
  alignas(64) T decay[chunk];
  for (std::size_t first = 0; first < n; first += chunk) {
    const std::size_t count = n - first < chunk ? n - first : chunk;
    for (std::size_t i = 0; i < count; ++i) {
      decay[i] = x[first + i] < T{0} ? x[first + i] : -x[first + i];
    }
    map(decay, decay, count, [](auto v) { return Lanes<T>::exp(v); });
    each(first, count, decay);
  }
}

/// 1 / (1 + exp(-x)) from exp(-|x|).
template <class T>
T logistic(T x, T decay) {
  return (x < T{0} ? decay : T{1}) / (T{1} + decay);
}

template <class T>
void silu(const T* x, T* y, std::size_t n) {
  for_each_decay(x, n, [&](std::size_t first, std::size_t count, const T* decay) {
    for (std::size_t i = 0; i < count; ++i) {
      y[first + i] = x[first + i] * logistic(x[first + i], decay[i]);
    }
  });
}

template <class T>
void silu_gradient(const T* x, const T* dy, T* dx, std::size_t n) {
  for_each_decay(x, n, [&](std::size_t first, std::size_t count, const T* decay) {
    for (std::size_t i = 0; i < count; ++i) {
      const T share = logistic(x[first + i], decay[i]);
      dx[first + i] = dy[first + i] * (share + x[first + i] * (share - share * share));
    }
  });
}

/// max(x, 0) + ln(1 + e), e = exp(-|x|). With u = 1 + e as it is rounded, ln(1 + e) is
/// ln(u) e / (u - 1) to full precision (Kahan), and e itself where u is 1.
template <class T>
void softplus(const T* x, T* y, std::size_t n) {
  for_each_decay(x, n, [&](std::size_t first, std::size_t count, const T* decay) {
    alignas(64) T log[smooth_chunk];
    for (std::size_t i = 0; i < count; ++i) {
      log[i] = T{1} + decay[i];
    }
    map(log, log, count, [](auto v) { return Lanes<T>::log(v); });
    for (std::size_t i = 0; i < count; ++i) {
      const T excess = (T{1} + decay[i]) - T{1};
      const T tail = excess == T{0} ? decay[i] : log[i] * (decay[i] / excess);
      y[first + i] = (x[first + i] < T{0} ? T{0} : x[first + i]) + tail;
    }
  });
}

template <class T>
void softplus_gradient(const T* x, const T* dy, T* dx, std::size_t n) {
  for_each_decay(x, n, [&](std::size_t first, std::size_t count, const T* decay) {
    for (std::size_t i = 0; i < count; ++i) {
      dx[first + i] = dy[first + i] * logistic(x[first + i], decay[i]);
    }
  });
}

template <class T>
void smooth(Smooth function, const T* x, T* y, std::size_t n) {
  switch (function) {
    case Smooth::gelu:
      return gelu(x, y, n);
    case Smooth::silu:
      return silu(x, y, n);
    case Smooth::softplus:
      return softplus(x, y, n);
  }
}

template <class T>
void smooth_gradient(Smooth function, const T* x, const T* dy, T* dx, std::size_t n) {
  switch (function) {
    case Smooth::gelu:
      return gelu_gradient(x, dy, dx, n);
    case Smooth::silu:
      return silu_gradient(x, dy, dx, n);
    case Smooth::softplus:
      return softplus_gradient(x, dy, dx, n);
  }
}

}  // namespace
}  // namespace infomax::math
