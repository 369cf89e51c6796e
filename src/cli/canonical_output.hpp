// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include "infomax/analysis/encode.hpp"
#include "infomax/analysis/encoder.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// What canonical variates `encode` was asked for.
struct CanonicalWish {
  std::string model;            ///< the path that the model was read from
  std::string fit;              ///< the file to fit to; empty: the rows that it was trained on
  std::string side;             ///< "a" or "b"; empty: analysis::default_canonical_side()
  std::size_t micro_batch = 0;  ///< rows that a rank encodes at a time
};

/// Collective. Fits the canonical variates, has `encoder` make those of the side in the place of
/// outputs, and adds to `written` what stands beside them. Throws UsageError and DataError.
template <math::Real T>
void make_canonical(const mpi::Communicator& communicator, const CanonicalWish& wish,
                    const model::StoredModel& stored, analysis::Encoder<T>& encoder,
                    analysis::EncodingFile& written);

}  // namespace infomax::cli
