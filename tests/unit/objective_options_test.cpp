// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/options.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/histogram_options.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/needs.hpp"

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
  options.set("histogram-range", "fixed:-0.1,1e-300");
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

TEST(ObjectiveOptions, SettingsHaveTheKeysAndTextsOfModelFiles) {
  const std::map<std::string, std::string> expected{{"objective", "infomax"},
                                                    {"rho", "rv"},
                                                    {"lambda-a", "0"},
                                                    {"lambda-b", "0"},
                                                    {"bins", "32"},
                                                    {"histogram-range", "sigma:4"},
                                                    {"components", "0"},
                                                    {"ridge", "0.0001"},
                                                    {"shrinkage", "none"},
                                                    {"reversible", "false"},
                                                    {"pls-mode", "svd"},
                                                    {"barlow-lambda", "0.005"},
                                                    {"vicreg-similarity", "25"},
                                                    {"vicreg-variance", "25"},
                                                    {"vicreg-covariance", "1"},
                                                    {"distortion", "0.5"},
                                                    {"temperature", "0.1"},
                                                    {"learn-temperature", "false"},
                                                    {"mine-decay", "0.9"},
                                                    {"smile-clip", "5"},
                                                    {"target-decay", "0.99"},
                                                    {"dim-estimator", "jsd"},
                                                    {"dim-global", "0.5"},
                                                    {"dim-local", "1"},
                                                    {"dim-prior", "0.1"},
                                                    {"dim-prior-by", "entropy"},
                                                    {"dim-units", "1024"}};
  EXPECT_EQ(to_settings(ObjectiveOptions{}), expected);
}

TEST(ObjectiveOptions, OneLambdaIsThatOfBothSides) {
  ObjectiveOptions options;
  options.set("lambda", 0.3).set("lambda-b", -0.1);
  const auto settings = to_settings(options);
  EXPECT_EQ(settings.at("lambda-a"), "0.3");
  EXPECT_EQ(settings.at("lambda-b"), "-0.1");
  EXPECT_FALSE(settings.contains("lambda"));
}

TEST(ObjectiveOptions, AreSetByNameOrInTheirStruct) {
  ObjectiveOptions options;
  options.set("ridge", 1e-3).set("components", 4).set("bins", "12");
  EXPECT_EQ(options.of<CanonicalOptions>().ridge.relative, 1e-3);
  EXPECT_EQ(options.of<CanonicalOptions>().components, 4U);
  EXPECT_EQ(options.of<HistogramOptions>().bins, 12U);
  EXPECT_EQ(options.text("ridge-absolute"), std::nullopt);
  options.of<CanonicalOptions>().ridge.absolute = 0.25;
  EXPECT_EQ(options.text("ridge-absolute"), "0.25");
  EXPECT_EQ(options.number<double>("ridge"), 1e-3);
  EXPECT_THAT(usage_error_of([&] { options.set("no-such", 1.0); }), HasSubstr("no-such"));
  EXPECT_THAT(usage_error_of([&] { (void)options.number<double>("rho"); }),
              HasSubstr("not a number"));
}

TEST(ObjectiveOptions, TheCaseOfNamesDoesNotMatter) {
  ObjectiveOptions options;
  options.set("objective", "DCCA").set("rho", "CCA");
  EXPECT_EQ(options.objective, "dcca");
  EXPECT_EQ(options.text("rho"), "cca");
  EXPECT_EQ(options.text("objective"), "dcca");
  options.objective = "VAMP2";
  EXPECT_EQ(options.objective, "vamp2");
  EXPECT_NO_THROW(validate(options));
  options.objective = "Chaos";
  EXPECT_THROW(validate(options), UsageError);
}

TEST(ObjectiveOptions, SuggestsTheOptionThatWasProbablyMeant) {
  ObjectiveOptions options;
  EXPECT_THAT(usage_error_of([&] { options.set("rigde", 1.0); }), HasSubstr("did you mean ridge?"));
}

TEST(ObjectiveOptions, FieldsStandOnceInTheOrderOfHelp) {
  std::vector<std::string> names;
  for (const auto& field : fields().fields()) {
    names.push_back(field.name);
    EXPECT_EQ(field.group, "Objective");
  }
  EXPECT_THAT(
      names,
      testing::ElementsAre(
          "objective", "rho", "lambda", "lambda-a", "lambda-b", "bins", "histogram-range",
          "components", "ridge", "ridge-absolute", "shrinkage", "reversible", "pls-mode",
          "sparsity-a", "sparsity-b", "barlow-lambda", "vicreg-similarity", "vicreg-variance",
          "vicreg-covariance", "distortion", "critic", "temperature", "learn-temperature",
          "symmetric", "horizon", "predicted-shape", "mine-decay", "smile-clip", "predictor",
          "target-decay", "local-layer", "feature-shape", "dim-global", "dim-local", "dim-prior",
          "dim-prior-by", "dim-estimator", "dim-units", "global-network", "view-outputs"));
  for (const std::string_view name : objective_names()) {
    EXPECT_THAT(fields().at("objective").help,
                HasSubstr(std::string("\n").append(name).append("  ")));
  }
}

TEST(ObjectiveOptions, ObjectivesReadTheirOwnFields) {
  using testing::Contains;
  using testing::ElementsAre;
  using testing::Not;
  ObjectiveOptions options;
  EXPECT_THAT(fields_of(options), Not(Contains("ridge")));
  options.set("rho", "cca");
  EXPECT_THAT(fields_of(options), Contains("ridge"));
  options.objective = "vicreg";
  EXPECT_THAT(fields_of(options), ElementsAre("objective", "vicreg-similarity", "vicreg-variance",
                                              "vicreg-covariance", "bins", "histogram-range"));
  EXPECT_THAT(objectives_with("components"),
              ElementsAre("infomax with `rho` cca", "dcca", "vamp1", "vamp2", "gaussian-mi",
                          "maxvar", "sumcor"));
  EXPECT_THAT(objectives_with("distortion"), ElementsAre("coding-rate"));
  EXPECT_THAT(objectives_with("no-such"), ElementsAre());
  for (const std::string_view name : objective_names()) {
    EXPECT_THAT(objectives_with("objective"), Contains(std::string(name)));
  }
  for (const auto& field : fields().fields()) {
    EXPECT_THAT(objectives_with(field.name), Not(testing::IsEmpty())) << field.name;
  }
}

TEST(ObjectiveOptions, CriticsNameANetworkOrNone) {
  ObjectiveOptions options;
  options.set("critic", "separable");
  EXPECT_EQ(options.text("critic"), "separable:dense:512,relu,dense:128");
  EXPECT_THROW(options.set("critic", "separable:"), UsageError);
  EXPECT_THROW(options.set("critic", "dot:dense:2"), UsageError);
}

TEST(ObjectiveOptions, HistogramRangesAreParsedWhole) {
  const auto range_of = [](const char* text) {
    return ObjectiveOptions().set("histogram-range", text).of<HistogramOptions>().range;
  };
  EXPECT_EQ(range_of("sigma:2.5"), (stats::HistogramRange{true, -2.5, 2.5}));
  EXPECT_EQ(range_of("fixed:-1,0.5"), (stats::HistogramRange{false, -1.0, 0.5}));
  for (const char* wrong :
       {"", "4", "sigma", "sigma:", "sigma:0", "sigma:-1", "sigma:nan", "sigma:inf", "sigma:4x",
        "fixed:1", "fixed:1,1", "fixed:2,1", "fixed:1,", "fixed:0,1,2", "gamma:4"}) {
    EXPECT_THAT(usage_error_of([&] { (void)range_of(wrong); }), HasSubstr("must be sigma:R"))
        << wrong;
  }
}

TEST(ObjectiveOptions, WrongValuesAreUsageErrors) {
  const auto error_of = [](const char* name, const char* value) {
    return usage_error_of([&] { (void)from_settings({{name, value}}); });
  };
  EXPECT_THAT(error_of("objective", "cpc"), HasSubstr("it must be infomax, "));
  EXPECT_THAT(error_of("rho", "spearman"), HasSubstr("it must be pearson, rv or cca"));
  EXPECT_THAT(error_of("bins", "3"), HasSubstr("4"));
  EXPECT_THAT(error_of("bins", "-8"), HasSubstr("a whole number"));
  EXPECT_THAT(error_of("bins", "8.5"), HasSubstr("a whole number"));
  EXPECT_THAT(error_of("lambda-a", "big"), HasSubstr("`lambda_a` is \"big\""));
  EXPECT_THAT(error_of("lambda-b", "inf"), HasSubstr("finite"));
  for (const std::string name : {"ridge", "ridge-absolute", "barlow-lambda", "vicreg-similarity",
                                 "vicreg-variance", "vicreg-covariance"}) {
    std::string member = name;
    std::ranges::replace(member, '-', '_');
    const std::string error = error_of(name.c_str(), "-0.5");
    EXPECT_THAT(error, HasSubstr("`" + member + "` is "));
    EXPECT_THAT(error, HasSubstr("-0.5"));
    EXPECT_THAT(error, HasSubstr("0 or more"));
  }
  EXPECT_THAT(error_of("distortion", "0"), HasSubstr("`distortion` is "));
  EXPECT_THAT(usage_error_of([] {
                (void)from_settings({{"objective", "histogram-mi"}, {"bins", "2000"}});
              }),
              HasSubstr("4 to 1024"));
  EXPECT_THAT(usage_error_of([] {
                ObjectiveOptions options;
                options.of<HistogramOptions>().bins = 2;
                (void)make_objective<float>(options);
              }),
              HasSubstr("`bins` is "));
  EXPECT_THAT(usage_error_of([] {
                ObjectiveOptions options;
                options.objective = "mse";
                (void)make_moment_function(options);
              }),
              HasSubstr("`objective` mse is not"));
}

/// A model of an older version has what no objective has any more, and lacks what came later.
TEST(ObjectiveOptions, UnknownSettingsAreIgnored) {
  const auto options = from_settings({{"objective", "dcca"}, {"pair", "views"}, {"ridge", "0.5"}});
  EXPECT_EQ(options.objective, "dcca");
  EXPECT_EQ(options.text("ridge"), "0.5");
  EXPECT_EQ(options.text("bins"), "32");
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

TEST(ObjectiveNeeds, AreCheckedAndNamed) {
  const auto refusal = [](const Needs& needs, const BatchShape& shape) {
    return usage_error_of([&] { require(needs, "made-up", shape); });
  };
  EXPECT_NO_THROW(require({}, "made-up", {.p = 2, .q = 3}));
  EXPECT_THAT(refusal({}, {.p = 0, .q = 3}), HasSubstr("at least one column"));
  EXPECT_THAT(refusal({.equal_columns = true}, {.p = 2, .q = 3}), HasSubstr("`objective` made-up"));
  EXPECT_THAT(refusal({.canonical_correlations = 3}, {.p = 2, .q = 3}), HasSubstr("`components`"));
  EXPECT_THAT(refusal({.both_encoded = true}, {.p = 2, .q = 3, .both_encoded = false}),
              HasSubstr("`pair`"));
  EXPECT_THAT(refusal({.sample_numbers = true}, {.p = 2, .q = 3, .sample_numbers = false}),
              HasSubstr("numbers of the samples"));
  EXPECT_THAT(refusal({.tapped_features = 2}, {.p = 2, .q = 3, .tapped_features = 1}),
              HasSubstr("needs 2 features"));
  const Needs all{.equal_columns = true,
                  .canonical_correlations = 2,
                  .both_encoded = true,
                  .sample_numbers = true,
                  .tapped_features = 1};
  EXPECT_NO_THROW(require(all, "made-up", {.p = 2, .q = 2, .tapped_features = 1}));
}

}  // namespace
}  // namespace infomax::objective
