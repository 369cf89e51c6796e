// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>

#include "nn/executor_state.hpp"

namespace infomax::nn {
namespace {

std::size_t columns_of(const BufferPlan& plan) {
  return std::accumulate(plan.columns.begin(), plan.columns.end(), std::size_t{0});
}

}  // namespace

/// As the constructor of State allocates.
template <math::Real T>
std::size_t Executor<T>::bytes_for(const Network<T>& network, const Room& room) {
  const Plan plan = make_plan(network.graph(), room.for_backward, room.taps, room.input_gradient);
  const std::size_t batch_rows = room.batch_rows;
  const std::size_t micro_rows =
      room.micro_rows == 0 ? batch_rows : std::min(room.micro_rows, batch_rows);
  const bool whole = !room.by_ranges && micro_rows == batch_rows;
  std::size_t columns =
      network.inputs() + columns_of(plan.values) + columns_of(plan.gradients) + plan.added_columns;
  if (room.for_backward && room.by_ranges) {
    columns += network.outputs();
  }
  WorkspaceSize most;
  std::size_t all_saved = 0;
  std::size_t most_saved = 0;
  for (std::size_t u = 1; u < network.graph().nodes().size(); ++u) {
    const WorkspaceSize size = network.layer(u).workspace(micro_rows);
    most.elements = std::max(most.elements, size.elements);
    most.doubles = std::max(most.doubles, size.doubles);
    const std::size_t saved = network.layer(u).saved_columns();
    all_saved += saved;
    most_saved = std::max(most_saved, saved);
  }
  columns += room.for_backward ? all_saved : most_saved;
  const std::size_t kept = whole ? 0 : batch_rows * columns_of(plan.kept);
  return (micro_rows * columns + kept + most.elements) * sizeof(T) + most.doubles * sizeof(double);
}

template std::size_t Executor<float>::bytes_for(const Network<float>&, const Room&);
template std::size_t Executor<double>::bytes_for(const Network<double>&, const Room&);

}  // namespace infomax::nn
