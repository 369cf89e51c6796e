// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/terminal.hpp"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace infomax {
namespace {

/// Opens a terminal; -1 where the path leads to none or may not be opened.
int open_terminal(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (file >= 0 && ::isatty(file) == 0) {
    ::close(file);
    return -1;
  }
  return file;
}

/// Opens the terminal that mpirun writes to; -1 where it writes to none.
int open_terminal_of_mpirun() {
  const std::string path = "/proc/" + std::to_string(::getppid()) + "/fd/2";
  std::error_code unknown;
  if (!std::filesystem::is_character_file(path, unknown)) {  // a pipe would be changed by opening
    return -1;
  }
  const int file = open_terminal(path);
  if (file >= 0) {
    return file;
  }
  // Another user's terminal, as after su, can only be opened as the session's own.
  const auto target = std::filesystem::read_symlink(path, unknown).string();
  const bool is_terminal = target.starts_with("/dev/pts/") || target.starts_with("/dev/tty");
  return is_terminal ? open_terminal("/dev/tty") : -1;
}

std::size_t columns_of_environment() {
  const char* const variable = std::getenv("COLUMNS");
  const std::string_view text = variable == nullptr ? "" : variable;
  std::size_t columns = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), columns);
  return parsed.ec == std::errc{} ? columns : 0;
}

}  // namespace

Terminal::Terminal() {
  if (::isatty(STDERR_FILENO) != 0) {
    file_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  } else if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) {
    file_ = open_terminal_of_mpirun();
  }
}

Terminal::~Terminal() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

Terminal::Terminal(Terminal&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

Terminal& Terminal::operator=(Terminal&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

std::size_t Terminal::columns() const {
  if (!exists()) {
    return 0;
  }
  winsize size{};
  if (::ioctl(file_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return columns_of_environment();
}

}  // namespace infomax
