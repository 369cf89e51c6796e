// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/sources.hpp"

#include "infomax/data/labels.hpp"

namespace infomax::data {
namespace {

/// The first count * columns elements of scratch as a matrix.
template <class T>
MatrixView<T> shaped(Buffer<T>& scratch, std::size_t count, std::size_t columns) {
  if (scratch.size() < count * columns) {
    scratch.resize(count * columns);
  }
  return {scratch.data(), count, columns};
}

}  // namespace

template <math::Real T>
MatrixView<const T> DatasetRows<T>::tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const {
  const MatrixView<T> out = shaped(scratch, count, columns());
  rows_.convert(local_rows_.subspan(first, count), normalization_, out);
  return out;
}

template <math::Real T>
MatrixView<const T> OneHotRows<T>::tile(std::size_t first, std::size_t count,
                                        Buffer<T>& scratch) const {
  const MatrixView<T> out = shaped(scratch, count, classes_);
  one_hot(rows_, local_rows_.subspan(first, count), classes_, out);
  return out;
}

template class DatasetRows<float>;
template class DatasetRows<double>;
template class OneHotRows<float>;
template class OneHotRows<double>;

}  // namespace infomax::data
