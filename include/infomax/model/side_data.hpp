// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "infomax/data/normalization.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/views.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// The data behind a side, as linear solutions read it.

namespace infomax::model {

/// Which sides of a pair have a linear map.
[[nodiscard]] objective::LinearSides linear_sides(Pair pair, bool two_networks);

/// The local rows of a side's samples, [samples].
[[nodiscard]] std::vector<std::size_t> rows_of(const View& view, std::size_t samples);

/// These rows of a side as its encoder reads them, or as the side itself where it is data:
/// preprocessed, or one-hot rows of classes. `as_they_are` is used where there is no preprocessing.
/// Borrows all of its arguments.
template <math::Real T>
[[nodiscard]] std::unique_ptr<stats::RowSource<T>> side_data(
    const Model<T>& model, const View& view, const std::vector<std::size_t>& rows,
    const data::Normalization& as_they_are);

/// What the last layer of a side's encoder reads: these rows under the layers before it; or the
/// side itself where it is data. Borrows all of its arguments.
template <math::Real T>
[[nodiscard]] std::unique_ptr<stats::RowSource<T>> last_layer_inputs(
    const Model<T>& model, const View& view, const std::vector<std::size_t>& rows,
    const data::Normalization& as_they_are);

}  // namespace infomax::model
