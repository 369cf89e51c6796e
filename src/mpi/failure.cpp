// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/failure.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>

#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/mpi/check.hpp"

namespace infomax::mpi {
namespace {

struct Report {
  ExitCode exit_code;
  std::string text;
};

Report describe(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return {error.exit_code(), error.what()};
  } catch (const std::bad_alloc&) {
    return {ExitCode::system,
            "out of memory: use more ranks, a smaller `micro_batch` or a smaller `batch`"};
  } catch (const std::exception& error) {
    return {ExitCode::system, std::string("unexpected failure: ") + error.what()};
  } catch (...) {
    return {ExitCode::system, "unexpected failure of unknown kind"};
  }
}

constexpr double arrival_limit_s = 3.0;

/// Returns whether every rank calls this within the limit.
bool all_arrive(const Communicator& communicator) {
  MPI_Request arrived = MPI_REQUEST_NULL;
  check(MPI_Ibarrier(communicator.native(), &arrived), "MPI_Ibarrier");
  const Stopwatch waiting;
  int done = 0;
  while (done == 0 && waiting.elapsed_s() < arrival_limit_s) {
    check(MPI_Test(&arrived, &done, MPI_STATUS_IGNORE), "MPI_Test");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return done != 0;
}

}  // namespace

void agree(const Communicator& communicator, const std::exception_ptr& local_failure) {
  const auto size = static_cast<std::int64_t>(communicator.size());
  const bool failed = local_failure != nullptr;
  const std::int64_t first = communicator.min(failed ? communicator.rank() : size);
  if (first == size) {
    return;
  }
  const std::int64_t failures = communicator.sum(std::int64_t{failed ? 1 : 0});
  const int speaker = static_cast<int>(first);
  Report report{ExitCode::system, ""};
  if (communicator.rank() == speaker) {
    report = describe(local_failure);
  }
  auto code = static_cast<std::int64_t>(report.exit_code);
  communicator.broadcast(std::span<std::int64_t>(&code, 1), speaker);
  const std::string text = communicator.broadcast(report.text, speaker);
  const std::string who = failures == size ? "" : "rank " + std::to_string(speaker) + ": ";
  throw Error(static_cast<ExitCode>(code), who + text);
}

int end_job(const Communicator& communicator, const std::exception_ptr& failure) {
  const Report report = describe(failure);
  const int exit_code = static_cast<int>(report.exit_code);
  bool everywhere = false;
  try {
    everywhere = all_arrive(communicator);
  } catch (const Error&) {
    everywhere = false;
  }
  if (everywhere) {
    if (communicator.is_root()) {
      log::failure(report.text);
    }
    return exit_code;
  }
  // If several ranks fail, the lowest logs first, and its abort silences the others.
  std::this_thread::sleep_for(std::chrono::milliseconds(100 * std::min(communicator.rank(), 20)));
  log::failure("rank " + std::to_string(communicator.rank()) + ": " + report.text);
  MPI_Abort(communicator.native(), exit_code);
  std::_Exit(exit_code);
}

void abandon_job(const Communicator& communicator, const std::string& text, int exit_code) {
  log::failure(text);
  std::thread([exit_code] {
    std::this_thread::sleep_for(std::chrono::seconds(5));
    std::_Exit(exit_code);
  }).detach();
  MPI_Abort(communicator.native(), exit_code);
  std::_Exit(exit_code);
}

void end_job_in_signal(std::string_view text, int exit_code) {
  // As log::failure() would say it, in one write.
  std::array<char, 1024> line{};
  std::size_t length = 0;
  for (const std::string_view part :
       {std::string_view("infomax: "), text, std::string_view("\n")}) {
    const std::size_t some = std::min(part.size(), line.size() - length);
    std::copy_n(part.begin(), some, line.begin() + static_cast<std::ptrdiff_t>(length));
    length += some;
  }
  (void)!::write(STDERR_FILENO, line.data(), length);

  static volatile std::sig_atomic_t code;
  code = exit_code;
  struct sigaction at_last {};
  at_last.sa_handler = [](int) { ::_exit(code); };
  ::sigaction(SIGALRM, &at_last, nullptr);
  ::alarm(3);
  int is_running = 0;
  int is_over = 0;
  int size = 1;
  MPI_Initialized(&is_running);
  MPI_Finalized(&is_over);
  if (is_running != 0 && is_over == 0 && MPI_Comm_size(MPI_COMM_WORLD, &size) == MPI_SUCCESS &&
      size > 1) {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
  }
  ::_exit(exit_code);
}

}  // namespace infomax::mpi
