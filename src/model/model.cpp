// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/model.hpp"

#include <algorithm>
#include <stdexcept>

namespace infomax::model {

template <math::Real T>
void Model<T>::add(const std::string& name, nn::Network<T> network,
                   data::Normalization normalization) {
  const std::size_t offset = parameters_.size();
  parameters_.resize(offset + network.parameter_count());
  members_.push_back({name, std::move(network), std::move(normalization), offset});
}

template <math::Real T>
void Model<T>::initialize(std::uint64_t seed) {
  for (const auto& member : members_) {
    const std::uint64_t which = member.name == "a" ? 0 : 1;
    member.network.initialize(seed, which, parameters_of(member));
  }
}

template <math::Real T>
const Member<T>& Model<T>::member(const std::string& name) const {
  const auto found = std::ranges::find(members_, name, &Member<T>::name);
  if (found == members_.end()) {
    throw std::logic_error("no network named " + name);
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
