// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/canonical_encoding.hpp"

#include <fmt/format.h>

#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/analysis/side_inputs.hpp"
#include "infomax/core/error.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/objective/make.hpp"

namespace infomax::analysis {
namespace {

/// Adds the weights of a side if a linear network encodes it. Sequences with lengths of their own
/// have none: what follows them is 0 after the preprocessing, whatever it was before.
template <math::Real T>
void add_linear(const mpi::Communicator& communicator, const model::Model<T>& model,
                const model::View& view, const SideInputs<T>& inputs, const char* side,
                const stats::RowSource<T>& outputs, const VariateMap& map,
                std::vector<LinearVariates>& linear) {
  const auto of_network = view.encoder && !view.change && !view.rows->has_lengths()
                              ? affine_weights(model, model.member(*view.encoder))
                              : std::nullopt;
  if (!of_network) {
    return;
  }
  const VariateRows<T> variates(outputs, map);
  const auto mean = measure_loadings<T>(communicator, inputs.rows(), variates).input_mean;
  LinearVariates found{side, Matrix<double>(of_network->rows(), map.directions.columns()), {}};
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, of_network->view(),
                     map.directions.view(), 0.0, found.weights.view());
  const auto& [shift, scale] = inputs.preprocessing();
  for (std::size_t j = 0; j < mean.size(); ++j) {
    const std::size_t column = j % scale.size();  // of a step, where it is preprocessed by step
    math::scale<double>(scale[column], found.weights.view().row(j));
    found.shift.push_back(shift[column] + (scale[column] == 0.0 ? 0.0 : mean[j] / scale[column]));
  }
  linear.push_back(std::move(found));
}

}  // namespace

template <math::Real T>
CanonicalEncoding fit_canonical_encoding(const mpi::Communicator& communicator,
                                         const model::Model<T>& model,
                                         const model::Examples& examples,
                                         const model::PairSettings& pair, std::size_t micro_batch) {
  const auto options = objective::from_settings(model.settings);
  const auto spectral = objective::make_spectral_function(options);
  if (!spectral) {
    throw UsageError(fmt::format(
        "`canonical` is for objectives of canonical correlations ({}), and the model's objective "
        "is {}; leave it out to write the outputs as they are",
        objective::spectral_objectives(), options.objective));
  }
  const auto views = model::make_views(pair, examples, model.has(model::Role::encoder_a));
  const model::WholeSides<T> sides(communicator, model, examples, pair, micro_batch);
  const SideInputs<T> inputs_a(model, examples, views.a);
  const SideInputs<T> inputs_b(model, examples, views.b);
  CanonicalEncoding encoding{
      fit_variates<T>(communicator, sides.batch().rows, inputs_a.rows(), spectral->options())};
  const auto& variates = encoding.variates;
  add_linear(communicator, model, views.a, inputs_a, "a", sides.a(), variates.a, encoding.linear);
  add_linear(communicator, model, views.b, inputs_b, "b", sides.b(), variates.b, encoding.linear);
  if (pair.meaning().is_lagged) {
    encoding.timescales = implied_timescales(variates.correlations, pair.lag);
  }
  return encoding;
}

std::string default_canonical_side(const model::PairSettings& pair) {
  return pair.meaning().a.encoded ? "a" : "b";
}

#define INFOMAX_INSTANTIATE(T)                                                  \
  template CanonicalEncoding fit_canonical_encoding<T>(                         \
      const mpi::Communicator&, const model::Model<T>&, const model::Examples&, \
      const model::PairSettings&, std::size_t);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis
