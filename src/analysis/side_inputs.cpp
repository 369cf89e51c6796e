// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/side_inputs.hpp"

#include <algorithm>
#include <utility>

#include "infomax/data/sources.hpp"
#include "infomax/nn/layer_table.hpp"

namespace infomax::analysis {
namespace {

Matrix<double> identity(std::size_t columns) {
  Matrix<double> one(columns, columns, 0.0);
  for (std::size_t j = 0; j < columns; ++j) {
    one(j, j) = 1.0;
  }
  return one;
}

}  // namespace

template <math::Real T>
SideInputs<T>::SideInputs(const model::Model<T>& model, const model::Examples& examples,
                          model::View view)
    : view_(std::move(view)), local_rows_(examples.shard.row_count) {
  for (std::size_t i = 0; i < local_rows_.size(); ++i) {
    local_rows_[i] = view_.index[i].first;
  }
  const auto role = view_.encoder ? view_.encoder : view_.preprocessing;
  if (!role) {
    as_they_are_ =
        data::Normalization::identity(view_.classes > 0 ? view_.classes : view_.rows->features());
  }
  preprocessing_ = role ? &model.member(*role).normalization : &as_they_are_;
  if (view_.classes > 0) {
    source_ = std::make_unique<data::OneHotRows<T>>(*view_.rows, local_rows_, view_.classes);
  } else {
    source_ = std::make_unique<data::DatasetRows<T>>(*view_.rows, local_rows_, *preprocessing_);
  }
}

template <math::Real T>
std::optional<Matrix<double>> affine_weights(const model::Model<T>& model,
                                             const model::Member<T>& member) {
  const auto& network = member.network;
  if (!std::ranges::all_of(network.spec().items, [](const nn::SpecItem& item) {
        return nn::find_layer_type(item.name)->affine;
      })) {
    return std::nullopt;
  }
  const auto parameters = model.parameters_of(member);
  std::optional<Matrix<double>> product;
  for (const auto& block : network.parameters()) {
    if (block.role != nn::Role::weight) {
      continue;
    }
    Matrix<double> weight(block.shape[0], block.shape[1]);
    std::ranges::copy(parameters.subspan(block.offset, block.size()), weight.data());
    if (!product) {
      product = std::move(weight);
      continue;
    }
    Matrix<double> longer(product->rows(), weight.columns());
    math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, product->view(),
                       weight.view(), 0.0, longer.view());
    product = std::move(longer);
  }
  return product ? std::move(product) : std::optional(identity(network.inputs()));
}

#define INFOMAX_INSTANTIATE(T)                                                     \
  template class SideInputs<T>;                                                    \
  template std::optional<Matrix<double>> affine_weights<T>(const model::Model<T>&, \
                                                           const model::Member<T>&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis
