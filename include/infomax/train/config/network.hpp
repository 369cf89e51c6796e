// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "infomax/core/field.hpp"
#include "infomax/nn/layer_table.hpp"

namespace infomax::train {

/// How initial parameters are chosen.
enum class Initialization : std::uint8_t {
  glorot,  ///< random (Glorot and Bengio 2010)
  linear   ///< random but for the last layers, which start at the exact linear solution
};
/// The initialisations as users write them.
inline constexpr std::array initialization_names{std::pair{"glorot", Initialization::glorot},
                                                 std::pair{"linear", Initialization::linear}};

/// The type of parameters and activations, and of what their products are made of.
enum class Precision : std::uint8_t {
  float32,  ///< float
  float64,  ///< double
  bfloat16  ///< float, but factors of the networks' products are rounded to bfloat16
};
/// The precisions as users write them.
inline constexpr std::array precision_names{std::pair{"float", Precision::float32},
                                            std::pair{"double", Precision::float64},
                                            std::pair{"bfloat16", Precision::bfloat16}};

/// Which library computes the networks' products of floats.
enum class Engine : std::uint8_t {
  openblas,  ///< OpenBLAS
  onednn,    ///< oneDNN
  automatic  ///< the faster one, shape by shape, as the first steps show
};
/// The engines as users write them.
inline constexpr std::array engine_names{std::pair{"openblas", Engine::openblas},
                                         std::pair{"onednn", Engine::onednn},
                                         std::pair{"auto", Engine::automatic}};

}  // namespace infomax::train

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::train::Initialization>
    : infomax::ChoiceText<infomax::train::Initialization, infomax::train::initialization_names> {};
/// By the names that users write.
template <>
struct infomax::FieldText<infomax::train::Precision>
    : infomax::ChoiceText<infomax::train::Precision, infomax::train::precision_names> {};
/// By the names that users write.
template <>
struct infomax::FieldText<infomax::train::Engine>
    : infomax::ChoiceText<infomax::train::Engine, infomax::train::engine_names> {};

namespace infomax::train {

/// The networks and their initial parameters.
struct NetworkConfig {
  std::string encoder;                       ///< as nn::parse_spec takes it; must not be empty
  std::string encoder_b;                     ///< of the second view; empty: as `encoder`
  std::string projector;                     ///< the same, after each encoder; may be empty
  std::optional<Initialization> init;        ///< unset: linear for an encoder linear:N, else glorot
  std::optional<double> linear_ridge_a;      ///< L_a of regularised CCA; unset: no ridge
  std::optional<double> linear_ridge_b;      ///< L_b
  std::optional<double> linear_ridge;        ///< the same of every view of the pair multi
  bool share = false;                        ///< one network for both views
  Precision precision = Precision::float32;  ///< of parameters and activations
  std::optional<Engine> engine;              ///< unset: openblas, and onednn for bfloat16
  std::uint64_t seed = 1;  ///< of initial parameters, orders of rows and random changes
};

/// The fields of NetworkConfig: names, help and checks.
[[nodiscard]] inline FieldTable<NetworkConfig> network_fields() {
  using Config = NetworkConfig;
  FieldTable<Config> table;
  table.group("Network")
      .add(
          "encoder", &Config::encoder, "SPEC",
          "layers in order, such as dense:1024,tanh,dense:64; " + nn::layer_usages() +
              ". batchnorm is of the global batch, residual(ITEMS) adds its input to what ITEMS "
              "give. linear:N is the baseline: one dense layer at the exact linear solution of the "
              "objective, trained only where `steps` or `epochs` is given. With `pair` multi, one "
              "for "
              "all views, or one for each, separated by |, as in "
              "'dense:64,tanh,dense:5 | dense:5'")
      .add("encoder-b", &Config::encoder_b, "SPEC",
           "for `pair` views: the network g of y; default as `encoder`")
      .add("projector", &Config::projector, "SPEC",
           "layers between the encoder and the objective, such as "
           "dense:256,batchnorm,relu,dense:128: "
           "trained with it, and left out by encode and probe. What the objective makes of its own "
           "input need not suit other uses (Chen et al. 2020)")
      .add("init", &Config::init, "NAME",
           "initial weights: glorot (default), random; or linear, random but for each network's "
           "last layer, which starts at the exact linear solution, the greatest value that the "
           "objective with its ridge and components has for linear maps (canonical, time-lagged or "
           "principal components), given the layers before; for dcca, vamp1, vamp2, gaussian-mi, "
           "coding-rate and infomax without lambda, rho cca or, for `pair` input and target, rv")
      .decided_by_data()
      .add("linear-ridge-a", &Config::linear_ridge_a, "L",
           "make the linear solution that of regularised CCA: L is added to the variances of side "
           "a's preprocessed inputs (of side a itself where it is data), whatever the objective's "
           "ridge of the outputs is. L = lambda1 (N - 1) / N gives what R's CCA::rcc gives",
           at_least(0.0))
      .add("linear-ridge-b", &Config::linear_ridge_b, "L", "the same of side b", at_least(0.0))
      .add("linear-ridge", &Config::linear_ridge, "L",
           "the same of each view of `pair` multi with `objective` maxvar, which makes the linear "
           "solution that of regularised generalised CCA; needed where a view has about as many "
           "columns as there are rows",
           at_least(0.0))
      .add("share", &Config::share, "", "for `pair` views: one network for both, preprocessed as x")
      .add("precision", &Config::precision, "TYPE",
           "of parameters and activations: float or double; or bfloat16, which rounds the factors "
           "of the networks' products to 8 bits and sums in float: up to twice as fast on "
           "processors that multiply them (AVX512-BF16), while parameters, statistics, the "
           "objective and the optimiser stay in float")
      .add("engine", &Config::engine, "NAME",
           "the library that multiplies floats: openblas (default), onednn, or auto, which takes "
           "the faster one for each shape after a few products by either; bfloat16 is oneDNN's")
      .add("seed", &Config::seed, "S",
           "of the initial parameters, the order of rows, and what is changed or dropped at "
           "random");
  return table;
}

}  // namespace infomax::train
