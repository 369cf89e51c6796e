// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/row_memory.hpp"

#include "infomax/measure/memory.hpp"

namespace infomax::model {

data::Streaming streaming(const mpi::Communicator& communicator, const RowMemory& memory,
                          std::optional<std::size_t> page_rows) {
  data::Streaming streaming{memory.data_mode, 0, page_rows};
  if (memory.data_memory) {
    streaming.memory_bytes = memory.data_memory->bytes;
  } else {
    const auto ranks = static_cast<std::size_t>(communicator.split_by_node().size());
    streaming.memory_bytes = measure::node_memory().available_bytes / (2 * ranks);
  }
  return streaming;
}

}  // namespace infomax::model
