// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/side_data.hpp"

#include "infomax/data/sources.hpp"
#include "infomax/model/encoded_rows.hpp"
#include "infomax/nn/spec.hpp"

namespace infomax::model {

objective::LinearSides linear_sides(Pair pair, bool two_networks) {
  if (!meaning_of(pair).encodes_both_sides()) {
    return objective::LinearSides::b;
  }
  return two_networks ? objective::LinearSides::both : objective::LinearSides::both_alike;
}

std::vector<std::size_t> rows_of(const View& view, std::size_t samples) {
  std::vector<std::size_t> rows(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    rows[i] = view.index[i].first;
  }
  return rows;
}

template <math::Real T>
std::unique_ptr<stats::RowSource<T>> side_data(const Model<T>& model, const View& view,
                                               const std::vector<std::size_t>& rows,
                                               const data::Normalization& as_they_are) {
  if (!view.encoder && view.classes > 0) {
    return std::make_unique<data::OneHotRows<T>>(*view.rows, rows, view.classes);
  }
  const auto role = view.encoder ? view.encoder : view.preprocessing;
  return std::make_unique<data::DatasetRows<T>>(
      *view.rows, rows, role ? model.member(*role).normalization : as_they_are);
}

template <math::Real T>
std::unique_ptr<stats::RowSource<T>> last_layer_inputs(const Model<T>& model, const View& view,
                                                       const std::vector<std::size_t>& rows,
                                                       const data::Normalization& as_they_are) {
  if (!view.encoder) {
    return side_data<T>(model, view, rows, as_they_are);
  }
  const auto& member = model.member(*view.encoder);
  const nn::Network<T>& network = member.network;
  return std::make_unique<EncodedRows<T>>(
      nn::Network<T>(nn::without_last(network.spec()), network.input_shape()),
      model.parameters_of(member), *view.rows, member.normalization, rows);
}

template std::unique_ptr<stats::RowSource<float>> last_layer_inputs<float>(
    const Model<float>&, const View&, const std::vector<std::size_t>&, const data::Normalization&);
template std::unique_ptr<stats::RowSource<double>> last_layer_inputs<double>(
    const Model<double>&, const View&, const std::vector<std::size_t>&, const data::Normalization&);
template std::unique_ptr<stats::RowSource<float>> side_data<float>(const Model<float>&, const View&,
                                                                   const std::vector<std::size_t>&,
                                                                   const data::Normalization&);
template std::unique_ptr<stats::RowSource<double>> side_data<double>(
    const Model<double>&, const View&, const std::vector<std::size_t>&, const data::Normalization&);

}  // namespace infomax::model
