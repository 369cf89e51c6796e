// SPDX-License-Identifier: BSD-3-Clause
#include "estimate/critic.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "infomax/analysis/encode.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/held_out.hpp"
#include "infomax/data/memory_datasets.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/objective/pair_bound.hpp"
#include "infomax/train/training.hpp"

namespace infomax::estimate {
namespace {

/// Of the rows of the training share, those that choose the step and the weight decay.
constexpr double validation_share = 0.15;

/// What scores are divided by, of so many outputs, which are of the order 1: scores begin small, so
/// that exponentials do not swing.
double temperature_for(std::size_t outputs) { return 0.5 * static_cast<double>(outputs); }

constexpr std::size_t least_rows = 100;

/// The rows of a step where it is not said how many.
constexpr std::size_t least_batch = 32;
constexpr std::size_t most_batch = 512;

/// What weights shrink by, times the learning rate, a step. Wide noisy rows need much, curved ones
/// of few columns none.
constexpr std::array weight_decays{0.0, 3.0};

Matrix<double> rows_at(const Matrix<double>& from, std::span<const std::size_t> rows) {
  Matrix<double> out(rows.size(), from.columns());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(from.view().row(rows[i]), out.view().row(i).begin());
  }
  return out;
}

Sides share_of(const Sides& sides, const data::Blocks& blocks, std::span<const std::size_t> rows) {
  return {blocks, rows_at(sides.x, rows), rows_at(sides.y, rows)};
}

/// All of [0, count) but the numbers of an ascending list.
std::vector<std::size_t> others(std::size_t count, std::span<const std::size_t> some) {
  std::vector<std::size_t> rest;
  rest.reserve(count - some.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (next < some.size() && some[next] == i) {
      ++next;
    } else {
      rest.push_back(i);
    }
  }
  return rest;
}

data::MemoryDatasets datasets_of(const mpi::Communicator& communicator, const Sides& sides) {
  const auto shard = sides.blocks.shard(communicator.rank(), communicator.size());
  data::MemoryDatasets datasets(communicator);
  datasets.add_shard<double>("/x", sides.x.span(), {sides.x.columns()}, shard.first_row,
                             sides.blocks.rows());
  datasets.add_shard<double>("/y", sides.y.span(), {sides.y.columns()}, shard.first_row,
                             sides.blocks.rows());
  return datasets;
}

objective::PairBound bound_of(Method method) {
  switch (method) {
    case Method::infonce:
      return objective::PairBound::infonce;
    case Method::nwj:
      return objective::PairBound::nwj;
    case Method::smile:
      return objective::PairBound::smile;
    default:
      return objective::PairBound::dv;
  }
}

/// Collective. The outputs of one of the critic's networks for this rank's rows.
Matrix<double> encode_side(const mpi::Communicator& communicator, data::MemoryDatasets& datasets,
                           const data::Blocks& blocks, const model::Model<float>& critic,
                           const char* side) {
  analysis::EncoderOptions options;
  options.side = side;
  analysis::Encoder<float> encoder(critic, options);
  WorkProgress silent(ProgressMode::none, "encoding");
  const data::Rows rows = analysis::encode_rows(communicator, datasets, blocks, encoder, silent);
  Matrix<double> out(rows.count(), rows.features());
  rows.convert(0, data::Normalization::identity(rows.features()), out.view());
  return out;
}

}  // namespace

CriticTraining::CriticTraining(const mpi::Communicator& communicator, const Sides& sides,
                               const EstimateOptions& options)
    : communicator_(communicator),
      options_(options),
      train_{sides.blocks, {}, {}},
      held_out_{sides.blocks, {}, {}} {
  if (sides.blocks.rows() < least_rows) {
    throw DataError(fmt::format("{} rows are too few to train a critic and to judge it: {} or more",
                                sides.blocks.rows(), least_rows));
  }
  const nn::Network<float> g(nn::parse_spec(options.encoder), nn::Shape{{sides.x.columns()}});
  temperature_ = temperature_for(g.outputs());
  // The training holds out rows by the seed itself.
  const data::HeldOut chosen(sides.blocks, options.held_out, ~options.seed);
  const auto shard = sides.blocks.shard(communicator.rank(), communicator.size());
  const auto rows = chosen.rows_of(shard);
  held_out_ = share_of(sides, chosen.held_out(), rows);
  train_ = share_of(sides, chosen.kept(), others(shard.row_count, rows));
}

train::Config CriticTraining::config_of(Method method, double weight_decay) const {
  train::Config config;
  config.pair = model::Pair::views;
  config.encoder = options_.encoder;
  config.encoder_b = options_.encoder_b;
  config.blocks = train_.blocks.count();
  config.normalize = data::NormalizeMode::none;
  config.seed = options_.seed;
  config.reproducible = options_.reproducible;
  const std::size_t rows = train_.blocks.rows();
  config.batch =
      std::min(rows, options_.batch.value_or(std::clamp(rows / 8, least_batch, most_batch)));
  config.epochs = options_.epochs;
  config.learning_rate = options_.learning_rate;
  config.optimizer.kind =
      weight_decay > 0.0 ? optim::OptimizerKind::adamw : optim::OptimizerKind::adam;
  config.weight_decay = weight_decay;
  config.clip_norm = 1.0;
  config.validation = train::ValidationData{"", validation_share};
  config.early_stop = options_.patience;
  config.objective.objective = FieldText<Method>::format(method);
  config.objective.set("critic", "dot").set("temperature", temperature_);
  if (method == Method::infonce) {
    config.objective.set("symmetric", "false");
  }
  if (method == Method::smile) {
    config.objective.set("smile-clip", options_.smile_clip);
  }
  return config;
}

stats::ValueOfRows CriticTraining::judge(Method method, const model::Model<float>& critic,
                                         const Sides& rows) const {
  auto datasets = datasets_of(communicator_, rows);
  const auto a = encode_side(communicator_, datasets, rows.blocks, critic, "a");
  const auto b = encode_side(communicator_, datasets, rows.blocks, critic, "b");
  return objective::measure_bound(communicator_, bound_of(method), a.view(), b.view(), temperature_,
                                  options_.smile_clip);
}

CriticInformation CriticTraining::run(Method method) const {
  std::optional<train::Training> best;
  double best_value = 0.0;
  std::optional<NumericError> error;
  for (const double weight_decay : weight_decays) {
    auto datasets = datasets_of(communicator_, train_);
    train::Training training(config_of(method, weight_decay), datasets, communicator_);
    try {
      const auto summary = training.run();
      if (!best || summary.best->objective > best_value) {
        best_value = summary.best->objective;
        best.emplace(std::move(training));
      }
    } catch (const NumericError& caught) {
      error = caught;
    }
  }
  if (!best) {
    throw NumericError(*error);
  }
  const auto& critic = best->model<float>();
  return {judge(method, critic, held_out_), judge(method, critic, train_).value};
}

}  // namespace infomax::estimate
