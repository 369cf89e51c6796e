// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

// What the programs of this folder share: each is given bytes by libFuzzer and passes them to what
// reads such bytes. Everything but a result or an Error of one line is a finding.
namespace infomax::fuzz {

using Bytes = std::span<const std::uint8_t>;

/// Runs `work`, which may throw an Error of one line, or std::bad_alloc, which the program ends
/// with a line of its own. Aborts at anything else.
void attempt(const std::function<void()>& work);

/// Writes the bytes to a file in memory, the same path each time, for readers that take paths.
[[nodiscard]] const std::filesystem::path& as_file(Bytes head, Bytes body = {});

/// Has a crash within HDF5, of which the program makes a line, end this process without a finding;
/// libFuzzer goes on with another one. Crashes of other code are findings. The library's own faults
/// are not ours to mend.
void forgive_hdf5();

/// The first byte, taken off: a choice among `count` variants. 0 where there is none.
[[nodiscard]] std::size_t take_choice(Bytes& bytes, std::size_t count);

/// The bytes as text.
[[nodiscard]] std::string text_of(Bytes bytes);

}  // namespace infomax::fuzz
