// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::model {

/// What the bits of a result depend on besides data, options and seed, as named texts: the
/// program's version, the BLAS library's and its kernels, the elementwise kernels, the C library.
/// Where two runs differ in one, they agree to rounding only.
[[nodiscard]] Settings arithmetic();

/// The same in one line.
[[nodiscard]] std::string arithmetic_text();

/// Collective. Throws SystemError, on every rank alike, where arithmetic() is not the same on all:
/// nodes of different processors.
void require_one_arithmetic(const mpi::Communicator& communicator);

}  // namespace infomax::model
