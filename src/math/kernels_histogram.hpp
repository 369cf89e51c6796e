// SPDX-License-Identifier: BSD-3-Clause
// Cells of histograms, and the power sums of the fractions in them.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

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
    // A loop that vectorises over columns, apart from the one that does not.
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
      Four total;  // copied, because the table may be unaligned
      std::memcpy(&total, sums + position[j], sizeof total);
      total += powers;
      std::memcpy(sums + position[j], &total, sizeof total);
    }
  }
}

}  // namespace
}  // namespace infomax::math
