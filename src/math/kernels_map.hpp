// SPDX-License-Identifier: BSD-3-Clause
// Elementwise functions: activations with their derivatives, and the logarithm.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

/// y[i] = each(x[i]) one register at a time; the last, partial one through a padded copy.
template <class T, class Each>
void map(const T* x, T* y, std::size_t n, Each each) {
  constexpr std::size_t width = Lanes<T>::width;
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    Lanes<T>::store(y + i, each(Lanes<T>::load(x + i)));
  }
  if (i < n) {
    alignas(64) T padded[width];
    for (std::size_t j = 0; j < width; ++j) {
      padded[j] = i + j < n ? x[i + j] : T{1};
    }
    Lanes<T>::store(padded, each(Lanes<T>::load(padded)));
    for (std::size_t j = 0; i + j < n; ++j) {
      y[i + j] = padded[j];
    }
  }
}

template <class T>
void add_bias_and_activate(Activation activation, const T* bias, T* z, std::size_t n) {
  if (bias != nullptr) {
    for (std::size_t i = 0; i < n; ++i) {
      z[i] += bias[i];
    }
  }
  switch (activation) {
    case Activation::identity:
      break;
    case Activation::tanh:
      map(z, z, n, [](auto v) { return Lanes<T>::tanh(v); });
      break;
    case Activation::relu:
      for (std::size_t i = 0; i < n; ++i) {
        z[i] = z[i] < T{0} ? T{0} : z[i];  // written so that NaN stays NaN
      }
      break;
    case Activation::sigmoid:
      for (std::size_t i = 0; i < n; ++i) {
        z[i] = -z[i];
      }
      map(z, z, n, [](auto v) { return Lanes<T>::exp(v); });
      for (std::size_t i = 0; i < n; ++i) {
        z[i] = T{1} / (T{1} + z[i]);
      }
      break;
  }
}

template <class T>
void multiply_by_derivative(Activation activation, const T* y, T* dy, std::size_t n) {
  switch (activation) {
    case Activation::identity:
      break;
    case Activation::tanh:
      for (std::size_t i = 0; i < n; ++i) {
        dy[i] *= T{1} - y[i] * y[i];
      }
      break;
    case Activation::relu:
      for (std::size_t i = 0; i < n; ++i) {
        dy[i] = y[i] > T{0} ? dy[i] : T{0};
      }
      break;
    case Activation::sigmoid:
      for (std::size_t i = 0; i < n; ++i) {
        dy[i] *= y[i] * (T{1} - y[i]);
      }
      break;
  }
}

void log_of(const double* x, double* y, std::size_t n) {
  map(x, y, n, [](auto v) { return Lanes<double>::log(v); });
}

}  // namespace
}  // namespace infomax::math
