// SPDX-License-Identifier: BSD-3-Clause
#include <span>

#include "core/json.hpp"
#include "core/seal.hpp"
#include "fuzz/fuzz.hpp"
#include "infomax/core/checksum.hpp"
#include "infomax/core/field.hpp"
#include "infomax/train/checkpoint.hpp"
#include "train/checkpoint_file.hpp"

// Checkpoints: the first byte says whether what follows is a whole file, head and all, or what lies
// behind a head that is right.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*words*/) {
  infomax::fuzz::forgive_hdf5();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace infomax;
  fuzz::Bytes bytes(data, size);
  const bool is_whole = fuzz::take_choice(bytes, 8) == 7;
  const SealBlock block = to_block({train::checkpoint_kind, train::format_version,
                                    seal_bytes + bytes.size(), checksum(std::as_bytes(bytes))});
  const fuzz::Bytes head(reinterpret_cast<const std::uint8_t*>(block.data()), block.size());
  const auto& path = is_whole ? fuzz::as_file(bytes) : fuzz::as_file(head, bytes);
  fuzz::attempt([&] {
    const auto checkpoint = train::read_checkpoint(path);
    (void)checkpoint.arrays();
    fuzz::attempt([&] { (void)json_or_null(checkpoint.text("record")); });
    fuzz::attempt([&] { (void)parse_ini(checkpoint.text("config")); });
  });
  return 0;
}
