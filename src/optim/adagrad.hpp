// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/optimizer_options.hpp"

namespace infomax::optim {

/// Adagrad, the diagonal form (Duchi, Hazan and Singer 2011, figure 1): v += g^2,
/// p += rate g / (sqrt(v) + epsilon), v zero at first.
template <math::Real T>
class Adagrad final : public Optimizer<T> {
 public:
  Adagrad(const OptimizerOptions& options, std::size_t parameter_count)
      : epsilon_(static_cast<T>(options.epsilon)), sum_of_squares_(parameter_count, T{0}) {}

  void ascend(std::span<T> parameters, std::span<const T> gradient, double learning_rate) override {
    ++this->updates_;
    const T rate = static_cast<T>(learning_rate);
    T* p = parameters.data();
    const T* g = gradient.data();
    T* v = sum_of_squares_.data();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      v[i] += g[i] * g[i];
      p[i] += rate * g[i] / (std::sqrt(v[i]) + epsilon_);
    }
  }

  [[nodiscard]] std::vector<std::span<T>> state() override { return {sum_of_squares_}; }

 private:
  T epsilon_;
  Buffer<T> sum_of_squares_;
};

}  // namespace infomax::optim
