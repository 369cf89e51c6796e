// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/value_of_rows.hpp"

namespace infomax::objective {

/// A lower bound of the mutual information of a and b, or an estimate, from scores of all pairs.
enum class PairBound : std::uint8_t {
  infonce,  ///< P [u_ii - ln (1/N) sum_j e^u_ij], at most ln N (van den Oord et al. 2018)
  dv,       ///< P u_ii - ln Q e^u_ij (Donsker and Varadhan 1983)
  nwj,      ///< P u_ii - Q e^(u_ij - 1) (Nguyen, Wainwright and Jordan 2010)
  smile     ///< P u_ii - ln Q e^clip(u_ij), clip to [-limit, limit] (Song and Ermon 2020)
};

/// Collective. The bound in nats, for scores u_ij = a_i . b_j / temperature of local rows a [B, d]
/// and b [B, d] without gaps, and each sample's influence. P is the mean over samples i of all
/// ranks, Q the one over their pairs i != j. `limit` is that of smile. Rows travel around the
/// ranks, so a rank's memory is that of its own rows and of two blocks of others.
[[nodiscard]] stats::ValueOfRows measure_bound(const mpi::Communicator& communicator,
                                               PairBound bound, MatrixView<const double> a,
                                               MatrixView<const double> b, double temperature,
                                               double limit);

}  // namespace infomax::objective
