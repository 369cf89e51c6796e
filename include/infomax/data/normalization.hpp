// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "infomax/core/field_text.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

class RowStore;

/// z = (x - shift) * scale for each of n columns: those of a row, or of one step of a sequence.
struct Normalization {
  std::vector<double> shift;  ///< [n]
  std::vector<double> scale;  ///< [n]

  /// The normalisation that changes nothing: shift 0 and scale 1 for each of `columns` columns.
  [[nodiscard]] static Normalization identity(std::size_t columns);
  [[nodiscard]] std::size_t columns() const { return shift.size(); }  ///< n
};

/// How shift and scale follow from the rows to train on.
enum class NormalizeMode : std::uint8_t {
  none,        ///< rows stay as they are
  scale,       ///< the whole data set's extremes to 0 and 1: columns keep their relative sizes
  center,      ///< each column's mean to 0
  standardize  ///< each column's mean to 0 and (biased) standard deviation to 1
};

/// The modes as users write them.
inline constexpr std::array normalize_mode_names{
    std::pair{"none", NormalizeMode::none}, std::pair{"scale", NormalizeMode::scale},
    std::pair{"center", NormalizeMode::center},
    std::pair{"standardize", NormalizeMode::standardize}};

/// The name of a mode, as a command line gives it.
[[nodiscard]] std::string name(NormalizeMode mode);

/// Returns the default mode: scale for integers (pixels), standardize for floats (any units).
[[nodiscard]] NormalizeMode default_normalize_mode(hdf5::ElementType type);

/// Collective. Fits to all N rows, of which every rank holds the shard that `blocks` gives it, by
/// one pass over them (more for thousands of columns). The result has the same bits on every rank
/// and for any number of ranks. Data that is constant (for scale) or a constant column (for
/// standardize) gets scale 1 and becomes 0; a line in the log names columns that do.
///
/// If `by_step`, rows are sequences [T,F], and the F columns of their steps are fitted over all
/// steps of all rows, without padding.
[[nodiscard]] Normalization fit_normalization(const mpi::Communicator& communicator,
                                              const RowStore& rows, const Blocks& blocks,
                                              NormalizeMode mode, bool by_step = false);

}  // namespace infomax::data

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::data::NormalizeMode>
    : infomax::ChoiceText<infomax::data::NormalizeMode, infomax::data::normalize_mode_names> {};
