// SPDX-License-Identifier: BSD-3-Clause
// The transforms of Winograd's convolution F(2x2, 3x3), a register of channels at a time.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

/// The transforms along one axis: `in` elements step s apart make `out` elements in their place.
struct WinogradInput {
  static constexpr std::size_t in = 4;
  static constexpr std::size_t out = 4;
  static constexpr bool adds = false;
  template <class V>
  static void apply(V* v, std::size_t s) {
    const V first = v[0] - v[2 * s];
    const V last = v[s] - v[3 * s];
    const V sum = v[s] + v[2 * s];
    const V difference = v[2 * s] - v[s];
    v[0] = first;
    v[s] = sum;
    v[2 * s] = difference;
    v[3 * s] = last;
  }
};

struct WinogradInputGradient {
  static constexpr std::size_t in = 4;
  static constexpr std::size_t out = 4;
  static constexpr bool adds = true;
  template <class V>
  static void apply(V* v, std::size_t s) {
    const V difference = v[s] - v[2 * s];
    const V sum = v[s] + v[2 * s];
    v[s] = difference + v[3 * s];
    v[2 * s] = sum - v[0];
    v[3 * s] = V{} - v[3 * s];
  }
};

struct WinogradOutput {
  static constexpr std::size_t in = 4;
  static constexpr std::size_t out = 2;
  static constexpr bool adds = false;
  template <class V>
  static void apply(V* v, std::size_t s) {
    const V first = v[0] + v[s] + v[2 * s];
    v[s] = v[s] - v[2 * s] - v[3 * s];
    v[0] = first;
  }
};

struct WinogradOutputGradient {
  static constexpr std::size_t in = 2;
  static constexpr std::size_t out = 4;
  static constexpr bool adds = false;
  template <class V>
  static void apply(V* v, std::size_t s) {
    v[3 * s] = V{} - v[s];
    v[2 * s] = v[0] - v[s];
    v[s] = v[0] + v[s];
  }
};

/// Both axes for the channels that `load` reads of a place and `store` writes.
template <class Axis, class V, class T, class Load, class Store>
void transform_square(const T* const* in, T* const* out, std::size_t i, Load load, Store store) {
  V v[16];
  for (std::size_t y = 0; y < Axis::in; ++y) {
    for (std::size_t x = 0; x < Axis::in; ++x) {
      v[4 * y + x] = load(in[Axis::in * y + x] + i);
    }
  }
  for (std::size_t x = 0; x < Axis::in; ++x) {
    Axis::apply(v + x, 4);
  }
  for (std::size_t y = 0; y < Axis::out; ++y) {
    Axis::apply(v + 4 * y, 1);
  }
  for (std::size_t y = 0; y < Axis::out; ++y) {
    for (std::size_t x = 0; x < Axis::out; ++x) {
      T* const to = out[Axis::out * y + x] + i;
      store(to, Axis::adds ? load(to) + v[4 * y + x] : v[4 * y + x]);
    }
  }
}

template <class Axis, class T>
void transform_squares(const T* const* in, T* const* out, std::size_t n) {
  using Register = decltype(Lanes<T>::load(nullptr));
  std::size_t i = 0;
  for (; i + Lanes<T>::width <= n; i += Lanes<T>::width) {
    transform_square<Axis, Register>(in, out, i, Lanes<T>::load, Lanes<T>::store);
  }
  for (; i < n; ++i) {
    transform_square<Axis, T>(
        in, out, i, [](const T* x) { return *x; }, [](T* y, T value) { *y = value; });
  }
}

template <class T>
void winograd(Winograd transform, const T* const* in, T* const* out, std::size_t n) {
  switch (transform) {
    case Winograd::input:
      transform_squares<WinogradInput>(in, out, n);
      break;
    case Winograd::input_gradient:
      transform_squares<WinogradInputGradient>(in, out, n);
      break;
    case Winograd::output:
      transform_squares<WinogradOutput>(in, out, n);
      break;
    case Winograd::output_gradient:
      transform_squares<WinogradOutputGradient>(in, out, n);
      break;
  }
}

}  // namespace
}  // namespace infomax::math
