// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5/reading.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

#include "infomax/hdf5/library.hpp"

namespace infomax::hdf5 {
namespace {

// What a signal handler may look at.
struct Place {
  int depth = 0;
  std::size_t length = 0;
  std::array<char, 400> where{};
  bool is_limited = false;
  timespec left{};  // when depth became 0
};
thread_local Place place;

time_t longest_s = 0;

// What HDF5 breaks in memory that is not its own shows within so long, or hardly ever.
time_t aftermath_s = 0;

constexpr std::array signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU};
std::array<struct sigaction, signals.size()> former{};
EndOfCrash end_of_crash = nullptr;

/// A line in memory of its own: after a crash, none can be had.
class Line {
 public:
  void add(std::string_view text) {
    const std::size_t some = std::min(text.size(), text_.size() - length_);
    std::copy_n(text.begin(), some, text_.begin() + static_cast<std::ptrdiff_t>(length_));
    length_ += some;
  }
  [[nodiscard]] std::string_view text() const { return {text_.data(), length_}; }

 private:
  std::array<char, 600> text_{};
  std::size_t length_ = 0;
};

bool has_just_left() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return place.length > 0 && now.tv_sec - place.left.tv_sec < aftermath_s;
}

void on_signal(int number, siginfo_t* info, void* /*context*/) {
  const std::string_view where(place.where.data(), place.length);
  Line line;
  const bool is_timer = number == SIGXCPU && info->si_code == SI_TIMER;
  if (is_timer && !place.is_limited) {
    return;  // HDF5 came to an end, or its limit did, just before its time
  }
  if (place.depth > 0 && place.length > 0 && (is_timer || number != SIGXCPU)) {
    line.add(is_timer ? "HDF5 made no progress while it read " : "HDF5 crashed while it read ");
    line.add(where);
    line.add(", which is damaged; make or copy it again");
    end_of_crash(line.text());
  } else if ((number == SIGSEGV || number == SIGABRT) && has_just_left()) {
    line.add("the program crashed right after HDF5 read ");
    line.add(where);
    line.add(
        ", which is probably damaged; make or copy it again, and report it if that is of no use");
    end_of_crash(line.text());
  }
  // A crash of another cause goes the way it would have gone.
  const auto known = std::ranges::find(signals, number);
  sigaction(number, &former[static_cast<std::size_t>(known - signals.begin())], nullptr);
  raise(number);
}

/// Signals its thread when that has spent some time on the processor.
class Timer {
 public:
  Timer() {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGXCPU;
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    is_made_ = timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer_) == 0;
  }
  ~Timer() {
    if (is_made_) {
      timer_delete(timer_);
    }
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// After so many seconds from now; never if 0.
  void set(time_t seconds) {
    itimerspec time{};
    time.it_value.tv_sec = seconds;
    if (is_made_) {
      timer_settime(timer_, 0, &time, nullptr);
    }
  }

 private:
  timer_t timer_{};
  bool is_made_ = false;
};

Timer& timer() {
  thread_local Timer own;
  return own;
}

}  // namespace

Reading::Reading(std::string_view where, Limit limit) noexcept {
  if (limit == Limit::none && place.is_limited) {
    timer().set(0);
    place.is_limited = false;
  }
  if (place.depth == 0) {
    place.length = std::min(where.size(), place.where.size());
    std::copy_n(where.begin(), place.length, place.where.begin());
    place.is_limited = limit == Limit::seconds && end_of_crash != nullptr;
    if (place.is_limited) {
      timer().set(longest_s);
    }
  }
  ++place.depth;
}

Reading::Reading() noexcept { ++place.depth; }

Reading::~Reading() {
  if (--place.depth > 0) {
    return;
  }
  clock_gettime(CLOCK_MONOTONIC_COARSE, &place.left);
  if (place.is_limited) {
    timer().set(0);
    place.is_limited = false;
  }
}

void end_on_crash(EndOfCrash end, int limit_s, int aftermath) {
  end_of_crash = end;
  aftermath_s = aftermath;
  longest_s = limit_s;
  // A stack of its own, because endless recursion leaves no room on the thread's. This thread alone
  // has one: it opens the files.
  static std::array<std::byte, std::size_t{64} << 10U> memory;
  stack_t stack{};
  stack.ss_sp = memory.data();
  stack.ss_size = memory.size();
  sigaltstack(&stack, nullptr);
  for (std::size_t k = 0; k < signals.size(); ++k) {
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_ONSTACK | SA_SIGINFO;
    sigaction(signals[k], &action, &former[k]);
  }
}

}  // namespace infomax::hdf5
