#include "infomax/analysis/evaluate.hpp"

#include <numeric>
#include <vector>

#include "infomax/model/sides.hpp"

namespace infomax::analysis {

template <math::Real T>
objective::Value evaluate(const mpi::Communicator& communicator, const model::Model<T>& model,
                          const model::Examples& examples, const model::PairSettings& settings,
                          objective::Objective<T>& objective, std::size_t micro_batch) {
  std::vector<std::size_t> rows(examples.shard.row_count);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  model::Sides<T> sides(model, examples, settings, rows.size(), micro_batch, false);
  sides.forward(rows);
  return objective.evaluate(communicator, sides.a(), sides.b(), {}, {});
}

template objective::Value evaluate<float>(const mpi::Communicator&, const model::Model<float>&,
                                          const model::Examples&, const model::PairSettings&,
                                          objective::Objective<float>&, std::size_t);
template objective::Value evaluate<double>(const mpi::Communicator&, const model::Model<double>&,
                                           const model::Examples&, const model::PairSettings&,
                                           objective::Objective<double>&, std::size_t);

}  // namespace infomax::analysis
