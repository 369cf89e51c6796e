#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/option_table.hpp"
#include "cli/validation_options.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::cli {

/// What the options say, checked before any data is read.
struct Understood {
  std::string file;
  nn::Spec encoder;
  std::optional<nn::Spec> encoder_b;  ///< of the second network, where there is one
  bool linear = false;                ///< last layers start at the linear solution
  objective::ObjectiveOptions objective;
  model::PairSettings pair;
  model::TargetKind target = model::TargetKind::automatic;
  std::optional<data::NormalizeMode> normalize;
  std::size_t blocks = 0;  ///< 0 = by the number of samples
  std::size_t micro_batch = 0;
  std::uint64_t seed = 0;
  ValidationChoice validation;
};

/// What stands before anything is computed: options resolved, data in memory.
struct Prepared {
  Understood options;
  model::Examples examples;
  std::optional<model::Examples> held_out;  ///< to validate on
  data::Normalization normalization;        ///< of x
  data::Normalization normalization_y;      ///< of the second view, where it has its own network
  std::size_t batch_rows = 0;               ///< global
};

/// Throws UsageError.
[[nodiscard]] Understood understand(const OptionTable& options);

/// Collective. Reads the data and resolves what follows from it. Throws DataError, UsageError.
[[nodiscard]] Prepared prepare(const mpi::Communicator& communicator, OptionTable& options,
                               const Understood& understood);

}  // namespace infomax::cli
