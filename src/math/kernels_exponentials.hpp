// SPDX-License-Identifier: BSD-3-Clause
// Exponentials of rows of scores and their sums.
// Included by kernels_body.hpp only, once for each instruction set, after kernels_map.hpp.

namespace infomax::math {
namespace {

/// Lanes that are added up apart from each other, so that loops over them become vector code.
constexpr std::size_t sum_lanes = 16;
constexpr std::size_t exp_chunk = 256;  // a multiple of sum_lanes

template <class T>
T largest(const T* x, std::size_t n) {
  T tops[sum_lanes];
  for (T& top : tops) {
    top = -__builtin_huge_val();
  }
  std::size_t i = 0;
  for (; i + sum_lanes <= n; i += sum_lanes) {
    for (std::size_t j = 0; j < sum_lanes; ++j) {
      tops[j] = x[i + j] > tops[j] ? x[i + j] : tops[j];
    }
  }
  for (std::size_t j = 0; i + j < n; ++j) {
    tops[j] = x[i + j] > tops[j] ? x[i + j] : tops[j];
  }
  T top = tops[0];
  for (const T other : tops) {
    top = other > top ? other : top;
  }
  return top;
}

template <class T>
double exp_sum(const T* x, T shift, std::size_t n) {
  alignas(64) T terms[exp_chunk];
  double sums[sum_lanes] = {};
  for (std::size_t first = 0; first < n; first += exp_chunk) {
    const std::size_t count = n - first < exp_chunk ? n - first : exp_chunk;
    for (std::size_t i = 0; i < count; ++i) {
      terms[i] = x[first + i] - shift;
    }
    map(terms, terms, count, [](auto v) { return Lanes<T>::exp(v); });
    for (std::size_t i = count; i % sum_lanes != 0; ++i) {
      terms[i] = T{0};
    }
    for (std::size_t i = 0; i < count; i += sum_lanes) {
      for (std::size_t j = 0; j < sum_lanes; ++j) {
        sums[j] += static_cast<double>(terms[i + j]);
      }
    }
  }
  double sum = 0.0;
  for (const double lane : sums) {
    sum += lane;
  }
  return sum;
}

template <class T>
void exp_add(const T* x, const T* shifts, T* sums, std::size_t n) {
  alignas(64) T terms[exp_chunk];
  for (std::size_t first = 0; first < n; first += exp_chunk) {
    const std::size_t count = n - first < exp_chunk ? n - first : exp_chunk;
    for (std::size_t i = 0; i < count; ++i) {
      terms[i] = x[first + i] - shifts[first + i];
    }
    map(terms, terms, count, [](auto v) { return Lanes<T>::exp(v); });
    for (std::size_t i = 0; i < count; ++i) {
      sums[first + i] += terms[i];
    }
  }
}

/// values[i] = weight exp(values[i] - shift); 0 where the weight is, whatever the value.
template <class T>
void exp_of_one_shift(T weight, T shift, T* values, std::size_t count) {
  if (weight == T{0}) {
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = T{0};
    }
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    values[i] -= shift;
  }
  map(values, values, count, [](auto v) { return Lanes<T>::exp(v); });
  for (std::size_t i = 0; i < count; ++i) {
    values[i] *= weight;
  }
}

template <class T>
void exp_weights(T weight, T shift, T column_weight, const T* shifts, T* x, std::size_t n) {
  alignas(64) T other[exp_chunk];
  for (std::size_t first = 0; first < n; first += exp_chunk) {
    const std::size_t count = n - first < exp_chunk ? n - first : exp_chunk;
    T* const values = x + first;
    if (shifts != nullptr) {
      for (std::size_t i = 0; i < count; ++i) {
        other[i] = values[i] - shifts[first + i];
      }
      map(other, other, count, [](auto v) { return Lanes<T>::exp(v); });
    }
    exp_of_one_shift(weight, shift, values, count);
    if (shifts != nullptr) {
      for (std::size_t i = 0; i < count; ++i) {
        values[i] += column_weight * other[i];
      }
    }
  }
}

}  // namespace
}  // namespace infomax::math
