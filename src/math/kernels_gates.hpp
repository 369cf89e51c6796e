// SPDX-License-Identifier: BSD-3-Clause
// The elementwise part of a step of recurrent cells.
// Included by kernels_body.hpp only, once for each instruction set, after kernels_map.hpp.

namespace infomax::math {
namespace {

template <class T>
void lstm_step(T* gates, const T* previous, T* c, T* squashed, T* h, std::size_t n) {
  add_bias_and_activate<T>(Activation::sigmoid, nullptr, gates, 2 * n);
  add_bias_and_activate<T>(Activation::tanh, nullptr, gates + 2 * n, n);
  add_bias_and_activate<T>(Activation::sigmoid, nullptr, gates + 3 * n, n);
  const T* const in = gates;
  const T* const forget = gates + n;
  const T* const cell = gates + 2 * n;
  const T* const out = gates + 3 * n;
  for (std::size_t i = 0; i < n; ++i) {
    c[i] = in[i] * cell[i];
  }
  if (previous != nullptr) {
    for (std::size_t i = 0; i < n; ++i) {
      c[i] += forget[i] * previous[i];
    }
  }
  map(c, squashed, n, [](auto v) { return Lanes<T>::tanh(v); });
  for (std::size_t i = 0; i < n; ++i) {
    h[i] = out[i] * squashed[i];
  }
}

template <class T>
void lstm_step_gradient(const T* gates, const T* previous, const T* squashed, const T* dh, T* dc,
                        T* dgates, std::size_t n) {
  const T* const in = gates;
  const T* const forget = gates + n;
  const T* const cell = gates + 2 * n;
  const T* const out = gates + 3 * n;
  for (std::size_t i = 0; i < n; ++i) {
    const T total = dc[i] + dh[i] * out[i] * (T{1} - squashed[i] * squashed[i]);
    dgates[i] = total * cell[i] * in[i] * (T{1} - in[i]);
    dgates[2 * n + i] = total * in[i] * (T{1} - cell[i] * cell[i]);
    dgates[3 * n + i] = dh[i] * squashed[i] * out[i] * (T{1} - out[i]);
    dc[i] = total;
  }
  if (previous != nullptr) {
    for (std::size_t i = 0; i < n; ++i) {
      dgates[n + i] = dc[i] * previous[i] * forget[i] * (T{1} - forget[i]);
    }
  } else {
    for (std::size_t i = 0; i < n; ++i) {
      dgates[n + i] = T{0};
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    dc[i] *= forget[i];
  }
}

template <class T>
void gru_step(T* gates, const T* hidden_sums, const T* previous, T* h, std::size_t n) {
  for (std::size_t i = 0; i < 2 * n; ++i) {
    gates[i] += hidden_sums[i];
  }
  add_bias_and_activate<T>(Activation::sigmoid, nullptr, gates, 2 * n);
  T* const reset = gates;
  T* const update = gates + n;
  T* const fresh = gates + 2 * n;
  T* const hidden = gates + 3 * n;
  for (std::size_t i = 0; i < n; ++i) {
    hidden[i] = hidden_sums[2 * n + i];
    fresh[i] += reset[i] * hidden[i];
  }
  map(fresh, fresh, n, [](auto v) { return Lanes<T>::tanh(v); });
  if (previous != nullptr) {
    for (std::size_t i = 0; i < n; ++i) {
      h[i] = fresh[i] + update[i] * (previous[i] - fresh[i]);
    }
  } else {
    for (std::size_t i = 0; i < n; ++i) {
      h[i] = fresh[i] - update[i] * fresh[i];
    }
  }
}

template <class T>
void gru_step_gradient(const T* gates, const T* previous, T* dh, T* dgates, std::size_t n) {
  const T* const reset = gates;
  const T* const update = gates + n;
  const T* const fresh = gates + 2 * n;
  const T* const hidden = gates + 3 * n;
  for (std::size_t i = 0; i < n; ++i) {
    const T before = previous != nullptr ? previous[i] : T{0};
    const T dfresh = dh[i] * (T{1} - update[i]) * (T{1} - fresh[i] * fresh[i]);
    dgates[i] = dfresh * hidden[i] * reset[i] * (T{1} - reset[i]);
    dgates[n + i] = dh[i] * (before - fresh[i]) * update[i] * (T{1} - update[i]);
    dgates[2 * n + i] = dfresh;
    dgates[3 * n + i] = dfresh * reset[i];
    dh[i] *= update[i];
  }
}

}  // namespace
}  // namespace infomax::math
