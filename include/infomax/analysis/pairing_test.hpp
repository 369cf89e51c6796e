// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/analysis/linear_refit.hpp"
#include "infomax/analysis/permutation_test.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/options.hpp"

/// @file
/// Whether side b's samples belong to side a's: an objective against what it is of samples that are
/// paired at random. What was fitted to the pairs must be fitted to every order of them too, or
/// noise looks like a dependence. Canonical correlations of outputs are; networks are not, as that
/// would train them K times, so the outputs must be those of rows that the networks were not
/// trained on; the linear solution is, by test_linear_pairing().

namespace infomax::analysis {

/// Collective. Takes the outputs of the networks as they are. With `fitted`, as evaluate() has it,
/// nothing is fitted to any order, and each correlation has its own p-value; without, canonical
/// correlations are fitted to each order. Throws as evaluate() and test_by_permutation() do.
template <math::Real T>
[[nodiscard]] PermutationTest test_pairing(const mpi::Communicator& communicator,
                                           const objective::ObjectiveOptions& options,
                                           const model::WholeSides<T>& sides,
                                           const model::WholeSides<T>* fitted,
                                           const PermutationOptions& permutations);

/// Collective. Fits the linear solution to every order of the rows that it was fitted to. It is
/// the inputs that are put in another order and sent, and kept in memory in the precision T. Throws
/// as test_pairing() and LinearRefit::fit() do.
template <math::Real T>
[[nodiscard]] PermutationTest test_linear_pairing(const mpi::Communicator& communicator,
                                                  const objective::ObjectiveOptions& options,
                                                  const LinearRefit<T>& refit,
                                                  const PermutationOptions& permutations);

}  // namespace infomax::analysis
