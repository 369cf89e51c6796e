// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/math/products.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::model {

/// Returns what the bits of a result depend on besides data, options and seed, as named texts: the
/// versions of the program, the BLAS library and the C library, the kernels of BLAS, the
/// elementwise kernels and, unless BLAS computes them, what computes `products` by which
/// instructions. If two runs differ in one of them, they agree only up to rounding.
[[nodiscard]] Settings arithmetic(math::Products products);

/// The same in one line.
[[nodiscard]] std::string arithmetic_text(math::Products products);

/// Collective. Throws SystemError, the same on every rank, if arithmetic() differs between ranks,
/// as on nodes with different processors.
void require_one_arithmetic(const mpi::Communicator& communicator, math::Products products);

}  // namespace infomax::model
