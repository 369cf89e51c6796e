#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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

/// For the pair `augment`: the shape of the rows as images, as said or that of the data set's rows
/// of two axes or three, or nothing. Throws UsageError where the words of `augment` do not fit it.
[[nodiscard]] std::string image_of(const OptionTable& options, const model::PairSettings& pair,
                                   const data::Rows& x);

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
