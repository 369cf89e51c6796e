// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/executor.hpp"
#include "support/memory_rows.hpp"
#include "support/networks.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t images = 3;

/// An image [C,H,W] in a row, with zeros around it.
struct Image {
  std::span<const double> numbers;
  std::size_t channels, height, width;

  [[nodiscard]] bool holds(std::ptrdiff_t y, std::ptrdiff_t x) const {
    return y >= 0 && x >= 0 && y < static_cast<std::ptrdiff_t>(height) &&
           x < static_cast<std::ptrdiff_t>(width);
  }
  [[nodiscard]] double at(std::size_t c, std::ptrdiff_t y, std::ptrdiff_t x) const {
    return holds(y, x) ? numbers[(c * height + static_cast<std::size_t>(y)) * width +
                                 static_cast<std::size_t>(x)]
                       : 0.0;
  }
};

struct Geometry {
  std::size_t channels, height, width, outputs, size, stride, pad, groups;

  [[nodiscard]] std::size_t count(std::size_t extent) const {
    return (extent + 2 * pad - size) / stride + 1;
  }
  [[nodiscard]] std::string input() const {
    return fmt::format("[{},{},{}]", channels, height, width);
  }
  /// The place that the window covers k places after its begin at position o.
  [[nodiscard]] std::ptrdiff_t place(std::size_t o, std::size_t k) const {
    return static_cast<std::ptrdiff_t>(o * stride + k) - static_cast<std::ptrdiff_t>(pad);
  }
};

const Geometry geometries[] = {
    {1, 5, 5, 2, 3, 1, 1, 1},   {3, 5, 4, 2, 3, 1, 0, 1},   {2, 4, 7, 3, 3, 2, 1, 1},
    {4, 6, 3, 6, 2, 1, 0, 2},   {3, 5, 5, 3, 3, 1, 2, 3},   {2, 7, 6, 4, 4, 3, 2, 2},
    {2, 3, 3, 5, 1, 1, 0, 1},   {2, 5, 5, 3, 1, 2, 0, 1},   {1, 1, 9, 2, 1, 1, 0, 1},
    {2, 3, 3, 2, 7, 1, 3, 1},   {16, 5, 6, 17, 3, 1, 1, 1}, {19, 4, 7, 16, 3, 1, 0, 1},
    {33, 3, 5, 18, 3, 1, 2, 1},
};

/// What a network makes of images of a shape, without training.
Matrix<double> run(const std::string& spec, const std::string& shape, const Matrix<double>& x,
                   const Buffer<double>& parameters) {
  const Network<double> network(parse_spec(spec), parse_shape(shape));
  Executor<double> executor(network, {.batch_rows = x.rows()}, test::rows_from(x));
  const auto y = executor.forward(parameters, x.rows(), {});
  Matrix<double> out(y.rows(), y.columns());
  for (std::size_t i = 0; i < y.rows(); ++i) {
    std::ranges::copy(y.row(i), out.view().row(i).begin());
  }
  return out;
}

TEST(Conv, IsTheSumOfItsDefinition) {
  for (const Geometry& g : geometries) {
    const std::string spec = fmt::format("conv:{}:{}:stride={}:pad={}:groups={}", g.outputs, g.size,
                                         g.stride, g.pad, g.groups);
    const Network<double> network(parse_spec(spec), parse_shape(g.input()));
    const auto parameters = test::random_parameters(network, 3);
    const auto x = test::random_rows<double>(images, g.channels * g.height * g.width, 1);
    const auto y = run(spec, g.input(), x, parameters);

    ASSERT_EQ(network.output_shape(), Shape({g.outputs, g.count(g.height), g.count(g.width)}));
    const std::size_t own = g.channels / g.groups;
    for (std::size_t i = 0; i < images; ++i) {
      const Image image{x.view().row(i), g.channels, g.height, g.width};
      std::size_t at = 0;
      for (std::size_t o = 0; o < g.outputs; ++o) {
        const std::size_t first = o / (g.outputs / g.groups) * own;
        for (std::size_t oy = 0; oy < g.count(g.height); ++oy) {
          for (std::size_t ox = 0; ox < g.count(g.width); ++ox) {
            double sum = parameters[g.outputs * own * g.size * g.size + o];
            for (std::size_t c = 0; c < own; ++c) {
              for (std::size_t ky = 0; ky < g.size; ++ky) {
                for (std::size_t kx = 0; kx < g.size; ++kx) {
                  sum += parameters[((o * own + c) * g.size + ky) * g.size + kx] *
                         image.at(first + c, g.place(oy, ky), g.place(ox, kx));
                }
              }
            }
            EXPECT_NEAR(y(i, at++), sum, 1e-12) << spec << " of " << g.input();
          }
        }
      }
    }
  }
}

TEST(Conv, OfASequenceIsThatOfAnImageOfOneRow) {
  const Network<double> network(parse_spec("conv:3:3:stride=2:groups=1,conv:2:2:pad=1"),
                                parse_shape("[2,7]"));
  EXPECT_THAT(network.parameters()[0].shape, testing::ElementsAre(3, 2, 3));
  EXPECT_EQ(network.output_shape(), Shape({2, 5}));
  const auto parameters = test::random_parameters(network, 3);
  const auto x = test::random_rows<double>(images, 14, 1);
  const auto y = run("conv:3:3:stride=2,conv:2:2:pad=1", "[2,7]", x, parameters);
  for (std::size_t i = 0; i < images; ++i) {
    const Image sequence{x.view().row(i), 2, 1, 7};
    double hidden[3][4];
    for (std::size_t o = 0; o < 3; ++o) {
      for (std::size_t t = 0; t < 4; ++t) {
        hidden[o][t] = parameters[18 + o];
        for (std::size_t c = 0; c < 2; ++c) {
          for (std::size_t k = 0; k < 3; ++k) {
            hidden[o][t] += parameters[(o * 2 + c) * 3 + k] *
                            sequence.at(c, 0, static_cast<std::ptrdiff_t>(2 * t + k) - 1);
          }
        }
      }
    }
    for (std::size_t o = 0; o < 2; ++o) {
      for (std::size_t t = 0; t < 5; ++t) {
        double sum = parameters[21 + 12 + o];
        for (std::size_t c = 0; c < 3; ++c) {
          for (std::size_t k = 0; k < 2; ++k) {
            const std::size_t place = t + k;  // after the padding of 1
            sum += place < 1 || place > 4
                       ? 0.0
                       : parameters[21 + (o * 3 + c) * 2 + k] * hidden[c][place - 1];
          }
        }
        EXPECT_NEAR(y(i, o * 5 + t), sum, 1e-12);
      }
    }
  }
}

TEST(Pool, TakesTheLargestOrTheMeanOfAWindow) {
  for (const Geometry& g : {Geometry{2, 6, 5, 2, 2, 2, 0, 1}, Geometry{3, 5, 5, 3, 3, 1, 1, 1},
                            Geometry{1, 7, 4, 1, 3, 2, 1, 1}}) {
    const auto x = test::random_rows<double>(images, g.channels * g.height * g.width, 1);
    const std::string arguments = fmt::format(":{}:{}:pad={}", g.size, g.stride, g.pad);
    const auto largest = run("maxpool" + arguments, g.input(), x, {});
    const auto mean = run("avgpool" + arguments, g.input(), x, {});
    for (std::size_t i = 0; i < images; ++i) {
      const Image image{x.view().row(i), g.channels, g.height, g.width};
      std::size_t at = 0;
      for (std::size_t c = 0; c < g.channels; ++c) {
        for (std::size_t oy = 0; oy < g.count(g.height); ++oy) {
          for (std::size_t ox = 0; ox < g.count(g.width); ++ox, ++at) {
            double most = -std::numeric_limits<double>::infinity();
            double sum = 0.0;
            for (std::size_t ky = 0; ky < g.size; ++ky) {
              for (std::size_t kx = 0; kx < g.size; ++kx) {
                const auto py = g.place(oy, ky);
                const auto px = g.place(ox, kx);
                sum += image.at(c, py, px);
                most = image.holds(py, px) ? std::max(most, image.at(c, py, px)) : most;
              }
            }
            EXPECT_EQ(largest(i, at), most);
            EXPECT_NEAR(mean(i, at), sum / static_cast<double>(g.size * g.size), 1e-12);
          }
        }
      }
    }
  }
}

TEST(Pool, NotANumberComesThroughFromAnyPlace) {
  for (std::size_t place = 0; place < 4; ++place) {
    Matrix<double> x(1, 4, 1.0);
    x(0, place) = std::numeric_limits<double>::quiet_NaN();
    for (const char* spec : {"maxpool:2", "avgpool:2", "globalpool"}) {
      EXPECT_TRUE(std::isnan(run(spec, "[1,2,2]", x, {})(0, 0))) << spec << " " << place;
    }
    for (const char* spec : {"max", "mean"}) {
      EXPECT_TRUE(std::isnan(run(spec, "[4,1]", x, {})(0, 0))) << spec << " " << place;
    }
  }
}

TEST(Pool, OverAllPlacesLeavesOneNumberAChannel) {
  const auto x = test::random_rows<double>(images, 24, 1);
  const auto y = run("globalpool", "[2,3,4]", x, {});
  ASSERT_EQ(y.columns(), 2U);
  for (std::size_t i = 0; i < images; ++i) {
    for (std::size_t c = 0; c < 2; ++c) {
      double sum = 0.0;
      for (std::size_t s = 0; s < 12; ++s) {
        sum += x(i, c * 12 + s);
      }
      EXPECT_NEAR(y(i, c), sum / 12.0, 1e-14);
    }
  }
}

TEST(Conv, WeightsOfTheDenseLayerAfterItAreInTheOrderOfChannels) {
  // A dense layer reads channel after channel, as users have their images.
  const auto x = test::random_rows<double>(images, 12, 1);
  Buffer<double> parameters(2 * 2 + 2 + 12 + 1, 0.0);
  parameters[0] = parameters[3] = 1.0;  // the convolution changes nothing
  for (std::size_t i = 0; i < 12; ++i) {
    parameters[6 + i] = static_cast<double>(i + 1);
  }
  const auto y = run("conv:2:1,dense:1", "[2,3,2]", x, parameters);
  for (std::size_t i = 0; i < images; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < 12; ++j) {
      sum += static_cast<double>(j + 1) * x(i, j);
    }
    EXPECT_NEAR(y(i, 0), sum, 1e-12);
  }
}

TEST(GroupNorm, HasMeanZeroAndVarianceOneByGroup) {
  const auto x = test::random_rows<double>(images, 24, 1);
  Buffer<double> parameters(8, 0.0);
  std::fill_n(parameters.begin(), 4, 1.0);
  const auto y = run("groupnorm:2", "[4,3,2]", x, parameters);
  for (std::size_t i = 0; i < images; ++i) {
    for (std::size_t g = 0; g < 2; ++g) {
      const auto of = [&](const Matrix<double>& values) {
        double sum = 0.0;
        double square = 0.0;
        for (std::size_t k = 0; k < 12; ++k) {
          sum += values(i, g * 12 + k);
          square += values(i, g * 12 + k) * values(i, g * 12 + k);
        }
        return std::pair(sum / 12.0, square / 12.0);
      };
      const auto [mean, square] = of(y);
      const auto [mean_x, square_x] = of(x);
      const double variance = square_x - mean_x * mean_x;
      EXPECT_NEAR(mean, 0.0, 1e-12);
      EXPECT_NEAR(square, variance / (variance + 1e-5), 1e-12);
    }
  }
}

TEST(NamedNetworks, HaveTheSizesOfTheirPapers) {
  const Network<float> resnet(parse_spec("resnet:18,dense:10"), parse_shape("[3,224,224]"));
  // torchvision's resnet18 has 11,181,642 parameters for 10 classes without biases of convolutions;
  // here are 4,800 of these, and a variance and a mean for each of 4,800 normalised channels.
  EXPECT_EQ(resnet.parameter_count(), 11181642U + 4800U + 2U * 4800U);
  EXPECT_EQ(resnet.graph().nodes().back().output.size(), 10U);

  const Network<float> dim(parse_spec("dim:32"), parse_shape("[3,32,32]"));
  EXPECT_EQ(dim.outputs(), 64U);
  EXPECT_EQ(dim.graph().nodes()[2].output, Shape({64, 16, 16}));
}

TEST(Conv, RefusesWhatDoesNotFit) {
  const auto message = [](const char* spec, const char* shape) -> std::string {
    try {
      (void)Network<float>(parse_spec(spec), parse_shape(shape));
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message("conv:2:3", "[784]"), testing::HasSubstr("reshape:C:H:W"));
  EXPECT_THAT(message("conv:2:9:pad=0", "[1,5,5]"), testing::HasSubstr("is 9 wide"));
  EXPECT_THAT(message("conv:4:3:groups=2", "[3,5,5]"), testing::HasSubstr("3 channels"));
  EXPECT_THAT(message("conv:3:3:groups=2", "[2,5,5]"), testing::HasSubstr("divides the channels"));
  EXPECT_THAT(message("conv:2", "[1,5,5]"), testing::HasSubstr("width of the kernel"));
  EXPECT_THAT(message("conv:2:3:stride=0", "[1,5,5]"), testing::HasSubstr("stride=1"));
  EXPECT_THAT(message("reshape:3:3", "[10]"), testing::HasSubstr("9 numbers"));
  EXPECT_THAT(message("residual(conv:2:3,globalpool)", "[1,5,5]"),
              testing::HasSubstr("cannot be added"));
}

}  // namespace
}  // namespace infomax::nn
