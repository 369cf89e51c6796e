// SPDX-License-Identifier: BSD-3-Clause
#include <utility>

#include <fmt/format.h>

#include "compare/content.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/train/setup.hpp"

namespace infomax::compare {
namespace {

/// Throws UsageError unless the network takes such rows.
void check_network(const train::Config& config, const std::string& encoder,
                   const data::DatasetShape& rows) {
  const std::string text =
      config.projector.empty() ? encoder : fmt::format("{},{}", encoder, config.projector);
  (void)nn::Graph(nn::parse_spec(text), nn::Shape(rows.trailing));
}

/// Collective.
void check_trial(data::Datasets& file, train::Config config) {
  const auto x = file.shape(config.x);
  const auto pair = train::settle_pair(config, x.trailing, x.where);
  // Of a split, each network takes a part of the columns.
  if (!pair.split.empty()) {
    return;
  }
  check_network(config, config.encoder, x);
  if (pair.meaning().has_two_views() && !config.share) {
    check_network(config, config.encoder_b.empty() ? config.encoder : config.encoder_b,
                  file.shape(config.y));
  }
}

}  // namespace

DataFacts check_data(const mpi::Communicator& communicator, const Plan& plan) {
  data::DatasetFile file(communicator, plan.base.data);
  train::Config first = plan.trials.front();
  const auto x = file.shape(first.x);
  const auto pair = train::settle_pair(first, x.trailing, x.where);
  model::expect_sequences(file, pair, {});
  for (std::size_t k = 0; k < plan.trials.size(); ++k) {
    try {
      check_trial(file, plan.trials[k]);
    } catch (const UsageError& error) {
      throw plan.points[k].empty()
          ? UsageError(error.what())
          : UsageError(fmt::format("the trial {}: {}", describe(plan.points[k]), error.what()));
    }
  }
  if (plan.options.score == Score::probe) {
    file.expect_labels(label_path(plan));
    data::require_equal_rows(x, file.shape(label_path(plan)));
  }
  // Refuses samples that are too few, before their content is asked for.
  (void)model::load_examples(communicator, file, pair, 0);
  DataFacts facts{describe_contents(communicator, file, plan)};
  file.close();
  Folds folds(communicator,
              read_fold_rows(communicator, plan.base.data, plan.trials.front(), plan.options.folds),
              plan.options.folds, plan.base.seed);
  facts.contents.push_back(describe_all_folds(folds, plan.options));
  return facts;
}

}  // namespace infomax::compare
