// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/optimizer_options.hpp"

namespace infomax::optim {

/// RMSProp (Tieleman and Hinton 2012, lecture 6.5): v = s v + (1 - s) g^2,
/// p += rate g / (sqrt(v) + epsilon), v zero at first.
template <math::Real T>
class RmsProp final : public Optimizer<T> {
 public:
  RmsProp(const OptimizerOptions& options, std::size_t parameter_count)
      : options_(options), mean_square_(parameter_count, T{0}) {}

  void ascend(std::span<T> parameters, std::span<const T> gradient, double learning_rate) override {
    ++this->updates_;
    const T keep = static_cast<T>(options_.smoothing);
    const T rest = static_cast<T>(1.0 - options_.smoothing);
    const T rate = static_cast<T>(learning_rate);
    const T epsilon = static_cast<T>(options_.epsilon);
    T* p = parameters.data();
    const T* g = gradient.data();
    T* v = mean_square_.data();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      v[i] = keep * v[i] + rest * g[i] * g[i];
      p[i] += rate * g[i] / (std::sqrt(v[i]) + epsilon);
    }
  }

  [[nodiscard]] std::vector<std::span<T>> state() override { return {mean_square_}; }

 private:
  OptimizerOptions options_;
  Buffer<T> mean_square_;
};

}  // namespace infomax::optim
