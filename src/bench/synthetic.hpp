// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/data/normalization.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::bench {

/// Describes the rows that a benchmark makes in memory.
struct SyntheticData {
  std::vector<std::size_t> shape;  ///< of a row of x
  std::size_t columns_y = 0;       ///< columns of y, or its classes; 0 = chosen by the pair
  hdf5::ElementType element = hdf5::ElementType::u8;  ///< u8 or f32, of x and of a second view
  std::size_t rows = 0;                               ///< global; 0 = four batches
};

/// A synthetic data set, ready to train on.
struct SyntheticSet {
  model::Examples examples;
  model::PairSettings pair;             ///< the pair asked for; `classes` is set if y holds classes
  data::Normalization normalization;    ///< of x, to mean 0 and variance 1
  data::Normalization normalization_y;  ///< of y, if y is a second view
};

/// Makes this rank's rows. Every row is a function of its global number alone, so the data do not
/// depend on the number of ranks. `blocks` is 0 to choose the number of blocks by the number of
/// rows; `batch_rows` is the global batch size. Throws UsageError if the settings contradict each
/// other.
[[nodiscard]] SyntheticSet make_synthetic(const mpi::Communicator& communicator,
                                          const SyntheticData& data,
                                          const model::PairSettings& pair, model::TargetKind target,
                                          std::size_t blocks, std::size_t batch_rows);

}  // namespace infomax::bench
