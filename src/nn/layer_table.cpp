// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/layer_table.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace infomax::nn {

// Each is defined beside its layer.
extern const LayerType dense_type;
extern const LayerType fourier_type;
extern const LayerType tanh_type;
extern const LayerType relu_type;
extern const LayerType sigmoid_type;
extern const LayerType identity_type;
extern const LayerType gelu_type;
extern const LayerType silu_type;
extern const LayerType softplus_type;
extern const LayerType softmax_type;
extern const LayerType dropout_type;
extern const LayerType batchnorm_type;
extern const LayerType residual_type;
extern const LayerType conv_type;
extern const LayerType maxpool_type;
extern const LayerType avgpool_type;
extern const LayerType globalpool_type;
extern const LayerType reshape_type;
extern const LayerType flatten_type;
extern const LayerType groupnorm_type;
extern const LayerType layernorm_type;
extern const LayerType repeat_type;
extern const LayerType resnet_type;
extern const LayerType dim_type;
extern const LayerType conv1d_type;
extern const LayerType embedding_type;
extern const LayerType rnn_type;
extern const LayerType gru_type;
extern const LayerType lstm_type;
extern const LayerType bidirectional_type;
extern const LayerType steps_type;
extern const LayerType last_type;
extern const LayerType mean_type;
extern const LayerType max_type;
extern const LayerType each_type;
extern const LayerType views_type;
extern const LayerType view_type;
extern const LayerType linear_type;

std::span<const LayerType* const> layer_table() {
  static constexpr std::array table{
      &dense_type,         &fourier_type,   &tanh_type,       &relu_type,     &sigmoid_type,
      &identity_type,      &gelu_type,      &silu_type,       &softplus_type, &softmax_type,
      &dropout_type,       &batchnorm_type, &residual_type,   &linear_type,   &conv_type,
      &maxpool_type,       &avgpool_type,   &globalpool_type, &reshape_type,  &flatten_type,
      &groupnorm_type,     &layernorm_type, &repeat_type,     &resnet_type,   &dim_type,
      &conv1d_type,        &embedding_type, &rnn_type,        &gru_type,      &lstm_type,
      &bidirectional_type, &steps_type,     &last_type,       &mean_type,     &max_type,
      &each_type,          &views_type,     &view_type,
  };
  return table;
}

const LayerType* find_layer_type(std::string_view name) {
  const auto table = layer_table();
  const auto found = std::ranges::find(table, name, &LayerType::name);
  return found == table.end() ? nullptr : *found;
}

std::string layer_usages() {
  std::vector<std::string_view> usages;
  std::string alone;
  for (const LayerType* type : layer_table()) {
    if (type->solved) {
      alone += fmt::format(", or {} alone or after fourier", type->usage);
    } else {
      usages.push_back(type->usage);
    }
  }
  const std::string_view last = usages.back();
  usages.pop_back();
  return fmt::format("{} or {}{}", fmt::join(usages, ", "), last, alone);
}

}  // namespace infomax::nn
