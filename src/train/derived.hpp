// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include "infomax/math/products.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/optim/optimizer_options.hpp"
#include "infomax/optim/schedule.hpp"
#include "infomax/train/config.hpp"
#include "infomax/train/durability.hpp"
#include "infomax/train/lbfgs.hpp"
#include "infomax/train/step.hpp"
#include "infomax/train/trainer.hpp"

// What the members of a configuration come to for those who do the work. A function throws
// UsageError where the members that it reads do not fit each other.
namespace infomax::train {

/// The network of x; of the pair multi, that of the first view.
[[nodiscard]] nn::Spec first_encoder(const Config& config);

/// The network of the second view; nothing where there is one network.
[[nodiscard]] std::optional<nn::Spec> second_encoder(const Config& config);

/// Without what only the data tell: classes and, unless `image` is given, the shape of images.
[[nodiscard]] model::PairSettings pair_settings(const Config& config);

/// Whether the rows of x must be images: where they are shifted, turned and the like, or halved.
[[nodiscard]] bool needs_image(const model::PairSettings& pair);

/// Whether the last layers start at the exact linear solution.
[[nodiscard]] bool starts_linear(const Config& config);

/// Of the linear solution.
[[nodiscard]] objective::LinearRidges linear_ridges(const Config& config);

/// Rows encoded at a time in validation: `micro_batch`, and where that leaves it open enough for
/// BLAS to run at its speed.
[[nodiscard]] std::size_t validation_rows(const Config& config);

/// Whether nothing is trained although no number of steps says so: the encoder is linear:N, and
/// neither `steps` nor `epochs` is given.
[[nodiscard]] bool is_untrained_baseline(const Config& config);

/// Of the whole run.
[[nodiscard]] std::uint64_t total_steps(const Config& config, std::uint64_t steps_per_epoch);

[[nodiscard]] optim::OptimizerOptions optimizer_options(const Config& config);
[[nodiscard]] optim::Schedule schedule(const Config& config, std::uint64_t steps_per_epoch);
/// What computes the networks' products in training.
[[nodiscard]] math::Products products_of(const Config& config);

[[nodiscard]] StepOptions step_options(const Config& config);
[[nodiscard]] TrainerOptions trainer_options(const Config& config, std::uint64_t steps_per_epoch);
[[nodiscard]] DurabilityOptions durability_options(const Config& config,
                                                   std::uint64_t steps_per_epoch);

/// Nothing unless `optimizer` is lbfgs.
[[nodiscard]] std::optional<LbfgsOptions> lbfgs_options(const Config& config);

}  // namespace infomax::train
