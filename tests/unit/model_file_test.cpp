// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/model_file.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/hdf5/file.hpp"
#include "infomax/model/settings.hpp"
#include "support/scratch.hpp"

namespace infomax::model {
namespace {

using testing::HasSubstr;

class ModelFiles : public test::Scratch {
 protected:
  /// Writes a model of three features and two outputs, as it should be where `scales` is 3.
  [[nodiscard]] std::string made(std::size_t scales) const {
    auto model = hdf5::File::create(file("model.h5"));
    model.write_attribute("/", "format", "infomax-model");
    model.write_attribute("/", "version", 2);
    model.create_group("/settings");
    model.write_attribute("/settings", "precision", "float");
    const auto put = [&](const std::string& name, const std::vector<std::size_t>& shape,
                         std::size_t size) {
      model.create_dataset("/networks/b/" + name, hdf5::ElementType::f64, shape)
          .write<double>(0, shape.front(), std::vector<double>(size, 1.0));
    };
    put("preprocess/shift", {3}, 3);
    put("preprocess/scale", {scales}, scales);
    put("layers/0/weight", {3, 2}, 6);
    put("layers/0/bias", {2}, 2);
    model.write_attribute("/networks/b", "spec", "dense:2");
    model.close();
    return file("model.h5").string();
  }

  [[nodiscard]] std::string complaint(std::size_t scales) const {
    const std::string path = made(scales);
    return test::message_of<DataError>([&] { (void)read_model(path); });
  }
};

TEST_F(ModelFiles, AreReadAsTheyWereWritten) {
  const StoredModel stored = read_model(made(3));
  ASSERT_EQ(stored.networks.size(), 1U);
  EXPECT_EQ(stored.networks[0].parameters, std::vector<double>(8, 1.0));
  EXPECT_EQ(to_model<float>(stored).member(Role::encoder_b).network.outputs(), 2U);
  const StoredModel again = to_stored(to_model<float>(stored));
  EXPECT_EQ(again.settings, stored.settings);
  EXPECT_EQ(again.networks[0].spec, "dense:2");
  EXPECT_EQ(again.networks[0].parameters, stored.networks[0].parameters);
  EXPECT_EQ(again.networks[0].normalization.scale, stored.networks[0].normalization.scale);
}

TEST_F(ModelFiles, AreRefusedWherePreprocessingHasNotAShiftAndAScaleForEachColumn) {
  EXPECT_THAT(complaint(2), HasSubstr("2 scales and 3 shifts"));
  EXPECT_THAT(complaint(4), HasSubstr("is damaged"));
}

TEST(ModelSettings, AreRefusedAsDataWhereTheirPairIsUnknown) {
  Settings settings;
  PairSettings().to_settings(settings);
  EXPECT_EQ(PairSettings::from_settings(settings).pair, Pair::input);
  settings["pair"] = "inputs";
  EXPECT_THAT(test::message_of<DataError>([&] { (void)PairSettings::from_settings(settings); }),
              HasSubstr("\"inputs\""));
}

}  // namespace
}  // namespace infomax::model
