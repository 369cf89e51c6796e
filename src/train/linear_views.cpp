// SPDX-License-Identifier: BSD-3-Clause
#include "train/linear_views.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/model/encoded_rows.hpp"
#include "infomax/nn/view_networks.hpp"
#include "infomax/objective/linear_views.hpp"
#include "infomax/train/linear_search.hpp"
#include "infomax/train/linear_start.hpp"

namespace infomax::train {

void check_linear_views(const objective::ObjectiveOptions& objective, std::optional<double> ridge,
                        const std::vector<std::string>& encoders) {
  if (ridge && objective.objective != "maxvar") {
    throw UsageError(fmt::format(
        "`linear_ridge` makes the linear solution that of regularised generalised CCA, which is of "
        "`objective` maxvar, and it is {}; leave it out",
        objective.objective));
  }
  for (const std::string& encoder : encoders) {
    require_linear_end(nn::parse_spec(encoder));
  }
}

template <math::Real T>
void start_linear_views(const mpi::Communicator& communicator, model::Model<T>& model,
                        const model::Examples& examples,
                        const objective::ObjectiveOptions& objective, std::optional<double> ridge,
                        bool reproducible) {
  const auto& member = model.member(model::Role::encoder_b);
  const nn::Graph& graph = member.network.graph();
  const auto views = nn::views_of(member.network.spec());
  std::vector<std::size_t> samples(examples.shard.row_count);
  std::iota(samples.begin(), samples.end(), std::size_t{0});
  stats::RowParts parts;
  if (reproducible) {
    model::cut_into_parts(examples, samples, parts);
  }
  // The layers before the last have parameters of their own places, view by view.
  const auto before_specs = nn::without_last(views);
  nn::Network<T> before(nn::join_views(before_specs), member.network.input_shape());
  const auto ends = nn::parts_of_views(graph);
  const auto ends_before = nn::parts_of_views(before.graph());
  const std::span<T> parameters = model.parameters_of(member);
  Buffer<T> parameters_before(before.parameter_count());
  objective::LinearViewsProblem problem;
  for (std::size_t m = 0; m < views.size(); ++m) {
    std::ranges::copy(
        parameters.subspan(ends[m].first_parameter, ends_before[m].parameter_count),
        parameters_before.begin() + static_cast<std::ptrdiff_t>(ends_before[m].first_parameter));
    problem.inputs.push_back(ends_before[m].outputs);
    problem.outputs.push_back(ends[m].outputs);
  }
  problem.ridge = ridge;
  problem.maximise = [&](std::span<double> x, const objective::SmoothFunction& function) {
    return maximise(communicator, x, function);
  };
  const model::EncodedRows<T> rows(std::move(before), parameters_before, *examples.x,
                                   member.normalization, samples);
  const auto solution = objective::solve_linear_views<T>(communicator, problem, objective, rows,
                                                         reproducible ? &parts : nullptr);
  std::size_t first = 0;
  for (std::size_t m = 0; m < views.size(); ++m) {
    const objective::LinearLayer layer{
        Buffer<double>(
            solution.mean.begin() + static_cast<std::ptrdiff_t>(first),
            solution.mean.begin() + static_cast<std::ptrdiff_t>(first + problem.inputs[m])),
        solution.weights[m]};
    const std::size_t layer_size = (problem.inputs[m] + 1) * problem.outputs[m];
    assign_linear<T>(
        layer, parameters.subspan(ends[m].first_parameter + ends[m].parameter_count - layer_size,
                                  layer_size));
    first += problem.inputs[m];
  }
  constexpr std::size_t most = 10;
  const std::span<const double> found(solution.eigenvalues);
  log::info(fmt::format("linear solution: eigenvalues{} {:.4f}{}",
                        ridge ? " of regularised generalised CCA" : "",
                        fmt::join(found.first(std::min(most, found.size())), " "),
                        most < found.size() ? " ..." : ""));
  model.settings["linear_eigenvalues"] = json_text(Json(solution.eigenvalues));
}

template void start_linear_views<float>(const mpi::Communicator&, model::Model<float>&,
                                        const model::Examples&, const objective::ObjectiveOptions&,
                                        std::optional<double>, bool);
template void start_linear_views<double>(const mpi::Communicator&, model::Model<double>&,
                                         const model::Examples&, const objective::ObjectiveOptions&,
                                         std::optional<double>, bool);

}  // namespace infomax::train
