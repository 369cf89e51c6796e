// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/memory.hpp"

#include <algorithm>

#include "infomax/objective/histogram_options.hpp"
#include "infomax/objective/make.hpp"
#include "objective/description.hpp"
#include "objective/linear_needs.hpp"

// M: bins.

namespace infomax::objective {
namespace {

using stats::BatchExtent;
using stats::Extent;
using stats::MemoryUse;
using stats::MomentNeeds;

constexpr std::size_t wide = sizeof(double);

/// The histograms of a side's columns, as EntropyTerms and SoftHistogram hold them.
MemoryUse entropy_memory(const BatchExtent& batch, std::size_t columns, std::size_t bins,
                         bool gradient) {
  const std::size_t powers = 4 * (bins - 1);
  const std::size_t message = gradient ? powers : bins;
  std::size_t numbers = message * (batch.same_bits ? 4 : 1) + powers + 2 * bins;
  numbers += gradient ? powers + 2 : 0;
  constexpr std::size_t cells = 6;  // what locates a value, and its cell
  return {(numbers + cells) * columns * wide};
}

/// Cholesky factors and the singular value decomposition of CanonicalSpectrum, of p and q columns.
std::size_t spectrum_bytes(std::size_t p, std::size_t q) {
  const std::size_t least = std::min(p, q);
  const std::size_t factors = 3 * std::max(p, q) * std::max(p, q) + least * least;
  const std::size_t decomposition = 2 * p * q + 2 * (p + q) * least + 7 * least * least;
  return (factors + decomposition) * wide;
}

MemoryUse histogram_information_memory(const BatchExtent& batch, std::size_t bins) {
  const std::size_t table = batch.p * bins * bins;
  return {((batch.same_bits ? 5 : 2) * table + 12 * batch.p) * wide};
}

MemoryUse moment_objective_memory(const ObjectiveOptions& options, const MomentTerms& terms,
                                  const BatchExtent& of_batch) {
  const bool both = is_reversible(options);
  BatchExtent batch = of_batch;
  if (both) {
    batch.rows *= 2;
    batch.local_rows *= 2;
  }
  const MomentNeeds needs = terms.function->needs();
  const std::size_t bins = options.of<HistogramOptions>().bins;
  MemoryUse use = mean_memory(batch);
  use += entropy_memory(batch, batch.p, bins, batch.wanted_a && terms.lambda_a != 0.0);
  use += entropy_memory(batch, batch.q, bins, batch.wanted_b && terms.lambda_b != 0.0);
  const BatchExtent extent = stats::compact_extent(needs, batch);
  const bool compact_a = extent.p != batch.p;
  const bool compact_b = extent.q != batch.q;
  if (compact_a || compact_b) {
    BatchExtent forward = batch;
    forward.wanted_a = false;
    forward.wanted_b = false;
    use += stats::moment_memory(MomentNeeds{}, forward);  // variances
    if (compact_a) {
      use += stats::gram_memory(batch, batch.p, batch.wanted_a);
    }
    if (compact_b) {
      use += stats::gram_memory(batch, batch.q, batch.wanted_b);
    }
    const std::size_t columns = (batch.wanted_a ? extent.p : 0) + (batch.wanted_b ? extent.q : 0);
    use.kept += batch.local_rows * columns * wide;  // gradients by coordinates
  }
  use += stats::moment_memory(needs, extent);
  const auto& description = description_of(options);
  if (description.spectral && description.spectral(options)) {
    use += {0, spectrum_bytes(extent.p, extent.q)};
  } else if (needs.bb == Extent::full && needs.ab == Extent::none) {
    use += {0, 3 * extent.q * extent.q * wide};
  }
  if (both && (batch.wanted_a || batch.wanted_b)) {
    use.kept += 2 * batch.local_rows * batch.p * batch.element_bytes;
  }
  return use;
}

}  // namespace

MemoryUse objective_memory(const ObjectiveOptions& options, const BatchExtent& batch) {
  const auto& description = description_of(options);
  if (description.moments) {
    return moment_objective_memory(options, description.moments(options), batch);
  }
  MemoryUse use = mean_memory(batch);
  use += stats::moment_memory(MomentNeeds{}, batch);
  const std::size_t bins = options.of<HistogramOptions>().bins;
  if (options.objective == "histogram-mi") {
    use += histogram_information_memory(batch, bins);
  } else {
    use += entropy_memory(batch, batch.p, bins, false);
    use += entropy_memory(batch, batch.q, bins, false);
  }
  if (description.memory) {
    use += description.memory(options, batch);
  }
  return use;
}

MemoryUse linear_memory(LinearForm form, const BatchExtent& rows, std::size_t outputs_a,
                        std::size_t outputs_b) {
  const MomentNeeds needs = needs_of(form);
  BatchExtent extent = stats::compact_extent(needs, rows);
  const bool alike = form == LinearForm::canonical_alike;
  if (alike) {
    BatchExtent stacked = rows;
    stacked.rows *= 2;
    extent = stats::compact_extent(needs, stacked);
  }
  MemoryUse use = mean_memory(rows);
  if (extent.p != rows.p || extent.q != rows.q) {
    use += stats::moment_memory(MomentNeeds{}, rows);
    if (alike) {
      use += stats::gram_memory(rows, rows.p, true, 2);
    } else {
      if (extent.p != rows.p) {
        use += stats::gram_memory(rows, rows.p, outputs_a > 0);
      }
      if (extent.q != rows.q) {
        use += stats::gram_memory(rows, rows.q, true);
      }
    }
  }
  use += stats::moment_memory(needs, extent);
  use += {0, spectrum_bytes(extent.p, extent.q)};
  use.kept += 2 * (rows.p * outputs_a + rows.q * outputs_b) * wide;  // the layers
  return use;
}

std::size_t covariance_columns(const ObjectiveOptions& options, const BatchExtent& batch) {
  const auto& description = description_of(options);
  if (!description.moments) {
    return 0;
  }
  const MomentNeeds needs = description.moments(options).function->needs();
  const BatchExtent extent = stats::compact_extent(needs, batch);
  const bool crossed = needs.ab == Extent::full;
  return std::max(crossed || needs.aa == Extent::full ? extent.p : 0,
                  crossed || needs.bb == Extent::full ? extent.q : 0);
}

}  // namespace infomax::objective
