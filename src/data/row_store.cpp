// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/row_store.hpp"

#include <utility>

namespace infomax::data {

RowStore::RowStore(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
                   std::size_t count)
    : where_(std::move(where)), type_(type), trailing_(std::move(trailing)), count_(count) {
  for (const std::size_t extent : trailing_) {
    features_ *= extent;
  }
}

bool RowStore::prefetch(std::span<const std::size_t> /*local_rows*/) const { return false; }

}  // namespace infomax::data
