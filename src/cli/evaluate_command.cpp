// SPDX-License-Identifier: BSD-3-Clause
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "core/json.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/objective/options.hpp"
#include "report/evaluation_json.hpp"

namespace infomax::cli {
namespace {

/// Rows encoded at a time: enough for BLAS to run at its speed.
constexpr std::int64_t default_micro_batch = 4096;

OptionTable evaluate_option_table() {
  OptionTable options(
      "evaluate",
      "infomax evaluate --model RUN/model.h5 --data FILE [OPTIONS]\n\n"
      "The exact objective and its parts over all rows of a data set, as one global batch. The\n"
      "model knows its objective, its pair and its preprocessing. For example\n\n"
      "  mpirun -n 4 infomax evaluate --model runs/first/model.h5 --data test.h5 --json");
  options.group("Evaluation")("model", po::value<std::string>()->value_name("FILE"),
                              "model.h5 of a run")(
      "data", po::value<std::string>()->value_name("FILE"), "data set file to evaluate on")(
      "x", po::value<std::string>()->value_name("PATH"),
      "data set of the rows; default as in training")(
      "y", po::value<std::string>()->value_name("PATH"),
      "data set of the targets; default as in training")(
      "fit", po::value<std::string>()->value_name("FILE"),
      "fit the canonical correlations' directions to this data set (the training data), and apply "
      "them to --data as they are; without it they are fitted to --data itself")(
      "json", po::bool_switch(),
      "print one JSON object instead of a table: objective; dependence, the objective before "
      "entropies; entropy_a and entropy_b, nats; samples; ranks; the objective's own parts; "
      "and, of canonical correlations s, canonical_correlations, with --fit also "
      "canonical_correlations_of_fit, and with --pair lag timescales, -tau / ln |s|, in rows, "
      "of which one that is infinite is null")(
      "micro-batch", po::value<std::int64_t>()->default_value(default_micro_batch)->value_name("M"),
      "rows a rank encodes at a time; bounds memory, changes no result; 0 = all")(
      "blocks", po::value<std::int64_t>()->value_name("V"),
      "contiguous blocks of rows that are dealt to ranks; default as in train");
  add_compute_options(options);
  return options;
}

template <math::Real T>
analysis::Evaluation evaluate_in(const mpi::Communicator& communicator, const OptionTable& options,
                                 const model::StoredModel& stored, const model::PairSettings& pair,
                                 const std::string& data_path) {
  const auto model = model::to_model<T>(stored);
  const auto chosen = objective::from_settings(stored.settings);
  const auto load = [&](const std::string& path) {
    return analysis::load_for_model(communicator, stored, pair, path,
                                    options.given("blocks") ? options.count("blocks") : 0);
  };
  const auto sides_of = [&](const model::Examples& examples) {
    return std::make_unique<model::WholeSides<T>>(communicator, model, examples, pair,
                                                  options.count("micro-batch", "all rows"));
  };
  const auto examples = load(data_path);
  objective::check_shapes(chosen, model::columns_of_a(model, examples, pair),
                          model.member(model::Role::encoder_b).network.outputs());
  const auto sides = sides_of(examples);
  if (!options.given("fit")) {
    return analysis::evaluate<T>(communicator, chosen, pair, *sides, nullptr);
  }
  const auto fit_examples = load(options.value<std::string>("fit"));
  const auto fit_sides = sides_of(fit_examples);
  return analysis::evaluate<T>(communicator, chosen, pair, *sides, fit_sides.get());
}

std::string as_table(const Json& found) {
  std::string text;
  for (const auto& [name, item] : found.items()) {
    if (item.is_array()) {
      text += fmt::format("{} {:.4f}\n", name, fmt::join(item.get<std::vector<double>>(), " "));
    } else if (item.is_number_float()) {
      text += fmt::format("{:<11} {:.9f}{}\n", name, item.get<double>(),
                          name.starts_with("entropy_") ? " nats" : "");
    } else if (name == "samples") {
      text += fmt::format("{:<11} {}\n", name, item.get<std::uint64_t>());
    }
  }
  return text;
}

}  // namespace

int evaluate(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = evaluate_option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  const std::string model_path = options.required("model", "runs/first/model.h5");
  const std::string data_path = options.required("data", "test.h5");
  (void)prepare_compute(communicator, options);
  const auto stored = model::read_model(communicator, model_path);
  auto pair = model::PairSettings::from_settings(stored.settings);
  if (options.given("x")) {
    pair.x_path = options.value<std::string>("x");
  }
  if (options.given("y")) {
    pair.y_path = options.value<std::string>("y");
  }
  const bool single = stored.settings.at("precision") == "float";
  const auto evaluation = single
                              ? evaluate_in<float>(communicator, options, stored, pair, data_path)
                              : evaluate_in<double>(communicator, options, stored, pair, data_path);
  const auto found = report::to_json(evaluation, communicator.size());
  print_result(communicator,
               options.value<bool>("json") ? json_text(found) + "\n" : as_table(found));
  return 0;
}

}  // namespace infomax::cli
