// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/evaluation_memory.hpp"

#include <fmt/format.h>

#include "infomax/measure/memory.hpp"
#include "infomax/model/pass_memory.hpp"

namespace infomax::analysis {

template <math::Real T>
void require_evaluation_memory(const mpi::Communicator& communicator, const model::Model<T>& model,
                               const model::Examples& examples, const model::PairSettings& pair,
                               const objective::ObjectiveOptions& options,
                               std::size_t micro_batch) {
  model::NetworksByRole<T> networks;
  for (const auto& member : model.members()) {
    networks[member.role] = &member.network;
  }
  const auto views = model::make_views(pair, examples, model.has(model::Role::encoder_a));
  const auto needed = model::pass_memory(views, networks, options,
                                         {.rows = examples.blocks.rows(),
                                          .local_rows = examples.shard.row_count,
                                          .micro_rows = micro_batch,
                                          .ranks = static_cast<std::size_t>(communicator.size())});
  measure::require_memory(
      communicator,
      {needed.sides + needed.statistics.peak(),
       fmt::format("`objective` {} of {} rows with {} and {} columns", options.objective,
                   examples.blocks.rows(), model::columns_of(views.a, networks),
                   model::columns_of(views.b, networks)),
       "use more nodes, fewer rows or a smaller `micro_batch`"});
}

#define INFOMAX_INSTANTIATE(T)                                                                   \
  template void require_evaluation_memory<T>(const mpi::Communicator&, const model::Model<T>&,   \
                                             const model::Examples&, const model::PairSettings&, \
                                             const objective::ObjectiveOptions&, std::size_t);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis
