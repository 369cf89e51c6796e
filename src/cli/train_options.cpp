// SPDX-License-Identifier: BSD-3-Clause
#include "cli/train_options.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "cli/durability_options.hpp"
#include "cli/linear_options.hpp"
#include "cli/objective_options.hpp"
#include "cli/reproducible.hpp"
#include "cli/runtime.hpp"
#include "cli/validation_options.hpp"

namespace infomax::cli {
namespace {

void add_data_options(OptionTable& options) {
  options.group("Data")("data", po::value<std::string>()->value_name("FILE"),
                        "HDF5 file with rows along the first axis of its data sets")(
      "x", po::value<std::string>()->default_value("/x")->value_name("PATH"),
      "data set of the rows to encode")(
      "y", po::value<std::string>()->default_value("/y")->value_name("PATH"),
      "data set of the targets or the second view, for --pair target and views")(
      "lengths", po::value<std::string>()->default_value("/lengths")->value_name("PATH"),
      "for --pair lag: data set of the rows of each trajectory; without it, x is one")(
      "normalize", po::value<std::string>()->value_name("MODE"),
      "none; scale, all of x to [0, 1] (default for integers); center, each column (default for "
      "floats); standardize, each column");
}

void add_length_options(OptionTable& options) {
  options.group("Length")(
      "batch", po::value<std::int64_t>()->value_name("B"),
      "global rows a step, all ranks together; 0 = all; default 4096, or all where there are "
      "fewer")("epochs", po::value<std::int64_t>()->default_value(10)->value_name("E"),
               "passes over the data")(
      "steps", po::value<std::int64_t>()->value_name("K"),
      "steps in all, instead of --epochs; 0 writes the initial model")(
      "schedule", po::value<std::string>()->default_value("constant")->value_name("NAME"),
      "of the learning rate after warm-up: constant, step or cosine")(
      "warmup", po::value<std::string>()->default_value("0steps")->value_name("LENGTH"),
      "linear rise of the learning rate, such as 500steps or 2epochs")(
      "decay-every", po::value<std::string>()->default_value("0steps")->value_name("LENGTH"),
      "period of --schedule step")("decay-factor",
                                   po::value<double>()->default_value(0.1, "0.1")->value_name("F"),
                                   "of --schedule step")(
      "final-fraction", po::value<double>()->default_value(0.0, "0")->value_name("F"),
      "of the learning rate, where --schedule cosine ends")(
      "lbfgs-history", po::value<std::int64_t>()->default_value(10)->value_name("M"),
      "of lbfgs: pairs of steps and gradient changes that are kept, by rank 0")(
      "tolerance", po::value<double>()->default_value(1e-7, "1e-7")->value_name("T"),
      "of lbfgs: ends where the gradient's norm is at most T times the parameters', or T");
}

void add_run_options(OptionTable& options) {
  options.group("Run")("output", po::value<std::string>()->value_name("RUN"),
                       "directory for config.ini, metrics.jsonl, model.h5 and checkpoints")(
      "overwrite", po::bool_switch(), "replace a run that is there")(
      "progress", po::value<std::string>()->default_value("auto")->value_name("MODE"),
      "auto, live (one line, rewritten), plain or none");
}

}  // namespace

void add_pair_options(OptionTable& options) {
  options.group("Pair")(
      "pair", po::value<std::string>()->default_value("input")->value_name("NAME"),
      "what is compared: input, a = x and b = f(x); target, a = y and b = f(x); views, a = f(x) "
      "and b = g(y); augment, a = f(t(x)) and b = f(t'(x)), two random changes of x; lag, a = "
      "f(x_t) and b = f(x_t+tau), within a trajectory")(
      "augment", po::value<std::string>()->value_name("WORDS"),
      "for --pair augment, of preprocessed rows: noise:S adds normal noise, mask:P sets features "
      "to 0, scale:S multiplies by 1-S to 1+S; of images: shift:K whole pixels, flip left and "
      "right, rotate:DEG, crop:S a window of at least S of either side; such as "
      "shift:2,rotate:10,noise:0.1")(
      "image", po::value<std::string>()->value_name("HxW"),
      "for --pair augment and --split-image: the images in x, such as 28x28, also of several "
      "planes, or 32x32x3, whose channels lie side by side; default by the axes of the data set's "
      "rows")("split-columns", po::value<std::int64_t>()->value_name("K"),
              "for --pair views: the first K columns of x are one view, the rest the other")(
      "split-image", po::value<std::string>()->value_name("HALVES"),
      "for --pair views: halves of the images in x, left,right or top,bottom")(
      "lag", po::value<std::int64_t>()->value_name("TAU"),
      "for --pair lag: rows between the two states; default 1")(
      "target", po::value<std::string>()->default_value("auto")->value_name("KIND"),
      "what y holds: classes (made one-hot), values, or auto: one column of integers is classes")(
      "blocks", po::value<std::int64_t>()->value_name("V"),
      "contiguous blocks of rows that are dealt to ranks; no fewer than ranks; default 240, or "
      "fewer so that each holds 16 rows");
}

void add_network_options(OptionTable& options) {
  options.group("Network")(
      "encoder", po::value<std::string>()->value_name("SPEC"),
      "layers in order, such as dense:1024,tanh,dense:64; dense:N, tanh, relu, sigmoid, "
      "identity, dropout:P, batchnorm (of the global batch); or linear:N alone, the baseline: one "
      "dense layer at the exact linear solution of the objective, trained only where --steps or "
      "--epochs is given")("encoder-b", po::value<std::string>()->value_name("SPEC"),
                           "for --pair views: the network g of y; default as --encoder")(
      "init", po::value<std::string>()->default_value("glorot")->value_name("NAME"),
      "initial weights: glorot, random; or linear, random but for each network's last layer, which "
      "starts at the exact linear solution (canonical, time-lagged or principal components) given "
      "the layers before; for dcca, vamp1, vamp2, gaussian-mi, coding-rate and infomax without "
      "lambda, rho cca or, for --pair input and target, rv")(
      "share", po::bool_switch(), "for --pair views: one network for both, preprocessed as x")(
      "precision", po::value<std::string>()->default_value("float")->value_name("TYPE"),
      "of parameters and activations: float or double")(
      "seed", po::value<std::int64_t>()->default_value(1)->value_name("S"),
      "of the initial parameters, the order of rows, and what is changed or dropped at random");
}

void add_optimizer_options(OptionTable& options) {
  options.group("Optimisation")(
      "optimizer", po::value<std::string>()->default_value("adam")->value_name("NAME"),
      "sgd, adam, adamw, rmsprop, adagrad, lars or lbfgs; with --batch 0, sgd is gradient ascent "
      "on "
      "the full batch; lbfgs needs --batch 0 and takes neither learning rate nor clipping")(
      "learning-rate", po::value<double>()->default_value(1e-3, "0.001")->value_name("R"), "")(
      "micro-batch", po::value<std::int64_t>()->default_value(0)->value_name("M"),
      "rows a rank holds activations of at a time; bounds memory, changes no result; 0 = its whole "
      "part of the batch")(
      "momentum", po::value<double>()->default_value(0.0, "0")->value_name("M"), "of sgd, lars")(
      "nesterov", po::bool_switch(), "Nesterov's momentum for sgd")(
      "beta1", po::value<double>()->default_value(0.9, "0.9")->value_name("B"), "of adam, adamw")(
      "beta2", po::value<double>()->default_value(0.999, "0.999")->value_name("B"),
      "of adam, adamw")("epsilon",
                        po::value<double>()->default_value(1e-8, "1e-8")->value_name("E"),
                        "of adam, adamw, rmsprop, adagrad")(
      "smoothing", po::value<double>()->default_value(0.99, "0.99")->value_name("S"),
      "of rmsprop: what its mean of squared gradients keeps each step")(
      "trust", po::value<double>()->default_value(1e-3, "0.001")->value_name("T"),
      "of lars: a layer's weights move by the learning rate times this share of their norm")(
      "weight-decay", po::value<double>()->default_value(0.0, "0")->value_name("D"),
      "J loses D/2 times the squared norm of the weights; with adamw, decoupled")(
      "clip-norm", po::value<double>()->default_value(0.0, "0")->value_name("C"),
      "shorten the gradient to this norm; 0 = never");
}

OptionTable train_option_table() {
  OptionTable options(
      "train",
      "infomax train --data FILE --encoder SPEC --output RUN [OPTIONS]\n\n"
      "Trains an encoder to maximise an objective of the whole global batch, exactly, on any "
      "number\n"
      "of ranks. For example\n\n"
      "  mpirun -n 4 infomax train --data images.h5 --encoder dense:1024,tanh,dense:64 \\\n"
      "      --lambda 0.1 --batch 4096 --epochs 20 --output runs/first");
  add_data_options(options);
  add_pair_options(options);
  add_network_options(options);
  add_objective_options(options);
  add_optimizer_options(options);
  add_length_options(options);
  add_validation_options(options);
  add_run_options(options);
  add_reproducible_option(options);
  add_durability_options(options);
  add_compute_options(options);
  return options;
}

std::uint64_t parse_steps(const std::string& option, const std::string& text,
                          std::uint64_t steps_per_epoch) {
  std::uint64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  if (status == std::errc{} && unit == "steps") {
    return number;
  }
  if (status == std::errc{} && unit == "epochs" &&
      number <= std::numeric_limits<std::uint64_t>::max() / steps_per_epoch) {
    return number * steps_per_epoch;
  }
  throw UsageError(
      fmt::format("--{} is \"{}\"; it must be a length such as 500steps or 2epochs", option, text));
}

std::uint64_t total_steps(const OptionTable& options, std::uint64_t steps_per_epoch) {
  if (options.given("steps")) {
    return options.count("steps", "write the initial model");
  }
  if (is_untrained_baseline(options)) {
    return 0;
  }
  return options.count("epochs", "write the initial model") * steps_per_epoch;
}

optim::OptimizerOptions optimizer_options(const OptionTable& options) {
  optim::OptimizerOptions result;
  result.kind = optim::parse_optimizer(options.value<std::string>("optimizer"));
  result.momentum = options.value<double>("momentum");
  result.nesterov = options.value<bool>("nesterov");
  result.beta1 = options.value<double>("beta1");
  result.beta2 = options.value<double>("beta2");
  result.epsilon = options.value<double>("epsilon");
  result.smoothing = options.value<double>("smoothing");
  result.trust = options.value<double>("trust");
  if (result.kind == optim::OptimizerKind::adamw) {
    result.decoupled_decay = options.value<double>("weight-decay");
  }
  return result;
}

optim::Schedule schedule_options(const OptionTable& options, std::uint64_t steps_per_epoch) {
  const auto length = [&](const std::string& name) {
    return parse_steps(name, options.value<std::string>(name), steps_per_epoch);
  };
  optim::Schedule schedule;
  schedule.kind = optim::parse_schedule(options.value<std::string>("schedule"));
  schedule.peak = options.value<double>("learning-rate");
  schedule.warmup_steps = length("warmup");
  schedule.total_steps = total_steps(options, steps_per_epoch);
  schedule.final_fraction = options.value<double>("final-fraction");
  schedule.period_steps = length("decay-every");
  schedule.factor = options.value<double>("decay-factor");
  schedule.check();
  return schedule;
}

std::optional<train::LbfgsOptions> lbfgs_options(const OptionTable& options) {
  if (optimizer_options(options).kind != optim::OptimizerKind::lbfgs) {
    return std::nullopt;
  }
  if (!options.given("batch") || options.count("batch", "all rows") != 0) {
    throw UsageError(
        "--optimizer lbfgs takes the whole data set as one batch: give --batch 0, and "
        "--micro-batch "
        "where memory is short");
  }
  const train::LbfgsOptions result{options.count("lbfgs-history"),
                                   options.value<double>("tolerance")};
  result.check();
  return result;
}

train::StepOptions step_options(const OptionTable& options) {
  train::StepOptions result;
  result.clip_norm = options.value<double>("clip-norm");
  const auto decay = options.value<double>("weight-decay");
  for (const auto& [name, number] :
       {std::pair{"clip-norm", result.clip_norm}, {"weight-decay", decay}}) {
    if (!(number >= 0.0) || !std::isfinite(number)) {
      throw UsageError(fmt::format("--{} is {}; it must be a number from 0 on", name, number));
    }
  }
  const bool decoupled = optim::parse_optimizer(options.value<std::string>("optimizer")) ==
                         optim::OptimizerKind::adamw;
  result.weight_decay = decoupled ? 0.0 : decay;
  result.seed = options.count("seed", "a seed like any other");
  return result;
}

}  // namespace infomax::cli
