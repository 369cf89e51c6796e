// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/objective/linear_solution.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::objective {

/// The moments that a linear form is found from. Sparse weights are those of the columns
/// themselves, in no other basis.
[[nodiscard]] inline stats::MomentNeeds needs_of(LinearForm form) {
  using stats::Extent;
  switch (form) {
    case LinearForm::principal:
      return {Extent::diagonal, Extent::none, Extent::full, true, true};
    case LinearForm::rv:
      return {Extent::diagonal, Extent::full, Extent::full, true, true};
    case LinearForm::covariance:
      return {Extent::diagonal, Extent::full, Extent::diagonal, true, true};
    case LinearForm::sparse_covariance:
      return {Extent::diagonal, Extent::full, Extent::diagonal, true, false};
    case LinearForm::canonical:
    case LinearForm::canonical_alike:
    case LinearForm::deflated_covariance:
    case LinearForm::regressed_covariance:
      break;
  }
  return {Extent::full, Extent::full, Extent::full, true, true};
}

}  // namespace infomax::objective
