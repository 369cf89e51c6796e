// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/view_relations.hpp"

#include <algorithm>

#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/view_functions.hpp"

namespace infomax::objective {

template <math::Real T>
std::optional<ViewRelations> relate_views(const mpi::Communicator& communicator,
                                          const ObjectiveOptions& options,
                                          const stats::RowPairs<T>& rows) {
  if (!make_view_function(options)) {
    return std::nullopt;
  }
  const NothingBeside<T> nothing(rows.count());
  const stats::RowPairs<T> outputs{nothing, rows.b, rows.parts};
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass(view_needs());
  const auto& means = mean_pass.measure(communicator, outputs, false);
  const auto& moments = moment_pass.measure(communicator, outputs, means);
  const auto widths = view_outputs(options);
  CanonicalOptions canonical = options.of<CanonicalOptions>();
  MaxVar eigenvalues(widths, canonical);
  (void)eigenvalues.evaluate(moments, nullptr);
  canonical.components = std::min(canonical.components, std::ranges::min(widths));
  SumCor correlations(widths, canonical);
  (void)correlations.evaluate(moments, nullptr);

  ViewRelations found{eigenvalues.eigenvalues(), {}};
  auto next = correlations.correlations().begin();
  for (std::size_t m = 0; m < widths.size(); ++m) {
    for (std::size_t n = m + 1; n < widths.size(); ++n) {
      found.pairs.push_back({m, n, *next++});
    }
  }
  return found;
}

template std::optional<ViewRelations> relate_views<float>(const mpi::Communicator&,
                                                          const ObjectiveOptions&,
                                                          const stats::RowPairs<float>&);
template std::optional<ViewRelations> relate_views<double>(const mpi::Communicator&,
                                                           const ObjectiveOptions&,
                                                           const stats::RowPairs<double>&);

}  // namespace infomax::objective
