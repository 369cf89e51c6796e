// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>

#include "infomax/core/byte_count.hpp"
#include "infomax/core/field.hpp"
#include "infomax/data/streaming.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::model {

/// What users say of where rows are.
struct RowMemory {
  data::DataMode data_mode = data::DataMode::automatic;  ///< in memory or in their file
  std::optional<ByteCount> data_memory;  ///< of a rank for rows; unset: half of its share
};

/// Adds the fields of RowMemory to the table of a configuration that has them.
template <class Config>
void add_row_memory(FieldTable<Config>& table) {
  table
      .add("data-mode", &Config::data_mode, "MODE",
           "memory, all rows of a rank in its memory; stream, rows are read page by page while "
           "others are used; auto, memory where they fit")
      .may_change()
      .add("data-memory", &Config::data_memory, "BYTES",
           "of each rank for rows, such as 500M or 2G; default half of what the node has "
           "available, shared by its ranks")
      .may_change();
}

/// Collective. How this rank reads rows, in pages of `page_rows` rows where it is set.
[[nodiscard]] data::Streaming streaming(const mpi::Communicator& communicator,
                                        const RowMemory& memory,
                                        std::optional<std::size_t> page_rows = std::nullopt);

}  // namespace infomax::model
