// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/network.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>

#include "nn/batch_norm.hpp"
#include "nn/dense.hpp"
#include "nn/dropout.hpp"
#include "nn/elementwise.hpp"
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
  for (const std::size_t stage : network.normalizations_) {
    statistics_.emplace_back(network.stages_[stage]->inputs());
  }
}

template <math::Real T>
Network<T>::Tape::~Tape() = default;
template <math::Real T>
Network<T>::Tape::Tape(Tape&&) noexcept = default;
template <math::Real T>
typename Network<T>::Tape& Network<T>::Tape::operator=(Tape&&) noexcept = default;

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
    const bool activated = i + 1 < items.size() && items[i + 1].kind == ItemKind::activation;
    switch (items[i].kind) {
      case ItemKind::dense:
        append_dense(items[i], activated ? items[i + 1].activation : math::Activation::identity);
        i += activated ? 1 : 0;  // the activation is part of this stage
        break;
      case ItemKind::activation:
        append_activation(items[i].activation);
        break;
      case ItemKind::dropout:
        append_dropout(items[i].probability);
        break;
      case ItemKind::batchnorm:
        append_batch_norm();
        break;
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
void Network<T>::append_parameters(const char* name, std::size_t rows, std::size_t layer) {
  blocks_.push_back({.layer = layer,
                     .name = name,
                     .offset = parameter_count_,
                     .rows = rows,
                     .columns = outputs_,
                     .is_weight = std::string_view(name) == "weight"});
  parameter_count_ += blocks_.back().size();
}

template <math::Real T>
void Network<T>::append_dense(const SpecItem& dense, math::Activation activation) {
  const std::size_t layer = layer_count();
  const std::size_t inputs = outputs_;
  outputs_ = dense.units;
  stages_.push_back(
      std::make_unique<const Dense<T>>(inputs, outputs_, parameter_count_, activation));
  append_parameters("weight", inputs, layer);
  append_parameters("bias", 1, layer);
}

template <math::Real T>
void Network<T>::append_activation(math::Activation activation) {
  stages_.push_back(std::make_unique<const Elementwise<T>>(outputs_, parameter_count_, activation));
}

template <math::Real T>
void Network<T>::append_dropout(double probability) {
  stages_.push_back(
      std::make_unique<const Dropout<T>>(outputs_, parameter_count_, probability, dropouts_++));
}

template <math::Real T>
void Network<T>::append_batch_norm() {
  normalizations_.push_back(stages_.size());
  stages_.push_back(std::make_unique<const BatchNorm<T>>(outputs_, parameter_count_));
  const std::size_t layer = layer_count();
  for (const char* name : {"scale", "shift", "mean", "variance"}) {
    append_parameters(name, 1, layer);
  }
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
std::size_t Network<T>::first_stage(std::size_t part) const {
  if (part == 0) {
    return 0;
  }
  return part <= normalizations_.size() ? normalizations_[part - 1] : stages_.size();
}

template <math::Real T>
const BatchNorm<T>& Network<T>::normalization(std::size_t n) const {
  return static_cast<const BatchNorm<T>&>(*stages_[normalizations_[n]]);
}

template <math::Real T>
std::size_t Network<T>::sum_count(std::size_t n) const {
  return normalization(n).sum_count();
}

template <math::Real T>
MatrixView<const T> Network<T>::input_of(std::size_t stage, MatrixView<const T> x,
                                         const Tape& tape) const {
  return stage == 0 ? x : tape.outputs_[stage - 1].view().row_range(0, x.rows());
}

template <math::Real T>
template <class U>
std::span<U> Network<T>::part_of(std::span<U> parameters, const Stage<T>& stage) const {
  return parameters.empty() ? parameters
                            : parameters.subspan(stage.offset(), stage.parameter_count());
}

template <math::Real T>
MatrixView<const T> Network<T>::forward(std::span<const T> parameters, MatrixView<const T> x,
                                        Tape& tape, const Pass& pass) const {
  assert(!pass.training || normalizations_.empty());
  MatrixView<const T> output;
  for (std::size_t part = 0; part <= normalizations_.size(); ++part) {
    output = forward_part(part, parameters, x, tape, pass);
  }
  return output;
}

template <math::Real T>
MatrixView<const T> Network<T>::forward_part(std::size_t part, std::span<const T> parameters,
                                             MatrixView<const T> x, Tape& tape,
                                             const Pass& pass) const {
  assert(x.rows() <= tape.rows() && x.columns() == inputs_);
  for (std::size_t s = first_stage(part); s < first_stage(part + 1); ++s) {
    const auto& stage = *stages_[s];
    const auto own = part_of(parameters, stage);
    const auto input = input_of(s, x, tape);
    const MatrixView<T> output = tape.outputs_[s].view().row_range(0, x.rows());
    if (pass.training && part > 0 && s == first_stage(part)) {
      normalization(part - 1).forward(own, input, output, tape.statistics_[part - 1]);
    } else {
      stage.forward(own, input, output, pass);
    }
  }
  return input_of(first_stage(part + 1), x, tape);
}

template <math::Real T>
void Network<T>::add_sums(std::size_t n, std::span<const T> parameters, MatrixView<const T> x,
                          const Tape& tape, std::span<double> sums) const {
  const auto& stage = normalization(n);
  stage.add_sums(part_of(parameters, stage), input_of(normalizations_[n], x, tape), sums);
}

template <math::Real T>
void Network<T>::set_moments(std::size_t n, std::span<const T> parameters,
                             std::span<const double> sums, Tape& tape) const {
  const auto& stage = normalization(n);
  stage.set_moments(part_of(parameters, stage), sums, tape.statistics_[n]);
}

template <math::Real T>
void Network<T>::backward(std::span<const T> parameters, MatrixView<const T> x, Tape& tape,
                          MatrixView<T> dy, std::span<T> gradient, const PartReady& ready,
                          const Pass& pass) const {
  assert(normalizations_.empty());
  backward_part(0, parameters, x, tape, dy, gradient, pass, ready);
}

template <math::Real T>
void Network<T>::backward_part(std::size_t part, std::span<const T> parameters,
                               MatrixView<const T> x, Tape& tape, MatrixView<T> dy,
                               std::span<T> gradient, const Pass& pass,
                               const PartReady& ready) const {
  // A part's normalisation runs with the part before it, once its sums are known.
  const bool last = part == normalizations_.size();
  if (last) {
    assert(dy.rows() == x.rows() && dy.columns() == outputs_);
    tape.dy_ = dy;
  }
  const std::size_t end = last ? stages_.size() : first_stage(part + 1) + 1;
  const std::size_t begin = part == 0 ? 0 : first_stage(part) + 1;
  for (std::size_t s = end; s-- > begin;) {
    const auto& stage = *stages_[s];
    const auto own = part_of(parameters, stage);
    const auto own_gradient = part_of(gradient, stage);
    const auto input = input_of(s, x, tape);
    const MatrixView<T> dx =
        s == 0 ? MatrixView<T>{}
               : MatrixView<T>(tape.gradients_[(s - 1) % 2].data(), x.rows(), stage.inputs());
    if (!last && s + 1 == end) {
      normalization(part).backward(own, input, tape.dy_, dx, own_gradient, tape.statistics_[part]);
    } else {
      stage.backward(own, input, input_of(s + 1, x, tape), tape.dy_, dx, own_gradient, pass);
    }
    if (ready && stage.parameter_count() > 0) {
      ready(stage.offset(), stage.parameter_count());
    }
    tape.dy_ = dx;
  }
}

template <math::Real T>
void Network<T>::add_gradient_sums(std::size_t n, MatrixView<const T> x, const Tape& tape,
                                   std::span<double> sums) const {
  normalization(n).add_gradient_sums(input_of(normalizations_[n], x, tape), tape.dy_,
                                     tape.statistics_[n], sums);
}

template <math::Real T>
void Network<T>::set_gradient_means(std::size_t n, std::span<const double> sums, Tape& tape) const {
  normalization(n).set_gradient_means(sums, tape.statistics_[n]);
}

template <math::Real T>
void Network<T>::remember(std::span<const Tape* const> tapes, double share,
                          std::span<T> parameters) const {
  for (std::size_t n = 0; n < normalizations_.size(); ++n) {
    const auto& stage = normalization(n);
    BatchStatistics all(stage.inputs());
    for (std::size_t j = 0; j < stage.inputs(); ++j) {
      double mean = 0.0;
      double square = 0.0;
      for (const Tape* tape : tapes) {
        const auto& one = tape->statistics_[n];
        mean += one.mean[j];
        square += one.variance[j] + one.mean[j] * one.mean[j];
      }
      const auto count = static_cast<double>(tapes.size());
      all.mean[j] = mean / count;
      all.variance[j] = std::max(0.0, square / count - all.mean[j] * all.mean[j]);
    }
    stage.remember(all.mean, all.variance, share, part_of(parameters, stage));
  }
}

template class Network<float>;
template class Network<double>;

}  // namespace infomax::nn
