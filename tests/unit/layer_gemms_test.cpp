// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/layer_gemms.hpp"

#include <gtest/gtest.h>

#include "infomax/nn/network.hpp"

namespace infomax::measure {
namespace {

TEST(LayerGemms, CountsWhatANetworkCounts) {
  const nn::Network<float> network(nn::parse_spec("dense:30,tanh,dense:20,relu,dense:5"), 40);
  const LayerGemms<float> gemms({{40, 30, false}, {30, 20, true}, {20, 5, true}}, 17, 0);

  EXPECT_DOUBLE_EQ(gemms.flops(),
                   17.0 * (network.gemm_flops_forward() + network.gemm_flops_backward()));
}

TEST(LayerGemms, CountsConvolutionsWithTheirPlaces) {
  const nn::Network<float> network(nn::parse_spec("conv:8:3,relu,conv:6:3:groups=2,dense:5"),
                                   nn::parse_shape("[3,7,6]"));
  LayerGemms<float> gemms({{27, 8, false, 42}, {36, 3, true, 42, 2}, {252, 5, true}}, 17, 4);
  gemms.run();

  EXPECT_DOUBLE_EQ(gemms.flops(),
                   17.0 * (network.gemm_flops_forward() + network.gemm_flops_backward()));
}

TEST(LayerGemms, RunsAnyNumberOfRowsAtATime) {
  for (const std::size_t micro_rows : {0, 1, 4, 5, 100}) {
    for (const std::size_t rows : {0, 1, 9}) {
      LayerGemms<double> gemms({{3, 2, false}, {2, 4, true}}, rows, micro_rows);
      gemms.run();
      EXPECT_DOUBLE_EQ(gemms.flops(), static_cast<double>(rows) * (4.0 * 6 + 6.0 * 8));
    }
  }
}

}  // namespace
}  // namespace infomax::measure
