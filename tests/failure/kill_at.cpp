// SPDX-License-Identifier: BSD-3-Clause
// Preloaded into a program, kills it before one of the calls by which it changes a directory: the
// N-th below INFOMAX_KILL_IN, where N is INFOMAX_KILL_AT. A test that tries every N sees all states
// that a kill can leave.
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

bool is_watched(const char* path) {
  const char* const watched = std::getenv("INFOMAX_KILL_IN");
  return watched != nullptr && path != nullptr &&
         std::strncmp(path, watched, std::strlen(watched)) == 0;
}

void count(const char* path) {
  static long calls = 0;
  const char* const last = std::getenv("INFOMAX_KILL_AT");
  if (is_watched(path) && last != nullptr && ++calls == std::atol(last)) {
    ::kill(::getpid(), SIGKILL);
  }
}

/// The path of `name` in an open directory.
std::string resolved(int directory, const char* name) {
  if (name[0] == '/' || directory == AT_FDCWD) {
    return name;
  }
  char path[PATH_MAX] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(directory);
  return ::readlink(link.c_str(), path, sizeof path - 1) < 0 ? name
                                                             : std::string(path) + "/" + name;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int rename(const char* from, const char* to) noexcept {
  count(to);
  return next<int (*)(const char*, const char*)>("rename")(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept {
  count(path);
  return next<int (*)(const char*, mode_t)>("mkdir")(path, mode);
}

int remove(const char* path) noexcept {
  count(path);
  return next<int (*)(const char*)>("remove")(path);
}

int unlink(const char* path) noexcept {
  count(path);
  return next<int (*)(const char*)>("unlink")(path);
}

int rmdir(const char* path) noexcept {
  count(path);
  return next<int (*)(const char*)>("rmdir")(path);
}

int unlinkat(int directory, const char* name, int flags) noexcept {
  count(resolved(directory, name).c_str());
  return next<int (*)(int, const char*, int)>("unlinkat")(directory, name, flags);
}

FILE* fopen(const char* path, const char* mode) {
  if (std::strpbrk(mode, "wa+") != nullptr) {
    count(path);
  }
  return next<FILE* (*)(const char*, const char*)>("fopen")(path, mode);
}

FILE* fopen64(const char* path, const char* mode) {
  if (std::strpbrk(mode, "wa+") != nullptr) {
    count(path);
  }
  return next<FILE* (*)(const char*, const char*)>("fopen64")(path, mode);
}

int truncate(const char* path, off_t length) noexcept {
  count(path);
  return next<int (*)(const char*, off_t)>("truncate")(path, length);
}

}  // extern "C"
