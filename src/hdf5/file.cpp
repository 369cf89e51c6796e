// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/file.hpp"

#include <cerrno>
#include <cstdint>
#include <exception>
#include <span>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "core/seal.hpp"
#include "hdf5/access.hpp"
#include "hdf5/check.hpp"
#include "hdf5/reading.hpp"
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

/// The objects of a file that one rank opens before all ranks open the file.
constexpr std::size_t objects_at_first = 1000;

std::string reason(int error) { return std::generic_category().message(error); }

void require_readable(const std::filesystem::path& path) {
  if (::access(path.c_str(), R_OK) != 0) {
    throw DataError("cannot read " + path.string() + ": " + reason(errno) + "; check the path");
  }
}

/// Checks on one rank for the errors that every rank would find.
void require_whole(const std::filesystem::path& path, SealCheck seal = SealCheck::due) {
  require_readable(path);
  if (!std::filesystem::is_regular_file(path)) {
    throw DataError(path.string() + " is not a file; name an HDF5 file");
  }
  // HDF5 itself may crash of damage.
  if (const std::string damage = seal == SealCheck::due ? damage_of(path) : ""; !damage.empty()) {
    throw DataError(path.string() + " is damaged: it " + damage +
                    "; make or copy it again, or use a checkpoint of its run (if it was changed on "
                    "purpose, h5unjam takes the checksum off)");
  }
  const Reading reading(path.native(), Limit::seconds);
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

File File::open(const std::filesystem::path& path, SealCheck seal) {
  require_whole(path, seal);
  const Reading reading(path.native(), Limit::seconds);
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
  auto code = static_cast<std::int64_t>(ExitCode::data);
  if (communicator.is_root()) {
    try {
      // Every object is opened by one rank first, which damage may end.
      (void)open(path).tree(objects_at_first);
    } catch (const Error& error) {
      complaint = error.what();
      code = static_cast<std::int64_t>(error.exit_code());
    }
  }
  complaint = communicator.broadcast(complaint, 0);
  communicator.broadcast(std::span<std::int64_t>(&code, 1), 0);
  if (!complaint.empty()) {
    throw Error(static_cast<ExitCode>(code), complaint);
  }
  // A path that exists on some nodes only is not a shared file.
  mpi::together(communicator, [&] { require_readable(path); });
  const Reading reading(path.native(), Limit::none);

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

}  // namespace infomax::hdf5
