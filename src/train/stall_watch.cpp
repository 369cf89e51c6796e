// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/stall_watch.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/activity.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::train {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown host";
}

/// The time that the other ranks have to write their files after the first one did.
double grace_s(double limit_s) { return std::clamp(0.1 * limit_s, 2.0, 30.0); }

}  // namespace

StallWatch::StallWatch(const mpi::Communicator& communicator, std::filesystem::path directory,
                       double limit_s)
    : communicator_(communicator), directory_(std::move(directory)), limit_s_(limit_s) {
  if (communicator.is_root()) {
    // An earlier job may have left files. They are removed before the broadcasts, so that no rank
    // of this job has written one yet.
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  for (int rank = 0; rank < communicator.size(); ++rank) {
    hosts_.push_back(communicator.broadcast(host_name(), rank));
  }
  if (limit_s_ > 0.0 && communicator.size() > 1) {
    thread_ = std::thread([this] { watch(); });
  }
}

StallWatch::~StallWatch() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::filesystem::path StallWatch::file_of(int rank) const {
  return directory_ / fmt::format("rank-{}", rank);
}

bool StallWatch::stalled() const {
  const auto& activity = mpi::Activity::of_this_process();
  return activity.waiting() && activity.unchanged_s() > limit_s_;
}

/// Returns false where the watch ended meanwhile.
bool StallWatch::pause_s(double seconds) {
  std::unique_lock lock(mutex_);
  return !ended_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return over_; });
}

void StallWatch::watch() {
  const double period_s = std::clamp(0.1 * limit_s_, 0.05, 1.0);
  while (pause_s(period_s)) {
    if (!stalled()) {
      continue;
    }
    say_waiting();
    if (!pause_s(grace_s(limit_s_))) {
      return;
    }
    if (stalled()) {
      end_job();
    }
    std::error_code ignored;
    std::filesystem::remove(file_of(communicator_.rank()), ignored);
  }
}

void StallWatch::say_waiting() const {
  std::error_code ignored;
  std::filesystem::create_directories(directory_, ignored);
  std::ofstream(file_of(communicator_.rank())) << step_.load() << '\n';
}

void StallWatch::end_job() const {
  std::vector<std::string> missed;
  int speaker = communicator_.size();
  for (int rank = communicator_.size() - 1; rank >= 0; --rank) {
    std::error_code ignored;
    if (std::filesystem::exists(file_of(rank), ignored)) {
      speaker = rank;
    } else {
      missed.insert(missed.begin(),
                    fmt::format("rank {} on {}", rank, hosts_[static_cast<std::size_t>(rank)]));
    }
  }
  if (speaker != communicator_.rank() && speaker != communicator_.size()) {
    // The speaker ends the job; this rank does so only if that fails.
    std::this_thread::sleep_for(std::chrono::seconds(10));
  }
  const std::string who = speaker == communicator_.size()
                              ? "some rank (its number is unknown without a shared run "
                                "directory)"
                          : missed.empty() ? "no rank is missing, but the network"
                                           : fmt::format("{}", fmt::join(missed, ", "));
  mpi::abandon_job(
      communicator_,
      fmt::format(
          "{} did not reach a collective of step {} that others have waited in for {:.0f} s "
          "(`stall_timeout`); look at that process and node, then go on with `resume`",
          who, step_.load(), limit_s_),
      static_cast<int>(ExitCode::system));
}

}  // namespace infomax::train
