// SPDX-License-Identifier: BSD-3-Clause
#include "train/paging.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/measure/memory.hpp"
#include "train/derived.hpp"

namespace infomax::train {
namespace {

/// Says how rows are streamed, and warns where too few pages are held to read each once an epoch.
void describe_streaming(const data::Paging& paging, const data::RowStore& rows,
                        const data::Shard& shard) {
  if (rows.held_pages() == 0) {
    return;
  }
  const auto bytes = [](std::size_t count) {
    return measure::memory_text(static_cast<double>(count));
  };
  const std::size_t page_bytes = rows.page_rows() * rows.row_bytes();
  log::info(fmt::format("{} is streamed: pages of {} rows, {}; a rank holds up to {} of them, {}",
                        rows.where(), rows.page_rows(), bytes(page_bytes), rows.held_pages(),
                        bytes(rows.held_pages() * page_bytes)));
  // Pages of a selection's samples do not begin where those of the file do.
  const std::size_t straddled = rows.count() < rows.whole().count() ? 2 : 1;
  const std::size_t wanted =
      straddled * shard.block_count * std::max<std::size_t>(1, paging.window_pages);
  const bool holds_all = rows.held_pages() > rows.count() / rows.page_rows();
  if (!holds_all && (paging.page_rows == 0 || rows.held_pages() < wanted)) {
    log::warning(fmt::format(
        "steps draw rows from {} pages at a time, more than a rank holds, so that pages are read "
        "again and again; give a smaller `page_rows` or `shuffle_pages`, fewer `blocks`, or more "
        "`data_memory`",
        paging.page_rows == 0 ? "all" : std::to_string(wanted)));
  }
}

}  // namespace

data::Paging settle_paging(Config& config, data::Datasets& source,
                           const model::Examples& examples) {
  const std::string x_path = pair_settings(config).x_path;
  std::size_t page_rows = examples.x->page_rows();
  if (page_rows == 0 && examples.y) {
    page_rows = examples.y->page_rows();
  }
  if (config.reproducible && !config.shuffle_pages && page_rows > 0 && !source.must_stream()) {
    throw UsageError(
        "`reproducible`: the rows do not fit into memory here, and would be mixed otherwise where "
        "they do; give `shuffle_pages` 1, which is the same everywhere, or `data_mode` stream");
  }
  const bool paged = page_rows > 0 || source.must_stream();
  config.shuffle_pages = config.shuffle_pages.value_or(paged ? 1 : 0);
  data::Paging paging;
  if (*config.shuffle_pages > 0) {
    config.page_rows = page_rows > 0 ? page_rows : source.page_rows(x_path);
    paging = {*config.page_rows, *config.shuffle_pages};
  }
  describe_streaming(paging, *examples.x, examples.shard);
  if (examples.y && examples.y != examples.x) {
    describe_streaming(paging, *examples.y, examples.shard);
  }
  return paging;
}

}  // namespace infomax::train
