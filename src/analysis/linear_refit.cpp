// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/linear_refit.hpp"

#include <algorithm>

#include "infomax/model/side_data.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

template <math::Real T>
std::optional<objective::LinearForm> form_of(const model::Model<T>& model,
                                             const model::PairSettings& pair,
                                             const objective::ObjectiveOptions& options) {
  return objective::linear_form(options,
                                model::linear_sides(pair.pair, model.has(model::Role::encoder_a)));
}

/// The outputs of a network; 0 where there is none.
template <math::Real T>
std::size_t outputs_of(const model::Model<T>& model, model::Role role) {
  return model.has(role) ? model.member(role).network.outputs() : 0;
}

/// W^T (h - mean) of all local rows.
template <math::Real T>
Matrix<T> map(const stats::RowSource<T>& rows, const objective::LinearLayer& layer) {
  Matrix<T> weight(layer.weight.rows(), layer.weight.columns());
  std::ranges::transform(layer.weight.span(), weight.data(),
                         [](double w) { return static_cast<T>(w); });
  Matrix<T> mapped(rows.rows(), weight.columns());
  stats::CentredTiles<T> tiles;
  stats::for_each_tile(0, rows.rows(), rows.columns(), [&](std::size_t first, std::size_t count) {
    math::gemm<T>(math::Transpose::no, math::Transpose::no, T{1},
                  tiles.read(rows, layer.mean, first, count), weight.view(), T{0},
                  mapped.view().row_range(first, count));
  });
  return mapped;
}

}  // namespace

template <math::Real T>
bool LinearRefit<T>::is_possible(const model::Model<T>& model, const model::PairSettings& pair,
                                 const objective::ObjectiveOptions& options) {
  return std::ranges::all_of(
             model.members(),
             [](const auto& member) { return nn::is_linear_solution(member.network.spec()); }) &&
         form_of(model, pair, options).has_value();
}

template <math::Real T>
LinearRefit<T>::LinearRefit(const model::Model<T>& model, const model::Examples& examples,
                            const model::PairSettings& pair,
                            const objective::ObjectiveOptions& options,
                            objective::Maximiser maximise)
    : model_(&model),
      options_(options),
      problem_{form_of(model, pair, options).value(), outputs_of(model, model::Role::encoder_a),
               outputs_of(model, model::Role::encoder_b), std::move(maximise),
               objective::LinearRidges::from_settings(model.settings)},
      views_(model::make_views(pair, examples, model.has(model::Role::encoder_a))),
      as_they_are_(data::Normalization::identity(views_.a.rows->features())),
      rows_a_(model::rows_of(views_.a, examples.shard.row_count)),
      rows_b_(model::rows_of(views_.b, examples.shard.row_count)),
      a_(model::last_layer_inputs<T>(model, views_.a, rows_a_, as_they_are_)),
      b_(model::last_layer_inputs<T>(model, views_.b, rows_b_, as_they_are_)) {}

template <math::Real T>
void LinearRefit<T>::fit(const mpi::Communicator& communicator, const stats::RowPairs<T>& inputs,
                         const std::function<void(const stats::RowPairs<T>&)>& use) const {
  const bool two_networks = model_->has(model::Role::encoder_a);
  const auto solution = objective::solve_linear<T>(communicator, problem_, options_, inputs);
  const Matrix<T> b = map(inputs.b, solution.b);
  const stats::MatrixRows<T> b_rows(b.view());
  if (!views_.a.encoder) {
    use({inputs.a, b_rows});
    return;
  }
  const Matrix<T> a = map(inputs.a, two_networks ? solution.a : solution.b);
  const stats::MatrixRows<T> a_rows(a.view());
  use({a_rows, b_rows});
}

template class LinearRefit<float>;
template class LinearRefit<double>;

}  // namespace infomax::analysis
