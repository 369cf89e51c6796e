// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/model.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace infomax::model {

template <math::Real T>
void Model<T>::add(Role role, nn::Network<T> network, data::Normalization normalization) {
  const std::size_t offset = parameters_.size();
  parameters_.resize(offset + network.parameter_count());
  members_.push_back({role, std::move(network), std::move(normalization), offset});
}

template <math::Real T>
void Model<T>::add_objective_parameters(std::size_t count) {
  parameters_.resize(parameters_.size() + count);
  objective_count_ = count;
}

template <math::Real T>
void Model<T>::initialize(std::uint64_t seed) {
  for (const auto& member : members_) {
    member.network.initialize(seed, static_cast<std::uint64_t>(member.role), parameters_of(member));
  }
}

template <math::Real T>
void Model<T>::move_target(double decay) {
  const auto encoder = std::as_const(*this).parameters_of(member(Role::encoder_b));
  const auto target = parameters_of(member(Role::target));
  std::ranges::transform(target, encoder, target.begin(), [decay](T old, T now) {
    return static_cast<T>(decay * static_cast<double>(old) +
                          (1.0 - decay) * static_cast<double>(now));
  });
}

template <math::Real T>
bool Model<T>::has(Role role) const {
  return std::ranges::find(members_, role, &Member<T>::role) != members_.end();
}

template <math::Real T>
const Member<T>& Model<T>::member(Role role) const {
  const auto found = std::ranges::find(members_, role, &Member<T>::role);
  if (found == members_.end()) {
    throw std::logic_error(std::string("the model has no member ") + name_of(role));
  }
  return *found;
}

template <math::Real T>
std::span<T> Model<T>::parameters_of(const Member<T>& member) {
  return parameters().subspan(member.offset, member.network.parameter_count());
}

template <math::Real T>
std::span<const T> Model<T>::parameters_of(const Member<T>& member) const {
  return parameters().subspan(member.offset, member.network.parameter_count());
}

template class Model<float>;
template class Model<double>;

}  // namespace infomax::model
