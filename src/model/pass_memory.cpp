// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/pass_memory.hpp"

#include <algorithm>

#include "infomax/nn/executor.hpp"
#include "infomax/objective/memory.hpp"

namespace infomax::model {

template <math::Real T>
std::size_t columns_of(const View& view, const NetworksByRole<T>& networks) {
  if (view.encoder) {
    return networks.at(*view.encoder)->outputs();
  }
  return view.classes > 0 ? view.classes : view.rows->features();
}

template <math::Real T>
std::vector<std::size_t> tapped_nodes(const View& view, const nn::Network<T>& network) {
  if (!view.tapped_layer) {
    return {};
  }
  return {network.graph().feature_map(*view.tapped_layer)};
}

template <math::Real T>
PassMemory pass_memory(const Views& views, const NetworksByRole<T>& networks,
                       const objective::ObjectiveOptions& objective, const Passes& passes) {
  PassMemory memory;
  nn::Room room{.batch_rows = passes.local_rows,
                .micro_rows = passes.micro_rows,
                .for_backward = passes.for_backward,
                .by_ranges = passes.reproducible};
  const auto of_gradient = [&](std::size_t columns) {
    return passes.for_backward ? passes.local_rows * columns * sizeof(T) : 0;
  };
  for (const View* view : {&views.a, &views.b}) {
    if (!view->encoder) {
      continue;
    }
    const auto& network = *networks.at(*view->encoder);
    if (networks.contains(Role::target)) {
      room.taps = {};
      memory.sides += nn::Executor<T>::bytes_for(network, room) + of_gradient(network.outputs());
    }
    room.taps = tapped_nodes(*view, network);
    memory.sides += nn::Executor<T>::bytes_for(network, room) + of_gradient(network.outputs());
    if (view->tapped_layer) {
      memory.sides += of_gradient(network.layer_columns(*view->tapped_layer));
    }
  }
  const bool all_at_once = passes.micro_rows == 0 || passes.micro_rows >= passes.local_rows;
  const bool holds_a = views.a_is_input_of_b() && all_at_once && !passes.reproducible;
  const stats::BatchExtent batch{.rows = passes.rows,
                                 .local_rows = passes.local_rows,
                                 .p = columns_of(views.a, networks),
                                 .q = columns_of(views.b, networks),
                                 .ranks = passes.ranks,
                                 .element_bytes = sizeof(T),
                                 .data_a = !views.a.encoder && !holds_a,
                                 .wanted_a = passes.for_backward && views.a.encoder.has_value(),
                                 .wanted_b = passes.for_backward,
                                 .same_bits = passes.reproducible};
  memory.statistics = objective::objective_memory(objective, batch);
  return memory;
}

std::size_t largest_part(const Examples& examples, std::size_t batch_rows) {
  const std::size_t blocks = examples.blocks.count();
  return std::max<std::size_t>(
      1, std::min(batch_rows, (examples.blocks.rows() + blocks - 1) / blocks));
}

#define INFOMAX_INSTANTIATE(T)                                                           \
  template std::vector<std::size_t> tapped_nodes<T>(const View&, const nn::Network<T>&); \
  template std::size_t columns_of<T>(const View&, const NetworksByRole<T>&);             \
  template PassMemory pass_memory<T>(const Views&, const NetworksByRole<T>&,             \
                                     const objective::ObjectiveOptions&, const Passes&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::model
