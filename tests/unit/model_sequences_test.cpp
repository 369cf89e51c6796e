// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/sequences.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/data/rows.hpp"
#include "support/memory_rows.hpp"
#include "support/scratch.hpp"

namespace infomax::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

nn::SpecItem item(const std::string& name, const std::vector<std::string>& arguments,
                  const std::vector<nn::SpecItem>& inside = {}) {
  nn::SpecItem made;
  made.name = name;
  for (const std::string& argument : arguments) {
    made.arguments.push_back({"", argument, 0});
  }
  made.nests = !inside.empty();
  made.items = inside;
  return made;
}

nn::Spec spec_of(const std::vector<nn::SpecItem>& items) { return {"", items}; }

TEST(Vocabulary, IsThatOfAnEncoderThatBeginsWithAnEmbedding) {
  const auto embedding = item("embedding", {"500", "8"});
  EXPECT_EQ(vocabulary_of(spec_of({embedding, item("gru", {"4"})})), 500U);
  EXPECT_EQ(vocabulary_of(spec_of({item("residual", {}, {embedding})})), 500U);
  EXPECT_EQ(vocabulary_of(spec_of({item("dense", {"4"}), embedding})), std::nullopt);
  EXPECT_EQ(vocabulary_of(spec_of({})), std::nullopt);
}

TEST(Steps, AreReadByLayersOverTime) {
  EXPECT_TRUE(reads_steps(spec_of({item("gru", {"4"}), item("last", {})})));
  EXPECT_TRUE(reads_steps(spec_of({item("repeat", {"2"}, {item("lstm", {"4"})})})));
  EXPECT_FALSE(reads_steps(spec_of({item("conv", {"4", "3"}), item("dense", {"4"})})));
}

/// A network that was trained on sequences [4,3].
StoredNetwork trained(const std::string& spec, std::size_t preprocessed) {
  StoredNetwork network;
  network.name = "b";
  network.spec = spec;
  network.input = nn::Shape(std::vector<std::size_t>{4, 3});
  network.normalization = data::Normalization::identity(preprocessed);
  return network;
}

std::string complaint(StoredNetwork network, const std::vector<std::size_t>& trailing) {
  return test::message_of<DataError>([&] { fit_to_rows(network, trailing, "/x in F.h5"); });
}

TEST(FitToRows, TakesOtherNumbersOfStepsWhereNoParameterDependsOnThem) {
  auto network = trained("tanh", 3);
  fit_to_rows(network, {7, 3}, "/x in F.h5");
  EXPECT_THAT(network.input.extents(), ElementsAre(7, 3));
  fit_to_rows(network, {7, 3}, "/x in F.h5");

  EXPECT_THAT(complaint(trained("dense:2", 3), {7, 3}),
              HasSubstr("sequences of 7 steps, and the encoder dense:2 depends on their number, "
                        "which was 4 in training"));
  EXPECT_THAT(complaint(trained("tanh", 3), {4, 2}), HasSubstr("rows of 8 features"));
  EXPECT_THAT(complaint(trained("tanh", 3), {12}), HasSubstr("rows of 12 features"));
}

TEST(FitToRows, TakesRowsOfOtherAxesThatAreNoSequences) {
  auto network = trained("dense:2", 12);
  fit_to_rows(network, {12}, "/x in F.h5");
  EXPECT_THAT(network.input.extents(), ElementsAre(4, 3));
  EXPECT_THAT(complaint(network, {7, 3}), HasSubstr("trained on 12"));
}

TEST(StepsOfAModel, AreThoseOfSequencesAlone) {
  StoredModel stored;
  stored.networks = {trained("dense:2", 12)};
  EXPECT_EQ(steps_of(stored).x, 0U);
  stored.networks = {trained("dense:2", 3)};
  EXPECT_EQ(steps_of(stored).x, 4U);
}

TEST(RowLengths, AreThoseOfTheRowsOfAPass) {
  const data::Rows rows(test::rows_of<float>({1, 2, 3, 4}, 1, 0, 4), 3, 0, {3, 0, 1});
  RowLengths lengths;
  lengths.reserve(3);
  const std::vector<std::size_t> chosen{2, 0, 0};
  EXPECT_THAT(lengths.of(rows, chosen), ElementsAre(1, 3, 3));
  EXPECT_THAT(lengths.of(rows, 1, 2), ElementsAre(0, 1));
  EXPECT_THAT(lengths.of(test::rows_of<float>({1, 2}, 1, 0, 2), 0, 2), IsEmpty());
}

}  // namespace
}  // namespace infomax::model
