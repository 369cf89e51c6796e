// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/math/blas.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/checkpoint.hpp"

// A model wherever a run keeps one: in model.h5, in a checkpoint, or in a run directory.
namespace infomax::train {

/// Adds to a checkpoint what a model needs besides its parameters: settings, networks,
/// preprocessing.
template <math::Real T>
void put_model(const model::Model<T>& model, Checkpoint& checkpoint);

/// The settings that put_model() added; none where the checkpoint is older than it.
[[nodiscard]] model::Settings kept_settings(const Checkpoint& checkpoint);

/// The file that a path stands for: model.h5 in it if the path is a directory that has one,
/// otherwise the path.
[[nodiscard]] std::string model_file(const std::string& path);

/// Collective. Reads a model from model.h5, from a run directory (its model.h5) or from a
/// checkpoint (the parameters after its last step, not the best ones by validation); says which, if
/// it is not model.h5 itself. A checkpoint of an earlier version lacks the networks, which are then
/// those of model.h5 in its run. Throws DataError.
[[nodiscard]] model::StoredModel read_any_model(const mpi::Communicator& communicator,
                                                const std::string& path);

}  // namespace infomax::train
