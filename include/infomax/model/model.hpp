// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/nn/network.hpp"

namespace infomax::model {

/// A network of a model, with the preprocessing of its input and its place in the model's flat
/// parameter vector.
template <math::Real T>
struct Member {
  std::string name;  ///< "b" where there is one network, "a" and "b" where there are two
  nn::Network<T> network;
  data::Normalization normalization;
  std::size_t offset = 0;
};

/// One or two networks over one flat parameter vector, and what else a user of them must know.
template <math::Real T>
class Model {
 public:
  /// Appends a network with room for its parameters, which stay uninitialised.
  void add(const std::string& name, nn::Network<T> network, data::Normalization normalization);

  /// A function of `seed` and the networks alone.
  void initialize(std::uint64_t seed);

  [[nodiscard]] const std::vector<Member<T>>& members() const { return members_; }
  [[nodiscard]] const Member<T>& member(const std::string& name) const;

  [[nodiscard]] std::span<T> parameters() { return parameters_; }
  [[nodiscard]] std::span<const T> parameters() const { return parameters_; }
  [[nodiscard]] std::span<T> parameters_of(const Member<T>& member);
  [[nodiscard]] std::span<const T> parameters_of(const Member<T>& member) const;

  Settings settings;

 private:
  std::vector<Member<T>> members_;
  Buffer<T> parameters_;
};

}  // namespace infomax::model
