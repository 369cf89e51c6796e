// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/optimizer_options.hpp"

namespace infomax::optim {

/// Gradient ascent, with heavy-ball or Nesterov momentum (Sutskever et al. 2013):
/// v = mu v + g; p += rate v, or p += rate (g + mu v) with Nesterov's.
template <math::Real T>
class Sgd final : public Optimizer<T> {
 public:
  Sgd(const OptimizerOptions& options, std::size_t parameter_count)
      : momentum_(static_cast<T>(options.momentum)),
        nesterov_(options.nesterov),
        velocity_(options.momentum > 0.0 ? parameter_count : 0, T{0}) {}

  void ascend(std::span<T> parameters, std::span<const T> gradient, double learning_rate) override {
    const T rate = static_cast<T>(learning_rate);
    const std::size_t n = parameters.size();
    T* p = parameters.data();
    const T* g = gradient.data();
    ++this->updates_;
    if (velocity_.empty()) {
      for (std::size_t i = 0; i < n; ++i) {
        p[i] += rate * g[i];
      }
      return;
    }
    T* v = velocity_.data();
    const T keep = nesterov_ ? momentum_ : T{1};
    const T fresh = nesterov_ ? T{1} : T{0};
    for (std::size_t i = 0; i < n; ++i) {
      v[i] = momentum_ * v[i] + g[i];
      p[i] += rate * (keep * v[i] + fresh * g[i]);
    }
  }

  [[nodiscard]] std::vector<std::span<T>> state() override {
    if (velocity_.empty()) {
      return {};
    }
    return {velocity_};
  }

 private:
  T momentum_;
  bool nesterov_;
  Buffer<T> velocity_;
};

}  // namespace infomax::optim
