// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

/// @file
/// N: global rows. p, q: columns of a and b.

namespace infomax::objective {

/// Warns, at most once a run, where N rows are too few for estimates of p and q columns: those that
/// were fitted, which of a linear solution are its inputs, and else the outputs of networks.
class BatchSizeWarning {
 public:
  /// Warns where a covariance matrix of p or q columns cannot have full rank.
  void require_rank(double samples, std::size_t p, std::size_t q);

  /// Also warns where canonical correlations are biased: 50 independent columns a side give a sum
  /// of about 32, 22, 10.5 and 4.2 at N = 100, 200, 800 and 5000.
  void require_correlations(double samples, std::size_t p, std::size_t q);

  /// The same of what views of up to `widest` columns have in common.
  void require_views(double samples, std::size_t widest);

 private:
  bool warned_ = false;
};

}  // namespace infomax::objective
