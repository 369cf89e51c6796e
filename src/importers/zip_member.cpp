// SPDX-License-Identifier: BSD-3-Clause
#include "importers/zip_member.hpp"

#include <algorithm>
#include <string>

#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

constexpr std::size_t local_header_bytes = 30;
constexpr std::size_t packed_buffer_bytes = std::size_t{1} << 18U;
constexpr std::size_t most_at_once = std::size_t{1} << 30U;  // zlib counts in an unsigned int

}  // namespace

void require_plain(std::uint16_t flags, const std::string& where) {
  if ((flags & 1U) != 0) {
    throw DataError(where + " is encrypted; save the archive again without a password");
  }
}

ZipMemberSource::ZipMemberSource(const std::filesystem::path& path, const ZipMember& member)
    : ByteSource(member.name + " in " + path.string()),
      member_(member),
      file_(path, std::ios::binary) {
  std::string header(local_header_bytes, '\0');
  file_.seekg(static_cast<std::streamoff>(member.header_offset));
  if (!file_.read(header.data(), static_cast<std::streamsize>(header.size())) ||
      !header.starts_with("PK\x03\x04")) {
    refuse_damage();
  }
  require_plain(little_endian<std::uint16_t>(header, 6), where());
  data_offset_ = member.header_offset + local_header_bytes +
                 little_endian<std::uint16_t>(header, 26) +
                 little_endian<std::uint16_t>(header, 28);
  rewind();
}

void ZipMemberSource::refuse_damage() const {
  throw DataError(where() + " is damaged; download or save the archive again");
}

void ZipMemberSource::rewind() {
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(data_offset_));
  packed_read_ = 0;
  produced_ = 0;
  checksum_ = 0;
  skipped_ = false;
  if (member_.is_deflated) {
    stream_.reset(new z_stream{});
    packed_.resize(packed_buffer_bytes);
    // A negative number of bits: the data have no header of zlib's own.
    if (inflateInit2(stream_.get(), -MAX_WBITS) != Z_OK) {
      throw SystemError("not enough memory to unpack " + where());
    }
  }
}

/// Reads the next packed bytes; none are left at the end of the member.
void ZipMemberSource::read_packed() {
  const auto size = static_cast<std::size_t>(
      std::min<std::uint64_t>(packed_.size(), member_.packed_bytes - packed_read_));
  if (size > 0 &&
      !file_.read(reinterpret_cast<char*>(packed_.data()), static_cast<std::streamsize>(size))) {
    refuse_damage();
  }
  packed_read_ += size;
  stream_->next_in = reinterpret_cast<Bytef*>(packed_.data());
  stream_->avail_in = static_cast<unsigned>(size);
}

/// Unpacks bytes, as many as are wanted unless the packed data end. Without packed bytes zlib is
/// still asked, as it may hold output that did not fit the last time.
std::size_t ZipMemberSource::inflate_some(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    if (stream_->avail_in == 0) {
      read_packed();
    }
    const auto wanted = static_cast<unsigned>(std::min(most_at_once, bytes.size() - done));
    stream_->next_out = reinterpret_cast<Bytef*>(bytes.data() + done);
    stream_->avail_out = wanted;
    const int code = inflate(stream_.get(), Z_NO_FLUSH);
    done += wanted - stream_->avail_out;
    if (code == Z_STREAM_END || code == Z_BUF_ERROR) {  // the latter: nothing to read or to give
      break;
    }
    if (code != Z_OK) {
      refuse_damage();
    }
  }
  return done;
}

std::size_t ZipMemberSource::read_some(std::span<std::byte> bytes) {
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), member_.bytes - produced_));
  const auto part = bytes.first(wanted);
  if (wanted == 0) {
    return 0;
  }
  if (member_.is_deflated) {
    if (inflate_some(part) != wanted) {
      refuse_damage();
    }
  } else if (!file_.read(reinterpret_cast<char*>(part.data()),
                         static_cast<std::streamsize>(wanted))) {
    refuse_damage();
  }
  for (std::size_t first = 0; first < wanted; first += most_at_once) {
    checksum_ = static_cast<std::uint32_t>(
        crc32(checksum_, reinterpret_cast<const Bytef*>(part.data() + first),
              static_cast<unsigned>(std::min(most_at_once, wanted - first))));
  }
  produced_ += wanted;
  if (produced_ == member_.bytes && !skipped_ && checksum_ != member_.checksum) {
    refuse_damage();
  }
  return wanted;
}

void ZipMemberSource::skip(std::size_t bytes) {
  if (bytes > member_.bytes - produced_) {
    refuse_early_end();
  }
  if (!member_.is_deflated) {
    file_.seekg(static_cast<std::streamoff>(bytes), std::ios::cur);
    produced_ += bytes;
    skipped_ = skipped_ || bytes > 0;
    return;
  }
  Buffer<std::byte> scratch(std::min(bytes, packed_buffer_bytes));
  for (std::size_t done = 0; done < bytes;) {
    done += read_some(std::span(scratch).first(std::min(scratch.size(), bytes - done)));
  }
}

void ZipMemberSource::require_room_for(std::size_t bytes) {
  constexpr std::uint64_t greatest_ratio = 1032;  // of deflate
  if (bytes > member_.bytes || (member_.bytes / greatest_ratio > member_.packed_bytes)) {
    refuse_early_end();
  }
}

}  // namespace infomax::importers
