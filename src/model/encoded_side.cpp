#include "infomax/model/encoded_side.hpp"

#include <algorithm>
#include <cassert>

#include "infomax/core/stopwatch.hpp"

namespace infomax::model {
namespace {

std::size_t rows_at_once(std::size_t batch_rows, std::size_t micro_batch) {
  return micro_batch == 0 ? batch_rows : std::min(batch_rows, micro_batch);
}

}  // namespace

template <math::Real T>
EncodedSide<T>::EncodedSide(const Member<T>& member, const data::Rows& rows, std::size_t batch_rows,
                            std::size_t micro_batch, bool for_backward)
    : member_(&member),
      rows_(&rows),
      micro_rows_(rows_at_once(batch_rows, micro_batch)),
      whole_(micro_rows_ == batch_rows),
      inputs_(micro_rows_, member.network.inputs()),
      outputs_(whole_ ? 0 : batch_rows, member.network.outputs()),
      tape_(member.network, micro_rows_, for_backward) {}

template <math::Real T>
MatrixView<const T> EncodedSide<T>::convert(std::span<const std::size_t> indices) {
  const Stopwatch stopwatch;
  const MatrixView<T> inputs = inputs_.view().row_range(0, indices.size());
  rows_->convert(indices, member_->normalization, inputs);
  input_s_ += stopwatch.elapsed_s();
  return inputs;
}

template <math::Real T>
MatrixView<const T> EncodedSide<T>::forward(std::span<const T> parameters,
                                            std::span<const std::size_t> indices) {
  indices_ = indices;
  if (whole_) {
    return member_->network.forward(parameters, convert(indices), tape_);
  }
  for (std::size_t first = 0; first < indices.size(); first += micro_rows_) {
    const std::size_t count = std::min(micro_rows_, indices.size() - first);
    const MatrixView<const T> encoded =
        member_->network.forward(parameters, convert(indices.subspan(first, count)), tape_);
    for (std::size_t i = 0; i < count; ++i) {
      std::ranges::copy(encoded.row(i), outputs_.view().row(first + i).begin());
    }
  }
  return std::as_const(outputs_).view().row_range(0, indices.size());
}

template <math::Real T>
MatrixView<const T> EncodedSide<T>::inputs() const {
  assert(whole_);
  return inputs_.view().row_range(0, indices_.size());
}

template <math::Real T>
void EncodedSide<T>::backward(std::span<const T> parameters, MatrixView<T> doutputs,
                              std::span<T> gradient,
                              const typename nn::Network<T>::PartReady& ready) {
  if (whole_) {
    member_->network.backward(parameters, inputs(), tape_, doutputs, gradient, ready);
    return;
  }
  for (std::size_t first = 0; first < indices_.size(); first += micro_rows_) {
    const std::size_t count = std::min(micro_rows_, indices_.size() - first);
    const bool last = first + count == indices_.size();
    const MatrixView<const T> inputs = convert(indices_.subspan(first, count));
    member_->network.forward(parameters, inputs, tape_);
    member_->network.backward(parameters, inputs, tape_, doutputs.row_range(first, count), gradient,
                              last ? ready : typename nn::Network<T>::PartReady{});
  }
}

template <math::Real T>
std::size_t EncodedSide<T>::bytes() const {
  return (inputs_.size() + outputs_.size()) * sizeof(T) + tape_.bytes();
}

template class EncodedSide<float>;
template class EncodedSide<double>;

}  // namespace infomax::model
