// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "infomax/model/pair.hpp"

namespace infomax::model {

/// Named texts, as a model file keeps them.
using Settings = std::map<std::string, std::string>;

/// What the sides are made of besides networks. It is fixed when training begins, and every use of
/// the model needs it again. meaning() says what the pair means.
struct PairSettings {
  Pair pair = Pair::input;    ///< what the sides are
  std::string x_path = "/x";  ///< data set path of the rows in their file; a list of `multi`
  std::string y_path = "/y";  ///< of the targets or the second view
  std::size_t classes = 0;    ///< of the pair `target`: width of the one-hot rows; 0 = y as it is
  std::string split;          ///< of `views`: how x alone makes both (data::parse_split); or empty
  std::string augment;        ///< data::Augmentation's words; may be empty but for `augment`
  std::string image;          ///< data::ImageShape of the rows, where `augment` or `split` needs it
  std::vector<std::string> class_names = {};  ///< of targets that are strings, by number
  std::size_t lag = 1;                        ///< of `lag`: tau, in rows
  std::string lengths_path =
      "/lengths";  ///< of `lag`: rows of each trajectory, where there are any
  /// The last items of each network's specification, which representations leave out; may be empty.
  std::string projector = {};
  /// K: the layer of the encoder whose outputs the objective sees besides those of the network.
  std::optional<std::size_t> local_layer = std::nullopt;
  /// Of `multi`: the shape of a row of each view, as in "100,20,1:28:28"; empty: not known yet.
  std::string view_shapes = {};
  /// data::SequenceOptions::padding_value of x, and of y of two views
  std::optional<double> padding_value = std::nullopt;

  /// The entry of the pair in the table of meanings.
  [[nodiscard]] const PairMeaning& meaning() const { return meaning_of(pair); }

  /// Whether y comes from a data set of its own, and not from columns of x.
  [[nodiscard]] bool reads_second_data_set() const { return meaning().reads_y() && split.empty(); }

  /// Adds the members to `settings` by their names, as model.h5 keeps them.
  void to_settings(Settings& settings) const;

  /// Throws DataError if a setting is missing or invalid, because the file is then not a model of
  /// Infomax.
  [[nodiscard]] static PairSettings from_settings(const Settings& settings);
};

}  // namespace infomax::model
