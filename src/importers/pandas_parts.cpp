// SPDX-License-Identifier: BSD-3-Clause
#include "importers/pandas_parts.hpp"

#include <algorithm>
#include <map>

namespace infomax::importers {

void order_columns(PandasStore& store, const std::vector<std::string>& names) {
  std::map<std::string, PandasColumn> by_name;
  for (std::size_t b = 0; b < store.blocks.size(); ++b) {
    const auto& block = store.blocks[b];
    for (std::size_t i = 0; i < block->names.size(); ++i) {
      store.columns.push_back({block->names[i], b, i});
      by_name[block->names[i]] = store.columns.back();
    }
  }
  std::vector<PandasColumn> ordered;
  for (const std::string& name : names) {
    if (const auto found = by_name.find(name); found != by_name.end()) {
      ordered.push_back(found->second);
    }
  }
  if (ordered.size() == store.columns.size() && by_name.size() == ordered.size()) {
    store.columns = std::move(ordered);
  }
}

}  // namespace infomax::importers
