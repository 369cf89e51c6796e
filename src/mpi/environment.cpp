// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>  // and POSIX's setenv
#include <exception>
#include <utility>
#include <vector>

#include <mpi.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/check.hpp"

namespace infomax::mpi {
namespace {

bool is_set(const char* name) { return std::getenv(name) != nullptr; }

/// While it lives, Open MPI starts a process that no launcher started without a daemon of its own
/// and without a search for networks, which takes six times as long. Whatever the user has set
/// stays, and processes that are started later see nothing of it.
class QuickStart {
 public:
  QuickStart() {
    constexpr std::array launched{
        "OMPI_COMM_WORLD_SIZE", "PMIX_NAMESPACE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE", "PMI_FD"};
    constexpr std::array settings{
        std::pair{"OMPI_MCA_ess_singleton_isolated", "1"}, std::pair{"OMPI_MCA_pml", "ob1"},
        std::pair{"OMPI_MCA_btl", "self"},
        // Without a daemon, all such processes would share one directory.
        std::pair{"OMPI_MCA_orte_create_session_dirs", "0"}, std::pair{"OMPI_MCA_sharedfp", "^sm"}};
    if (std::ranges::any_of(launched, is_set)) {
      return;
    }
    for (const auto& [name, value] : settings) {
      if (!is_set(name) && ::setenv(name, value, 0) == 0) {
        set_.push_back(name);
      }
    }
  }
  ~QuickStart() {
    for (const char* name : set_) {
      ::unsetenv(name);
    }
  }

  /// Has Open MPI read how files are opened, which it does at the first one.
  void open_a_file() const {
    MPI_File file = MPI_FILE_NULL;
    if (!set_.empty() && MPI_File_open(MPI_COMM_SELF, "/dev/null", MPI_MODE_RDONLY, MPI_INFO_NULL,
                                       &file) == MPI_SUCCESS) {
      MPI_File_close(&file);
    }
  }

  QuickStart(const QuickStart&) = delete;
  QuickStart& operator=(const QuickStart&) = delete;

 private:
  std::vector<const char*> set_;
};

}  // namespace

Environment::Environment(int& argc, char**& argv)
    : exceptions_at_start_(std::uncaught_exceptions()) {
  int granted = MPI_THREAD_SINGLE;
  const QuickStart quick_start;
  check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &granted), "MPI_Init_thread");
  quick_start.open_a_file();
  if (granted < MPI_THREAD_FUNNELED) {
    throw SystemError(
        "this MPI does not support threads (MPI_THREAD_FUNNELED is needed); use a build with "
        "thread support");
  }
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
}

Environment::~Environment() {
  if (std::uncaught_exceptions() == exceptions_at_start_) {
    MPI_Finalize();
  }
}

std::string library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  check(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
  const std::string whole(text.data(), static_cast<std::size_t>(length));
  return whole.substr(0, whole.find_first_of(",\n"));
}

}  // namespace infomax::mpi
