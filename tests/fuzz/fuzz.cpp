// SPDX-License-Identifier: BSD-3-Clause
#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string_view>

#include <dlfcn.h>
#include <execinfo.h>
#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/hdf5/library.hpp"

namespace infomax::fuzz {

namespace {

std::uint64_t inputs = 0;  // that were tried
int depth = 0;             // of attempts within attempts

const std::filesystem::path& own_file() {
  static const std::filesystem::path path = "/dev/shm/infomax-fuzz-" + std::to_string(::getpid());
  return path;
}

[[noreturn]] void end_without_finding() {
  // What libFuzzer says at its end, which is not reached.
  std::fprintf(stderr, "stat::number_of_executed_units: %llu\n",
               static_cast<unsigned long long>(inputs));
  ::unlink(own_file().c_str());
  ::_exit(0);
}

/// Whether HDF5 is among the functions that called this one, close by.
bool is_called_by_hdf5() {
  constexpr std::size_t near = 12;
  std::array<void*, near> frames{};
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  return std::any_of(frames.begin(), frames.begin() + count, [](void* frame) {
    Dl_info info{};
    return ::dladdr(frame, &info) != 0 && info.dli_fname != nullptr &&
           std::string_view(info.dli_fname).find("libhdf5") != std::string_view::npos;
  });
}

}  // namespace

void attempt(const std::function<void()>& work) {
  static const bool is_quiet = [] {
    log::configure(log::Level::quiet, false);
    return true;
  }();
  (void)is_quiet;
  inputs += depth == 0 ? 1 : 0;
  ++depth;
  try {
    work();
  } catch (const Error& error) {
    const std::string_view text = error.what();
    if (text.empty() || text.find('\n') != std::string_view::npos ||
        (error.exit_code() == ExitCode::system && text.ends_with("(a defect)"))) {
      std::fprintf(stderr, "an error that is no message: %s\n", error.what());
      std::abort();
    }
  } catch (const std::bad_alloc&) {
    // The program has a line for it.
  }
  --depth;
}

const std::filesystem::path& as_file(Bytes head, Bytes body) {
  static const bool is_removed =
      std::atexit([] { ::unlink(own_file().c_str()); }) == 0 && !own_file().empty();
  (void)is_removed;
  std::ofstream file(own_file(), std::ios::binary | std::ios::trunc);
  for (const Bytes bytes : {head, body}) {
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  return own_file();
}

void forgive_hdf5() {
  (void)own_file();
  hdf5::end_on_crash([](std::string_view /*line*/) { end_without_finding(); }, 1, 0);
}

std::size_t take_choice(Bytes& bytes, std::size_t count) {
  if (bytes.empty()) {
    return 0;
  }
  const std::size_t choice = bytes.front() % count;
  bytes = bytes.subspan(1);
  return choice;
}

std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace infomax::fuzz

// The address sanitizer calls this before it reports, also of what HDF5 does with memory.
extern "C" void __asan_on_error() {
  if (infomax::fuzz::is_called_by_hdf5()) {
    infomax::fuzz::end_without_finding();
  }
}
