// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/objective.hpp"

namespace infomax::model {

/// Both sides of all samples of a rank's shard, `micro_batch` (0 = all) at a time. What is passed
/// by reference must outlive this.
template <math::Real T>
class WholeSides {
 public:
  /// Makes the sides by the model's parameters as they are; `reproducible` as Sides takes it.
  WholeSides(const mpi::Communicator& communicator, const Model<T>& model, const Examples& examples,
             const PairSettings& settings, std::size_t micro_batch, bool reproducible = false);

  /// Makes them again, by the parameters as they are now.
  void forward() { sides_.forward(samples_, PassContext{.whole = true}); }

  /// @{ The local rows of a side, valid until the next forward().
  [[nodiscard]] const stats::RowSource<T>& a() const { return sides_.a(); }
  [[nodiscard]] const stats::RowSource<T>& b() const { return sides_.b(); }
  /// @}
  /// Both sides, and all other arguments of an objective.
  [[nodiscard]] objective::Batch<T> batch() const { return sides_.batch(); }

 private:
  std::vector<std::size_t> samples_;
  Sides<T> sides_;
};

/// Collective. The exact value of an objective over all samples of all ranks, as one global batch.
template <math::Real T>
[[nodiscard]] objective::Value evaluate(const mpi::Communicator& communicator,
                                        const WholeSides<T>& sides,
                                        objective::Objective<T>& objective);

}  // namespace infomax::model
