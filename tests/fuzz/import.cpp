// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "importers/row_files.hpp"

// Files for `infomax import`, of whatever format their bytes are, read from the first to the last
// row with one of several sets of options.
namespace {

using namespace infomax;
using namespace infomax::importers;

/// The rows that are read at a time, and the bytes at most in all.
constexpr std::size_t slab_bytes = std::size_t{64} << 10U;
constexpr std::size_t most_bytes = std::size_t{1} << 20U;

ImportRequest request_of(std::size_t choice) {
  ImportRequest request;
  switch (choice) {
    case 1:
      request.table = {
          .labels = {"1"}, .missing = MissingCells::mean, .categories = Categories::one_hot};
      break;
    case 2:
      request.table = {.labels = {"kind"},
                       .dropped = {"2"},
                       .header = TableHeader::yes,
                       .missing = MissingCells::median,
                       .categories = Categories::drop};
      break;
    case 3:
      request.table = {.header = TableHeader::no,
                       .separator = "tab",
                       .decimal = ",",
                       .comment = "#",
                       .missing = MissingCells::drop};
      break;
    case 4:
      request.table = {.index = "1", .id = {"1"}};
      break;
    case 5:
      request.reading.tokens = Tokens{TokenUnit::words, 9};
      break;
    case 6:
      request.reading.tokens = Tokens{TokenUnit::chars, 0};
      request.reading.length = 7;
      break;
    case 7:
      request.reading.frames = Frames{160, 80, std::nullopt};
      break;
    case 8:
      request.reading.frames = Frames{0, 0, MelFrames{8, 25.0, 10.0}};
      break;
    case 9:
      request.reading.sequences = true;
      break;
    default:
      break;
  }
  return request;
}

void read_all(RowFile& rows) {
  if (rows.row_bytes() > most_bytes) {
    return;
  }
  const std::size_t most = std::max<std::size_t>(1, slab_bytes / rows.row_bytes());
  std::vector<std::byte> slab(most * rows.row_bytes());
  for (std::size_t first = 0; first < rows.rows() && first * rows.row_bytes() < most_bytes;
       first += most) {
    const std::size_t count = std::min(most, rows.rows() - first);
    rows.read(std::span(slab).first(count * rows.row_bytes()));
  }
  if (rows.rows() * rows.row_bytes() <= most_bytes) {
    rows.expect_end();
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*words*/) {
  fuzz::forgive_hdf5();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  ImportRequest request = request_of(fuzz::take_choice(bytes, 10));
  request.x = fuzz::as_file(bytes).string();
  fuzz::attempt([&] {
    const RowFiles files = open_row_files(request);
    read_all(*files.x);
    if (files.y) {
      read_all(*files.y);
    }
  });
  return 0;
}
