// SPDX-License-Identifier: BSD-3-Clause
#include "report/outputs.hpp"

namespace infomax::report {

template <math::Real T>
Outputs<T>::Outputs(const mpi::Communicator& communicator, const model::PairSettings& pair,
                    const model::Examples& examples, const FindingsOptions& options,
                    const model::WholeSides<T>& sides, const analysis::CanonicalVariates* variates)
    : communicator(communicator),
      pair(pair),
      examples(examples),
      options(options),
      variates(variates),
      sides_(sides) {
  if (variates != nullptr) {
    variates_a_.emplace(sides.a(), variates->a);
    variates_b_.emplace(sides.b(), variates->b);
  }
  statistics_ = analysis::measure_outputs<T>(communicator, a(), b());
}

template <math::Real T>
const stats::RowSource<T>& Outputs<T>::a() const {
  return variates_a_ ? static_cast<const stats::RowSource<T>&>(*variates_a_) : sides_.a();
}

template <math::Real T>
const stats::RowSource<T>& Outputs<T>::b() const {
  return variates_b_ ? static_cast<const stats::RowSource<T>&>(*variates_b_) : sides_.b();
}

template <math::Real T>
std::vector<ShownSide<T>> Outputs<T>::shown() const {
  const auto& [means, moments] = statistics_;
  std::vector<ShownSide<T>> sides;
  if (pair.meaning().has_two_views() || shows_left_functions()) {
    sides.push_back({"a", a(), means.a, moments.variance_a, moments.aa});
  }
  if (!shows_left_functions()) {
    sides.push_back({"b", b(), means.b, moments.variance_b, moments.bb});
  }
  return sides;
}

template class Outputs<float>;
template class Outputs<double>;

}  // namespace infomax::report
