// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/linear_start.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/model/side_data.hpp"
#include "infomax/model/views.hpp"
#include "infomax/nn/layer_table.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/train/linear_search.hpp"

namespace infomax::train {
namespace {

using model::Pair;
using objective::LinearForm;

constexpr const char* correlations_setting = "linear_correlations";
constexpr const char* covariances_setting = "linear_covariances";

/// The configuration to use instead of `spec` where there is no linear solution.
std::string untouched(const objective::ObjectiveOptions& objective, const nn::Spec& spec) {
  if (objective::is_only_linear(objective)) {
    return "another `objective`";
  }
  return nn::is_linear_solution(spec)
             ? fmt::format("`encoder` dense:{}", spec.items.back().arguments[0].value)
             : "`init` glorot";
}

LinearForm form_of(const objective::ObjectiveOptions& objective, Pair pair, bool two_networks,
                   const nn::Spec& encoder) {
  const auto form =
      model::meaning_of(pair).changes_rows
          ? std::nullopt
          : objective::linear_form(objective, model::linear_sides(pair, two_networks));
  if (!form) {
    throw UsageError(fmt::format(
        "`objective` {} as it is set, with `pair` {}, has no linear solution in closed form. There "
        "is one for: {}; never with `pair` augment or `shrinkage` auto. Else use {}",
        objective.objective, model::name_of(pair), objective::linear_objectives(),
        untouched(objective, encoder)));
  }
  return *form;
}

/// Writes the layer as the last of a network.
template <math::Real T>
void assign(const objective::LinearLayer& layer, const nn::Network<T>& network,
            std::span<T> parameters) {
  const auto& blocks = network.parameters();
  const auto& weight = blocks[blocks.size() - 2];
  assign_linear<T>(layer, parameters.subspan(weight.offset, weight.size() + blocks.back().size()));
}

void require_directions(const objective::ObjectiveOptions& objective, const nn::Spec& spec,
                        std::size_t outputs, std::size_t directions) {
  if (outputs > directions) {
    throw UsageError(fmt::format(
        "`encoder` {} has {} outputs, but for its objective and data there are only {} linear "
        "directions; end it in {}:{}, or use {}",
        spec.text, outputs, directions, nn::is_linear_solution(spec) ? "linear" : "dense",
        directions, untouched(objective, spec)));
  }
}

void tell(std::span<const double> numbers, const std::string& what) {
  constexpr std::size_t most = 10;
  const std::size_t shown = std::min(most, numbers.size());
  log::info(fmt::format("linear solution: {} {:.4f}{}", what, fmt::join(numbers.first(shown), " "),
                        shown < numbers.size() ? " ..." : ""));
}

/// How many weights of each output are not 0.
std::vector<std::size_t> weights_of_outputs(const Matrix<double>& weight) {
  std::vector<std::size_t> counts(weight.columns(), 0);
  for (std::size_t i = 0; i < weight.rows(); ++i) {
    for (std::size_t j = 0; j < weight.columns(); ++j) {
      counts[j] += weight(i, j) != 0.0 ? 1 : 0;
    }
  }
  return counts;
}

void tell_weights(const Matrix<double>& weight, const char* side, model::Settings& settings) {
  if (weight.empty()) {
    return;
  }
  const auto counts = weights_of_outputs(weight);
  log::info(fmt::format("of side {}, {} of {} weights are not 0", side, fmt::join(counts, ", "),
                        weight.rows()));
  settings[fmt::format("linear_weights_{}", side)] = json_text(Json(counts));
}

/// What was found, to users and for model.h5.
void tell(LinearForm form, const objective::LinearSolution& solution, bool regularised,
          model::Settings& settings) {
  if (solution.correlations.empty()) {
    return;
  }
  const bool of_correlations = form == LinearForm::canonical;
  tell(solution.correlations, of_correlations ? std::string("canonical correlations") +
                                                    (regularised ? " of regularised CCA" : "")
                                              : std::string("covariances"));
  settings[of_correlations ? correlations_setting : covariances_setting] =
      json_text(Json(solution.correlations));
  if (form == LinearForm::sparse_covariance) {
    tell_weights(solution.a.weight, "a", settings);
    tell_weights(solution.b.weight, "b", settings);
  }
}

}  // namespace

void require_linear_end(const nn::Spec& encoder) {
  if (!nn::find_layer_type(encoder.items.back().name)->affine) {
    throw UsageError(fmt::format(
        "the linear solution is one for the last layer, which must be dense with nothing after it; "
        "\"{}\" ends otherwise: end it in dense:N, or use `init` glorot",
        encoder.text));
  }
  if (nn::any_item(encoder.items, [](const nn::SpecItem& item) {
        return nn::find_layer_type(item.name)->of_batch;
      })) {
    throw UsageError(
        fmt::format("the linear solution holds for fixed layers before the last, and batchnorm "
                    "changes with every batch; take it out of \"{}\", or use `init` glorot",
                    encoder.text));
  }
}

template <math::Real T>
void assign_linear(const objective::LinearLayer& layer, std::span<T> parameters) {
  const std::size_t inputs = layer.weight.rows();
  const std::size_t outputs = layer.weight.columns();
  std::ranges::transform(layer.weight.span(), parameters.begin(),
                         [](double value) { return static_cast<T>(value); });
  for (std::size_t j = 0; j < outputs; ++j) {
    double centre = 0.0;
    for (std::size_t i = 0; i < inputs; ++i) {
      // The weights as they are stored, so that what they make is centred whatever T rounds.
      centre += layer.mean[i] * static_cast<double>(parameters[i * outputs + j]);
    }
    parameters[inputs * outputs + j] = static_cast<T>(-centre);
  }
}

void check_linear_start(const objective::ObjectiveOptions& objective, Pair pair,
                        const objective::LinearRidges& ridges, const nn::Spec& encoder,
                        const std::optional<nn::Spec>& encoder_b) {
  const LinearForm form = form_of(objective, pair, encoder_b.has_value(), encoder);
  if (ridges.given() && form != LinearForm::canonical) {
    throw UsageError(
        "`linear_ridge_a` and `linear_ridge_b` are for regularised CCA: they need an objective of "
        "canonical correlations, and two networks or a side that is data; leave them out");
  }
  require_linear_end(encoder);
  if (encoder_b) {
    require_linear_end(*encoder_b);
  }
}

template <math::Real T>
void start_linear(const mpi::Communicator& communicator, model::Model<T>& model,
                  const model::Examples& examples, const model::PairSettings& pair,
                  const objective::ObjectiveOptions& objective,
                  const objective::LinearRidges& ridges, bool reproducible) {
  const bool two_networks = model.has(model::Role::encoder_a);
  const auto& first = model.member(two_networks ? model::Role::encoder_a : model::Role::encoder_b);
  const auto& second = model.member(model::Role::encoder_b);
  const nn::Spec& first_spec = first.network.spec();
  const LinearForm form = form_of(objective, pair.pair, two_networks, first_spec);
  require_linear_end(first_spec);
  require_linear_end(second.network.spec());
  const auto views = model::make_views(pair, examples, two_networks);
  const auto rows_a = model::rows_of(views.a, examples.shard.row_count);
  const auto rows_b = model::rows_of(views.b, examples.shard.row_count);
  const auto as_they_are = data::Normalization::identity(views.a.rows->features());

  const auto a = model::last_layer_inputs<T>(model, views.a, rows_a, as_they_are);
  const auto b = model::last_layer_inputs<T>(model, views.b, rows_b, as_they_are);

  stats::RowParts parts;
  if (reproducible) {
    std::vector<std::size_t> samples(examples.shard.row_count);
    std::iota(samples.begin(), samples.end(), std::size_t{0});
    model::cut_into_parts(examples, samples, parts);
  }

  const std::size_t directions =
      objective::largest_outputs(form, a->columns(), b->columns(), two_networks);
  const std::size_t outputs_a = two_networks ? first.network.outputs() : 0;
  require_directions(objective, first_spec, outputs_a, directions);
  require_directions(objective, second.network.spec(), second.network.outputs(), directions);
  if (form == LinearForm::canonical || form == LinearForm::canonical_alike) {
    objective::BatchSizeWarning().require_correlations(static_cast<double>(examples.blocks.rows()),
                                                       a->columns(), b->columns());
  }
  const objective::LinearProblem problem{
      form, outputs_a, second.network.outputs(),
      [&](std::span<double> variables, const objective::SmoothFunction& function) {
        return maximise(communicator, variables, function);
      },
      ridges};
  const auto solution = objective::solve_linear<T>(communicator, problem, objective,
                                                   {*a, *b, reproducible ? &parts : nullptr});
  if (two_networks) {
    assign(solution.a, first.network, model.parameters_of(first));
  }
  assign(solution.b, second.network, model.parameters_of(second));
  tell(form, solution, ridges.given(), model.settings);
}

template void assign_linear<float>(const objective::LinearLayer&, std::span<float>);
template void assign_linear<double>(const objective::LinearLayer&, std::span<double>);
template void start_linear<float>(const mpi::Communicator&, model::Model<float>&,
                                  const model::Examples&, const model::PairSettings&,
                                  const objective::ObjectiveOptions&,
                                  const objective::LinearRidges&, bool);
template void start_linear<double>(const mpi::Communicator&, model::Model<double>&,
                                   const model::Examples&, const model::PairSettings&,
                                   const objective::ObjectiveOptions&,
                                   const objective::LinearRidges&, bool);

}  // namespace infomax::train
