// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/file.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "hdf5/access.hpp"
#include "hdf5/check.hpp"
#include "hdf5/file_types.hpp"
#include "hdf5/obstacles.hpp"
#include "hdf5/texts.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/mpi/shared_file.hpp"

namespace infomax::hdf5 {

Handle access_properties(const mpi::Communicator* communicator) {
  const std::string what = "cannot prepare to open a file";
  silence();
  Handle properties = checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, what);
#if H5_VERSION_GE(1, 10, 7)
  check(H5Pset_file_locking(properties.id(), false, true), what);
#endif
  // A data set that outlives its file would keep it open and hide unwritten data.
  check(H5Pset_fclose_degree(properties.id(), H5F_CLOSE_SEMI), what);
  if (communicator != nullptr) {
    check(H5Pset_fapl_mpio(properties.id(), communicator->native(), MPI_INFO_NULL), what);
  }
  return properties;
}

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

void require_readable(const std::filesystem::path& path) {
  if (::access(path.c_str(), R_OK) != 0) {
    throw DataError("cannot read " + path.string() + ": " + reason(errno) + "; check the path");
  }
}

/// Checks on one rank for the errors that every rank would find.
void require_whole(const std::filesystem::path& path) {
  require_readable(path);
  if (!std::filesystem::is_regular_file(path)) {
    throw DataError(path.string() + " is not a file; name an HDF5 file");
  }
  silence();
  if (H5Fis_hdf5(path.c_str()) <= 0) {
    throw DataError(path.string() +
                    " is not an HDF5 file; `infomax import` makes one of other formats");
  }
  const Handle properties = access_properties(nullptr);
  (void)checked<DataError>(
      H5Fopen(path.c_str(), H5F_ACC_RDONLY, properties.id()), H5Fclose,
      path.string() + " is damaged or not wholly written; make or copy it again");
}

Handle make(const std::filesystem::path& path, const Handle& properties,
            std::size_t user_block_bytes = 0) {
  // Attributes above 64 KiB, such as the names of many columns, need the file format of HDF5 1.8.
#if H5_VERSION_GE(1, 10, 2)
  check(H5Pset_libver_bounds(properties.id(), H5F_LIBVER_V18, H5F_LIBVER_LATEST),
        "cannot prepare to create " + path.string());
#endif
  const std::string what = "cannot create " + path.string();
  const Handle creation = checked(H5Pcreate(H5P_FILE_CREATE), H5Pclose, what);
  check(H5Pset_userblock(creation.id(), user_block_bytes), what);
  return checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), properties.id()), H5Fclose,
                 what);
}

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

/// Collective. Opens a file by `open` on every rank. Where one rank fails, the others leave theirs
/// open until the process ends, because closing is collective too.
template <class Open>
Handle open_together(const mpi::Communicator& communicator, const Open& open) {
  Handle handle;
  try {
    mpi::together(communicator, [&] { handle = open(); });
  } catch (...) {
    handle.release();
    throw;
  }
  return handle;
}

/// The extent of a data set's space: nothing of one that is empty or a scalar.
std::vector<std::size_t> extent_of(hid_t dataset, const std::string& where) {
  const Handle space = checked<DataError>(H5Dget_space(dataset), H5Sclose, "cannot read " + where);
  if (H5Sget_simple_extent_type(space.id()) != H5S_SIMPLE) {
    return {};
  }
  std::vector<hsize_t> extent(static_cast<std::size_t>(
      check<DataError>(H5Sget_simple_extent_ndims(space.id()), "cannot read " + where)));
  check<DataError>(H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr),
                   "cannot read " + where);
  return {extent.begin(), extent.end()};
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

}  // namespace

File::File(Handle handle, std::filesystem::path path, std::optional<mpi::Communicator> communicator)
    : handle_(std::move(handle)),
      path_(std::move(path)),
      communicator_(std::move(communicator)),
      exceptions_at_start_(std::uncaught_exceptions()) {}

File::~File() {
  if (communicator_ && std::uncaught_exceptions() > exceptions_at_start_) {
    handle_.release();
  }
}

File File::open(const std::filesystem::path& path) {
  require_whole(path);
  const Handle properties = access_properties(nullptr);
  return {checked<DataError>(H5Fopen(path.c_str(), H5F_ACC_RDONLY, properties.id()), H5Fclose,
                             "cannot open " + path.string()),
          path, std::nullopt};
}

File File::create(const std::filesystem::path& path, std::size_t user_block_bytes) {
  return {make(path, access_properties(nullptr), user_block_bytes), path, std::nullopt};
}

File File::open_parallel(const mpi::Communicator& communicator, const std::filesystem::path& path) {
  std::string complaint;
  if (communicator.is_root()) {
    try {
      require_whole(path);
    } catch (const DataError& error) {
      complaint = error.what();
    }
  }
  complaint = communicator.broadcast(complaint, 0);
  if (!complaint.empty()) {
    throw DataError(complaint);
  }
  // A path that exists on some nodes only is not a shared file.
  mpi::together(communicator, [&] { require_readable(path); });

  return {open_together(communicator,
                        [&] {
                          const Handle properties = access_properties(&communicator);
                          return checked<DataError>(
                              H5Fopen(path.c_str(), H5F_ACC_RDONLY, properties.id()), H5Fclose,
                              "cannot open " + path.string() + " over MPI-IO");
                        }),
          path, communicator};
}

File File::create_parallel(const mpi::Communicator& communicator,
                           const std::filesystem::path& path) {
  mpi::make_shared_file(communicator, path);
  return {open_together(communicator, [&] { return make(path, access_properties(&communicator)); }),
          path, communicator};
}

void File::close() {
  if (!handle_.valid()) {
    return;
  }
  const auto finish = [&] {
    check(H5Fclose(handle_.release()), "cannot finish writing " + path_.string());
  };
  if (communicator_) {
    mpi::together(*communicator_, finish);
  } else {
    finish();
  }
}

std::string File::where(const std::string& object) const {
  return object + " in " + path_.string();
}

bool File::exists(const std::string& object) const {
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

std::vector<std::string> File::dataset_names(const std::string& group) const {
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
    std::string listed;
    for (const std::string& name : dataset_names()) {
      listed += (listed.empty() ? "/" : ", /") + name;
    }
    throw DataError("there is no data set " + where(object) + ", which has " +
                    (listed.empty() ? "none at its root" : listed + "; name one that is there"));
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
    throw DataError(where(object) + " is not a data set; name one inside it");
  }
  return opened;
}

bool File::holds_texts(const std::string& object) const {
  if (!exists(object)) {
    return false;
  }
  const Handle opened = open_object(object);
  const Handle type =
      checked<DataError>(H5Dget_type(opened.id()), H5Tclose, "cannot read " + where(object));
  if (H5Tget_class(type.id()) != H5T_STRING) {
    return false;
  }
  const auto extent = extent_of(opened.id(), where(object));
  return !extent.empty() &&
         std::all_of(extent.begin() + 1, extent.end(), [](std::size_t axis) { return axis == 1; });
}

std::size_t File::text_count(const std::string& object) const {
  return extent_of(open_object(object).id(), where(object)).front();
}

std::vector<std::string> File::texts(const std::string& object, std::size_t first,
                                     std::size_t count) const {
  const std::string failure = "cannot read " + where(object);
  const Handle opened = open_object(object);
  const Handle type = checked<DataError>(H5Dget_type(opened.id()), H5Tclose, failure);
  const Handle in_file = checked<DataError>(H5Dget_space(opened.id()), H5Sclose, failure);
  std::vector<hsize_t> start(extent_of(opened.id(), where(object)).size(), 0);
  std::vector<hsize_t> extent(start.size(), 1);
  start.front() = first;
  extent.front() = count;
  const hsize_t elements = count;
  const Handle in_memory =
      checked<DataError>(H5Screate_simple(1, &elements, nullptr), H5Sclose, failure);
  if (count > 0) {
    check<DataError>(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start.data(), nullptr,
                                         extent.data(), nullptr),
                     failure);
  }
  return read_strings(
      type.id(), count,
      [&](hid_t memory_type, void* memory) {
        const herr_t done =
            H5Dread(opened.id(), memory_type, in_memory.id(), in_file.id(), H5P_DEFAULT, memory);
        if (done < 0) {
          if (const std::string why = missing_filters(opened.id()); !why.empty()) {
            throw DataError(where(object) + " " + why);
          }
        }
        return done;
      },
      where(object), failure);
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
