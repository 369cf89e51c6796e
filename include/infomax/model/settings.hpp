#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "infomax/model/pair.hpp"

namespace infomax::model {

/// Named words as they travel in a model file.
using Settings = std::map<std::string, std::string>;

/// What one side or the other is made of, besides networks: fixed when training begins, and needed
/// again by whoever uses the model.
struct PairSettings {
  Pair pair = Pair::input;
  std::string x_path = "/x";  ///< data set path of the rows in their file
  std::string y_path = "/y";  ///< of the targets; used by the pair `target`
  std::size_t classes = 0;    ///< of the pair `target`: width of the one-hot rows; 0 = y as it is

  void to_settings(Settings& settings) const;

  /// Throws DataError where a setting is missing or wrong: the file is then not a model of ours.
  [[nodiscard]] static PairSettings from_settings(const Settings& settings);
};

}  // namespace infomax::model
