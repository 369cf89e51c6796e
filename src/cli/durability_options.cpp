// SPDX-License-Identifier: BSD-3-Clause
#include "cli/durability_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/train_options.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/model/arithmetic.hpp"

namespace infomax::cli {
namespace {

/// May change when a run goes on.
constexpr std::array changeable{
    "epochs",         "steps",        "learning-rate",    "schedule",  "warmup",
    "decay-every",    "decay-factor", "final-fraction",   "tolerance", "validate-every",
    "early-stop",     "micro-batch",  "checkpoint-every", "keep",      "time-limit",
    "check-replicas", "threads",      "stall-timeout",    "data",      "output",
};

/// Known only when the data is; compared then.
constexpr std::array resolved_late{"batch", "blocks", "normalize", "lag", "init"};

template <class Names>
bool among(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::optional<double> parse_seconds(const std::string& text) {
  double number = 0.0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const double scale = unit == "s" ? 1.0 : unit == "min" ? 60.0 : unit == "h" ? 3600.0 : 0.0;
  if (status != std::errc{} || scale == 0.0 || !(number >= 0.0) || number > 1e9) {
    return std::nullopt;
  }
  return number * scale;
}

double seconds_of(const OptionTable& options, const std::string& name) {
  const auto text = options.value<std::string>(name);
  const auto seconds = parse_seconds(text);
  if (!seconds) {
    throw UsageError(
        fmt::format("--{} is \"{}\"; it must be a time such as 3600s, 50min or 2h, or 0s for none",
                    name, text));
  }
  return *seconds;
}

void set_checkpoints(const OptionTable& options, std::uint64_t steps_per_epoch,
                     train::DurabilityOptions& result) {
  const auto every = options.value<std::string>("checkpoint-every");
  if (every == "never") {
    result.checkpoints = false;
  } else if (const auto seconds = parse_seconds(every); seconds && *seconds > 0.0) {
    result.every_s = *seconds;
  } else if (every.ends_with("steps") || every.ends_with("epochs")) {
    result.every_steps = parse_steps("checkpoint-every", every, steps_per_epoch);
  }
  if (result.checkpoints && result.every_s == 0.0 && result.every_steps == 0) {
    throw UsageError(fmt::format(
        "--checkpoint-every is \"{}\"; it must be such as 5steps, 2epochs, 60s, 10min or never",
        every));
  }
}

void refuse_change(const std::string& name, const std::string& now, const std::string& before) {
  throw UsageError(fmt::format(
      "--{} is {} and was {} in the run to go on with; it must stay, or begin another run", name,
      now, before));
}

}  // namespace

void add_durability_options(OptionTable& options) {
  const std::string resume = fmt::format(
      "go on from the newest whole checkpoint in RUN, at any number of ranks, or begin where there "
      "is none. Options left out are those of the run. These may change: {}; --data if its content "
      "is the same",
      fmt::join(std::span(changeable).first(changeable.size() - 2), ", "));
  options.group("Durability")("resume", po::bool_switch(), resume.c_str())(
      "checkpoint-every", po::value<std::string>()->default_value("10min")->value_name("LENGTH"),
      "such as 5steps, 2epochs, 60s, 10min; or never. One is also written at the end, and where "
      "the run is stopped by SIGTERM, SIGINT or SIGUSR1 to any rank, which ends it with exit code "
      "75")("keep", po::value<std::int64_t>()->default_value(3)->value_name("K"),
            "checkpoints, the newest")(
      "time-limit", po::value<std::string>()->default_value("0s")->value_name("TIME"),
      "stop after so long, such as 3600s, 50min or 2h, with a checkpoint and exit code 75; leave "
      "the scheduler's limit room for a step and a checkpoint; 0s = none")(
      "check-replicas", po::value<std::int64_t>()->default_value(0)->value_name("N"),
      "every N steps, compare a checksum of the parameters across ranks; 0 = never; lbfgs sends "
      "them from rank 0 each time and has nothing to compare")(
      "stall-timeout", po::value<std::string>()->default_value("10min")->value_name("TIME"),
      "end the job, naming the rank, where one keeps the others waiting so long; 0s = never");
}

train::DurabilityOptions durability_options(const OptionTable& options,
                                            std::uint64_t steps_per_epoch) {
  if (options.value<bool>("resume") && options.value<bool>("overwrite")) {
    throw UsageError("--resume goes on with a run and --overwrite replaces it; give one of them");
  }
  train::DurabilityOptions result;
  set_checkpoints(options, steps_per_epoch, result);
  result.keep = options.count("keep");
  result.time_limit_s = seconds_of(options, "time-limit");
  result.check_replicas_every_steps = options.count("check-replicas", "never");
  result.stall_timeout_s = seconds_of(options, "stall-timeout");
  return result;
}

Resumption find_resumption(const mpi::Communicator& communicator, OptionTable& options,
                           const std::string& output) {
  Resumption result;
  if (!options.value<bool>("resume")) {
    return result;
  }
  const auto directory = std::filesystem::path(output) / "checkpoints";
  result.checkpoint = train::find_newest(communicator, train::CheckpointDirectory(directory));
  if (!result.checkpoint) {
    log::info(fmt::format("--resume: there is no checkpoint in {}; the run begins", output));
    return result;
  }
  const std::string& config = result.checkpoint->text("config");
  for (auto& [name, value] : parse_ini(config)) {
    result.settings[name] = value;
  }
  for (const auto& [name, now] : options.settings()) {
    const auto before = result.settings.find(name);
    if (options.given(name) && !among(changeable, name) && !among(resolved_late, name) &&
        (before == result.settings.end() || before->second != now)) {
      refuse_change(name, now, before == result.settings.end() ? "not given" : before->second);
    }
  }
  // The one that is given stands for the other.
  options.adopt(config, options.given("epochs") && !options.given("steps") ? "steps" : "");
  log::info(fmt::format("--resume: goes on after step {}", result.checkpoint->step));
  return result;
}

void check_resumption(const Resumption& resumption, const OptionTable& options,
                      const std::string& fingerprint) {
  if (!resumption.checkpoint) {
    return;
  }
  const std::string& before = resumption.checkpoint->text("data");
  if (before != fingerprint) {
    throw DataError(
        fmt::format("--data is not what the run to go on with was trained on: {} now, and {} then",
                    fingerprint, before));
  }
  const std::string& arithmetic = resumption.checkpoint->text("arithmetic");
  if (options.value<bool>("reproducible") && arithmetic != model::arithmetic_text()) {
    throw UsageError(
        fmt::format("--reproducible cannot go on to the same bits with {}: the run was made with "
                    "{}; go on where it was made",
                    model::arithmetic_text(), arithmetic));
  }
  for (const auto& [name, now] : options.settings()) {
    const auto found = resumption.settings.find(name);
    if (!among(changeable, name) && (found == resumption.settings.end() || found->second != now)) {
      refuse_change(name, now, found == resumption.settings.end() ? "not given" : found->second);
    }
  }
}

}  // namespace infomax::cli
