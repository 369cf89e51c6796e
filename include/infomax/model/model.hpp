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

/// Networks joined with data: what a pair's sides are made of, and model.h5.
namespace infomax::model {

/// A trainable member of a model: a network, with the preprocessing of its input and its place in
/// the model's flat parameter vector.
template <math::Real T>
struct Member {
  Role role;  ///< encoder_b where there is one network, encoder_a and encoder_b where there are two
  nn::Network<T> network;             ///< without parameters, which the model holds
  data::Normalization normalization;  ///< of the rows that it encodes
  std::size_t offset = 0;             ///< of its parameters in the model's

  [[nodiscard]] const char* name() const { return name_of(role); }  ///< in files and messages
};

/// One or two networks with one flat parameter vector, and the settings that belong to them.
template <math::Real T>
class Model {
 public:
  /// Appends a network with room for its parameters, which stay uninitialised.
  void add(Role role, nn::Network<T> network, data::Normalization normalization);

  /// Appends room for parameters of the objective's own, such as a temperature; after all networks,
  /// once.
  void add_objective_parameters(std::size_t count);

  /// @{ The last of parameters(): those of the objective.
  [[nodiscard]] std::span<T> objective_parameters() { return parameters().last(objective_count_); }
  [[nodiscard]] std::span<const T> objective_parameters() const {
    return parameters().last(objective_count_);
  }
  /// @}

  /// Initialises the networks' parameters, as a function of `seed` and the networks alone.
  void initialize(std::uint64_t seed);

  /// Moves the parameters of the member `target` to `decay` times themselves and the rest of those
  /// of encoder_b; to these where the decay is 0.
  void move_target(double decay);

  /// The members in the order in which they were added, which is that of their parameters.
  [[nodiscard]] const std::vector<Member<T>>& members() const { return members_; }
  /// Whether a member has the role.
  [[nodiscard]] bool has(Role role) const;

  /// Throws std::logic_error where no member has the role.
  [[nodiscard]] const Member<T>& member(Role role) const;

  /// @{ The parameters of all members, one member after the other, and then the objective's.
  [[nodiscard]] std::span<T> parameters() { return parameters_; }
  [[nodiscard]] std::span<const T> parameters() const { return parameters_; }
  /// @}
  /// @{ The part of parameters() that belongs to a member of this model.
  [[nodiscard]] std::span<T> parameters_of(const Member<T>& member);
  [[nodiscard]] std::span<const T> parameters_of(const Member<T>& member) const;
  /// @}

  Settings settings;  ///< what model.h5 keeps besides networks, such as PairSettings

 private:
  std::vector<Member<T>> members_;
  Buffer<T> parameters_;
  std::size_t objective_count_ = 0;
};

}  // namespace infomax::model
