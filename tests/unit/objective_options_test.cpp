// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/objective/make.hpp"

namespace infomax::objective {
namespace {

using testing::HasSubstr;

template <class Call>
std::string usage_error_of(Call call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no UsageError";
}

TEST(ObjectiveOptions, SettingsRoundTripToTheLastBit) {
  ObjectiveOptions options;
  options.set("rho", "cca");
  options.set("lambda-a", 0.1);
  options.set("lambda-b", -1.0 / 3.0);
  options.set("bins", 17);
  options.histogram_range = {false, -0.1, 1e-300};
  options.set("components", 3);
  options.set("ridge", 2.0 / 7.0);
  options.set("ridge-absolute", 1e-5);
  options.set("barlow-lambda", 1.0 / 7.0);
  options.set("vicreg-similarity", 0.0);
  options.set("vicreg-variance", 1e-7);
  options.set("vicreg-covariance", 3.1);
  options.set("distortion", 0.3);
  EXPECT_EQ(from_settings(to_settings(options)), options);
  EXPECT_EQ(from_settings(to_settings(ObjectiveOptions{})), ObjectiveOptions{});
  for (const std::string_view name : objective_names()) {
    ObjectiveOptions named;
    named.objective = name;
    EXPECT_EQ(from_settings(to_settings(named)), named);
    EXPECT_NE(make_objective<float>(named), nullptr);
  }
  EXPECT_EQ(from_settings({}), ObjectiveOptions{});
}

TEST(ObjectiveOptions, HistogramRangesAreParsedWhole) {
  EXPECT_EQ(parse_histogram_range("sigma:2.5"), (stats::HistogramRange{true, -2.5, 2.5}));
  EXPECT_EQ(parse_histogram_range("fixed:-1,0.5"), (stats::HistogramRange{false, -1.0, 0.5}));
  for (const char* wrong :
       {"", "4", "sigma", "sigma:", "sigma:0", "sigma:-1", "sigma:nan", "sigma:inf", "sigma:4x",
        "fixed:1", "fixed:1,1", "fixed:2,1", "fixed:1,", "fixed:0,1,2", "gamma:4"}) {
    EXPECT_THAT(usage_error_of([&] { (void)parse_histogram_range(wrong); }),
                HasSubstr("expected sigma:R"))
        << wrong;
  }
}

TEST(ObjectiveOptions, WrongValuesAreUsageErrors) {
  const auto error_of = [](const char* name, const char* value) {
    return usage_error_of([&] { (void)from_settings({{name, value}}); });
  };
  EXPECT_THAT(error_of("objective", "cpc"), HasSubstr("expected infomax, "));
  EXPECT_THAT(error_of("rho", "spearman"), HasSubstr("expected pearson, rv or cca"));
  EXPECT_THAT(error_of("bins", "3"), HasSubstr("4"));
  EXPECT_THAT(error_of("bins", "-8"), HasSubstr("a whole number"));
  EXPECT_THAT(error_of("bins", "8.5"), HasSubstr("a whole number"));
  EXPECT_THAT(error_of("lambda-a", "big"), HasSubstr("lambda-a is 'big'"));
  EXPECT_THAT(error_of("lambda-b", "inf"), HasSubstr("finite"));
  EXPECT_THAT(error_of("ridge", "-1"), HasSubstr("ridge is -1"));
  EXPECT_THAT(error_of("barlow-lambda", "-1"), HasSubstr("barlow-lambda is -1"));
  for (const char* name : {"vicreg-similarity", "vicreg-variance", "vicreg-covariance"}) {
    EXPECT_THAT(error_of(name, "-0.5"), HasSubstr(std::string(name) + " is -0.5"));
  }
  EXPECT_THAT(error_of("distortion", "0"), HasSubstr("distortion is 0"));
  EXPECT_THAT(usage_error_of([] {
                (void)from_settings({{"objective", "histogram-mi"}, {"bins", "2000"}});
              }),
              HasSubstr("4 to 1024"));
  EXPECT_THAT(error_of("ridge-absolute", "-1"), HasSubstr("ridge-absolute is -1"));
  EXPECT_THAT(usage_error_of([] {
                ObjectiveOptions options;
                options.set("bins", 2);
                (void)make_objective<float>(options);
              }),
              HasSubstr("bins is 2"));
}

TEST(ObjectiveOptions, ShapesAreCheckedAndNamed) {
  ObjectiveOptions options;
  options.set("rho", "pearson");
  EXPECT_NO_THROW(check_shapes(options, 5, 5));
  const std::string pearson = usage_error_of([&] { check_shapes(options, 784, 64); });
  EXPECT_THAT(pearson, HasSubstr("784"));
  EXPECT_THAT(pearson, HasSubstr("64"));
  EXPECT_THAT(pearson, HasSubstr("`rho` rv"));
  for (const char* name : {"mse", "barlow", "vicreg", "histogram-mi"}) {
    options.objective = name;
    EXPECT_THAT(usage_error_of([&] { check_shapes(options, 784, 64); }), HasSubstr("784 outputs"));
  }
  options.objective = "infomax";
  options.set("rho", "rv");
  EXPECT_NO_THROW(check_shapes(options, 784, 64));
  options.set("rho", "cca");
  options.set("components", 64);
  EXPECT_NO_THROW(check_shapes(options, 784, 64));
  options.set("components", 65);
  EXPECT_THAT(usage_error_of([&] { check_shapes(options, 784, 64); }), HasSubstr("65"));
  for (const char* name : {"dcca", "vamp1", "vamp2", "gaussian-mi"}) {
    options.objective = name;
    EXPECT_THAT(usage_error_of([&] { check_shapes(options, 784, 64); }), HasSubstr("65"));
  }
  options.set("rho", "pearson");  // of another objective than infomax
  options.set("components", 64);
  EXPECT_NO_THROW(check_shapes(options, 784, 64));
}

}  // namespace
}  // namespace infomax::objective
