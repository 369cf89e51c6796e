// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/training.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/data/memory_datasets.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/model/model_file.hpp"
#include "support/scratch.hpp"

namespace infomax::train {
namespace {

/// Training as a program of its own would use it, from rows in memory.
class TrainingInMemory : public test::SharedScratch {
 protected:
  static Config small() {
    Config config;
    config.encoder = "dense:6,tanh,dense:2";
    config.precision = Precision::float64;
    config.batch = 20;
    config.steps = 12;  // of 5 an epoch
    return config;
  }

  [[nodiscard]] data::MemoryDatasets rows() const {
    data::MemoryDatasets datasets(world_);
    datasets.add("/x", x_);
    return datasets;
  }

  [[nodiscard]] const Matrix<double>& matrix() const { return x_; }

 private:
  static Matrix<double> random_matrix() {
    const CounterRandom random(1, RandomStream::generation);
    Matrix<double> x(100, 4);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x.span()[i] = (1.0 + static_cast<double>(i % 4)) * random.normal(i);
    }
    return x;
  }

  const Matrix<double> x_ = random_matrix();
};

struct CallersOwn : std::runtime_error {
  using std::runtime_error::runtime_error;
};

TEST_F(TrainingInMemory, EndsOnEveryRankByWhatTheCallbackThrows) {
  for (const bool written : {false, true}) {
    for (const char* optimizer : {"sgd", "lbfgs"}) {
      Config config = small();
      config.optimizer.kind = optim::parse_optimizer(optimizer);
      if (std::string(optimizer) == "lbfgs") {
        config.batch = 0;
      }
      config.output = written ? file("run").string() : "";
      config.overwrite = written;
      auto source = rows();
      Training training(config, source, world_);
      std::uint64_t calls = 0;
      training.on_step([&](std::uint64_t step, std::uint64_t, const StepReport&) {
        ++calls;
        if (step == 2) {
          throw CallersOwn("enough");
        }
      });
      const std::string what = std::string(optimizer) + (written ? ", written" : "");
      try {
        (void)training.run();
        ADD_FAILURE() << what << ": nothing was thrown";
      } catch (const CallersOwn& error) {
        EXPECT_TRUE(world_.is_root()) << what;
        EXPECT_STREQ(error.what(), "enough") << what;
      } catch (const Error& error) {
        EXPECT_FALSE(world_.is_root()) << what;
        EXPECT_NE(std::string(error.what()).find("enough"), std::string::npos) << error.what();
      }
      EXPECT_EQ(calls, world_.is_root() ? 2U : 0U) << what;
    }
  }
}

TEST_F(TrainingInMemory, EndsInOrderWhereTheCallerWantsItTo) {
  for (const char* optimizer : {"adam", "lbfgs"}) {
    for (const bool written : {false, true}) {
      Config config = small();
      config.optimizer.kind = optim::parse_optimizer(optimizer);
      if (std::string(optimizer) == "lbfgs") {
        config.batch = 0;
      }
      config.output = written ? file("run").string() : "";
      config.overwrite = written;
      auto source = rows();
      Training training(config, source, world_);
      std::uint64_t asked = 0;
      training.end_where([&] { return ++asked == 2; });
      const auto summary = training.run();
      // Without a directory, ranks that are several agree at the end of an epoch alone.
      const bool waits = !written && world_.size() > 1;
      const std::uint64_t epoch = training.overview().steps_per_epoch;
      if (world_.is_root()) {  // L-BFGS counts there
        EXPECT_EQ(summary.steps, waits ? (2 + epoch - 1) / epoch * epoch : 2U) << optimizer;
      }
      EXPECT_NE(summary.ending.find("ended by the caller"), std::string::npos) << summary.ending;
      if (written) {
        const auto stored = model::read_model(world_, training.directory()->model());
        EXPECT_EQ(stored.settings, model::to_stored(training.model<double>()).settings);
      }
    }
  }
}

TEST_F(TrainingInMemory, FailsOnEveryRankWhereItsMetricsCannotBeWritten) {
  Config config = small();
  config.output = file("run").string();
  auto source = rows();
  (void)Training(config, source, world_).run();
  on_root([&] {
    std::filesystem::remove(file("run") / "metrics.jsonl");
    std::filesystem::create_directory(file("run") / "metrics.jsonl");
  });
  config.resume = true;
  config.steps = 14;
  Training training(config, source, world_);
  const std::string text = test::message_of<SystemError>([&] { (void)training.run(); });
  EXPECT_NE(text.find("metrics.jsonl"), std::string::npos) << text;
}

TEST_F(TrainingInMemory, StopsByTheClockWithoutAnOutput) {
  Config config = small();
  config.steps = 1'000'000'000;
  config.time_limit = Duration{1e-9, Duration::Unit::seconds};
  auto source = rows();
  Training training(config, source, world_);
  try {
    (void)training.run();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::stopped) << error.what();
    EXPECT_NE(std::string(error.what()).find("`time_limit`"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("`output`"), std::string::npos) << error.what();
  }
}

TEST_F(TrainingInMemory, ComparesReplicasWithoutAnOutput) {
  if (world_.size() == 1) {
    GTEST_SKIP() << "one rank cannot differ";
  }
  Config config = small();
  config.check_replicas = 1;
  config.learning_rate = world_.rank() == 0 ? 0.01 : 0.02;  // a defect that ranks must find
  auto source = rows();
  Training training(config, source, world_);
  const std::string text = test::message_of<SystemError>([&] { (void)training.run(); });
  EXPECT_NE(text.find("from the others"), std::string::npos) << text;
}

TEST_F(TrainingInMemory, NeedsADirectoryToWatchForStalls) {
  Config config = small();
  config.stall_timeout = Duration{5.0, Duration::Unit::seconds};
  const std::string text = test::message_of<UsageError>([&] { validate(config); });
  EXPECT_NE(text.find("`stall_timeout`"), std::string::npos) << text;
  config.output = "run";
  EXPECT_NO_THROW(validate(config));
  config.output.clear();
  config.stall_timeout = Duration{0.0, Duration::Unit::seconds};
  EXPECT_NO_THROW(validate(config));
}

TEST_F(TrainingInMemory, RefusesToGoOnWithoutWhatTheRunHad) {
  on_root([&] {
    auto other = hdf5::File::create(file("other.h5"));
    const auto& rows = matrix();
    auto dataset =
        other.create_dataset("/x", hdf5::ElementType::f64, {rows.rows(), rows.columns()});
    dataset.write<double>(0, rows.rows(), rows.span());
  });
  Config config = small();
  config.output = file("run").string();
  config.validation = ValidationData{file("other.h5").string(), 0.0};
  auto source = rows();
  (void)Training(config, source, world_).run();
  config.resume = true;
  EXPECT_NO_THROW(Training(config, source, world_));
  config.validation.reset();
  const std::string text =
      test::message_of<UsageError>([&] { (void)Training(config, source, world_); });
  EXPECT_NE(text.find("`validation` is not given"), std::string::npos) << text;
}

}  // namespace
}  // namespace infomax::train
