// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/side_data.hpp"

#include "infomax/data/sources.hpp"

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

template std::unique_ptr<stats::RowSource<float>> side_data<float>(const Model<float>&, const View&,
                                                                   const std::vector<std::size_t>&,
                                                                   const data::Normalization&);
template std::unique_ptr<stats::RowSource<double>> side_data<double>(
    const Model<double>&, const View&, const std::vector<std::size_t>&, const data::Normalization&);

}  // namespace infomax::model
