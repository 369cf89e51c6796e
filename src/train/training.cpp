// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/training.hpp"

#include <array>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/products.hpp"
#include "infomax/measure/memory.hpp"
#include "infomax/model/arithmetic.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/train/any_model.hpp"
#include "infomax/train/files_of_run.hpp"
#include "infomax/train/fingerprint.hpp"
#include "infomax/train/lbfgs.hpp"
#include "infomax/train/setup.hpp"
#include "infomax/train/validation.hpp"
#include "train/derived.hpp"

namespace infomax::train {
namespace {

/// What MPI, HDF5 and BLAS hold once they have been used, besides what they hold at the start.
constexpr std::size_t library_bytes = std::size_t{10} << 20U;

std::optional<RunDirectory> open_directory(const mpi::Communicator& communicator,
                                           const Config& config, bool resumed) {
  if (config.output.empty()) {
    return std::nullopt;
  }
  return resumed ? RunDirectory::reopen(communicator, config.output)
                 : RunDirectory(communicator, config.output, config.overwrite || config.resume);
}

/// Which rows are sequences with lengths of their own.
std::string varying_rows(const TrainingData& data) {
  const auto& examples = data.examples;
  const bool x = examples.x->has_lengths();
  const bool y = examples.y && data.pair.meaning().has_two_views() && examples.y->has_lengths();
  return x && y ? "x y" : x ? "x" : y ? "y" : "none";
}

/// What a user of the model must know, and what the bits of the run depend on.
model::Settings model_settings(const mpi::Communicator& communicator, const Config& config,
                               const TrainingData& data) {
  model::Settings settings;
  data.pair.to_settings(settings);
  settings.merge(objective::to_settings(config.objective_options()));
  // Of the parameters, by which readers choose; bfloat16 is an arithmetic of products alone.
  settings["precision"] = FieldText<Precision>::format(
      config.precision == Precision::float64 ? Precision::float64 : Precision::float32);
  settings["normalize"] = data::name(*config.normalize);
  if (config.reproducible) {
    settings["reproducible"] = "yes";
  }
  settings["ranks"] = std::to_string(communicator.size());
  settings["blas_threads"] = std::to_string(math::blas_threads());
  settings.merge(model::arithmetic(products_of(config)));
  settings[model::varying_setting] = varying_rows(data);
  linear_ridges(config).to_settings(settings);
  add_places(config, settings);
  return settings;
}

/// Throws UsageError where a field that must stay was set in the run and no longer is.
void require_set(const Resumption& resumption, const Config& config) {
  const auto before = resumption.settings();
  for (const auto& field : config_fields().fields()) {
    if (!field.may_change && !field.of_invocation && !field.text(config)) {
      require_unchanged(field, std::nullopt, before);
    }
  }
}

/// Throws unless the run, once its data are there, is the one that `resumption` is of.
void check_resumption(const Resumption& resumption, const Config& config,
                      const std::string& fingerprint) {
  const std::string& before = resumption.checkpoint.text("data");
  if (before != fingerprint) {
    throw DataError(
        fmt::format("`data` is not what the run to go on with was trained on: {} now, and {} then",
                    fingerprint, before));
  }
  const std::string& arithmetic = resumption.checkpoint.text("arithmetic");
  const std::string now = model::arithmetic_text(products_of(config));
  if (config.reproducible && arithmetic != now) {
    throw UsageError(
        fmt::format("`reproducible` cannot go on to the same bits with {}: the run was made with "
                    "{}; go on where it was made",
                    now, arithmetic));
  }
  const auto settings = resumption.settings();
  for (const auto& [name, now] : kept_texts(config)) {
    const auto& field = config_fields().at(name);
    if (!field.may_change) {
      require_unchanged(field, now, settings);
    }
  }
}

/// Collective. That of the rank whose peak is highest.
MemoryUse largest(const mpi::Communicator& communicator, MemoryUse use) {
  const std::uint64_t peak = use.peak();
  const std::uint64_t highest = communicator.max(peak);
  const auto owner = static_cast<int>(communicator.min(
      static_cast<std::int64_t>(peak == highest ? communicator.rank() : communicator.size())));
  std::array<std::uint64_t, 7> numbers{use.process,    use.rows,  use.batch,     use.statistics,
                                       use.parameters, use.start, use.validation};
  communicator.broadcast(std::span<std::uint64_t>(numbers), owner);
  return {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]};
}

/// What the training has in one precision.
template <math::Real T>
struct Typed {
  Typed(const mpi::Communicator& communicator, const Config& config, const TrainingData& data,
        bool starts, std::size_t process_bytes)
      : setup(communicator, config, data, starts), memory(setup.memory) {
    memory.process = process_bytes;
    memory = largest(communicator, memory);
    setup.model.settings.merge(model_settings(communicator, config, data));
    if (setup.model.parameters().empty() && total_steps(config, 1) > 0) {
      throw UsageError(fmt::format(
          "`encoder` {} has nothing to train; add dense:N to it, or write it as it is by `steps` 0",
          config.encoder));
    }
    if (data.held_out) {
      validation.emplace(
          communicator, setup.model, *data.held_out, data.pair, validation_rows(config),
          objective::make_objective<T>(config.objective_options()), config.reproducible);
    }
  }

  TrainSummary run(const mpi::Communicator& communicator, const Config& config,
                   const RunDirectory& directory, const TrainerOptions& options,
                   Durability* durability) {
    const RunServices<T> services{validation ? &*validation : nullptr, durability};
    const auto lbfgs = lbfgs_options(config);
    return lbfgs ? train_lbfgs(communicator, setup.model, setup.step, directory, options, *lbfgs,
                               services)
                 : train(communicator, setup.model, setup.sampler, setup.step, *setup.optimizer,
                         directory, options, services);
  }

  Setup<T> setup;
  MemoryUse memory;  // of the rank that holds most
  std::optional<Validation<T>> validation;
};

template <math::Real T>
void describe(const Typed<T>& typed, TrainingOverview& overview) {
  const auto& model = typed.setup.model;
  for (const auto& member : model.members()) {
    overview.networks.push_back({member.name(), member.network.spec().text, member.network.inputs(),
                                 member.network.outputs()});
  }
  overview.parameters = model.parameters().size();
  overview.batch_rows = typed.setup.sampler.global_rows(0);
  overview.steps_per_epoch = typed.setup.sampler.steps_per_epoch();
  overview.memory = typed.memory;
}

}  // namespace

class Training::Impl {
 public:
  Impl(Config given, data::Datasets* source, const mpi::Communicator& communicator,
       std::optional<Resumption> resumption)
      : communicator_(communicator), config_(std::move(given)), resumption_(std::move(resumption)) {
    validate(config_);
    if (config_.resume && !resumption_) {
      resumption_ = find_resumption(communicator_, config_.output);
    }
    prepare_arithmetic(communicator_, config_);
    directory_ = open_directory(communicator_, config_, resumption_.has_value());
    const std::size_t process_bytes = measure::resident_memory_bytes() + library_bytes;
    load(source);
    const bool starts = !resumption_.has_value();
    if (config_.precision == Precision::float64) {
      typed_.emplace<std::unique_ptr<Typed<double>>>(
          std::make_unique<Typed<double>>(communicator_, config_, *data_, starts, process_bytes));
    } else {
      typed_.emplace<std::unique_ptr<Typed<float>>>(
          std::make_unique<Typed<float>>(communicator_, config_, *data_, starts, process_bytes));
    }
    if (resumption_) {
      // What the start of the run found, such as the correlations of a linear solution.
      std::visit(
          [&](auto& typed) {
            typed->setup.model.settings.merge(kept_settings(resumption_->checkpoint));
          },
          typed_);
    }
    const auto steps_per_epoch = overview().steps_per_epoch;
    options_ = trainer_options(config_, steps_per_epoch);
    durability_ = durability_options(config_, steps_per_epoch);
    durability_.started = constructed_;
    if (directory_) {
      prepare_durability();
    }
  }

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const std::optional<RunDirectory>& directory() const { return directory_; }
  void on_step(StepCallback callback) { options_.on_step = std::move(callback); }
  void end_where(std::function<bool()> ends) { options_.ends = std::move(ends); }
  void started(const Stopwatch& since) { durability_.started = since; }

  [[nodiscard]] TrainingOverview overview() const {
    const auto& examples = data_->examples;
    TrainingOverview overview;
    overview.samples = examples.blocks.rows();
    overview.held_out_samples = data_->held_out ? data_->held_out->blocks.rows() : 0;
    overview.features = examples.x->features();
    overview.element = examples.x->type();
    overview.blocks = examples.blocks.count();
    std::visit([&](const auto& typed) { describe(*typed, overview); }, typed_);
    return overview;
  }

  TrainSummary run() {
    const auto train_with = [&](const RunDirectory& directory, Durability* durability) {
      return std::visit(
          [&](auto& typed) {
            return typed->run(communicator_, config_, directory, options_, durability);
          },
          typed_);
    };
    if (!directory_) {
      const RunDirectory none = RunDirectory::none();
      if (durability_.time_limit_s <= 0.0 && durability_.check_replicas_every_steps == 0) {
        return train_with(none, nullptr);
      }
      Durability durability(communicator_, none, durability_, std::nullopt);
      return train_with(none, &durability);
    }
    Durability durability(
        communicator_, *directory_, durability_,
        resumption_ ? std::optional(std::move(resumption_->checkpoint)) : std::nullopt);
    return train_with(*directory_, &durability);
  }

  template <math::Real T>
  [[nodiscard]] const model::Model<T>& model() const {
    const auto* const typed = std::get_if<std::unique_ptr<Typed<T>>>(&typed_);
    if (typed == nullptr) {
      throw UsageError(fmt::format("`precision` is {}; ask for the model in it",
                                   FieldText<Precision>::format(config_.precision)));
    }
    return (*typed)->setup.model;
  }

 private:
  void load(data::Datasets* source) {
    if (source != nullptr) {
      data_.emplace(load_training_data(communicator_, *source, config_));
      return;
    }
    data::DatasetFile file(communicator_, config_.data);
    data_.emplace(load_training_data(communicator_, file, config_));
    file.close();
  }

  void prepare_durability() {
    durability_.config = to_ini(kept_texts(config_));
    durability_.fingerprint = fingerprint(communicator_, data_->examples);
    durability_.arithmetic = model::arithmetic_text(products_of(config_));
    if (resumption_) {
      require_set(*resumption_, config_);
      check_resumption(*resumption_, config_, durability_.fingerprint);
    }
    std::visit(
        [&](auto& typed) {
          typed->setup.model.settings[model::data_fingerprint_setting] = durability_.fingerprint;
        },
        typed_);
    mpi::together(communicator_, [&] {
      if (communicator_.is_root()) {
        PendingFile pending(directory_->config());
        write_text(pending.path().string(), durability_.config);
        pending.commit();
      }
    });
  }

  Stopwatch constructed_;  // when this was
  mpi::Communicator communicator_;
  Config config_;
  std::optional<Resumption> resumption_;
  std::optional<RunDirectory> directory_;
  std::optional<TrainingData> data_;
  std::variant<std::unique_ptr<Typed<float>>, std::unique_ptr<Typed<double>>> typed_;
  TrainerOptions options_;
  DurabilityOptions durability_;
};

Training::Training(Config config, data::Datasets& source, const mpi::Communicator& communicator,
                   std::optional<Resumption> resumption)
    : impl_(std::make_unique<Impl>(std::move(config), &source, communicator,
                                   std::move(resumption))) {}

Training::Training(Config config, const mpi::Communicator& communicator,
                   std::optional<Resumption> resumption)
    : impl_(std::make_unique<Impl>(std::move(config), nullptr, communicator,
                                   std::move(resumption))) {}

Training::~Training() = default;
Training::Training(Training&&) noexcept = default;
Training& Training::operator=(Training&&) noexcept = default;

const Config& Training::config() const { return impl_->config(); }

TrainingOverview Training::overview() const { return impl_->overview(); }

const std::optional<RunDirectory>& Training::directory() const { return impl_->directory(); }

void Training::on_step(StepCallback callback) { impl_->on_step(std::move(callback)); }

void Training::end_where(std::function<bool()> ends) { impl_->end_where(std::move(ends)); }

void Training::started(const Stopwatch& since) { impl_->started(since); }

TrainSummary Training::run() { return impl_->run(); }

template <math::Real T>
const model::Model<T>& Training::model() const {
  return impl_->model<T>();
}

template const model::Model<float>& Training::model<float>() const;
template const model::Model<double>& Training::model<double>() const;

}  // namespace infomax::train
