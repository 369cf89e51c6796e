// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/role.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/nn/network.hpp"

namespace infomax::model {

/// A trainable member of a model: a network, with the preprocessing of its input and its place in
/// the model's flat parameter vector.
template <math::Real T>
struct Member {
  Role role;  ///< encoder_b where there is one network, encoder_a and encoder_b where there are two
  nn::Network<T> network;
  data::Normalization normalization;
  std::size_t offset = 0;

  [[nodiscard]] const char* name() const { return name_of(role); }  ///< in files and messages
};

/// One or two networks over one flat parameter vector, and what else a user of them must know.
template <math::Real T>
class Model {
 public:
  /// Appends a network with room for its parameters, which stay uninitialised.
  void add(Role role, nn::Network<T> network, data::Normalization normalization);

  /// A function of `seed` and the networks alone.
  void initialize(std::uint64_t seed);

  [[nodiscard]] const std::vector<Member<T>>& members() const { return members_; }
  [[nodiscard]] bool has(Role role) const;

  /// Throws std::logic_error where no member has the role.
  [[nodiscard]] const Member<T>& member(Role role) const;

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
