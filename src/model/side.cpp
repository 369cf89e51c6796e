// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/side.hpp"

#include <stdexcept>
#include <type_traits>

namespace infomax::model {

template <math::Real T>
Side<T>::Side(const mpi::Communicator& communicator, const Model<T>& model, const View& view,
              const SideRoom& room)
    : model_(&model), view_(view) {
  if (view_.encoder) {
    const auto& member = model.member(*view_.encoder);
    encoder_.emplace(communicator, member, *view_.rows,
                     RowChange{view_.change.get(), view_.changes_in_evaluation}, room.parts,
                     room.batch_rows, room.micro_batch, room.for_backward, view_.tapped_layer);
    if (is_tapped()) {
      tapped_gradient_ = Matrix<T>(room.for_backward ? room.batch_rows : 0,
                                   member.network.layer_columns(*view_.tapped_layer));
    }
    gradient_ = Matrix<T>(room.for_backward ? room.batch_rows : 0, member.network.outputs());
  } else if (!view_.preprocessing && view_.classes == 0) {
    as_they_are_ = data::Normalization::identity(view_.rows->features());
  }
  if (!view_.index.is_identity()) {
    row_list_.resize(room.batch_rows);
  }
}

template <math::Real T>
void Side<T>::forward(std::span<const std::size_t> samples, const nn::Pass& pass) {
  count_ = samples.size();
  const auto rows = view_.index.rows_of(samples, row_list_);
  if (encoder_) {
    shown_.template emplace<stats::MatrixRows<T>>(
        encoder_->forward(model_->parameters_of(encoder_->member()), rows, pass));
    if (is_tapped()) {
      tapped_.emplace(encoder_->tapped());
    }
  } else {
    show_data(rows);
  }
}

template <math::Real T>
void Side<T>::forward_as_inputs_of(const Side& other, std::span<const std::size_t> samples,
                                   const nn::Pass& pass) {
  if (!other.encoder_->holds_inputs()) {
    forward(samples, pass);
    return;
  }
  count_ = samples.size();
  shown_.template emplace<stats::MatrixRows<T>>(other.encoder_->inputs());
}

template <math::Real T>
void Side<T>::show_data(std::span<const std::size_t> rows) {
  if (view_.classes > 0) {
    shown_.template emplace<data::OneHotRows<T>>(*view_.rows, rows, view_.classes);
  } else {
    shown_.template emplace<data::DatasetRows<T>>(
        *view_.rows, rows,
        view_.preprocessing ? model_->member(*view_.preprocessing).normalization : as_they_are_);
  }
}

template <math::Real T>
const stats::RowSource<T>& Side<T>::rows() const {
  return std::visit(
      [](const auto& source) -> const stats::RowSource<T>& {
        if constexpr (std::is_same_v<std::decay_t<decltype(source)>, std::monostate>) {
          throw std::logic_error("a side before forward");
        } else {
          return source;
        }
      },
      shown_);
}

template <math::Real T>
MatrixView<T> Side<T>::gradient() {
  return gradient_.view().row_range(0, encoder_ ? count_ : 0);
}

template <math::Real T>
MatrixView<T> Side<T>::tapped_gradient() {
  return tapped_gradient_.view().row_range(0, count_);
}

template <math::Real T>
void Side<T>::backward(std::span<T> parameter_gradient,
                       const typename nn::Executor<T>::PartReady& ready,
                       const typename nn::Executor<T>::RangeAdded& added) {
  if (!encoder_) {
    return;
  }
  const auto& member = encoder_->member();
  typename nn::Executor<T>::PartReady shifted;
  if (ready) {
    shifted = [&ready, &member](std::size_t offset, std::size_t count) {
      ready(member.offset + offset, count);
    };
  }
  encoder_->backward(model_->parameters_of(member), gradient(),
                     parameter_gradient.subspan(member.offset, member.network.parameter_count()),
                     shifted, added,
                     is_tapped() ? MatrixView<const T>(tapped_gradient()) : MatrixView<const T>{});
}

template <math::Real T>
std::size_t Side<T>::bytes() const {
  return (encoder_ ? encoder_->bytes() : 0) +
         (gradient_.size() + tapped_gradient_.size()) * sizeof(T);
}

template class Side<float>;
template class Side<double>;

}  // namespace infomax::model
