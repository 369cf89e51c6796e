// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace infomax::mpi {

/// Throws SystemError naming `call` and MPI's own text unless `status` is MPI_SUCCESS.
void check(int status, const char* call);

}  // namespace infomax::mpi
