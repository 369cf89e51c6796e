#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/input.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::cli {
namespace {

/// Rows encoded at a time: enough for BLAS to run at its speed.
constexpr std::int64_t default_micro_batch = 4096;

OptionTable option_table() {
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
      "json", po::bool_switch(), "print one JSON object instead of a table")(
      "micro-batch", po::value<std::int64_t>()->default_value(default_micro_batch)->value_name("M"),
      "rows a rank encodes at a time; bounds memory, changes no result; 0 = all")(
      "blocks", po::value<std::int64_t>()->value_name("V"),
      "contiguous blocks of rows that are dealt to ranks; default as in train");
  add_compute_options(options);
  return options;
}

/// A data set of the model's kind, checked against it.
model::Examples load(const mpi::Communicator& communicator, const OptionTable& options,
                     const model::StoredModel& stored, const model::PairSettings& pair,
                     const std::string& path) {
  auto examples = model::load_examples(communicator, path, pair,
                                       options.given("blocks") ? options.count("blocks") : 0);
  if (pair.classes > 0) {
    data::require_labels_below(communicator, *examples.y, pair.classes);
  }
  model::require_features(stored.networks.front().normalization, examples.x);
  if (pair.pair == model::Pair::views) {
    model::require_features(stored.networks.back().normalization, *examples.y);
  }
  return examples;
}

/// What is reported. The lists are of objectives of canonical correlations.
struct Findings {
  objective::Value value;
  std::vector<double> correlations;  ///< on the data: of --fit's fit, else of its own
  std::vector<double> fitted;        ///< on --fit's data
  std::vector<double> timescales;    ///< of the pair `lag`, in rows
};

/// What canonical correlations say. With --fit, none is fitted to the data itself, and the
/// objective becomes that of the correlations under the fit.
template <math::Real T>
void add_correlations(const mpi::Communicator& communicator, const OptionTable& options,
                      const model::StoredModel& stored, const model::Model<T>& model,
                      const model::PairSettings& pair, const objective::SpectralFunction& spectral,
                      const model::WholeSides<T>& sides, Findings& findings) {
  const auto fit_to = [&](const model::WholeSides<T>& fitted) {
    return objective::fit_canonical(communicator, fitted.a(), fitted.b(), spectral.ridge(),
                                    spectral.components());
  };
  if (options.given("fit")) {
    const auto examples =
        load(communicator, options, stored, pair, options.value<std::string>("fit"));
    const auto fit =
        fit_to({communicator, model, examples, pair, options.count("micro-batch", "all rows")});
    findings.fitted = fit.correlations;
    findings.correlations = analysis::correlations_under(communicator, fit, sides.a(), sides.b());
    auto& value = findings.value;
    const double under_fit = spectral.value_of(findings.correlations);
    value.objective += under_fit - value.dependence;
    value.dependence = under_fit;
    value.parts.clear();
  } else {
    findings.correlations = fit_to(sides).correlations;
  }
  if (pair.pair == model::Pair::lag) {
    findings.timescales = analysis::implied_timescales(findings.correlations, pair.lag);
  }
}

template <math::Real T>
Findings evaluate_in(const mpi::Communicator& communicator, const OptionTable& options,
                     const model::StoredModel& stored, const model::PairSettings& pair,
                     const std::string& data_path) {
  const auto model = model::to_model<T>(stored);
  const auto examples = load(communicator, options, stored, pair, data_path);
  const auto chosen = objective::from_settings(stored.settings);
  objective::check_shapes(chosen, model::columns_of_a(model, examples, pair),
                          model.member("b").network.outputs());
  const auto objective = objective::make_objective<T>(chosen);
  const model::WholeSides<T> sides(communicator, model, examples, pair,
                                   options.count("micro-batch", "all rows"));
  Findings findings{model::evaluate(communicator, sides, *objective), {}, {}, {}};
  const auto spectral = objective::make_spectral_function(chosen);
  if (spectral) {
    add_correlations(communicator, options, stored, model, pair, *spectral, sides, findings);
  } else if (options.given("fit")) {
    throw UsageError(
        fmt::format("--fit is for objectives of canonical correlations (dcca, vamp1, "
                    "vamp2, gaussian-mi, rho cca), and the model's is {}",
                    chosen.objective));
  }
  return findings;
}

/// The lists that are not empty, by the names they are reported under.
std::vector<std::pair<std::string, const std::vector<double>*>> lists_of(const Findings& findings) {
  std::vector<std::pair<std::string, const std::vector<double>*>> lists{
      {"canonical_correlations", &findings.correlations},
      {"canonical_correlations_of_fit", &findings.fitted},
      {"timescales", &findings.timescales},
  };
  std::erase_if(lists, [](const auto& list) { return list.second->empty(); });
  return lists;
}

std::string as_json(const Findings& findings, int ranks) {
  const auto& value = findings.value;
  nlohmann::ordered_json object{
      {"objective", value.objective}, {"dependence", value.dependence},
      {"entropy_a", value.entropy_a}, {"entropy_b", value.entropy_b},
      {"samples", value.samples},     {"ranks", ranks},
  };
  for (const auto& [name, number] : value.parts) {
    object[name] = number;
  }
  for (const auto& [name, numbers] : lists_of(findings)) {
    object[name] = *numbers;
  }
  return object.dump() + "\n";
}

std::string as_table(const Findings& findings) {
  const auto& value = findings.value;
  std::string text = fmt::format(
      "objective   {:.9f}\ndependence  {:.9f}\nentropy_a   {:.9f} nats\nentropy_b   {:.9f} nats\n"
      "samples     {}\n",
      value.objective, value.dependence, value.entropy_a, value.entropy_b, value.samples);
  for (const auto& [name, number] : value.parts) {
    text += fmt::format("{:<11} {:.9f}\n", name, number);
  }
  for (const auto& [name, numbers] : lists_of(findings)) {
    text += fmt::format("{} {:.4f}\n", name, fmt::join(*numbers, " "));
  }
  return text;
}

}  // namespace

int evaluate(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = option_table();
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
  const auto findings = single
                            ? evaluate_in<float>(communicator, options, stored, pair, data_path)
                            : evaluate_in<double>(communicator, options, stored, pair, data_path);
  print_result(communicator, options.value<bool>("json") ? as_json(findings, communicator.size())
                                                         : as_table(findings));
  return 0;
}

}  // namespace infomax::cli
