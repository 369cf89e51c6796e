// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/durability.hpp"
#include "infomax/model/arithmetic.hpp"

#include <array>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace infomax::train {

Durability::Durability(const mpi::Communicator& communicator, const RunDirectory& directory,
                       DurabilityOptions options, std::optional<Checkpoint> start)
    : communicator_(communicator),
      directory_(&directory),
      options_(std::move(options)),
      start_(std::move(start)),
      checkpoints_(directory.checkpoints()),
      writer_(checkpoints_, options_.keep) {
  if (!writes()) {
    options_.checkpoints = false;
    return;
  }
  interruption_.emplace();
  watch_.emplace(communicator, std::filesystem::path(directory.path()) / "stalled",
                 options_.stall_timeout_s);
}

StepDecision Durability::agree(std::uint64_t step, bool failed, bool end) {
  const bool root = communicator_.is_root();
  const bool clock_due = options_.every_s > 0.0 && since_checkpoint_.elapsed_s() > options_.every_s;
  const bool time_is_up =
      options_.time_limit_s > 0.0 && options_.started.elapsed_s() > options_.time_limit_s;
  std::array<std::uint64_t, 5> words{
      interruption_ ? static_cast<std::uint64_t>(Interruption::request()) : 0U,
      root && time_is_up ? 1U : 0U, root && clock_due && !writer_.busy() ? 1U : 0U,
      failed ? 1U : 0U, end ? 1U : 0U};
  communicator_.max(std::span<std::uint64_t>(words));
  StepDecision decision;
  decision.failed = words[3] != 0;
  if (decision.failed) {
    return decision;
  }
  decision.end = words[4] != 0;
  if (words[0] != 0) {
    decision.reason = request_name(static_cast<int>(words[0]));
  } else if (words[1] != 0) {
    decision.reason = fmt::format("`time_limit` of {:.0f} s", options_.time_limit_s);
  }
  decision.stop = !decision.reason.empty();
  if (decision.stop && interruption_) {
    interruption_->hold();
  }
  const bool step_due = options_.every_steps > 0 && step % options_.every_steps == 0;
  decision.checkpoint = options_.checkpoints && (step_due || words[2] != 0);
  return decision;
}

std::string Durability::signal_before_start() {
  if (!interruption_) {
    return "";
  }
  const auto signal = communicator_.max(static_cast<std::int64_t>(Interruption::request()));
  if (signal == 0) {
    return "";
  }
  interruption_->hold();
  return request_name(static_cast<int>(signal));
}

void Durability::finish(Checkpoint& checkpoint) const {
  checkpoint.texts["config"] = options_.config;
  checkpoint.texts["data"] = options_.fingerprint;
  checkpoint.texts["arithmetic"] = options_.arithmetic;
}

void Durability::write(Checkpoint checkpoint) {
  finish(checkpoint);
  writer_.start(std::move(checkpoint));
  since_checkpoint_.lap_s();
}

void Durability::write_now(Checkpoint checkpoint) {
  finish(checkpoint);
  writer_.wait();
  checkpoints_.write(std::move(checkpoint), options_.keep);
}

std::string Durability::advice(std::uint64_t step) const {
  if (!writes()) {
    return "it cannot go on, as without `output` nothing was written";
  }
  return fmt::format("checkpoint {}; go on with: infomax train --output {} --resume",
                     checkpoints_.file(step).string(), directory_->path());
}

}  // namespace infomax::train
