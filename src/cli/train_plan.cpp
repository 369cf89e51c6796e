// SPDX-License-Identifier: BSD-3-Clause
#include "cli/train_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/durability_options.hpp"
#include "cli/linear_options.hpp"
#include "cli/train_options.hpp"
#include "cli/unused_options.hpp"
#include "infomax/data/loader.hpp"

namespace infomax::cli {
namespace {

constexpr std::size_t default_batch_rows = 4096;

std::size_t resolve_batch(OptionTable& options, std::size_t rows) {
  const std::size_t batch = options.given("batch") ? options.count("batch", "all rows")
                                                   : std::min(default_batch_rows, rows);
  options.resolve("batch", std::to_string(batch));
  return batch;
}

}  // namespace

TrainPlan plan_training(const OptionTable& options) {
  TrainPlan plan;
  plan.file = options.required("data", "images.h5");
  plan.understood = understand(options, options.required("encoder", "dense:1024,tanh,dense:64"));
  plan.understood.pair.x_path = options.value<std::string>("x");
  plan.understood.pair.y_path = options.value<std::string>("y");
  plan.understood.pair.lengths_path = options.value<std::string>("lengths");
  if (options.given("normalize")) {
    plan.normalize = data::parse_normalize_mode(options.value<std::string>("normalize"));
  }
  if (options.given("batch")) {
    (void)options.count("batch", "all rows");
  }
  plan.validation = validation_choice(options);
  // These depend on the number of steps an epoch has, but what is wrong with them does not.
  train::TrainerOptions trainer;
  set_validation(options, 1, trainer);
  (void)durability_options(options, 1);
  (void)schedule_options(options, 1);
  (void)lbfgs_options(options);
  check_unused_options(options);
  return plan;
}

Prepared prepare(const mpi::Communicator& communicator, OptionTable& options,
                 const TrainPlan& plan) {
  Understood understood = plan.understood;
  if (needs_image(understood.pair)) {
    data::DatasetFile file(communicator, plan.file);
    const auto x = file.shape(understood.pair.x_path);
    understood.pair.image = image_of(options, x.trailing, x.where);
    options.resolve("image", understood.pair.image);
    file.close();
  }
  auto loaded =
      model::load_split_examples(communicator, plan.file, understood.pair, understood.blocks,
                                 {plan.validation.fraction, understood.seed});
  Prepared prepared{understood, std::move(loaded.training), {}, {}, 0, std::move(loaded.held_out)};
  const auto& examples = prepared.examples;
  if (understood.pair.meaning().has_targets()) {
    prepared.options.pair.classes = model::count_classes(communicator, examples, understood.target);
  }
  if (understood.pair.meaning().is_lagged) {
    options.resolve("lag", std::to_string(understood.pair.lag));
  }
  resolve_linear(options, understood.linear);
  const auto mode = plan.normalize.value_or(data::default_normalize_mode(examples.x->type()));
  options.resolve("normalize", data::name(mode));
  options.resolve("blocks", std::to_string(examples.blocks.count()));
  prepared.normalization = model::fit_x(communicator, examples, plan.file, understood.pair, mode);
  if (understood.encoder_b) {
    prepared.normalization_y =
        data::fit_normalization(communicator, *examples.y, examples.blocks, mode);
  }
  if (!plan.validation.file.empty()) {
    prepared.held_out =
        load_validation(communicator, plan.validation.file, prepared.options.pair, examples);
  }
  prepared.batch_rows = resolve_batch(options, examples.blocks.rows());
  return prepared;
}

}  // namespace infomax::cli
