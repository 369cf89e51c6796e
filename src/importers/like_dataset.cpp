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

LikeDataset::Names LikeDataset::names_of(const hdf5::File& file, const std::string& object) {
  return {data::read_names(file, object, data::columns_attribute),
          data::read_names(file, object, data::classes_attribute), data::read_fills(file, object)};
}

LikeDataset::LikeDataset(const std::filesystem::path& path) : path_(path) {
  const hdf5::File file = hdf5::File::open(path);
  const hdf5::Dataset x = file.dataset("/x");
  row_.assign(x.shape().begin() + 1, x.shape().end());
  tokens_ = data::read_names(file, "/x", data::tokens_attribute);
  x_ = names_of(file, "/x");
  y_ = names_of(file, "/y");
}

Known LikeDataset::known(Role role) const {
  const Names& own = role == Role::x ? x_ : y_;
  return {y_.classes, tokens_, row_, own.columns, own.fills};
}

void LikeDataset::require_columns(const RowFile& rows, const char* object,
                                  const std::vector<std::string>& wanted) const {
  const std::vector<std::string>& found = rows.columns();
  if (found.empty() || wanted.empty() || found == wanted) {
    return;
  }
  if (found.size() != wanted.size()) {
    throw DataError(fmt::format("{} has {} columns of {}, and `like` {} has {}; choose the same",
                                rows.where(), found.size(), object, path_.string(), wanted.size()));
  }
  const auto [here, there] = std::ranges::mismatch(found, wanted);
  throw DataError(
      fmt::format("{} has \"{}\" as column {} of {}, where `like` {} has \"{}\"; "
                  "choose the same columns in the same order",
                  rows.where(), *here, here - found.begin() + 1, object, path_.string(), *there));
}

void LikeDataset::require_tokens(const RowFile& x) const {
  if (x.tokens() == tokens_) {
    return;
  }
  const std::string like = fmt::format("`like` {}", path_.string());
  if (!x.tokens().empty() && !tokens_.empty()) {
    throw DataError(fmt::format("{} has other tokens than {}; import both with the same `tokens`",
                                x.where(), like));
  }
  const bool has_tokens = !x.tokens().empty();
  throw DataError(fmt::format(
      "{} has a vocabulary of tokens, and {} has none, so that their numbers mean different "
      "things; import both with the same `tokens`",
      has_tokens ? x.where() : like, has_tokens ? like : x.where()));
}

void LikeDataset::require(const RowFiles& files) const {
  const RowFile& x = *files.x;
  if (!std::equal(row_.begin(), row_.end(), x.shape().begin() + 1, x.shape().end())) {
    throw DataError(fmt::format(
        "{} has rows of {} elements, and `like` {} of {}; choose the "
        "same columns",
        x.where(), x.row_bytes() / hdf5::size(x.type()), path_.string(),
        std::accumulate(row_.begin(), row_.end(), std::size_t{1}, std::multiplies<>{})));
  }
  require_tokens(x);
  require_columns(x, "/x", x_.columns);
  if (files.y && files.y->shape().size() > 1) {
    require_columns(*files.y, "/y", y_.columns);
  }
  if (files.y && files.y->classes() != y_.classes) {
    const std::string here = files.y->where();
    const std::string like = fmt::format("`like` {}", path_.string());
    const bool has_names = !files.y->classes().empty();
    const std::string difference =
        has_names && !y_.classes.empty()
            ? fmt::format("{} has other names of classes than {}", here, like)
            : fmt::format("{} has names of classes, and {} has none", has_names ? here : like,
                          has_names ? like : here);
    throw DataError(difference + "; import both from tables with the same label");
  }
}

}  // namespace infomax::importers
