// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5/stored.hpp"

#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "hdf5/check.hpp"
#include "infomax/core/error.hpp"
#include "infomax/hdf5/handle.hpp"

namespace infomax::hdf5 {
namespace {

/// Whether all chunks of a data set were written.
bool has_all_chunks(hid_t dataset, hid_t properties, const std::string& failure) {
  const Handle space = checked<DataError>(H5Dget_space(dataset), H5Sclose, failure);
  const int rank = check<DataError>(H5Sget_simple_extent_ndims(space.id()), failure);
  std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
  std::vector<hsize_t> chunk(extent.size());
  check<DataError>(H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr), failure);
  check<DataError>(H5Pget_chunk(properties, rank, chunk.data()), failure);
#if H5_VERSION_GE(1, 10, 5)
  hsize_t written = 0;
  check<DataError>(H5Dget_num_chunks(dataset, space.id(), &written), failure);
#else
  hsize_t written = H5Dget_storage_size(dataset);  // a written chunk has at least a byte
#endif
  for (std::size_t axis = 0; axis < extent.size(); ++axis) {
    // The chunks along an axis; what is left of the written ones for each of these.
    written /= extent[axis] / chunk[axis] + (extent[axis] % chunk[axis] > 0 ? 1 : 0);
  }
  return written > 0;
}

bool is_all_there(hid_t dataset, std::uintmax_t elements, const std::string& failure) {
  const Handle properties = checked<DataError>(H5Dget_create_plist(dataset), H5Pclose, failure);
  switch (H5Pget_layout(properties.id())) {
    case H5D_CHUNKED:
      return has_all_chunks(dataset, properties.id(), failure);
    case H5D_CONTIGUOUS:
      // Rows in raw files beside the HDF5 file are counted as stored, too.
      return H5Dget_storage_size(dataset) >= elements;  // of a byte or more
    default:
      return true;  // within a header, which has no room for many, or in other data sets
  }
}

}  // namespace

void require_stored(hid_t dataset, std::uintmax_t elements, const std::string& where) {
  if (!is_all_there(dataset, elements, "cannot read " + where)) {
    throw DataError(
        fmt::format("{} declares {} elements, which its file does not hold; is it damaged, or was "
                    "it never written?",
                    where, elements));
  }
}

}  // namespace infomax::hdf5
