// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/config.hpp"

#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace infomax::train {
namespace {

Config valid() {
  Config config;
  config.encoder = "dense:4";
  return config;
}

std::string refusal(const std::function<void(Config&)>& change) {
  Config config = valid();
  change(config);
  try {
    validate(config);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Config, EveryFieldTakesItsOwnText) {
  Config config = valid();
  config.steps = 7;
  config.warmup = epochs(2);
  config.validation = ValidationData{"", 0.25};
  for (const auto& field : config_fields().fields()) {
    const auto text = field.text(config);
    if (text) {
      Config other;
      field.set(other, *text);
      EXPECT_EQ(field.text(other), text) << field.name;
    }
  }
}

TEST(Config, DefaultsWithAnEncoderAreValid) { EXPECT_NO_THROW(validate(valid())); }

TEST(Config, NamesTheFieldsThatContradictEachOther) {
  EXPECT_NE(refusal([](Config& c) { c.encoder.clear(); }).find("`encoder`"), std::string::npos);
  EXPECT_NE(refusal([](Config& c) { c.lag = 2; }).find("`lag` is for `pair` lag"),
            std::string::npos);
  EXPECT_NE(refusal([](Config& c) { c.early_stop = 2; }).find("`early_stop`"), std::string::npos);
  EXPECT_NE(refusal([](Config& c) { c.learning_rate = 0.0; }).find("`learning_rate` is 0"),
            std::string::npos);
  EXPECT_NE(refusal([](Config& c) { c.schedule = optim::ScheduleKind::step; }).find("decay_every"),
            std::string::npos);
  EXPECT_NE(
      refusal([](Config& c) { c.optimizer.kind = optim::OptimizerKind::lbfgs; }).find("`batch` 0"),
      std::string::npos);
  EXPECT_NE(refusal([](Config& c) { c.resume = true; }).find("`output`"), std::string::npos);
}

TEST(Length, ReadsAndWritesStepsAndEpochs) {
  EXPECT_EQ(FieldText<Length>::parse("500steps"), steps(500));
  EXPECT_EQ(FieldText<Length>::parse("2epochs"), epochs(2));
  EXPECT_EQ(FieldText<Length>::format(epochs(2)), "2epochs");
  for (const char* text : {"", "5", "steps", "-1steps", "5 steps", "1.5epochs"}) {
    EXPECT_EQ(FieldText<Length>::parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(in_steps(epochs(3), 7, "`warmup`"), 21U);
  EXPECT_THROW((void)in_steps(epochs(1ULL << 63U), 7, "`warmup`"), UsageError);
}

TEST(Duration, ReadsSecondsMinutesAndHours) {
  EXPECT_EQ(FieldText<Duration>::parse("1.5h")->seconds(), 5400.0);
  EXPECT_EQ(FieldText<Duration>::parse("50min")->seconds(), 3000.0);
  EXPECT_EQ(FieldText<Duration>::format({60.0, Duration::Unit::seconds}), "60s");
  for (const char* text : {"", "5", "-1s", "nans", "1e10s", "5d"}) {
    EXPECT_EQ(FieldText<Duration>::parse(text), std::nullopt) << text;
  }
}

TEST(CheckpointInterval, RefusesNone) {
  EXPECT_EQ(FieldText<CheckpointInterval>::parse("0steps"), std::nullopt);
  EXPECT_EQ(FieldText<CheckpointInterval>::parse("0s"), std::nullopt);
  for (const char* text : {"never", "5steps", "2epochs", "60s", "10min"}) {
    EXPECT_EQ(
        FieldText<CheckpointInterval>::format(FieldText<CheckpointInterval>::parse(text).value()),
        text);
  }
}

}  // namespace
}  // namespace infomax::train
