// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/layer_gemms.hpp"

#include <algorithm>

namespace infomax::measure {

template <math::Real T>
LayerGemms<T>::LayerGemms(std::vector<LayerShape> layers, std::size_t local_rows,
                          std::size_t micro_rows)
    : local_rows_(local_rows),
      micro_rows_(micro_rows == 0 ? local_rows : std::min(micro_rows, local_rows)) {
  for (const LayerShape& shape : layers) {
    const auto fill = static_cast<T>(0.01);
    layers_.push_back({shape, Matrix<T>(micro_rows_, shape.inputs, fill),
                       Matrix<T>(shape.input_gradient ? micro_rows_ : 0, shape.inputs, fill),
                       Matrix<T>(micro_rows_, shape.outputs, fill),
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
    math::gemm(Transpose::no, Transpose::no, T{1}, layer.x.view().row_range(0, rows),
               layer.w.view(), T{0}, layer.y.view().row_range(0, rows));
  }
  for (std::size_t k = layers_.size(); k-- > 0;) {
    Layer& layer = layers_[k];
    const auto dy = layer.y.view().row_range(0, rows);
    math::gemm(Transpose::yes, Transpose::no, T{1}, layer.x.view().row_range(0, rows), dy, T{1},
               layer.dw.view());
    if (layer.shape.input_gradient) {
      math::gemm(Transpose::no, Transpose::yes, T{1}, dy, layer.w.view(), T{0},
                 layer.dx.view().row_range(0, rows));
    }
  }
}

template <math::Real T>
double LayerGemms<T>::flops() const {
  double per_row = 0.0;
  for (const Layer& layer : layers_) {
    per_row += (layer.shape.input_gradient ? 6.0 : 4.0) * static_cast<double>(layer.shape.inputs) *
               static_cast<double>(layer.shape.outputs);
  }
  return per_row * static_cast<double>(local_rows_);
}

template class LayerGemms<float>;
template class LayerGemms<double>;

}  // namespace infomax::measure
