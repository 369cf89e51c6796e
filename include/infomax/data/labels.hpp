// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

/// The largest number of different numbers that floats, or integers of which some are negative, are
/// taken for classes.
inline constexpr std::size_t most_numbered_classes = 20;

/// Classes that are stored as numbers.
struct NumberedClasses {
  std::size_t count = 0;  ///< C
  /// The number of each class [C], ascending; empty where class c is the number c.
  std::vector<double> numbers{};
};

/// Collective. The classes 0 .. C-1 of data that hold one number a row, or nothing where these are
/// values. Integers from 0 on are classes of their own (class_count()). Other whole numbers, of any
/// type, are classes where there are at most most_numbered_classes different ones and twice as many
/// rows, or where classes were `asked` for: those of the numbers themselves where these are 0 to
/// C-1, or below the number of class names that are stored with them (`named`); else the c-th
/// smallest number is class c. A line says what was taken for classes. Throws DataError, the same
/// on every rank, where the numbers can be neither.
[[nodiscard]] std::optional<NumberedClasses> find_classes(const mpi::Communicator& communicator,
                                                          const RowStore& rows, bool asked,
                                                          std::size_t named = 0);

/// What the classes are called: their numbers; nothing where class c is the number c.
[[nodiscard]] std::vector<std::string> names_of(const NumberedClasses& classes);

/// Collective. The class of each local row, whose numbers may be of any type. Throws DataError, the
/// same on every rank, where a number is none of the classes. It names the first such row.
[[nodiscard]] std::vector<std::uint32_t> class_numbers(const mpi::Communicator& communicator,
                                                       const RowStore& rows,
                                                       const NumberedClasses& classes);

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
