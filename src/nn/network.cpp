// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/network.hpp"

#include <algorithm>
#include <cassert>

#include "nn/layer.hpp"

namespace infomax::nn {

template <math::Real T>
bool Network<T>::has_running_statistics() const {
  return std::ranges::find(parameters(), Role::running_statistic, &ParameterBlock::role) !=
         parameters().end();
}

template <math::Real T>
double Network<T>::gemm_flops_forward() const {
  double multiply_adds = 0.0;
  for (const auto& node : graph_.nodes()) {
    multiply_adds += node.product.multiply_adds();
  }
  return 2.0 * multiply_adds;
}

template <math::Real T>
double Network<T>::gemm_flops_backward() const {
  // Products for the parameters' gradient and for the input's, where that is needed.
  const auto needed = graph_.need_gradient();
  double multiply_adds = 0.0;
  for (const auto& node : graph_.nodes()) {
    const bool input_gradient =
        std::ranges::any_of(node.inputs, [&](std::size_t v) { return needed[v]; });
    multiply_adds +=
        ((node.layer ? 1.0 : 0.0) + (input_gradient ? 1.0 : 0.0)) * node.product.multiply_adds();
  }
  return 2.0 * multiply_adds;
}

template <math::Real T>
void Network<T>::initialize(std::uint64_t seed, std::uint64_t which,
                            std::span<T> parameters) const {
  assert(parameters.size() == parameter_count());
  for (std::size_t u = 1; u < graph_.nodes().size(); ++u) {
    const Node& node = graph_.nodes()[u];
    if (node.layer) {
      layer(u).initialize(seed, which, *node.layer,
                          parameters.subspan(node.first_parameter, node.parameter_count));
    }
  }
}

template <math::Real T>
std::size_t Network<T>::layer_columns(std::size_t layer) const {
  return graph_.nodes()[graph_.layer_output(layer)].output.size();
}

template class Network<float>;
template class Network<double>;

}  // namespace infomax::nn
