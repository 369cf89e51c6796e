// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/column_names.hpp"

#include <string_view>

#include "infomax/data/names.hpp"
#include "infomax/data/split.hpp"

namespace infomax::analysis {
namespace {

std::vector<std::string> all_names(const data::DatasetFile& file, const model::PairSettings& pair,
                                   const model::SideMeaning& side) {
  const bool of_y = side.rows == model::DataSet::y;
  if (of_y && !side.encoded && pair.classes > 0) {
    return pair.class_names.empty() ? file.names(pair.y_path, data::classes_attribute)
                                    : pair.class_names;
  }
  if (pair.meaning().joins_views) {
    return {};  // x is several data sets
  }
  return file.names(of_y && pair.split.empty() ? pair.y_path : pair.x_path,
                    data::columns_attribute);
}

}  // namespace

std::vector<std::string> column_names(const data::DatasetFile& file,
                                      const model::PairSettings& pair,
                                      const model::SideMeaning& side, std::size_t columns) {
  auto names = all_names(file, pair, side);
  if (!pair.split.empty() && !data::splits_images(pair.split) && names.size() > columns) {
    // The first columns are those of the first view, and the others those of the second.
    const auto count = static_cast<std::ptrdiff_t>(columns);
    const bool first = side.rows == model::DataSet::x;
    return first ? std::vector(names.begin(), names.begin() + count)
                 : std::vector(names.end() - count, names.end());
  }
  if (names.size() != columns) {
    names.clear();
  }
  return names;
}

}  // namespace infomax::analysis
