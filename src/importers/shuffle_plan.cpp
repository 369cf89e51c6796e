// SPDX-License-Identifier: BSD-3-Clause
#include "importers/shuffle_plan.hpp"

#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/names.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::importers {
namespace {

/// The objects of a file that are looked at.
constexpr std::size_t most_objects = 10000;

/// The rows of a data set, or the sequences whose steps it has.
std::size_t rows_of(const hdf5::File& file, const std::string& name) {
  const std::string offsets = data::offsets_of(name);
  return file.exists(offsets) ? file.dataset(offsets).rows() - 1 : file.dataset(name).rows();
}

/// Whether a data set belongs to another one of the file, and comes with it.
bool belongs_to_another(const hdf5::File& file, std::string_view name) {
  for (const std::string_view end : {"_lengths", "_offsets"}) {
    if (name.size() > end.size() && name.ends_with(end) &&
        file.exists(std::string(name.substr(0, name.size() - end.size())))) {
      return true;
    }
  }
  return false;
}

/// What becomes of an object of the first file, whose x has `rows` rows: "+" where it is shuffled,
/// "t" where it has strings, "-" where it has as many rows, but is left out, or nothing.
std::string fate_of(const hdf5::File& file, const hdf5::TreeEntry& entry, std::size_t rows) {
  try {
    if (entry.kind == hdf5::ObjectKind::group || entry.kind == hdf5::ObjectKind::other ||
        belongs_to_another(file, entry.path)) {
      return "";
    }
    if (file.is_group(entry.path)) {
      return "";
    }
    if (file.holds_texts(entry.path)) {
      return file.text_count(entry.path) == rows ? "t" : "";
    }
    const hdf5::Dataset dataset = file.dataset(entry.path);
    if (rows_of(file, entry.path) != rows) {
      return "";
    }
    return dataset.features() > 0 ? "+" : "-";
  } catch (const DataError&) {
    return !entry.shape.empty() && entry.shape.front() == rows ? "-" : "";
  }
}

/// On the root: a line for each object of the first file that has as many rows as its x, its fate
/// before its name.
std::string candidates(const std::filesystem::path& first, const std::string& x) {
  const hdf5::File file = hdf5::File::open(first);
  const std::size_t rows = rows_of(file, x);
  const hdf5::Tree tree = file.tree(most_objects);
  if (!tree.is_complete) {
    throw DataError(
        fmt::format("{} has more than {} objects, or groups within groups without end; "
                    "shuffle a file that has the rows alone",
                    first.string(), most_objects));
  }
  std::string names;
  for (const hdf5::TreeEntry& entry : tree.entries) {
    if (const std::string fate = entry.path == x ? "" : fate_of(file, entry, rows); !fate.empty()) {
      names += fate + entry.path + "\n";
    }
  }
  return names;
}

void add_column(ShufflePlan& plan, const std::string& name, const data::DatasetShape& shape) {
  ShuffledColumn column{name, shape};
  column.row_bytes = shape.features * hdf5::size(shape.type);
  plan.columns.push_back(column);
  if (shape.has_lengths) {
    ShuffledColumn lengths{data::lengths_of(name), {}, true, sizeof(std::uint32_t)};
    lengths.shape.type = hdf5::element_type_of<std::uint32_t>();
    plan.columns.push_back(lengths);
  }
}

}  // namespace

ShufflePlan plan_shuffle(const mpi::Communicator& communicator, const ShuffleRequest& request,
                         data::DatasetFile& file) {
  const auto pieces = data::find_files(communicator, request.data);
  std::string listed;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      listed = candidates(pieces.front().path, request.x);
    }
  });
  listed = communicator.broadcast(listed, 0);
  if (file.has("/lengths")) {
    throw DataError(request.data +
                    " has trajectories (/lengths), whose rows mean something in their order; train "
                    "on it with `pair` lag as it is, or leave /lengths out of it");
  }
  ShufflePlan plan;
  const auto x = file.shape(request.x);
  plan.rows = x.rows;
  add_column(plan, request.x, x);
  for (std::size_t begin = 0; begin < listed.size();) {
    const std::size_t end = listed.find('\n', begin);
    const char fate = listed[begin];
    const std::string name = listed.substr(begin + 1, end - begin - 1);
    begin = end + 1;
    if (fate == '-' || (fate == 't' && name != "/y")) {
      plan.left_out.push_back(name);
      continue;
    }
    if (fate == 't') {
      file.expect_labels(name);
    }
    const auto shape = file.shape(name);
    if (shape.rows == plan.rows) {
      add_column(plan, name, shape);
    }
  }
  for (ShuffledColumn& column : plan.columns) {
    column.offset = plan.record_bytes;
    plan.record_bytes += column.row_bytes;
  }
  return plan;
}

}  // namespace infomax::importers
