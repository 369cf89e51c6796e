// SPDX-License-Identifier: BSD-3-Clause
// The elementwise kernels, once for each instruction set: an including file defines the namespace
// INFOMAX_KERNELS, its name INFOMAX_KERNELS_NAME, and Lanes<float> and Lanes<double> (load, store,
// tanh, exp, erf, log of one register; sincospi). No #pragma once: it is included by design in
// several files, each compiled with other instruction flags; everything is in an unnamed namespace,
// so that no linker takes one file's copy for another's.

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

template <class T>
void add(const T* __restrict values, T* __restrict sums, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    sums[i] += values[i];
  }
}

void log_of(const double* x, double* y, std::size_t n) {
  map(x, y, n, [](auto v) { return Lanes<double>::log(v); });
}

template <class T>
void locate_cells(const T* __restrict values, const double* __restrict slope,
                  const double* __restrict offset, int cells, std::int32_t* __restrict cell,
                  double* __restrict fraction, std::size_t n) {
  const double last = cells - 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double u = static_cast<double>(values[i]) * slope[i] + offset[i];
    // Clamped before the conversion, which is undefined for values an int cannot hold and for NaN.
    // Two comparisons, neither under the other, are what compilers turn into vector instructions.
    const double below = u < last ? u : last;
    const double inside = below > 0.0 ? below : 0.0;
    const auto whole = static_cast<std::int32_t>(inside);
    cell[i] = whole;
    fraction[i] = u - whole;
  }
}

void add_power_sums(const std::int32_t* cell, const double* fraction, int cells, double* table,
                    std::size_t n) {
  using Four = double __attribute__((vector_size(32)));
  constexpr std::size_t chunk = 128;
  const std::int32_t column_size = 4 * (cells + 2);
  const Four ones = {1.0, 1.0, 1.0, 1.0};
  for (std::size_t first = 0; first < n; first += chunk) {
    const std::size_t count = n - first < chunk ? n - first : chunk;
    // What vectorises over columns apart from what does not.
    double inside[chunk];
    std::int32_t position[chunk];
    for (std::size_t j = 0; j < count; ++j) {
      const double f = fraction[first + j];
      inside[j] = f < 0.0 ? 0.0 : (f > 1.0 ? 1.0 : f);  // NaN stays NaN
      const std::int32_t slot = cell[first + j] + 1 - (f < 0.0 ? 1 : 0) + (f > 1.0 ? 1 : 0);
      position[j] = static_cast<std::int32_t>(j) * column_size + 4 * slot;
    }
    double* const sums = table + first * static_cast<std::size_t>(column_size);
    for (std::size_t j = 0; j < count; ++j) {
      const double f = inside[j];
      const Four all = {f, f, f, f};
      const Four powers = __builtin_shufflevector(ones, all, 0, 5, 6, 7) *
                          __builtin_shufflevector(ones, all, 0, 1, 6, 7) *
                          __builtin_shufflevector(ones, all, 0, 1, 2, 7);
      Four total;  // copied, for the table need not be aligned
      std::memcpy(&total, sums + position[j], sizeof total);
      total += powers;
      std::memcpy(sums + position[j], &total, sizeof total);
    }
  }
}

template <class T>
void accumulate(const T* __restrict values, double* __restrict sums, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    sums[i] += static_cast<double>(values[i]);
  }
}

template <class T>
void accumulate_products(const T* x, const T* y, double* __restrict sums, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    sums[i] += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  }
}

template <class From, class To>
void shift_and_scale(const From* in, const double* shift, const double* scale, To* out,
                     std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = static_cast<To>((static_cast<double>(in[i]) - shift[i]) * scale[i]);
  }
}

/// A chunk of a row's random words: words[j] belongs to element first + j.
constexpr std::size_t random_chunk = 256;

void make_random_words(const RandomRow& row, std::size_t first, std::uint32_t* words) {
  constexpr std::size_t counters = random_chunk / 4;
  const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); };
  philox4x32_key_t key;
  key.v[0] = low(row.key);
  key.v[1] = high(row.key);
  for (std::size_t i = 0; i < counters; ++i) {
    // A chunk has 64 counters, and a row has far fewer than 2^26 chunks.
    philox4x32_ctr_t counter;
    counter.v[0] = static_cast<std::uint32_t>(first / 4 + i);
    counter.v[1] = row.purpose;
    counter.v[2] = low(row.index);
    counter.v[3] = high(row.index);
    // The C functions are static, the class's are not: a linker might share those between files.
    const auto drawn = philox4x32_R(10, counter, key);
    for (std::size_t q = 0; q < 4; ++q) {
      words[q * counters + i] = drawn.v[q];
    }
  }
}

/// normals[j] from words[j], both halves of a chunk together.
void make_normals(const std::uint32_t* words, float* normals) {
  constexpr std::size_t half = random_chunk / 2;
  constexpr std::size_t width = Lanes<float>::width;
  alignas(64) float radius[half];
  alignas(64) float angle[half];  // in half turns
  for (std::size_t i = 0; i < half; ++i) {
    // By way of int, which vectorises; u in (0, 1): never 0, so its logarithm is finite.
    radius[i] = (static_cast<float>(static_cast<std::int32_t>(words[i] >> 8U)) + 0.5F) * 0x1p-24F;
    angle[i] = static_cast<float>(static_cast<std::int32_t>(words[half + i] >> 8U)) * 0x1p-23F;
  }
  for (std::size_t i = 0; i < half; i += width) {
    Lanes<float>::store(radius + i, Lanes<float>::log(Lanes<float>::load(radius + i)));
  }
  for (std::size_t i = 0; i < half; ++i) {
    radius[i] = __builtin_sqrtf(-2.0F * radius[i]);
  }
  for (std::size_t i = 0; i < half; i += width) {
    Lanes<float>::sincospi(Lanes<float>::load(angle + i), normals + half + i, normals + i);
  }
  for (std::size_t i = 0; i < half; ++i) {
    normals[i] *= radius[i];
    normals[half + i] *= radius[i];
  }
}

template <class T>
void add_normals(const RandomRow& row, T deviation, T* values, std::size_t n) {
  alignas(64) std::uint32_t words[random_chunk];
  alignas(64) float normals[random_chunk];
  for (std::size_t first = 0; first < n; first += random_chunk) {
    const std::size_t count = n - first < random_chunk ? n - first : random_chunk;
    make_random_words(row, first, words);
    make_normals(words, normals);
    for (std::size_t j = 0; j < count; ++j) {
      values[first + j] += deviation * static_cast<T>(normals[j]);
    }
  }
}

template <class T>
void drop(const RandomRow& row, std::uint32_t below, T kept, T* values, std::size_t n) {
  alignas(64) std::uint32_t words[random_chunk];
  for (std::size_t first = 0; first < n; first += random_chunk) {
    const std::size_t count = n - first < random_chunk ? n - first : random_chunk;
    make_random_words(row, first, words);
    for (std::size_t j = 0; j < count; ++j) {
      values[first + j] = words[j] < below ? T{0} : values[first + j] * kept;
    }
  }
}

/// One row of a warped image; `padded` is the image with a zero row and column before it and two
/// after, so that all four neighbours of a clamped point exist.
template <class T>
void resample(const T* __restrict padded, std::size_t rows, std::size_t columns,
              const AffineMap& map, std::size_t row, T* __restrict out) {
  const auto stride = static_cast<std::int32_t>(columns + 3);
  const auto last_row = static_cast<float>(rows + 1);
  const auto last_column = static_cast<float>(columns + 1);
  const float r0 = map.rr * static_cast<float>(row) + map.r0 + 1.0F;
  const float c0 = map.cr * static_cast<float>(row) + map.c0 + 1.0F;
  const auto width = static_cast<std::int32_t>(columns);
  for (std::int32_t column = 0; column < width; ++column) {
    const float r = map.rc * static_cast<float>(column) + r0;
    const float c = map.cc * static_cast<float>(column) + c0;
    const float r_below = r < last_row ? r : last_row;
    const float c_below = c < last_column ? c : last_column;
    const float r_inside = r_below > 0.0F ? r_below : 0.0F;
    const float c_inside = c_below > 0.0F ? c_below : 0.0F;
    const auto r_whole = static_cast<std::int32_t>(r_inside);
    const auto c_whole = static_cast<std::int32_t>(c_inside);
    const T v = static_cast<T>(r_inside - static_cast<float>(r_whole));
    const T u = static_cast<T>(c_inside - static_cast<float>(c_whole));
    const std::int32_t at = r_whole * stride + c_whole;
    const T above = padded[at] + u * (padded[at + 1] - padded[at]);
    const T under = padded[at + stride] + u * (padded[at + stride + 1] - padded[at + stride]);
    out[column] = above + v * (under - above);
  }
}

/// The bits of the largest absolute value: bits of floating-point numbers without a sign are in the
/// numbers' order, and those of NaN above all.
template <class T>
std::uint64_t largest_magnitude(const T* values, std::size_t n) {
  using Bits = std::conditional_t<sizeof(T) == sizeof(float), std::int32_t, std::int64_t>;
  constexpr auto without_sign = static_cast<Bits>(~(std::uint64_t{1} << (8 * sizeof(T) - 1)));
  Bits largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Bits bits = __builtin_bit_cast(Bits, values[i]) & without_sign;
    largest = bits > largest ? bits : largest;
  }
  return static_cast<std::uint64_t>(largest);
}

template <class T>
void add_to_limbs(const T* values, double scale, std::size_t limb_count, std::int64_t* limbs,
                  std::size_t n) {
  // Added to a number below 2^51, it leaves the nearest integer in the low bits of the sum.
  constexpr double shifter = 0x1.8p52;
  constexpr auto shifter_bits = __builtin_bit_cast(std::int64_t, shifter);
  constexpr auto limb_radix = static_cast<double>(std::int64_t{1} << limb_bits);
  double rest[limb_chunk];
  for (std::size_t i = 0; i < n; ++i) {
    rest[i] = static_cast<double>(values[i]) * scale;
  }
  for (std::size_t k = 0; k < limb_count; ++k) {
    std::int64_t* const __restrict limb = limbs + k * limb_chunk;
    for (std::size_t i = 0; i < n; ++i) {
      const double shifted = rest[i] + shifter;
      limb[i] += __builtin_bit_cast(std::int64_t, shifted) - shifter_bits;
      rest[i] = (rest[i] - (shifted - shifter)) * limb_radix;
    }
  }
}

constexpr std::size_t cumulative_chunk = 256;

/// Calls each(first, count, cumulative) for chunks of x, with the normal distribution function of
/// their elements.
template <class T, class Each>
void for_each_normal_cumulative(const T* x, std::size_t n, Each each) {
  constexpr std::size_t chunk = cumulative_chunk;
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
  alignas(64) T density[cumulative_chunk] = {};
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
          gelu<T>,
          gelu_gradient<T>};
}

}  // namespace

const Kernels INFOMAX_KERNELS = {
    INFOMAX_KERNELS_NAME,  kernels_for<float>(),
    kernels_for<double>(), log_of,
    add_power_sums,        conversions(static_cast<const decltype(Kernels::conversion)*>(nullptr))};

}  // namespace infomax::math
