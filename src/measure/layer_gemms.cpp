// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/layer_gemms.hpp"

#include <algorithm>

namespace infomax::measure {
namespace {

/// Rows of a convolution at a time: more are no faster, and a batch has millions.
constexpr std::size_t most_places = 4096;

/// Calls each(rows) for products of all rows of `samples`, so many at a time as the layer's
/// matrices have.
template <class Layer, class Each>
void for_each_product(const Layer& layer, std::size_t samples, const Each& each) {
  const std::size_t rows = samples * layer.shape.rows_per_sample;
  for (std::size_t k = 0; k < layer.shape.count; ++k) {
    for (std::size_t first = 0; first < rows; first += layer.x.rows()) {
      each(std::min(layer.x.rows(), rows - first));
    }
  }
}

}  // namespace

template <math::Real T>
LayerGemms<T>::LayerGemms(std::vector<LayerShape> layers, std::size_t local_rows,
                          std::size_t micro_rows)
    : local_rows_(local_rows),
      micro_rows_(micro_rows == 0 ? local_rows : std::min(micro_rows, local_rows)) {
  for (const LayerShape& shape : layers) {
    const auto fill = static_cast<T>(0.01);
    const std::size_t rows = shape.rows_per_sample == 1
                                 ? micro_rows_
                                 : std::min(micro_rows_ * shape.rows_per_sample, most_places);
    layers_.push_back({shape, Matrix<T>(rows, shape.inputs, fill),
                       Matrix<T>(shape.input_gradient ? rows : 0, shape.inputs, fill),
                       Matrix<T>(rows, shape.outputs, fill),
                       Matrix<T>(shape.inputs, shape.outputs, fill),
                       Matrix<T>(shape.inputs, shape.outputs, T{0})});
  }
}

template <math::Real T>
void LayerGemms<T>::run() {
  for (std::size_t first = 0; first < local_rows_; first += micro_rows_) {
    run(std::min(micro_rows_, local_rows_ - first));
  }
}

template <math::Real T>
void LayerGemms<T>::run(std::size_t rows) {
  using math::Transpose;
  for (Layer& layer : layers_) {
    for_each_product(layer, rows, [&](std::size_t count) {
      math::gemm(Transpose::no, Transpose::no, T{1}, layer.x.view().row_range(0, count),
                 layer.w.view(), T{0}, layer.y.view().row_range(0, count));
    });
  }
  for (std::size_t k = layers_.size(); k-- > 0;) {
    Layer& layer = layers_[k];
    for_each_product(layer, rows, [&](std::size_t count) {
      const auto dy = layer.y.view().row_range(0, count);
      math::gemm(Transpose::yes, Transpose::no, T{1}, layer.x.view().row_range(0, count), dy, T{1},
                 layer.dw.view());
      if (layer.shape.input_gradient) {
        math::gemm(Transpose::no, Transpose::yes, T{1}, dy, layer.w.view(), T{0},
                   layer.dx.view().row_range(0, count));
      }
    });
  }
}

template <math::Real T>
double LayerGemms<T>::flops() const {
  double per_row = 0.0;
  for (const Layer& layer : layers_) {
    per_row += (layer.shape.input_gradient ? 6.0 : 4.0) * static_cast<double>(layer.shape.inputs) *
               static_cast<double>(layer.shape.outputs) *
               static_cast<double>(layer.shape.rows_per_sample * layer.shape.count);
  }
  return per_row * static_cast<double>(local_rows_);
}

template class LayerGemms<float>;
template class LayerGemms<double>;

}  // namespace infomax::measure
