// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/network.hpp"
#include "nn/stage.hpp"

// A network's layers apart.
namespace infomax::nn {

template <math::Real T>
std::size_t Network<T>::layer_count() const {
  return blocks_.empty() ? 0 : blocks_.back().layer + 1;
}

/// The stage before the one that layer K + 1 begins with, or the last of all.
template <math::Real T>
std::size_t Network<T>::last_stage_of(std::size_t layer) const {
  if (layer >= layer_count()) {
    throw UsageError(
        fmt::format("there is no layer {}: the encoder {} has {} with parameters, counted from 0",
                    layer, spec_.text, layer_count()));
  }
  std::size_t begun = 0;
  std::size_t stage = 0;
  while (stage < stages_.size() && begun + (stages_[stage]->parameter_count() > 0) <= layer + 1) {
    begun += stages_[stage]->parameter_count() > 0;
    ++stage;
  }
  return stage - 1;
}

template <math::Real T>
std::size_t Network<T>::layer_columns(std::size_t layer) const {
  return stages_[last_stage_of(layer)]->outputs();
}

template <math::Real T>
MatrixView<const T> Network<T>::layer_output(const Tape& tape, std::size_t layer,
                                             std::size_t rows) const {
  return tape.outputs_[last_stage_of(layer)].view().row_range(0, rows);
}

#define INFOMAX_INSTANTIATE(T)                                                                 \
  template std::size_t Network<T>::layer_count() const;                                        \
  template std::size_t Network<T>::last_stage_of(std::size_t) const;                           \
  template std::size_t Network<T>::layer_columns(std::size_t) const;                           \
  template MatrixView<const T> Network<T>::layer_output(const Tape&, std::size_t, std::size_t) \
      const;
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::nn
