// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "compare/content.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/train/setup.hpp"
#include "train/derived.hpp"
#include "train/network_check.hpp"

namespace infomax::compare {

DataFacts check_data(const mpi::Communicator& communicator, const Plan& plan) {
  data::DatasetFile file(communicator, plan.base.data);
  train::Config first = plan.trials.front();
  const auto x = file.shape(train::pair_settings(first).x_path);
  const auto pair = train::settle_pair(first, x.trailing, x.where);
  model::expect_sequences(file, pair, {});
  for (std::size_t k = 0; k < plan.trials.size(); ++k) {
    try {
      train::check_networks(file, plan.trials[k]);
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
