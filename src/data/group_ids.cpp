// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/group_ids.hpp"

#include <algorithm>
#include <bit>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t ids_at_once = 65536;

/// Fowler, Noll and Vo's hash FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

std::vector<std::uint64_t> hashes_of_texts(const std::filesystem::path& path,
                                           const std::string& dataset, const DatasetShape& x,
                                           const Shard& shard) {
  const hdf5::File file = hdf5::File::open(path);
  const std::size_t rows = file.text_count(dataset);
  require_equal_rows(x, {dataset + " in " + path.string(), {}, rows, {}, 1});
  std::vector<std::uint64_t> groups;
  groups.reserve(shard.row_count);
  for (std::size_t done = 0; done < shard.row_count; done += ids_at_once) {
    const std::size_t count = std::min(ids_at_once, shard.row_count - done);
    for (const std::string& text : file.texts(dataset, shard.first_row + done, count)) {
      groups.push_back(hash_of(text));
    }
  }
  return groups;
}

std::vector<std::uint64_t> bits_of_numbers(const Rows& rows) {
  std::vector<std::uint64_t> groups;
  groups.reserve(rows.count());
  rows.scan_elements([&](std::size_t /*first*/, auto elements) {
    for (const auto number : elements) {
      if constexpr (std::is_floating_point_v<std::remove_const_t<decltype(number)>>) {
        // Adding 0 turns -0 into 0.
        groups.push_back(std::bit_cast<std::uint64_t>(static_cast<double>(number) + 0.0));
      } else {
        groups.push_back(static_cast<std::uint64_t>(number));
      }
    }
  });
  return groups;
}

}  // namespace

std::vector<std::uint64_t> load_group_ids(const mpi::Communicator& communicator,
                                          const std::filesystem::path& path,
                                          const std::string& dataset, const DatasetShape& x,
                                          const Shard& shard) {
  std::vector<std::uint64_t> groups;
  bool has_texts = false;
  mpi::together(communicator, [&] {
    has_texts = hdf5::File::open(path).holds_texts(dataset);
    if (has_texts) {
      groups = hashes_of_texts(path, dataset, x, shard);
    }
  });
  if (has_texts) {
    return groups;
  }
  DatasetFile file(communicator, path);
  const auto shape = file.shape(dataset);
  require_equal_rows(x, shape);
  if (shape.features != 1) {
    throw DataError(fmt::format("{} holds {} numbers a row; groups are one number or text a row",
                                shape.where, shape.features));
  }
  groups = bits_of_numbers(file.load(dataset, shard));
  file.close();
  return groups;
}

}  // namespace infomax::data
