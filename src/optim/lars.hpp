// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/optimizer_options.hpp"

namespace infomax::optim {

/// LARS (You, Gitman and Ginsburg 2017, algorithm 1): v = mu v + rate r g, p += v, where r is
/// trust |p| / |g| for the weights of a layer, and 1 for biases and where either norm is 0. Weight
/// decay is a term of J, so g includes it already.
template <math::Real T>
class Lars final : public Optimizer<T> {
 public:
  Lars(const OptimizerOptions& options, std::size_t parameter_count,
       std::vector<WeightRange> weights)
      : momentum_(static_cast<T>(options.momentum)),
        trust_(options.trust),
        weights_(std::move(weights)),
        velocity_(parameter_count, T{0}) {}

  void ascend(std::span<T> parameters, std::span<const T> gradient, double learning_rate) override {
    ++this->updates_;
    const auto accelerate = [&](std::size_t first, std::size_t last, double rate) {
      const T* g = gradient.data();
      T* v = velocity_.data();
      for (std::size_t i = first; i < last; ++i) {
        v[i] = momentum_ * v[i] + static_cast<T>(rate) * g[i];
      }
    };
    std::size_t done = 0;
    for (const WeightRange& range : weights_) {
      accelerate(done, range.offset, learning_rate);
      done = range.offset + range.count;
      accelerate(range.offset, done,
                 learning_rate * ratio(parameters.subspan(range.offset, range.count),
                                       gradient.subspan(range.offset, range.count)));
    }
    accelerate(done, parameters.size(), learning_rate);
    math::axpy(T{1}, velocity_, parameters);
  }

  [[nodiscard]] std::vector<std::span<T>> state() override { return {velocity_}; }

 private:
  [[nodiscard]] double ratio(std::span<const T> parameters, std::span<const T> gradient) const {
    // Every rank computes the ratio, and all must find the same bits.
    const double length = math::ordered_norm(parameters);
    const double slope = math::ordered_norm(gradient);
    return length > 0.0 && slope > 0.0 ? trust_ * length / slope : 1.0;
  }

  T momentum_;
  double trust_;
  std::vector<WeightRange> weights_;  ///< in ascending order
  Buffer<T> velocity_;
};

}  // namespace infomax::optim
