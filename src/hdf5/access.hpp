// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/hdf5/handle.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::hdf5 {

/// Returns the properties with which this library opens every file: without locks, and over MPI-IO
/// where there is a communicator.
[[nodiscard]] Handle access_properties(const mpi::Communicator* communicator);

}  // namespace infomax::hdf5
