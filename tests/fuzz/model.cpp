// SPDX-License-Identifier: BSD-3-Clause
#include "fuzz/fuzz.hpp"
#include "infomax/model/model_file.hpp"

// Models without a seal, as other programs may write them.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*words*/) {
  infomax::fuzz::forgive_hdf5();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace infomax;
  const auto& path = fuzz::as_file({data, size});
  fuzz::attempt([&] { (void)model::to_model<float>(model::read_model(path.string())); });
  return 0;
}
