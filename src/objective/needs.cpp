// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/needs.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "objective/description.hpp"

namespace infomax::objective {

Needs needs_of(const ObjectiveOptions& options) {
  const Description& description = description_of(options);
  return description.needs ? description.needs(options) : Needs{};
}

void require(const Needs& needs, std::string_view name, const BatchShape& shape) {
  const std::size_t p = shape.p;
  const std::size_t q = shape.q;
  if (p == 0 || q == 0) {
    throw UsageError("the objective needs at least one column on either side");
  }
  if (needs.equal_columns && p != q) {
    throw UsageError(fmt::format(
        "`objective` {} compares the sides column by column, but side a has {} columns and side b "
        "has {}: end the encoder in {} outputs, or use {}",
        name, p, q, p, needs.instead));
  }
  if (needs.canonical_correlations > std::min(p, q)) {
    throw UsageError(fmt::format(
        "`components` is {}, but sides of {} and {} columns have only {} canonical correlations",
        needs.canonical_correlations, p, q, std::min(p, q)));
  }
  if (needs.both_encoded && !shape.both_encoded) {
    throw UsageError(fmt::format(
        "`objective` {} compares the outputs of networks, but side a is data: use another `pair`",
        name));
  }
  if (needs.sample_numbers && !shape.sample_numbers) {
    throw UsageError(
        fmt::format("`objective` {} needs the numbers of the samples in a batch", name));
  }
  if (needs.tapped_features > shape.tapped_features) {
    throw UsageError(fmt::format("`objective` {} needs {} features from within the encoder, not {}",
                                 name, needs.tapped_features, shape.tapped_features));
  }
}

void check_shapes(const ObjectiveOptions& options, std::size_t p, std::size_t q) {
  require(needs_of(options), options.objective, {.p = p, .q = q});
}

}  // namespace infomax::objective
