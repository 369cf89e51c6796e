// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace infomax::hdf5 {

/// The version of the HDF5 library, such as "1.10.8".
[[nodiscard]] std::string library_version();

/// Waits until no other thread that asks has its turn, and takes it until the lock is destroyed:
/// HDF5 serves one thread at a time. Where two threads use HDF5, both ask.
[[nodiscard]] std::unique_lock<std::mutex> take_turn();

/// Ends the process with a line that says which file HDF5 crashed of. Called in a signal handler.
using EndOfCrash = void (*)(std::string_view line);

/// From now on, where HDF5 crashes (SIGSEGV and the like) while this library has it read a file, or
/// takes more than `limit_s` seconds of the processor for what is short in every file, which some
/// damaged files bring about, `end` is called; also where the thread crashes within `aftermath_s`
/// seconds after that, because HDF5 may have damaged memory that others use. Other crashes go the
/// way they went before. For programs, which own their signals.
void end_on_crash(EndOfCrash end, int limit_s = 10, int aftermath_s = 5);

/// Whether a file is HDF5 by its signature, at its begin or behind a user block, which may hold
/// anything.
[[nodiscard]] bool is_hdf5(const std::filesystem::path& path);

}  // namespace infomax::hdf5
