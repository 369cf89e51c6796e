// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/whole_sides.hpp"

#include <numeric>

namespace infomax::model {

template <math::Real T>
WholeSides<T>::WholeSides(const mpi::Communicator& communicator, const Model<T>& model,
                          const Examples& examples, const PairSettings& settings,
                          std::size_t micro_batch, bool reproducible)
    : samples_(examples.shard.row_count),
      sides_(communicator, model, examples, settings, samples_.size(), micro_batch, false,
             reproducible) {
  std::iota(samples_.begin(), samples_.end(), std::size_t{0});
  forward();
}

template <math::Real T>
objective::Value evaluate(const mpi::Communicator& communicator, const WholeSides<T>& sides,
                          objective::Objective<T>& objective) {
  return objective.evaluate(communicator, sides.batch(), {});
}

template class WholeSides<float>;
template class WholeSides<double>;
template objective::Value evaluate<float>(const mpi::Communicator&, const WholeSides<float>&,
                                          objective::Objective<float>&);
template objective::Value evaluate<double>(const mpi::Communicator&, const WholeSides<double>&,
                                           objective::Objective<double>&);

}  // namespace infomax::model
