// SPDX-License-Identifier: BSD-3-Clause
#include <cstdio>
#include <string>

#include "fuzz/fuzz.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/field.hpp"
#include "infomax/train/config.hpp"

// Configurations: lines "name = value" of any field of a training. What a field takes it must give
// back as a text that it takes again, and a whole configuration is valid or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace infomax;
  train::Config config;
  for (const auto& line : parse_ini(fuzz::text_of({data, size}))) {
    const std::string& text = line.second;
    for (const auto& field : train::config_fields().fields()) {
      if (field.name != line.first) {
        continue;
      }
      fuzz::attempt([&] {
        field.set(config, text);
        const auto once = field.text(config);
        train::Config again;
        field.set(again, once.value_or(""));
        if (field.text(again) != once) {
          std::fprintf(stderr, "%s = %s comes back as %s, and then as %s\n", line.first.c_str(),
                       text.c_str(), once.value_or("").c_str(),
                       field.text(again).value_or("").c_str());
          __builtin_trap();
        }
      });
    }
  }
  fuzz::attempt([&] { train::validate(config); });
  return 0;
}
