// SPDX-License-Identifier: BSD-3-Clause
// Random words and normal numbers by position: noise and dropout.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

/// The number of random words made at a time: words[j] belongs to element first + j.
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
    // The C functions are static. The linker might share the class's members between files that are
    // compiled with different instruction flags.
    const auto drawn = philox4x32_R(10, counter, key);
    for (std::size_t q = 0; q < 4; ++q) {
      words[q * counters + i] = drawn.v[q];
    }
  }
}

/// Makes normals[j] from the words; the two halves of a chunk are computed together.
void make_normals(const std::uint32_t* words, float* normals) {
  constexpr std::size_t half = random_chunk / 2;
  constexpr std::size_t width = Lanes<float>::width;
  alignas(64) float radius[half];
  alignas(64) float angle[half];  // in half turns
  for (std::size_t i = 0; i < half; ++i) {
    // Conversion from int vectorises. u is in (0, 1) and never 0, so its logarithm is finite.
    radius[i] = (static_cast<float>(static_cast<std::int32_t>(words[i] >> 8U)) + 0.5F) * 0x1p-24F;
    angle[i] = static_cast<float>(static_cast<std::int32_t>(words[half + i] >> 8U)) * 0x1p-23F;
  }
  for (std::size_t i = 0; i < half; i += width) {
    Lanes<float>::store(radius + i, Lanes<float>::log(Lanes<float>::load(radius + i)));
  }
  for (float& r : radius) {
    r = __builtin_sqrtf(-2.0F * r);
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

}  // namespace
}  // namespace infomax::math
