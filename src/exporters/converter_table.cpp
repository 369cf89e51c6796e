// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>

#include "exporters/layer_converter.hpp"

namespace infomax::exporters {

// Each is defined in the file of its kind.
Value convert_dense(const LayerContext& context);
Value convert_fourier(const LayerContext& context);
Value convert_tanh(const LayerContext& context);
Value convert_relu(const LayerContext& context);
Value convert_sigmoid(const LayerContext& context);
Value convert_gelu(const LayerContext& context);
Value convert_silu(const LayerContext& context);
Value convert_softplus(const LayerContext& context);
Value convert_softmax(const LayerContext& context);
Value convert_batch_norm(const LayerContext& context);
Value convert_group_norm(const LayerContext& context);
Value convert_layer_norm(const LayerContext& context);
Value convert_conv(const LayerContext& context);
Value convert_conv1d(const LayerContext& context);
Value convert_max_pool(const LayerContext& context);
Value convert_average_pool(const LayerContext& context);
Value convert_global_pool(const LayerContext& context);
Value convert_reshape(const LayerContext& context);
Value convert_sum(const LayerContext& context);
Value convert_slice(const LayerContext& context);
Value convert_join(const LayerContext& context);
Value convert_embedding(const LayerContext& context);
Value convert_rnn(const LayerContext& context);
Value convert_gru(const LayerContext& context);
Value convert_lstm(const LayerContext& context);
Value convert_bidirectional(const LayerContext& context);
Value convert_mask(const LayerContext& context);
Value convert_last(const LayerContext& context);
Value convert_mean(const LayerContext& context);
Value convert_max(const LayerContext& context);

namespace {

/// Of layers that change nothing: a dropout outside of training, and an order in memory.
Value convert_nothing(const LayerContext& context) { return context.input(); }

// repeat, resnet and dim are missing, because a graph has the layers that they stand for.
constexpr std::array converters{
    LayerConverter{"dense", convert_dense},
    LayerConverter{"linear", convert_dense},
    LayerConverter{"fourier", convert_fourier},
    LayerConverter{"tanh", convert_tanh},
    LayerConverter{"relu", convert_relu},
    LayerConverter{"sigmoid", convert_sigmoid},
    LayerConverter{"identity", convert_nothing},
    LayerConverter{"gelu", convert_gelu},
    LayerConverter{"silu", convert_silu},
    LayerConverter{"softplus", convert_softplus},
    LayerConverter{"softmax", convert_softmax},
    LayerConverter{"dropout", convert_nothing},
    LayerConverter{"batchnorm", convert_batch_norm},
    LayerConverter{"groupnorm", convert_group_norm},
    LayerConverter{"layernorm", convert_layer_norm},
    LayerConverter{"residual", convert_sum},
    LayerConverter{"view", convert_slice},
    LayerConverter{"views", convert_join},
    LayerConverter{"conv", convert_conv},
    LayerConverter{"conv1d", convert_conv1d},
    LayerConverter{"maxpool", convert_max_pool},
    LayerConverter{"avgpool", convert_average_pool},
    LayerConverter{"globalpool", convert_global_pool},
    LayerConverter{"reshape", convert_reshape},
    LayerConverter{"flatten", convert_reshape},
    LayerConverter{"reorder", convert_nothing},
    LayerConverter{"embedding", convert_embedding},
    LayerConverter{"rnn", convert_rnn},
    LayerConverter{"gru", convert_gru},
    LayerConverter{"lstm", convert_lstm},
    LayerConverter{"bidirectional", convert_bidirectional},
    LayerConverter{"steps", convert_mask},
    LayerConverter{"each", convert_mask},
    LayerConverter{"last", convert_last},
    LayerConverter{"mean", convert_mean},
    LayerConverter{"max", convert_max},
};

}  // namespace

const LayerConverter* find_converter(std::string_view layer) {
  const auto* const found = std::ranges::find(converters, layer, &LayerConverter::layer);
  return found == converters.end() ? nullptr : found;
}

}  // namespace infomax::exporters
