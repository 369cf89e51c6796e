// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "infomax/core/stopwatch.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"
#include "infomax/train/memory_use.hpp"
#include "infomax/train/resumption.hpp"
#include "infomax/train/trainer.hpp"

/// Training as a library: Config says what to do, Training does it.
namespace infomax::train {

/// The sizes of a training, for messages.
struct TrainingOverview {
  /// A network of the model.
  struct Network {
    std::string name;         ///< "a" or "b"
    std::string spec;         ///< as the user wrote it, without blanks
    std::size_t inputs = 0;   ///< D: numbers of one input sample
    std::size_t outputs = 0;  ///< q: columns of its output
  };

  std::size_t samples = 0;           ///< global, to train on
  std::size_t held_out_samples = 0;  ///< global, to validate on
  std::size_t features = 0;          ///< of a row of x
  hdf5::ElementType element{};       ///< of x
  std::vector<Network> networks;     ///< one or two
  std::size_t parameters = 0;        ///< of all networks together
  std::size_t batch_rows = 0;        ///< global, of the first step
  std::size_t steps_per_epoch = 0;   ///< T = ceil(N / B)
  std::size_t blocks = 0;            ///< V
  MemoryUse memory;                  ///< of the rank that holds most
};

/// A run from its data to its model:
///
///     data::MemoryDatasets rows(communicator);
///     rows.add("/x", matrix);
///     train::Training training(config, rows, communicator);
///     const auto summary = training.run();
///     use(training.model<float>());
///
/// All members are collective unless they are const: every rank calls them, with the same
/// configuration. Where config.output names a directory, the run leaves config.ini, metrics.jsonl,
/// model.h5 and checkpoints there, and ends with a checkpoint on SIGTERM, SIGINT, SIGUSR1 and
/// SIGUSR2; otherwise it writes nothing and handles no signal; config.time_limit then ends it for
/// good, and config.check_replicas works as ever. BLAS gets config.threads.
class Training {
 public:
  /// Validates the configuration, loads this rank's shard from `source`, which is not used
  /// afterwards, and makes the model. `resumption` is what find_resumption() found for
  /// config.output where the caller has asked already. Throws UsageError and DataError, the same
  /// on every rank.
  Training(Config config, data::Datasets& source, const mpi::Communicator& communicator,
           std::optional<Resumption> resumption = std::nullopt);

  /// The same from the file config.data.
  Training(Config config, const mpi::Communicator& communicator,
           std::optional<Resumption> resumption = std::nullopt);

  ~Training();
  /// @{ Moves the run. What was moved from can only be assigned to or destroyed.
  Training(Training&&) noexcept;
  Training& operator=(Training&&) noexcept;
  /// @}

  /// The configuration, including the members that the data decide.
  [[nodiscard]] const Config& config() const;

  /// Returns the sizes of the training.
  [[nodiscard]] TrainingOverview overview() const;

  /// The directory of the run's files; nothing if it writes none.
  [[nodiscard]] const std::optional<RunDirectory>& directory() const;

  /// Is called on rank 0 after every step, which counts from 1, as does the epoch. What it throws
  /// leaves run(), on the other ranks as an Error with its text: after the same step with an
  /// `output` or on one rank, otherwise after the epoch, as nothing else keeps the ranks in step.
  using StepCallback =
      std::function<void(std::uint64_t step, std::uint64_t epoch, const StepReport& report)>;
  /// Sets the function that run() calls after every step. It replaces the one that was set before.
  void on_step(StepCallback callback);

  /// Sets the function that rank 0 asks after every step, behind on_step(), whether the run ends
  /// here. It then ends in order, as by `early_stop`, at the place where what on_step() throws
  /// would leave it.
  void end_where(std::function<bool()> ends);

  /// config.time_limit counts from the beginning of this stopwatch, as from the start of a program;
  /// otherwise from the construction of this object.
  void started(const Stopwatch& since);

  /// Trains, once. With validation, the model is then the best by it. Throws NumericError, the same
  /// on every rank, where a number is not finite, and an Error with ExitCode::stopped where the run
  /// is stopped on request.
  TrainSummary run();

  /// The model in its present state. Throws UsageError unless T is what config.precision says.
  template <math::Real T>
  [[nodiscard]] const model::Model<T>& model() const;

  /// Calls `use` with the model of whichever precision.
  template <class Use>
  decltype(auto) with_model(Use&& use) const {
    return config().precision == Precision::float64 ? use(model<double>()) : use(model<float>());
  }

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace infomax::train
