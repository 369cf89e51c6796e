// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "cli/option_table.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/train/step.hpp"

namespace infomax::cli {

/// What the options say of networks, pair and objective, checked before there is any data.
struct Understood {
  nn::Spec encoder;
  std::optional<nn::Spec> encoder_b;  ///< of the second network, where there is one
  bool linear = false;                ///< last layers start at the linear solution
  objective::ObjectiveOptions objective;
  model::PairSettings pair;
  model::TargetKind target = model::TargetKind::automatic;
  std::size_t blocks = 0;  ///< 0 = by the number of samples
  std::size_t micro_batch = 0;
  std::uint64_t seed = 0;
};

/// What stands before anything is computed: options resolved, data in memory.
struct Prepared {
  Understood options;
  model::Examples examples;
  data::Normalization normalization;    ///< of x
  data::Normalization normalization_y;  ///< of the second view, where it has its own network
  std::size_t batch_rows = 0;           ///< global
  std::optional<model::Examples> held_out = std::nullopt;  ///< to validate on
};

/// The options of a table with the groups of network, pair, objective, optimiser and
/// reproducibility, of which `encoder` is the specification. Where the data are is for the caller.
/// Throws UsageError.
[[nodiscard]] Understood understand(const OptionTable& options, const std::string& encoder);

/// Whether the rows of x must be images: where they are shifted, turned and the like, or halved.
[[nodiscard]] bool needs_image(const model::PairSettings& pair);

/// Which images rows of axes `trailing` are, as --image says or by these axes: data::image_shape.
/// `where` names the rows in messages. Throws UsageError.
[[nodiscard]] std::string image_of(const OptionTable& options,
                                   std::span<const std::size_t> trailing, const std::string& where);

/// A model with its data, objective and optimiser, ready for its first step.
template <math::Real T>
struct Training {
  /// Collective. `prepared` must outlive this. `starts` is whether the last layers start at the
  /// linear solution where the options say so: not where a checkpoint brings the parameters. Throws
  /// UsageError where parts do not fit each other.
  Training(const mpi::Communicator& communicator, const OptionTable& options,
           const Prepared& prepared, bool starts = true);
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  model::Model<T> model;
  data::Sampler sampler;
  model::Sides<T> sides;
  std::unique_ptr<objective::Objective<T>> objective;
  std::unique_ptr<optim::Optimizer<T>> optimizer;  ///< nothing for lbfgs
  train::Step<T> step;
};

}  // namespace infomax::cli
