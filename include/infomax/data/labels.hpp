// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// The largest number of classes. Labels with more are probably values and are refused.
inline constexpr std::size_t most_classes = 65536;

/// Whether rows may be class labels: one integer each.
[[nodiscard]] bool holds_labels(const RowStore& rows);

/// Collective. C, the number of classes 0 .. C-1 that the labels of all ranks imply: the greatest
/// plus 1. Throws DataError, the same on every rank, where rows are not labels, one is negative (it
/// names the first), or C is above most_classes. Classes belong to a data set as a whole: pass
/// rows.whole() where `rows` may be a selection.
[[nodiscard]] std::size_t class_count(const mpi::Communicator& communicator, const RowStore& rows);

/// Collective. Throws DataError, the same on every rank, where a label is not one of `classes`, as
/// of a test set with a class that training did not see. It names the first such row.
void require_labels_below(const mpi::Communicator& communicator, const RowStore& rows,
                          std::size_t classes);

/// Row i of out [local_rows.size(), classes] is 1 in the column of the label of local row
/// local_rows[i], otherwise 0. Throws DataError where a label is not one of `classes`. Allocates
/// nothing.
template <math::Real T>
void one_hot(const RowStore& rows, std::span<const std::size_t> local_rows, std::size_t classes,
             MatrixView<T> out);

}  // namespace infomax::data
