// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/moment_memory.hpp"

#include <algorithm>

#include "infomax/stats/compact_rows.hpp"
#include "infomax/stats/gram_coordinates.hpp"
#include "infomax/stats/tiles.hpp"

// All sums here are of doubles unless they are multiplied by an element's bytes.
namespace infomax::stats {
namespace {

constexpr std::size_t wide = sizeof(double);

/// What a sum of so many doubles takes: itself, and where it is exact three limbs of each.
std::size_t sum_bytes(std::size_t numbers, bool same_bits) {
  return numbers * wide * (same_bits ? 4 : 1);
}

std::size_t tile_bytes(const BatchExtent& batch, std::size_t columns, std::size_t most) {
  return std::min(batch.local_rows, tile_rows_of(most)) * columns * batch.element_bytes;
}

std::size_t triangle(Extent extent, std::size_t columns) {
  return extent == Extent::full ? columns * (columns + 1) / 2 : columns;
}

std::size_t square(Extent extent, std::size_t rows, std::size_t columns) {
  return extent == Extent::full ? rows * columns : 0;
}

bool is_compact(Extent own, const MomentNeeds& needs, std::size_t rows, std::size_t columns) {
  return needs.any_basis && (own == Extent::full || needs.ab == Extent::full) &&
         is_wide(static_cast<double>(rows), columns);
}

}  // namespace

MemoryUse& MemoryUse::operator+=(const MemoryUse& other) {
  kept += other.kept;
  passing = std::max(passing, other.passing);
  return *this;
}

MemoryUse mean_memory(const BatchExtent& batch) {
  const std::size_t columns = batch.p + batch.q;
  const std::size_t widest = std::max(batch.p, batch.q);
  return {sum_bytes(columns, batch.same_bits) + (columns + widest) * wide +
          (batch.data_a ? tile_bytes(batch, batch.p, batch.p) : 0) +
          (batch.data_b ? tile_bytes(batch, batch.q, batch.q) : 0)};
}

MemoryUse moment_memory(const MomentNeeds& needs, const BatchExtent& batch) {
  const std::size_t p = batch.p;
  const std::size_t q = batch.q;
  const std::size_t full_aa = square(needs.aa, p, p);
  const std::size_t full_ab = square(needs.ab, p, q);
  const std::size_t full_bb = square(needs.bb, q, q);
  const std::size_t full = full_aa + full_ab + full_bb;
  const std::size_t most = std::max(p, q);
  const bool widened = needs.in_double && batch.element_bytes < wide;
  std::size_t bytes =
      sum_bytes(triangle(needs.aa, p) + triangle(needs.bb, q) + full_ab, batch.same_bits);
  bytes += (full + p + q) * wide;  // SecondMoments
  bytes += std::max({full_aa, full_ab, full_bb}) * (widened ? wide : batch.element_bytes);
  const std::size_t tiles = tile_bytes(batch, p, most) * (batch.data_a ? 2 : 1) +
                            tile_bytes(batch, q, most) * (batch.data_b ? 2 : 1);
  bytes += tiles + (p + q) * wide + (widened ? tiles / batch.element_bytes * wide : 0);
  if (batch.wanted_a || batch.wanted_b) {
    bytes += (full + p + q) * wide;  // MomentGradient
    bytes += ((batch.wanted_a ? full_aa : 0) + (batch.wanted_b ? full_bb : 0) + full_ab) *
             batch.element_bytes;
    bytes += tiles + (p + q) * wide;
  }
  return {bytes};
}

MemoryUse gram_memory(const BatchExtent& batch, std::size_t columns, bool used, std::size_t sides) {
  const std::size_t n = sides * batch.rows;
  const std::size_t slices = ColumnSlices::bytes(n, columns, batch.ranks);
  const std::size_t all = GramCoordinates::bytes(n, columns, batch.ranks, batch.same_bits);
  const std::size_t kept = n * n * wide + (used ? slices : 0);
  // On the way back: a map of all rows, and before it the derivatives that it is made from.
  const std::size_t back = used ? (2 * n + ColumnSlices::block_columns) * n * wide : 0;
  return {kept, std::max(all - std::min(all, kept), back)};
}

BatchExtent compact_extent(const MomentNeeds& needs, const BatchExtent& batch) {
  BatchExtent compact = batch;
  const bool a = is_compact(needs.aa, needs, batch.rows, batch.p);
  const bool b = is_compact(needs.bb, needs, batch.rows, batch.q);
  if (a || b) {
    compact.element_bytes = wide;
    compact.data_a = compact.data_a && !a;
    compact.data_b = compact.data_b && !b;
    compact.p = a ? batch.rows : batch.p;
    compact.q = b ? batch.rows : batch.q;
  }
  return compact;
}

}  // namespace infomax::stats
