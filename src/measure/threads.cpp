// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/threads.hpp"

#include "infomax/math/blas_runtime.hpp"

namespace infomax::measure {

mpi::Placement choose_threads(const mpi::Communicator& communicator, std::size_t asked) {
  const mpi::Placement placement = mpi::find_placement(communicator);
  if (asked > 0) {
    math::set_blas_threads(static_cast<int>(asked));
  } else if (!math::blas_threads_chosen_by_user()) {
    math::set_blas_threads(placement.own_cores);
  }
  return placement;
}

}  // namespace infomax::measure
