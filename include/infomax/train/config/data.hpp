// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "infomax/core/field.hpp"
#include "infomax/data/normalization.hpp"

namespace infomax::train {

/// Where rows are, and their preprocessing.
struct DataConfig {
  std::string data;                     ///< file; empty where the caller passes rows in memory
  std::string x = "/x";                 ///< data set path of the rows
  std::string y = "/y";                 ///< of the targets or the second view
  std::string lengths = "/lengths";     ///< of the rows of each trajectory
  std::optional<double> padding_value;  ///< of sequences without lengths; unset: there is none
  std::optional<data::NormalizeMode> normalize;  ///< unset: by the type of the elements
};

/// The fields of DataConfig: names, help and checks.
[[nodiscard]] inline FieldTable<DataConfig> data_fields() {
  using Config = DataConfig;
  FieldTable<Config> table;
  table.group("Data")
      .add("data", &Config::data, "FILE",
           "HDF5 file with rows along the first axis of its data sets")
      .may_change()
      .add("x", &Config::x, "PATH", "data set of the rows to encode")
      .add("y", &Config::y, "PATH",
           "data set of the targets or the second view, for `pair` target and views")
      .add("lengths", &Config::lengths, "PATH",
           "for `pair` lag: data set of the rows of each trajectory; without it, x is one")
      .add("padding-value", &Config::padding_value, "V",
           "rows are sequences of steps (the first axis after that of the rows) and end with steps "
           "of which every element is V; without it, PATH_lengths [N] beside x or y says the steps "
           "of each row, or PATH_offsets [N+1] where sequences lie one after another")
      .add("normalize", &Config::normalize, "MODE",
           "none (default for token ids); scale, all of x to [0, 1] (default for integers); "
           "standardize, each column to mean 0 and deviation 1 (default for floats); center, each "
           "column to mean 0; the columns of sequences are those of a step")
      .decided_by_data();
  return table;
}

}  // namespace infomax::train
