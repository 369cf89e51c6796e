// SPDX-License-Identifier: BSD-3-Clause
// The elementwise part of a step of recurrent cells.
// Included by kernels_body.hpp only, once for each instruction set, after kernels_map.hpp.

namespace infomax::math {
namespace {

/// The first `count` elements from x on, at most a register, and 0 behind them.
template <class T>
auto load_some(const T* x, std::size_t count) {
  if (count == Lanes<T>::width) {
    return Lanes<T>::load(x);
  }
  alignas(64) T padded[Lanes<T>::width] = {};
  for (std::size_t j = 0; j < count; ++j) {
    padded[j] = x[j];
  }
  return Lanes<T>::load(padded);
}

template <class T, class Vector>
void store_some(T* y, Vector v, std::size_t count) {
  if (count == Lanes<T>::width) {
    Lanes<T>::store(y, v);
    return;
  }
  alignas(64) T padded[Lanes<T>::width];
  Lanes<T>::store(padded, v);
  for (std::size_t j = 0; j < count; ++j) {
    y[j] = padded[j];
  }
}

/// Calls each(row, unit, count) for the registers of all rows, the last of a row partly filled.
template <class T, class Each>
void for_each_register(std::size_t rows, std::size_t units, const Each& each) {
  constexpr std::size_t width = Lanes<T>::width;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t unit = 0; unit < units; unit += width) {
      each(row, unit, units - unit < width ? units - unit : width);
    }
  }
}

template <class T, class Vector>
Vector sigmoid_of(Vector v) {
  return T{1} / (T{1} + Lanes<T>::exp(-v));
}

template <class T>
void lstm_step(const T* bias, T* gates, const T* previous, T* c, T* squashed, T* h,
               std::size_t rows, std::size_t units) {
  for_each_register<T>(rows, units, [&](std::size_t row, std::size_t unit, std::size_t count) {
    T* const sums = gates + row * 4 * units + unit;
    const std::size_t at = row * units + unit;
    const auto sum = [&](std::size_t gate) {
      return load_some(sums + gate * units, count) + load_some(bias + gate * units + unit, count);
    };
    const auto in = sigmoid_of<T>(sum(0));
    const auto forget = sigmoid_of<T>(sum(1));
    const auto cell = Lanes<T>::tanh(sum(2));
    const auto out = sigmoid_of<T>(sum(3));
    auto state = in * cell;
    if (previous != nullptr) {
      state = state + forget * load_some(previous + at, count);
    }
    const auto tanh_of_state = Lanes<T>::tanh(state);
    store_some(sums, in, count);
    store_some(sums + units, forget, count);
    store_some(sums + 2 * units, cell, count);
    store_some(sums + 3 * units, out, count);
    store_some(c + at, state, count);
    store_some(squashed + at, tanh_of_state, count);
    store_some(h + at, out * tanh_of_state, count);
  });
}

template <class T>
void lstm_step_gradient(const T* gates, const T* previous, const T* squashed, const T* dh, T* dc,
                        T* dgates, std::size_t rows, std::size_t units) {
  for_each_register<T>(rows, units, [&](std::size_t row, std::size_t unit, std::size_t count) {
    const T* const saved = gates + row * 4 * units + unit;
    T* const sums = dgates + row * 4 * units + unit;
    const std::size_t at = row * units + unit;
    const auto in = load_some(saved, count);
    const auto forget = load_some(saved + units, count);
    const auto cell = load_some(saved + 2 * units, count);
    const auto out = load_some(saved + 3 * units, count);
    const auto tanh_of_state = load_some(squashed + at, count);
    const auto by_h = load_some(dh + at, count);
    const auto by_c =
        load_some(dc + at, count) + by_h * out * (T{1} - tanh_of_state * tanh_of_state);
    store_some(sums, by_c * cell * in * (T{1} - in), count);
    store_some(sums + 2 * units, by_c * in * (T{1} - cell * cell), count);
    store_some(sums + 3 * units, by_h * tanh_of_state * out * (T{1} - out), count);
    auto by_forget = T{0} * forget;
    if (previous != nullptr) {
      by_forget = by_c * load_some(previous + at, count) * forget * (T{1} - forget);
    }
    store_some(sums + units, by_forget, count);
    store_some(dc + at, by_c * forget, count);
  });
}

template <class T>
void gru_step(const T* input_bias, const T* hidden_bias, T* gates, const T* hidden_sums,
              const T* previous, T* h, std::size_t rows, std::size_t units) {
  for_each_register<T>(rows, units, [&](std::size_t row, std::size_t unit, std::size_t count) {
    T* const sums = gates + row * 4 * units + unit;
    const std::size_t at = row * units + unit;
    const auto of_input = [&](std::size_t gate) {
      return load_some(sums + gate * units, count) +
             load_some(input_bias + gate * units + unit, count);
    };
    const auto of_hidden = [&](std::size_t gate) {
      const auto constant = load_some(hidden_bias + gate * units + unit, count);
      return hidden_sums == nullptr
                 ? constant
                 : constant + load_some(hidden_sums + row * 3 * units + gate * units + unit, count);
    };
    const auto reset = sigmoid_of<T>(of_input(0) + of_hidden(0));
    const auto update = sigmoid_of<T>(of_input(1) + of_hidden(1));
    const auto hidden = of_hidden(2);
    const auto fresh = Lanes<T>::tanh(of_input(2) + reset * hidden);
    auto change = -fresh;
    if (previous != nullptr) {
      change = load_some(previous + at, count) - fresh;
    }
    store_some(sums, reset, count);
    store_some(sums + units, update, count);
    store_some(sums + 2 * units, fresh, count);
    store_some(sums + 3 * units, hidden, count);
    store_some(h + at, fresh + update * change, count);
  });
}

template <class T>
void gru_step_gradient(const T* gates, const T* previous, T* dh, T* dgates, std::size_t rows,
                       std::size_t units) {
  for_each_register<T>(rows, units, [&](std::size_t row, std::size_t unit, std::size_t count) {
    const T* const saved = gates + row * 4 * units + unit;
    T* const sums = dgates + row * 4 * units + unit;
    const std::size_t at = row * units + unit;
    const auto reset = load_some(saved, count);
    const auto update = load_some(saved + units, count);
    const auto fresh = load_some(saved + 2 * units, count);
    const auto hidden = load_some(saved + 3 * units, count);
    const auto by_h = load_some(dh + at, count);
    auto change = -fresh;
    if (previous != nullptr) {
      change = load_some(previous + at, count) - fresh;
    }
    const auto by_fresh = by_h * (T{1} - update) * (T{1} - fresh * fresh);
    store_some(sums, by_fresh * hidden * reset * (T{1} - reset), count);
    store_some(sums + units, by_h * change * update * (T{1} - update), count);
    store_some(sums + 2 * units, by_fresh, count);
    store_some(sums + 3 * units, by_fresh * reset, count);
    store_some(dh + at, by_h * update, count);
  });
}

}  // namespace
}  // namespace infomax::math
