// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "infomax/core/field.hpp"
#include "infomax/core/field_check.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/model/row_memory.hpp"

namespace infomax::train {

/// Where rows are, and their preprocessing.
struct DataConfig : model::RowMemory {
  std::string data;                     ///< file; empty where the caller passes rows in memory
  std::string x = "/x";                 ///< data set path of the rows
  std::string y = "/y";                 ///< of the targets or the second view
  std::string lengths = "/lengths";     ///< of the rows of each trajectory
  std::optional<double> padding_value;  ///< of sequences without lengths; unset: there is none
  std::optional<data::NormalizeMode> normalize;  ///< unset: by the type of the elements
  std::optional<std::size_t> page_rows;          ///< S; unset: by the file's chunks
  std::optional<std::size_t> shuffle_pages;      ///< W, 0 = all; unset: 1 where rows are streamed
};

/// The fields of DataConfig: names, help and checks.
[[nodiscard]] inline FieldTable<DataConfig> data_fields() {
  using Config = DataConfig;
  FieldTable<Config> table;
  table.group("Data")
      .add("data", &Config::data, "FILE",
           "HDF5 file with rows along the first axis of its data sets; or several that are read as "
           "one, by a pattern in quotes ('part-*.h5') or a list, a .txt with a path a line")
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
  model::add_row_memory(table);
  table
      .add("page-rows", &Config::page_rows, "S",
           "rows of a page: consecutive rows that are read together; default as many as take a "
           "mebibyte, in whole chunks of the file",
           one_or_more())
      .decided_by_data()
      .add("shuffle-pages", &Config::shuffle_pages, "W",
           "rows are drawn from W pages of each block at a time, or 0 from all; default 1 where "
           "rows "
           "are streamed, 0 in memory. The same W and S give the same batches, streamed or not, on "
           "any number of ranks",
           zero_or_more("all pages"))
      .decided_by_data();
  return table;
}

}  // namespace infomax::train
