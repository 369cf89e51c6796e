// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/core/field.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"

// The files that a run names, found from any working directory.
namespace infomax::train {

/// The texts of a configuration as a run keeps them: files have absolute paths.
[[nodiscard]] FieldTexts kept_texts(const Config& config);

/// Adds where the training data and the run directory are, by absolute paths, to a model's
/// settings.
void add_places(const Config& config, model::Settings& settings);

/// Called on one rank. The configuration of a run, "name = value" a line, with the data files as
/// they are found from here. Each is the file with the path that the run kept. If there is none, it
/// is the one that lies relative to the run directory `now` as it lay relative to the former one:
/// of a run that was moved with its data, or that kept relative paths, as older ones did.
[[nodiscard]] std::string locate_files(const std::string& ini, const std::string& now);

/// Collective. The data set file that a model was trained on, found in the same way; `model` is the
/// path of the model's file, of its run directory or of a checkpoint. Throws UsageError where the
/// model does not name it.
[[nodiscard]] std::string training_data(const mpi::Communicator& communicator,
                                        const model::Settings& settings, const std::string& model);

/// Collective. Whether `data` is the file that a model was trained on. Takes `model` as
/// training_data() does; of a model that does not name its data, the answer is no.
[[nodiscard]] bool is_training_data(const mpi::Communicator& communicator,
                                    const model::Settings& settings, const std::string& model,
                                    const std::string& data);

}  // namespace infomax::train
