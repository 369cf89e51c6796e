// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "infomax/data/datasets.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/train/config.hpp"
#include "infomax/train/memory_use.hpp"
#include "infomax/train/step.hpp"

/// @file
/// The preparation of a training, from its configuration to its first step.

namespace infomax::train {

/// This rank's rows, and how both sides are made from them.
struct TrainingData {
  model::PairSettings pair;             ///< what the sides are made of
  model::Examples examples;             ///< to train on
  data::Normalization normalization;    ///< of x
  data::Normalization normalization_y;  ///< of the second view, where it has its own network
  std::size_t batch_rows = 0;           ///< global; 0 = all
  std::optional<model::Examples> held_out = std::nullopt;  ///< to validate on
  data::Paging paging = {};                                ///< of the batches
};

/// Collective. Gives BLAS its threads, and where config.reproducible one. Throws SystemError where
/// that is asked for and the ranks' processors differ.
void prepare_arithmetic(const mpi::Communicator& communicator, const Config& config);

/// Collective. Loads what the configuration asks for from `source`, and a validation file where it
/// names one. Members of `config` that the data decide are set: image, lag, normalize, blocks,
/// validation_blocks, batch, init, epochs and, for an untrained baseline, steps. Throws DataError
/// and UsageError.
[[nodiscard]] TrainingData load_training_data(const mpi::Communicator& communicator,
                                              data::Datasets& source, Config& config);

/// How both sides are made, from a valid configuration and the axes of a row of x, of which `where`
/// names the rows in messages. Sets config.image where images are needed, and the options of the
/// objective that follow from the pair and the encoder. Throws UsageError.
[[nodiscard]] model::PairSettings settle_pair(Config& config, std::span<const std::size_t> trailing,
                                              const std::string& where);

/// A model with its data, objective and optimiser, ready for its first step.
template <math::Real T>
struct Setup {
  /// Collective. `config` is valid; `data` must outlive this. `starts` is whether the last layers
  /// start at the linear solution where the configuration says so: not where a checkpoint brings
  /// the parameters. Throws UsageError where parts do not fit each other, and SystemError
  /// where memory is too small for them.
  Setup(const mpi::Communicator& communicator, const Config& config, const TrainingData& data,
        bool starts = true);
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  MemoryUse memory;                                    ///< of this rank, as planned; no process
  model::Model<T> model;                               ///< networks and parameters
  data::Sampler sampler;                               ///< of the batches
  model::Sides<T> sides;                               ///< of each batch
  std::unique_ptr<objective::Objective<T>> objective;  ///< not null
  std::unique_ptr<optim::Optimizer<T>> optimizer;      ///< nothing for lbfgs
  Step<T> step;                                        ///< works on the members above
};

}  // namespace infomax::train
