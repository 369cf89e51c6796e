#pragma once

#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/objective.hpp"

namespace infomax::analysis {

/// Collective. The exact objective of a model over all rows of its examples, as one global batch,
/// whose rows pass through the networks `micro_batch` (0 = all) at a time.
template <math::Real T>
[[nodiscard]] objective::Value evaluate(const mpi::Communicator& communicator,
                                        const model::Model<T>& model,
                                        const model::Examples& examples,
                                        const model::PairSettings& settings,
                                        objective::Objective<T>& objective,
                                        std::size_t micro_batch);

}  // namespace infomax::analysis
