// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "infomax/core/field.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/pair.hpp"

namespace infomax::train {

/// What the two sides of the objective are made of.
struct PairConfig {
  model::Pair pair = model::Pair::input;  ///< what the sides are
  std::string augment;                    ///< as data::Augmentation takes it
  std::string image;  ///< as data::parse_image_shape takes it; empty: by the axes of the rows
  std::optional<std::size_t> split_columns;  ///< K: the first view is the first K columns of x
  std::string split_image;                   ///< "left,right" or "top,bottom"
  std::optional<std::size_t> lag;            ///< rows; 1 where it is unset
  std::string views;                         ///< of multi: a list as data::entries_of takes it
  model::TargetKind target = model::TargetKind::automatic;  ///< what y holds
  std::optional<std::size_t> blocks;  ///< V; data::default_blocks where it is unset
};

/// The fields of PairConfig: names, help and checks.
[[nodiscard]] inline FieldTable<PairConfig> pair_fields() {
  using Config = PairConfig;
  FieldTable<Config> table;
  table.group("Pair")
      .add("pair", &Config::pair, "NAME",
           "what is compared: input, a = x and b = f(x); target, a = y and b = f(x); views, a = "
           "f(x) and b = g(y); augment, a = f(t(x)) and b = f(t'(x)), two random changes of x; "
           "lag, a = f(x_t) and b = f(x_t+tau), within a trajectory; predict, with `objective` "
           "infonce: within a sequence, the steps of the last recurrent layer and those of the "
           "layers before it, up to `horizon` steps later; multi, with `objective` maxvar or "
           "sumcor: "
           "two or more data sets, `views`, each with a network of its own")
      .add("views", &Config::views, "PATH,PATH,...",
           "for `pair` multi: the data sets of the views, in place of `x`, with as many rows each; "
           "PATH[I:J] is columns I to J - 1 of one, as in /x[0:100],/x[100:300]. Numbers become "
           "standardized, each column of each view, unless `normalize` says otherwise")
      .add(
          "augment", &Config::augment, "WORDS",
          "random changes of preprocessed rows, for `pair` augment, and for target, of x in "
          "training alone: noise:S adds normal noise, mask:P sets "
          "features to 0, scale:S multiplies by 1-S to 1+S; of images: shift:K whole pixels, flip "
          "left and right, rotate:DEG, crop:S a window of at least S of either side, brightness:S, "
          "contrast:S, saturation:S, hue:S, grayscale:P, blur:S, erase:P a rectangle; of "
          "sequences: "
          "timeshift:K steps, timemask:K and featuremask:K set a run of up to K steps or features "
          "to 0, tokenmask:P sets steps to 0; such as shift:2,rotate:10,noise:0.1")
      .add("image", &Config::image, "HxW",
           "for `augment` and `split_image`: the images in x, such as 28x28, also of several "
           "planes, or 32x32x3, whose channels lie side by side; default by the axes of the data "
           "set's rows")
      .add("split-columns", &Config::split_columns, "K",
           "for `pair` views: the first K columns of x are one view, the rest the other",
           one_or_more())
      .add("split-image", &Config::split_image, "HALVES",
           "for `pair` views: halves of the images in x, left,right or top,bottom")
      .add("lag", &Config::lag, "TAU", "for `pair` lag: rows between the two states; default 1",
           one_or_more())
      .decided_by_data()
      .add("target", &Config::target, "KIND",
           "what y holds: classes (made one-hot), values, or auto: one column of integers is "
           "classes")
      .add("blocks", &Config::blocks, "V",
           "contiguous blocks of rows that are dealt to ranks; no fewer than ranks; default 240, "
           "or fewer so that each holds 16 rows",
           one_or_more())
      .decided_by_data();
  return table;
}

}  // namespace infomax::train
