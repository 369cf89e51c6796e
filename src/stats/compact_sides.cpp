// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/compact_sides.hpp"

namespace infomax::stats {

template <math::Real T>
std::unique_ptr<CompactSides<T>> CompactSides<T>::of(const mpi::Communicator& communicator,
                                                     const typename CompactRows<T>::Plan& plan,
                                                     const RowPairs<T>& rows, const Means& means) {
  if (!plan.any()) {
    return nullptr;
  }
  auto made = std::make_unique<CompactSides>();
  MomentPass<T> variances((MomentNeeds()));
  made->rows_.emplace(made->compact_.find(communicator, rows, means,
                                          variances.measure(communicator, rows, means), plan));
  return made;
}

template <math::Real T>
void CompactSides<T>::restore_a(const mpi::Communicator& communicator, Matrix<double>& map) {
  if (compact_.plan().compact_a && !map.empty()) {
    map = compact_.a().restore(communicator, map.view());
  }
}

template <math::Real T>
void CompactSides<T>::restore_b(const mpi::Communicator& communicator, Matrix<double>& map) {
  if (compact_.plan().compact_b && !map.empty()) {
    map = compact_.b().restore(communicator, map.view());
  }
}

template class CompactSides<float>;
template class CompactSides<double>;

}  // namespace infomax::stats
