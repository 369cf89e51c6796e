// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/raw_rows.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include "hdf5/check.hpp"
#include "hdf5/file_types.hpp"
#include "hdf5/obstacles.hpp"
#include "hdf5/reading.hpp"
#include "infomax/core/error.hpp"

namespace infomax::hdf5 {
namespace {

/// Of so many files the descriptors are kept. Others are opened for every read, because a process
/// may have a thousand or so.
constexpr int most_open_files = 256;

/// HDF5 1.10 passes over all chunks to find one.
constexpr std::size_t most_lookups = 200'000'000;

std::shared_ptr<const int> open_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw DataError(fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  }
  return {new int(descriptor), [](const int* held) {
            ::close(*held);
            delete held;
          }};
}

/// Whether a data set lies in the file at `path`, and not behind a link to another one.
bool lies_in(hid_t dataset, const std::filesystem::path& path) {
  std::string name(4096, '\0');
  const ssize_t length = H5Fget_name(dataset, name.data(), name.size());
  if (length <= 0 || static_cast<std::size_t>(length) >= name.size()) {
    return false;
  }
  name.resize(static_cast<std::size_t>(length));
  std::error_code status;
  return std::filesystem::equivalent(name, path, status);
}

/// Whether the file has a user block, whose bytes HDF5's addresses of chunks leave out.
bool has_user_block(hid_t dataset, const std::string& failure) {
  const Handle file = checked<DataError>(H5Iget_file_id(dataset), H5Fclose, failure);
  const Handle properties = checked<DataError>(H5Fget_create_plist(file.id()), H5Pclose, failure);
  hsize_t bytes = 0;
  check<DataError>(H5Pget_userblock(properties.id(), &bytes), failure);
  return bytes > 0;
}

/// Undoes HDF5's shuffle, which puts the first bytes of all elements before their second bytes, and
/// so on. Bytes after the last whole element stay where they are.
void unshuffle(std::span<const std::byte> in, std::size_t element_bytes, std::span<std::byte> out) {
  const std::size_t elements = in.size() / element_bytes;
  for (std::size_t b = 0; b < element_bytes; ++b) {
    const std::byte* from = in.data() + b * elements;
    std::byte* to = out.data() + b;
    for (std::size_t i = 0; i < elements; ++i) {
      to[i * element_bytes] = from[i];
    }
  }
  const std::size_t whole = elements * element_bytes;
  std::copy(in.begin() + static_cast<std::ptrdiff_t>(whole), in.end(),
            out.begin() + static_cast<std::ptrdiff_t>(whole));
}

std::size_t product(std::span<const std::size_t> extents) {
  std::size_t result = 1;
  for (const std::size_t extent : extents) {
    result *= extent;
  }
  return result;
}

}  // namespace

std::optional<RawRows> RawRows::find(const Dataset& dataset, const std::filesystem::path& path,
                                     std::size_t first, std::size_t count) {
  const Reading reading(dataset.where(), Limit::none);
  const hid_t id = dataset.handle_.id();
  const std::string failure = "cannot read " + dataset.where();
  const Handle type = checked<DataError>(H5Dget_type(id), H5Tclose, failure);
  const Handle properties = checked<DataError>(H5Dget_create_plist(id), H5Pclose, failure);
  const H5D_layout_t layout = H5Pget_layout(properties.id());
  if (H5Tequal(type.id(), native_type(dataset.element_type())) <= 0 ||
      (layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) ||
      H5Pget_external_count(properties.id()) > 0) {
    return std::nullopt;
  }
  RawRows rows;
  if (!lies_in(id, path) || !rows.take_filters(properties.id())) {
    return std::nullopt;
  }
  dataset.require_stored(0);
  rows.where_ = dataset.where();
  rows.element_bytes_ = size(dataset.element_type());
  rows.shape_ = dataset.shape();
  rows.row_bytes_ = dataset.features() * rows.element_bytes_;
  if (layout == H5D_CONTIGUOUS) {
    rows.offset_ = dataset.offset_bytes();
  } else if (has_user_block(id, failure) || !rows.find_chunks(dataset, first, count)) {
    return std::nullopt;
  }
  rows.path_ = path;
  static std::atomic<int> open_files{0};
  if (open_files.fetch_add(1) < most_open_files) {
    rows.file_ = open_file(path);
  }
  const auto file = rows.file();
  const off_t size = ::lseek(*file, 0, SEEK_END);
  for (const Chunk& chunk : rows.chunks_) {
    if (size < 0 || chunk.offset + chunk.bytes > static_cast<std::uint64_t>(size)) {
      throw DataError(
          fmt::format("{} has chunks beyond the end of its file, which is damaged", rows.where_));
    }
  }
  return rows;
}

/// Keeps the filters that chunks pass, and says whether they are known ones in a known order.
bool RawRows::take_filters(std::int64_t properties) {
  for (int k = 0; k < H5Pget_nfilters(properties); ++k) {
    unsigned flags = 0;
    std::size_t values = 0;
    unsigned config = 0;
    const H5Z_filter_t filter = H5Pget_filter2(properties, static_cast<unsigned>(k), &flags,
                                               &values, nullptr, 0, nullptr, &config);
    const bool is_first_shuffle = filter == H5Z_FILTER_SHUFFLE && k == 0;
    const bool is_last_deflate =
        filter == H5Z_FILTER_DEFLATE && k + 1 == H5Pget_nfilters(properties);
    if (!is_first_shuffle && !is_last_deflate) {
      return false;
    }
    filters_.push_back(is_first_shuffle ? Filter::shuffle : Filter::deflate);
  }
  // Chunks at the ends may be left as they are without a mark.
  unsigned options = 0;
  return H5Pget_layout(properties) != H5D_CHUNKED ||
         (H5Pget_chunk_opts(properties, &options) >= 0 && options == 0);
}

std::shared_ptr<const int> RawRows::file() const { return file_ ? file_ : open_file(path_); }

/// Asks HDF5 for the places of the chunks that rows [first, first + count) lie in. Returns false
/// where that would take long.
bool RawRows::find_chunks(const Dataset& dataset, std::size_t first, std::size_t count) {
  const hid_t id = dataset.handle_.id();
  const std::string failure = "cannot read where the chunks of " + where_ + " lie";
  const Handle properties = checked<DataError>(H5Dget_create_plist(id), H5Pclose, failure);
  std::vector<hsize_t> extents(shape_.size());
  check<DataError>(H5Pget_chunk(properties.id(), static_cast<int>(extents.size()), extents.data()),
                   failure);
  chunk_shape_.assign(extents.begin(), extents.end());
  for (std::size_t axis = 1; axis < shape_.size(); ++axis) {
    chunks_a_row_ *= (shape_[axis] + chunk_shape_[axis] - 1) / chunk_shape_[axis];
  }
  first_chunk_row_ = first / chunk_shape_.front();
  const std::size_t end =
      count == 0 ? first_chunk_row_ : (first + count - 1) / chunk_shape_.front() + 1;
  const std::size_t here = (end - first_chunk_row_) * chunks_a_row_;
  const std::size_t everywhere = (shape_.front() / chunk_shape_.front() + 1) * chunks_a_row_;
  if (here > 0 && everywhere > most_lookups / here) {
    return false;
  }
  chunks_.reserve(here);
  std::vector<hsize_t> start(shape_.size(), 0);
  for (std::size_t row = first_chunk_row_; row < end; ++row) {
    start.front() = row * chunk_shape_.front();
    for (std::size_t place = 0; place < chunks_a_row_; ++place) {
      std::size_t rest = place;
      for (std::size_t axis = shape_.size(); axis-- > 1;) {
        const std::size_t along = (shape_[axis] + chunk_shape_[axis] - 1) / chunk_shape_[axis];
        start[axis] = rest % along * chunk_shape_[axis];
        rest /= along;
      }
      unsigned left_out = 0;
      haddr_t offset = HADDR_UNDEF;
      hsize_t bytes = 0;
      check<DataError>(H5Dget_chunk_info_by_coord(id, start.data(), &left_out, &offset, &bytes),
                       failure);
      if (offset == HADDR_UNDEF || bytes == 0) {
        throw DataError(
            fmt::format("{} has a chunk at row {} that was never written", where_, start.front()));
      }
      chunks_.push_back({offset, bytes, left_out});
    }
  }
  return true;
}

void RawRows::refuse(const std::string& why) const {
  throw DataError(fmt::format("cannot read rows of {}: {}", where_, why));
}

void RawRows::read_bytes(std::uint64_t offset, std::span<std::byte> out) const {
  const auto file = this->file();
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t now =
        ::pread(*file, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (now < 0 && errno == EINTR) {
      continue;
    }
    if (now < 0) {
      refuse(std::strerror(errno));
    }
    if (now == 0) {
      refuse("the file is shorter than when it was opened; leave it as it is while it is read");
    }
    done += static_cast<std::size_t>(now);
  }
}

/// `bytes` becomes the elements of a chunk; `scratch` is memory.
void RawRows::read_chunk(const Chunk& chunk, std::vector<std::byte>& bytes,
                         std::vector<std::byte>& scratch) const {
  const std::size_t size = product(chunk_shape_) * element_bytes_;
  // Compression adds a little to what it cannot compress. More is no chunk.
  if (chunk.bytes > size + size / 8 + 1024) {
    refuse("a chunk is damaged");
  }
  bytes.resize(chunk.bytes);
  read_bytes(chunk.offset, bytes);
  for (std::size_t k = filters_.size(); k-- > 0;) {
    if (((chunk.left_out >> k) & 1U) != 0) {
      continue;
    }
    scratch.resize(size);
    if (filters_[k] == Filter::shuffle) {
      if (bytes.size() != size) {
        refuse("a chunk is damaged");
      }
      unshuffle(bytes, element_bytes_, scratch);
    } else {
      uLongf made = size;
      if (::uncompress(reinterpret_cast<Bytef*>(scratch.data()), &made,
                       reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) != Z_OK ||
          made != size) {
        refuse("a compressed chunk is damaged");
      }
    }
    bytes.swap(scratch);
  }
  if (bytes.size() != size) {
    refuse("a chunk is damaged");
  }
}

/// Copies what a chunk has of rows [first, first + count) to its places in `out`.
void RawRows::copy_chunk(std::span<const std::byte> chunk, std::size_t row_of_chunks,
                         std::size_t place, std::size_t first, std::size_t count,
                         std::span<std::byte> out) const {
  const std::size_t axes = shape_.size();
  const std::size_t chunk_start = row_of_chunks * chunk_shape_.front();
  const std::size_t from = std::max(first, chunk_start);
  const std::size_t end = std::min(first + count, chunk_start + chunk_shape_.front());
  // Of the axes after the first: where the chunk starts, and how much of it lies in the data set.
  std::vector<std::size_t> start(axes, 0);
  std::vector<std::size_t> extent(axes, 1);
  std::size_t rest = place;
  for (std::size_t axis = axes; axis-- > 1;) {
    const std::size_t along = (shape_[axis] + chunk_shape_[axis] - 1) / chunk_shape_[axis];
    start[axis] = rest % along * chunk_shape_[axis];
    extent[axis] = std::min(chunk_shape_[axis], shape_[axis] - start[axis]);
    rest /= along;
  }
  const std::size_t line = axes > 1 ? extent.back() : 1;  // elements that lie side by side
  const std::size_t lines = product(extent) / line;
  const std::size_t chunk_row = product(std::span(chunk_shape_).subspan(1));
  for (std::size_t row = from; row < end; ++row) {
    for (std::size_t k = 0; k < lines; ++k) {
      std::size_t in_chunk = 0;
      std::size_t in_row = 0;
      std::size_t chunk_stride = axes > 1 ? chunk_shape_.back() : 1;
      std::size_t row_stride = axes > 1 ? shape_.back() : 1;
      std::size_t left = k;
      for (std::size_t axis = axes - 1; axis-- > 1;) {
        const std::size_t at = left % extent[axis];
        left /= extent[axis];
        in_chunk += at * chunk_stride;
        in_row += (start[axis] + at) * row_stride;
        chunk_stride *= chunk_shape_[axis];
        row_stride *= shape_[axis];
      }
      in_row += axes > 1 ? start.back() : 0;
      in_chunk += (row - chunk_start) * chunk_row;
      std::memcpy(out.data() + (row - first) * row_bytes_ + in_row * element_bytes_,
                  chunk.data() + in_chunk * element_bytes_, line * element_bytes_);
    }
  }
}

void RawRows::read(std::size_t first, std::size_t count, std::span<std::byte> out) const {
  if (count == 0) {
    return;
  }
  if (chunk_shape_.empty()) {
    read_bytes(offset_ + first * row_bytes_, out);
    return;
  }
  std::vector<std::byte> bytes;
  std::vector<std::byte> scratch;
  const std::size_t last = (first + count - 1) / chunk_shape_.front();
  for (std::size_t row = first / chunk_shape_.front(); row <= last; ++row) {
    for (std::size_t place = 0; place < chunks_a_row_; ++place) {
      read_chunk(chunk(row, place), bytes, scratch);
      copy_chunk(bytes, row, place, first, count, out);
    }
  }
}

}  // namespace infomax::hdf5
