// SPDX-License-Identifier: BSD-3-Clause
#include "report/loadings.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "infomax/analysis/canonical_variates.hpp"
#include "infomax/analysis/side_inputs.hpp"
#include "infomax/model/views.hpp"
#include "report/numbers.hpp"

namespace infomax::report {
namespace {

// As many as a reader can tell apart in a picture.
constexpr std::size_t most_inputs = 40;
constexpr std::size_t most_variates = 12;

/// The inputs with the largest correlations, in their own order.
std::vector<std::size_t> strongest(const Matrix<double>& correlations, std::size_t variates) {
  std::vector<double> strength(correlations.rows(), 0.0);
  for (std::size_t j = 0; j < strength.size(); ++j) {
    for (std::size_t c = 0; c < variates; ++c) {
      strength[j] = std::max(strength[j], std::abs(correlations(j, c)));
    }
  }
  std::vector<std::size_t> chosen(strength.size());
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  std::ranges::stable_sort(
      chosen, [&](std::size_t one, std::size_t other) { return strength[one] > strength[other]; });
  chosen.resize(std::min(chosen.size(), most_inputs));
  std::ranges::sort(chosen);
  return chosen;
}

template <math::Real T>
Json of_side(const Outputs<T>& outputs, const analysis::SideInputs<T>& inputs, const char* side,
             const stats::RowSource<T>& variates, const std::vector<std::string>& names) {
  const auto found =
      analysis::measure_loadings<T>(outputs.communicator, inputs.rows(), variates).correlations;
  const std::size_t columns = std::min(found.columns(), most_variates);
  const auto chosen = strongest(found, columns);
  Json lines = Json::array();
  Json row_names = Json::array();
  for (const std::size_t j : chosen) {
    lines.push_back(rounded_list(found.view().row(j).first(columns), 5));
    if (!names.empty()) {
      row_names.push_back(names[j]);
    }
  }
  return {{"side", side},
          {"inputs", chosen},
          {"names", row_names},
          {"all_rows", found.rows()},
          {"all_columns", found.columns()},
          {"matrix", lines}};
}

}  // namespace

template <math::Real T>
Json loadings(const Outputs<T>& outputs, const model::Model<T>& model, const InputNames& names) {
  const auto views =
      model::make_views(outputs.pair, outputs.examples, model.has(model::Role::encoder_a));
  const auto& meaning = outputs.pair.meaning();
  Json all = Json::array();
  if (meaning.has_two_views() || meaning.has_targets() || outputs.shows_left_functions()) {
    const analysis::SideInputs<T> inputs(model, outputs.examples, views.a);
    all.push_back(of_side<T>(outputs, inputs, "a", outputs.a(), names.a));
  }
  if (!outputs.shows_left_functions()) {
    const analysis::SideInputs<T> inputs(model, outputs.examples, views.b);
    all.push_back(of_side<T>(outputs, inputs, "b", outputs.b(), names.b));
  }
  return all;
}

template Json loadings<float>(const Outputs<float>&, const model::Model<float>&, const InputNames&);
template Json loadings<double>(const Outputs<double>&, const model::Model<double>&,
                               const InputNames&);

}  // namespace infomax::report
