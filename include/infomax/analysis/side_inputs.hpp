// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/views.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// n local samples, D columns of a side's data, q outputs of its network, k components.

namespace infomax::analysis {

/// The data that a side is made of, one row a sample, as its network reads them: preprocessed, but
/// without a random change. Of a side that is data, the side itself.
template <math::Real T>
class SideInputs {
 public:
  /// Borrows the model.
  SideInputs(const model::Model<T>& model, const model::Examples& examples, model::View view);
  SideInputs(const SideInputs&) = delete;
  SideInputs& operator=(const SideInputs&) = delete;

  /// [n, D]
  [[nodiscard]] const stats::RowSource<T>& rows() const { return *source_; }
  /// How they were preprocessed, z = (x - shift) * scale.
  [[nodiscard]] const data::Normalization& preprocessing() const { return *preprocessing_; }

 private:
  model::View view_;
  data::Normalization as_they_are_;
  const data::Normalization* preprocessing_;
  std::vector<std::size_t> local_rows_;  // of each sample
  std::unique_ptr<stats::RowSource<T>> source_;
};

/// W [D, q] of a member that is affine, y = z W + c for preprocessed rows z: one whose layers are
/// all dense, or that has none. Unset for another.
template <math::Real T>
[[nodiscard]] std::optional<Matrix<double>> affine_weights(const model::Model<T>& model,
                                                           const model::Member<T>& member);

}  // namespace infomax::analysis
