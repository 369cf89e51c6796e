// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "hdf5/access.hpp"
#include "hdf5/check.hpp"
#include "hdf5/file_types.hpp"
#include "hdf5/obstacles.hpp"
#include "hdf5/reading.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/failure.hpp"

// The groups and data sets in an open file.
namespace infomax::hdf5 {
namespace {

herr_t keep_dataset_name(hid_t group, const char* name, const H5L_info_t* /*info*/, void* names) {
  try {
    const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object >= 0) {
      const Handle owner(object, H5Oclose);
      if (H5Iget_type(object) == H5I_DATASET) {
        static_cast<std::vector<std::string>*>(names)->emplace_back(name);
      }
    }
    return 0;
  } catch (...) {
    return -1;
  }
}

/// Opens a data set in this process alone; its file stays open as long as it.
Handle open_alone(const std::filesystem::path& path, const std::string& object) {
  const Handle properties = access_properties(nullptr);
  const std::string what = "cannot open " + object + " in " + path.string();
  check<DataError>(H5Pset_fclose_degree(properties.id(), H5F_CLOSE_WEAK), what);
  const Handle file =
      checked<DataError>(H5Fopen(path.c_str(), H5F_ACC_RDONLY, properties.id()), H5Fclose, what);
  return checked<DataError>(H5Oopen(file.id(), object.c_str(), H5P_DEFAULT), H5Oclose, what);
}

bool has_link(hid_t group, const char* name) {
  const bool found = H5Lexists(group, name, H5P_DEFAULT) > 0;
  H5Eclear2(H5E_DEFAULT);
  return found;
}

/// What an object is that is no data set, and what to name in its place.
std::string what_it_is(const File& file, hid_t opened, const std::string& object) {
  if (H5Iget_type(opened) != H5I_GROUP) {
    return "not a data set; name one";
  }
  if (has_link(opened, "indptr") && has_link(opened, "indices")) {
    return "a sparse matrix, not a data set; `infomax import` makes rows of it";
  }
  if (H5Aexists(opened, "pandas_type") > 0) {
    return "a store of pandas, not a data set; `infomax import` makes rows of it";
  }
  const Tree below = file.tree(1000, object);
  const auto inside = std::ranges::find(below.entries, true, &TreeEntry::is_numbers);
  return "a group, not a data set; name one inside it" +
         (inside == below.entries.end() ? "" : ", such as " + inside->path);
}

}  // namespace

Reading File::enter() const {
  return {path_.native(), communicator_ ? Limit::none : Limit::seconds};
}

std::string File::where(const std::string& object) const {
  return object + " in " + path_.string();
}

bool File::exists(const std::string& object) const {
  const Reading reading = enter();
  if (object == "/") {
    return true;
  }
  // H5Lexists fails if a parent group is missing, so every group of the path is tested.
  for (std::size_t end = object.find('/', 1);; end = object.find('/', end + 1)) {
    if (H5Lexists(handle_.id(), object.substr(0, end).c_str(), H5P_DEFAULT) <= 0) {
      H5Eclear2(H5E_DEFAULT);
      return false;
    }
    if (end == std::string::npos) {
      return H5Oexists_by_name(handle_.id(), object.c_str(), H5P_DEFAULT) > 0;
    }
  }
}

bool File::is_group(const std::string& object) const {
  const Reading reading = enter();
  if (!exists(object)) {
    return false;
  }
  const Handle opened(H5Oopen(handle_.id(), object.c_str(), H5P_DEFAULT), H5Oclose);
  H5Eclear2(H5E_DEFAULT);
  return opened.valid() && H5Iget_type(opened.id()) == H5I_GROUP;
}

std::vector<std::string> File::dataset_names(const std::string& group) const {
  const Reading reading = enter();
  std::vector<std::string> names;
  const Handle opened = checked<DataError>(H5Gopen2(handle_.id(), group.c_str(), H5P_DEFAULT),
                                           H5Gclose, "cannot read " + where(group));
  check<DataError>(
      H5Literate(opened.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, keep_dataset_name, &names),
      "cannot list " + where(group));
  return names;
}

void File::create_group(const std::string& group) {
  if (exists(group)) {
    return;
  }
  const Handle links = checked(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "cannot make " + where(group));
  check(H5Pset_create_intermediate_group(links.id(), 1), "cannot make " + where(group));
  (void)checked(H5Gcreate2(handle_.id(), group.c_str(), links.id(), H5P_DEFAULT, H5P_DEFAULT),
                H5Gclose, "cannot make " + where(group));
}

Dataset File::dataset(const std::string& object) const {
  const Reading reading = enter();
  std::optional<Dataset> found;
  const auto find = [&] { found.emplace(open_dataset(object)); };
  if (communicator_) {
    mpi::together(*communicator_, find);
  } else {
    find();
  }
  return std::move(*found);
}

Dataset File::open_dataset(const std::string& object) const {
  if (!exists(object)) {
    if (const std::string why = dangling_link(handle_.id(), object); !why.empty()) {
      throw DataError(where(object) + " " + why);
    }
    const Tree all = tree();
    const std::string listed = list_datasets(all);
    const std::string meant = guess_dataset(all, object);
    throw DataError(fmt::format(
        "there is no data set {}, which has {}{}", where(object), listed.empty() ? "none" : listed,
        meant.empty() ? "; name one that is there" : "; did you mean " + meant + "?"));
  }
  Handle opened = open_object(object);
  if (const std::string why = missing_sources(opened.id(), path_); !why.empty()) {
    throw DataError(where(object) + " " + why);
  }
  if (communicator_ && is_virtual(opened.id())) {
    opened = open_alone(path_, object);
  }
  return {std::move(opened), where(object), communicator_};
}

Handle File::open_object(const std::string& object) const {
  Handle opened = checked<DataError>(H5Oopen(handle_.id(), object.c_str(), H5P_DEFAULT), H5Oclose,
                                     "cannot open " + where(object));
  if (H5Iget_type(opened.id()) != H5I_DATASET) {
    throw DataError(where(object) + " is " + what_it_is(*this, opened.id(), object));
  }
  return opened;
}

Dataset File::create_dataset(const std::string& object, ElementType type,
                             const std::vector<std::size_t>& shape, Layout layout) {
  const std::string what = "cannot make " + where(object);
  const std::vector<hsize_t> extent(shape.begin(), shape.end());
  const Handle space = checked(
      H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose, what);
  const Handle links = checked(H5Pcreate(H5P_LINK_CREATE), H5Pclose, what);
  check(H5Pset_create_intermediate_group(links.id(), 1), what);
  const Handle properties = checked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  // Every row will be written, so filling the data set first would waste time.
  check(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), what);
  if (layout.chunk_rows > 0) {
    std::vector<hsize_t> chunk(extent);
    chunk.front() = std::clamp<hsize_t>(layout.chunk_rows, 1, std::max<hsize_t>(1, extent.front()));
    check(H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()), what);
    if (layout.deflate > 0) {
      check(H5Pset_deflate(properties.id(), static_cast<unsigned>(layout.deflate)), what);
    }
  }
  return {checked(H5Dcreate2(handle_.id(), object.c_str(), native_type(type), space.id(),
                             links.id(), properties.id(), H5P_DEFAULT),
                  H5Dclose, what),
          where(object), communicator_};
}

}  // namespace infomax::hdf5
