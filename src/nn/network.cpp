#include "infomax/nn/network.hpp"

#include <algorithm>
#include <cassert>

#include "nn/dense.hpp"
#include "nn/stage.hpp"

namespace infomax::nn {

template <math::Real T>
Network<T>::Tape::Tape(const Network& network, std::size_t rows, bool for_backward) : rows_(rows) {
  std::size_t widest_hidden = 0;
  for (std::size_t s = 0; s < network.stages_.size(); ++s) {
    const std::size_t width = network.stages_[s]->outputs();
    outputs_.emplace_back(rows, width);
    if (s + 1 < network.stages_.size()) {
      widest_hidden = std::max(widest_hidden, width);
    }
  }
  if (for_backward) {
    const std::size_t hidden_stages = network.stages_.size() - 1;
    for (std::size_t g = 0; g < std::min<std::size_t>(2, hidden_stages); ++g) {
      gradients_[g] = Matrix<T>(rows, widest_hidden);
    }
  }
}

template <math::Real T>
std::size_t Network<T>::Tape::bytes() const {
  std::size_t elements = gradients_[0].size() + gradients_[1].size();
  for (const auto& output : outputs_) {
    elements += output.size();
  }
  return elements * sizeof(T);
}

template <math::Real T>
Network<T>::Network(Spec spec, std::size_t inputs)
    : spec_(std::move(spec)), inputs_(inputs), outputs_(inputs) {
  const auto& items = spec_.items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].kind == ItemKind::activation) {
      append_activation(items[i].activation);
    } else if (i + 1 < items.size() && items[i + 1].kind == ItemKind::activation) {
      append_dense(items[i], items[i + 1].activation);
      ++i;  // the activation is part of this stage
    } else {
      append_dense(items[i], math::Activation::identity);
    }
  }
}

template <math::Real T>
Network<T>::~Network() = default;
template <math::Real T>
Network<T>::Network(Network&&) noexcept = default;
template <math::Real T>
Network<T>& Network<T>::operator=(Network&&) noexcept = default;

template <math::Real T>
void Network<T>::append_dense(const SpecItem& dense, math::Activation activation) {
  const std::size_t layer = blocks_.empty() ? 0 : blocks_.back().layer + 1;
  auto stage =
      std::make_unique<const Dense<T>>(outputs_, dense.units, parameter_count_, activation);
  const std::size_t weights = outputs_ * dense.units;
  blocks_.push_back({.layer = layer,
                     .name = "weight",
                     .offset = parameter_count_,
                     .rows = outputs_,
                     .columns = dense.units,
                     .is_weight = true});
  blocks_.push_back({.layer = layer,
                     .name = "bias",
                     .offset = parameter_count_ + weights,
                     .rows = 1,
                     .columns = dense.units,
                     .is_weight = false});
  parameter_count_ += stage->parameter_count();
  outputs_ = dense.units;
  stages_.push_back(std::move(stage));
}

template <math::Real T>
void Network<T>::append_activation(math::Activation activation) {
  stages_.push_back(std::make_unique<const Elementwise<T>>(outputs_, parameter_count_, activation));
}

template <math::Real T>
double Network<T>::gemm_flops_forward() const {
  double flops = 0.0;
  for (const auto& stage : stages_) {
    flops += stage->gemm_flops();
  }
  return flops;
}

template <math::Real T>
double Network<T>::gemm_flops_backward() const {
  // Two products a stage, but the first stage's input needs no gradient.
  return 2.0 * gemm_flops_forward() - stages_.front()->gemm_flops();
}

template <math::Real T>
void Network<T>::initialize(std::uint64_t seed, std::uint64_t which,
                            std::span<T> parameters) const {
  assert(parameters.size() == parameter_count_);
  std::uint64_t layer = 0;
  for (const auto& stage : stages_) {
    stage->initialize(seed, which, layer,
                      parameters.subspan(stage->offset(), stage->parameter_count()));
    layer += stage->parameter_count() > 0 ? 1 : 0;
  }
}

template <math::Real T>
MatrixView<const T> Network<T>::forward(std::span<const T> parameters, MatrixView<const T> x,
                                        Tape& tape) const {
  assert(x.rows() <= tape.rows() && x.columns() == inputs_);
  MatrixView<const T> input = x;
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    const auto& stage = *stages_[s];
    const MatrixView<T> output = tape.outputs_[s].view().row_range(0, x.rows());
    stage.forward(parameters.subspan(stage.offset(), stage.parameter_count()), input, output);
    input = output;
  }
  return input;
}

template <math::Real T>
void Network<T>::backward(std::span<const T> parameters, MatrixView<const T> x, Tape& tape,
                          MatrixView<T> dy, std::span<T> gradient, const PartReady& ready) const {
  assert(dy.rows() == x.rows() && dy.columns() == outputs_);
  for (std::size_t s = stages_.size(); s-- > 0;) {
    const auto& stage = *stages_[s];
    const MatrixView<const T> input =
        s == 0 ? x : MatrixView<const T>(tape.outputs_[s - 1].view().row_range(0, x.rows()));
    const MatrixView<const T> output = tape.outputs_[s].view().row_range(0, x.rows());
    const MatrixView<T> dx =
        s == 0 ? MatrixView<T>{}
               : MatrixView<T>(tape.gradients_[(s - 1) % 2].data(), x.rows(), stage.inputs());
    stage.backward(parameters.subspan(stage.offset(), stage.parameter_count()), input, output, dy,
                   dx, gradient.subspan(stage.offset(), stage.parameter_count()));
    if (ready && stage.parameter_count() > 0) {
      ready(stage.offset(), stage.parameter_count());
    }
    dy = dx;
  }
}

template class Network<float>;
template class Network<double>;

}  // namespace infomax::nn
