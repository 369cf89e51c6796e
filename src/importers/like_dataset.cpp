// SPDX-License-Identifier: BSD-3-Clause
#include "importers/like_dataset.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/names.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::importers {

LikeDataset::LikeDataset(const std::filesystem::path& path) : path_(path) {
  const hdf5::File file = hdf5::File::open(path);
  const hdf5::Dataset x = file.dataset("/x");
  known_.row.assign(x.shape().begin() + 1, x.shape().end());
  columns_ = data::read_names(file, "/x", data::columns_attribute);
  known_.classes = data::read_names(file, "/y", data::classes_attribute);
  known_.tokens = data::read_names(file, "/x", data::tokens_attribute);
}

void LikeDataset::require(const RowFiles& files) const {
  const RowFile& x = *files.x;
  if (!std::equal(known_.row.begin(), known_.row.end(), x.shape().begin() + 1, x.shape().end())) {
    throw DataError(
        fmt::format("{} has rows of {} elements, and `like` {} of {}; choose the "
                    "same columns",
                    x.where(), x.row_bytes() / hdf5::size(x.type()), path_.string(),
                    std::accumulate(known_.row.begin(), known_.row.end(), std::size_t{1},
                                    std::multiplies<>{})));
  }
  if (!x.columns().empty() && !columns_.empty() && x.columns() != columns_) {
    const auto [here, there] = std::ranges::mismatch(x.columns(), columns_);
    throw DataError(
        fmt::format("{} has \"{}\" as column {} of /x, where `like` {} has \"{}\"; "
                    "choose the same columns in the same order",
                    x.where(), *here, here - x.columns().begin() + 1, path_.string(), *there));
  }
  if (files.y && files.y->classes() != known_.classes) {
    const std::string here = files.y->where();
    const std::string like = fmt::format("`like` {}", path_.string());
    const bool has_names = !files.y->classes().empty();
    const std::string difference =
        has_names && !known_.classes.empty()
            ? fmt::format("{} has other names of classes than {}", here, like)
            : fmt::format("{} has names of classes, and {} has none", has_names ? here : like,
                          has_names ? like : here);
    throw DataError(difference + "; import both from tables with the same label");
  }
}

}  // namespace infomax::importers
