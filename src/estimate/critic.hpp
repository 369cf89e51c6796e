// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "estimate/sides.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/estimate/estimate.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/value_of_rows.hpp"
#include "infomax/train/config.hpp"

namespace infomax::estimate {

/// The bound of a critic g(x) . h(y) after training.
struct CriticInformation {
  stats::ValueOfRows held_out;  ///< of rows that neither trained the critic nor chose its step
  double train = 0.0;           ///< the bound of the rows that did
};

/// Trains critics on one share of the rows, and judges them by the other. Every method sees the
/// same shares, of which each rank keeps its own rows.
class CriticTraining {
 public:
  /// Collective. Throws DataError where rows are too few.
  CriticTraining(const mpi::Communicator& communicator, const Sides& sides,
                 const EstimateOptions& options);

  /// The rows of all ranks that critics are judged by.
  [[nodiscard]] std::size_t held_out_rows() const { return held_out_.blocks.rows(); }

  /// Collective. Trains one critic for each weight decay and judges the one whose bound of the rows
  /// that choose the step is the best. Throws NumericError where all end with numbers that are not
  /// finite.
  [[nodiscard]] CriticInformation run(Method method) const;

 private:
  [[nodiscard]] train::Config config_of(Method method, double weight_decay) const;
  [[nodiscard]] stats::ValueOfRows judge(Method method, const model::Model<float>& critic,
                                         const Sides& rows) const;

  const mpi::Communicator& communicator_;
  const EstimateOptions& options_;
  double temperature_ = 1.0;  // of scores
  Sides train_;
  Sides held_out_;
};

}  // namespace infomax::estimate
