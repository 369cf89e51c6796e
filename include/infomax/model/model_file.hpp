// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "infomax/data/normalization.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/nn/shape.hpp"

namespace infomax::model {

/// The setting of a model whose run has ended, and not only saved it on its way.
inline constexpr const char* finished_setting = "finished";

/// The setting that says what data a model was trained on: their number, shape and a checksum.
inline constexpr const char* data_fingerprint_setting = "data_fingerprint";

/// The setting that says which rows are sequences with lengths of their own: "x", "y", "x y" or
/// "none".
inline constexpr const char* varying_setting = "varying_steps";

/// The attribute `format` of a model's root.
inline constexpr const char* model_format = "infomax-model";

/// A network as its file holds it, whatever the precision.
struct StoredNetwork {
  std::string name;                   ///< that of its role: "a", "b"
  std::string spec;                   ///< as nn::parse_spec() reads it
  nn::Shape input;                    ///< of one sample; [D] in a file of version 1
  data::Normalization normalization;  ///< of the rows that it encodes
  std::vector<double> parameters;     ///< flat, in the network's own order
};

/// `model.h5` in memory; double holds either precision exactly.
struct StoredModel {
  Settings settings;                              ///< all that the file has, by name
  std::vector<StoredNetwork> networks;            ///< one or more
  std::vector<double> objective_parameters = {};  ///< those of the objective's own, if it has any
};

/// By one rank alone. The file, of version 2, is written beside `path` and renamed, so that `path`
/// is at any instant a whole model or the one before. Throws SystemError.
template <math::Real T>
void write_model(const std::string& path, const Model<T>& model);

/// By one rank alone. Reads versions 1 and 2. Throws DataError where the file is not a model that
/// this program can read.
[[nodiscard]] StoredModel read_model(const std::string& path);

/// Collective. Rank 0 reads, all receive.
[[nodiscard]] StoredModel read_model(const mpi::Communicator& communicator,
                                     const std::string& path);

/// Collective. Sends the root's model to all ranks.
void broadcast(const mpi::Communicator& communicator, StoredModel& stored);

/// The model in a precision of choice.
template <math::Real T>
[[nodiscard]] Model<T> to_model(const StoredModel& stored);

/// The model as read_model() would give it, had write_model() written it.
template <math::Real T>
[[nodiscard]] StoredModel to_stored(const Model<T>& model);

}  // namespace infomax::model
