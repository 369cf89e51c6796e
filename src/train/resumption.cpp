// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/resumption.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/train/checkpoint_directory.hpp"

namespace infomax::train {

std::optional<Resumption> find_resumption(const mpi::Communicator& communicator,
                                          const std::string& output) {
  const auto directory = std::filesystem::path(output) / "checkpoints";
  auto checkpoint = find_newest(communicator, CheckpointDirectory(directory));
  if (!checkpoint) {
    log::info(fmt::format("`resume`: there is no checkpoint in {}; the run begins", output));
    return std::nullopt;
  }
  log::info(fmt::format("`resume`: goes on after step {}", checkpoint->step));
  return Resumption{*std::move(checkpoint)};
}

void require_unchanged(const FieldFacts& field, const std::optional<std::string>& now,
                       const FieldTexts& before) {
  const auto found = std::ranges::find(before, field.name, &FieldTexts::value_type::first);
  const auto then = found == before.end() ? std::nullopt : std::optional(found->second);
  if (now != then) {
    throw UsageError(fmt::format(
        "{} is {} and was {} in the run to go on with; it must stay, or begin another run",
        field.quoted(), now.value_or("not given"), then.value_or("not given")));
  }
}

}  // namespace infomax::train
