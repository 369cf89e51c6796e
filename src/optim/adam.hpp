// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/optimizer_options.hpp"

namespace infomax::optim {

/// Adam (Kingma and Ba 2015); with a decoupled decay, AdamW (Loshchilov and Hutter 2019):
///   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,
///   p = p (1 - rate decay) + rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
template <math::Real T>
class Adam final : public Optimizer<T> {
 public:
  Adam(const OptimizerOptions& options, std::size_t parameter_count,
       std::vector<WeightRange> decayed)
      : options_(options),
        decayed_(std::move(decayed)),
        first_(parameter_count, T{0}),
        second_(parameter_count, T{0}) {}

  void ascend(std::span<T> parameters, std::span<const T> gradient, double learning_rate) override {
    ++this->updates_;
    if (options_.decoupled_decay > 0.0) {
      decay(parameters, static_cast<T>(1.0 - learning_rate * options_.decoupled_decay));
    }
    const auto t = static_cast<double>(this->updates_);
    const T beta1 = static_cast<T>(options_.beta1);
    const T beta2 = static_cast<T>(options_.beta2);
    const T rest1 = static_cast<T>(1.0 - options_.beta1);
    const T rest2 = static_cast<T>(1.0 - options_.beta2);
    const T rate = static_cast<T>(learning_rate / (1.0 - std::pow(options_.beta1, t)));
    const T correct2 = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(options_.beta2, t)));
    const T epsilon = static_cast<T>(options_.epsilon);
    T* p = parameters.data();
    const T* g = gradient.data();
    T* m = first_.data();
    T* v = second_.data();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      m[i] = beta1 * m[i] + rest1 * g[i];
      v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
      p[i] += rate * m[i] / (std::sqrt(v[i]) * correct2 + epsilon);
    }
  }

  [[nodiscard]] std::vector<std::span<T>> state() override { return {first_, second_}; }

 private:
  void decay(std::span<T> parameters, T factor) const {
    for (const WeightRange& range : decayed_) {
      math::scale(factor, parameters.subspan(range.offset, range.count));
    }
  }

  OptimizerOptions options_;
  std::vector<WeightRange> decayed_;
  Buffer<T> first_;
  Buffer<T> second_;
};

}  // namespace infomax::optim
