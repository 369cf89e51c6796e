// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/interruption.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

namespace infomax::train {
namespace {

int received = 0;

void count(int /*signal*/) { ++received; }

/// A handler of the caller's own for SIGUSR1, counting; what there was before comes back.
class CallersHandler {
 public:
  CallersHandler() {
    received = 0;
    struct sigaction action {};
    action.sa_handler = count;
    ::sigaction(SIGUSR1, &action, &former_);
  }
  ~CallersHandler() { ::sigaction(SIGUSR1, &former_, nullptr); }
  CallersHandler(const CallersHandler&) = delete;
  CallersHandler& operator=(const CallersHandler&) = delete;

 private:
  struct sigaction former_ {};
};

TEST(Interruption, NotesTheFirstSignalAndOutlivesItsDouble) {
  const CallersHandler handler;
  {
    const Interruption interruption;
    EXPECT_EQ(Interruption::signal(), 0);
    std::raise(SIGUSR1);
    EXPECT_EQ(Interruption::signal(), SIGUSR1);
    std::raise(SIGUSR1);
  }
  std::raise(SIGUSR1);
  EXPECT_EQ(received, 0);
}

TEST(Interruption, OutlivesASignalThatIsLateWhereAnotherRankHadIt) {
  const CallersHandler handler;
  {
    Interruption interruption;
    interruption.hold();
  }
  std::raise(SIGUSR1);
  EXPECT_EQ(received, 0);
}

TEST(Interruption, MayBeginBeforeTheRunThatHeedsIt) {
  const CallersHandler handler;
  {
    const Interruption outer;
    std::raise(SIGUSR1);
    { const Interruption inner; }
    EXPECT_EQ(Interruption::signal(), SIGUSR1);
  }
  EXPECT_EQ(received, 0);
  const CallersHandler again;
  {
    const Interruption outer;
    { const Interruption inner; }
    std::raise(SIGUSR1);
    EXPECT_EQ(Interruption::signal(), SIGUSR1);
  }
  EXPECT_EQ(received, 0);
}

TEST(Interruption, NamesWhatUsersKnow) {
  {
    const Interruption interruption;
    EXPECT_EQ(Interruption::request(), 0);
    std::raise(SIGUSR2);  // as the launch scripts pass on Ctrl-C
    EXPECT_EQ(Interruption::signal(), SIGUSR2);
    EXPECT_STREQ(request_name(Interruption::request()), "Ctrl-C (SIGUSR2)");
  }
  EXPECT_STREQ(request_name(SIGINT), "Ctrl-C (SIGINT)");
  EXPECT_STREQ(request_name(SIGTERM), "SIGTERM");
  EXPECT_STREQ(request_name(SIGUSR1), "SIGUSR1");
}

// A sender outside the namespace of processes, as Slurm or Docker may be, has the number 0.
TEST(Interruption, TakesNoSenderFromOutsideForMpirun) {
  ::unsetenv("OMPI_COMM_WORLD_SIZE");
  const Interruption interruption;
  siginfo_t info{};
  info.si_signo = SIGTERM;
  info.si_code = SI_USER;
  info.si_pid = 0;
  ASSERT_EQ(::syscall(SYS_rt_sigqueueinfo, ::getpid(), SIGTERM, &info), 0);
  EXPECT_EQ(Interruption::signal(), SIGTERM);
  EXPECT_EQ(Interruption::request(), SIGTERM);
}

TEST(Interruption, PutsHandlersBackWhereNoneCame) {
  const CallersHandler handler;
  { const Interruption interruption; }
  std::raise(SIGUSR1);
  EXPECT_EQ(received, 1);
  EXPECT_EQ(Interruption::signal(), 0);
}

}  // namespace
}  // namespace infomax::train
