// SPDX-License-Identifier: BSD-3-Clause
#include "train/memory_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <set>
#include <type_traits>

#include <fmt/format.h>

#include "infomax/measure/memory.hpp"
#include "infomax/model/pass_memory.hpp"
#include "infomax/model/side_data.hpp"
#include "infomax/model/views.hpp"
#include "infomax/nn/view_networks.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/memory.hpp"
#include "infomax/stats/compact_rows.hpp"
#include "infomax/train/linear_start.hpp"
#include "train/derived.hpp"

namespace infomax::train {
namespace {

template <math::Real T>
std::size_t start_bytes(const mpi::Communicator& communicator, const Config& config,
                        const TrainingData& data, const model::Views& views,
                        const model::NetworksByRole<T>& networks) {
  const auto before_last = [&](const model::View& view) {
    if (!view.encoder) {
      return model::columns_of(view, networks);
    }
    const auto& network = *networks.at(*view.encoder);
    return nn::Network<T>(nn::without_last(network.spec()), network.input_shape()).outputs();
  };
  if (data.pair.meaning().joins_views) {
    // The covariance of all inputs, whitened, its eigenvectors, and what they are computed in.
    constexpr std::size_t matrices = 6;
    const auto& network = *networks.at(model::Role::encoder_b);
    const nn::Graph before(nn::join_views(nn::without_last(nn::views_of(network.spec()))),
                           network.input_shape());
    const std::size_t rows = data.examples.blocks.rows();
    std::size_t columns = 0;
    for (const nn::ViewPart& part : nn::parts_of_views(before)) {
      const bool wide = stats::is_wide(static_cast<double>(rows), part.outputs);
      columns += wide ? rows : part.outputs;
    }
    return matrices * columns * columns * sizeof(double);
  }
  const bool two = networks.contains(model::Role::encoder_a);
  const auto form =
      objective::linear_form(config.objective_options(), model::linear_sides(data.pair.pair, two));
  if (!form) {
    return 0;  // which start_linear() refuses
  }
  // Rows that count in both directions are twice as many.
  const std::size_t directions = objective::is_reversible(config.objective_options()) ? 2 : 1;
  const stats::BatchExtent extent{.rows = directions * data.examples.blocks.rows(),
                                  .local_rows = directions * data.examples.shard.row_count,
                                  .p = before_last(views.a),
                                  .q = before_last(views.b),
                                  .ranks = static_cast<std::size_t>(communicator.size()),
                                  .element_bytes = sizeof(T),
                                  .data_a = true,
                                  .data_b = true,
                                  .same_bits = config.reproducible};
  return objective::linear_memory(*form, extent,
                                  two ? networks.at(model::Role::encoder_a)->outputs() : 0,
                                  networks.at(model::Role::encoder_b)->outputs())
      .peak();
}

template <math::Real T>
std::size_t parameter_bytes(const Config& config, const model::NetworksByRole<T>& networks) {
  std::size_t count = 0;
  for (const auto& [role, network] : networks) {
    count += network->parameter_count();
  }
  const std::size_t bytes = count * sizeof(T);
  const auto lbfgs = lbfgs_options(config);
  const std::size_t state = lbfgs ? lbfgs_bytes(*lbfgs, count) : 2 * bytes;
  const std::size_t best = config.validation ? bytes : 0;
  const std::size_t checkpoint =
      config.output.empty() ? 0 : bytes + best + (lbfgs ? state / 2 : state);
  // The exact sum of the gradients of parts, as Step has it.
  constexpr std::size_t limbs = std::is_same_v<T, float> ? 2 : 3;
  const std::size_t exact = config.reproducible ? limbs * count * sizeof(std::int64_t) : 0;
  return 2 * bytes + state + best + checkpoint + exact;
}

}  // namespace

template <math::Real T>
MemoryUse plan_memory(const mpi::Communicator& communicator, const Config& config,
                      const TrainingData& data, const model::NetworksByRole<T>& networks,
                      bool starts) {
  const auto& examples = data.examples;
  const bool two = networks.contains(model::Role::encoder_a);
  const auto views = model::make_views(data.pair, examples, two);
  MemoryUse use;
  use.rows = row_bytes(data);
  use.parameters = parameter_bytes(config, networks);
  const data::Sampler sampler(examples.blocks, examples.shard, data.batch_rows, config.seed);
  const std::size_t local = sampler.largest_local_rows();
  const auto objective = config.objective_options();
  model::Passes passes{
      .rows = sampler.global_rows(0),
      .local_rows = local,
      .micro_rows = config.reproducible ? model::largest_part(examples, local) : config.micro_batch,
      .ranks = static_cast<std::size_t>(communicator.size()),
      .for_backward = true,
      .reproducible = config.reproducible};
  const auto steps = model::pass_memory(views, networks, objective, passes);
  use.batch = steps.sides;
  use.statistics = steps.statistics.peak();
  if (data.held_out) {
    const auto& held_out = *data.held_out;
    passes.rows = held_out.blocks.rows();
    passes.local_rows = held_out.shard.row_count;
    passes.micro_rows = config.reproducible ? model::largest_part(held_out, passes.local_rows)
                                            : validation_rows(config);
    passes.for_backward = false;
    const auto validation = model::pass_memory(model::make_views(data.pair, held_out, two),
                                               networks, objective, passes);
    // What either objective takes only for a while, they take at other times. Of a side a that is
    // the same in every step, that is the first step, before any validation.
    const std::size_t passing = steps.statistics.passing;
    const bool once = sampler.steps_per_epoch() == 1 && !views.a.encoder && !config.reproducible;
    use.validation =
        validation.sides +
        (once ? std::max(validation.statistics.peak(), passing)
              : validation.statistics.kept + std::max(validation.statistics.passing, passing)) -
        passing;
  }
  if (starts && starts_linear(config)) {
    use.start = start_bytes(communicator, config, data, views, networks);
  }
  return use;
}

std::size_t row_bytes(const TrainingData& data) {
  std::set<const data::RowStore*> stores;  // selections share one
  const auto add = [&](const model::Examples& examples) {
    stores.insert(&examples.x->whole());
    if (examples.y) {
      stores.insert(&examples.y->whole());
    }
  };
  add(data.examples);
  if (data.held_out) {
    add(*data.held_out);
  }
  return std::accumulate(
      stores.begin(), stores.end(), std::size_t{0},
      [](std::size_t sum, const data::RowStore* store) { return sum + store->size_bytes(); });
}

void require_memory_for(const mpi::Communicator& communicator, const Config& config,
                        const TrainingData& data, const MemoryUse& use) {
  const auto& x = *data.examples.x;
  const std::string of_statistics =
      use.statistics > use.to_come() / 2
          ? fmt::format("; {} of it are for the statistics of `objective` {}",
                        measure::memory_text(static_cast<double>(use.statistics)),
                        config.objective_options().objective)
          : "";
  measure::require_memory(
      communicator,
      {use.to_come(),
       fmt::format("training on {}, {} rows of {} columns", x.where(), data.examples.blocks.rows(),
                   x.features()),
       fmt::format("use more nodes, fewer columns or outputs, or a smaller `micro_batch`{}",
                   of_statistics)});
}

template MemoryUse plan_memory<float>(const mpi::Communicator&, const Config&, const TrainingData&,
                                      const model::NetworksByRole<float>&, bool);
template MemoryUse plan_memory<double>(const mpi::Communicator&, const Config&, const TrainingData&,
                                       const model::NetworksByRole<double>&, bool);

}  // namespace infomax::train
