// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/resumption.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <variant>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/checkpoint_directory.hpp"
#include "infomax/train/config.hpp"
#include "infomax/train/files_of_run.hpp"
#include "infomax/train/run_directory.hpp"

namespace infomax::train {
namespace {

namespace fs = std::filesystem;

bool is_present(const fs::path& path) {
  std::error_code status;
  const bool found = fs::exists(path, status);
  if (status) {
    throw SystemError(fmt::format("cannot look for {}: {}", path.string(), status.message()));
  }
  return found;
}

std::string file_text(const fs::path& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    throw SystemError(fmt::format("cannot read {}", path.string()));
  }
  return text;
}

bool writes_checkpoints(const FieldTexts& settings) {
  const auto& field = config_fields().at("checkpoint-every");
  const auto found = std::ranges::find(settings, field.name, &FieldTexts::value_type::first);
  Config config;
  if (found != settings.end()) {
    field.set(config, found->second);
  }
  return !std::holds_alternative<CheckpointInterval::Never>(config.checkpoint_every.every);
}

/// Called on one rank, for a run directory without a checkpoint. A run that was killed before its
/// first one has left its configuration, metrics and perhaps a model, which another run from the
/// beginning replaces. Throws DataError where there is more to lose.
void require_begun_only(const fs::path& output) {
  const auto refuse = [&](const char* what) {
    throw DataError(
        fmt::format("`output` {} holds {} and no checkpoint to go on from; give `overwrite` "
                    "instead of `resume` "
                    "to begin anew, or another `output`",
                    output.string(), what));
  };
  const fs::path config = output / "config.ini";
  const fs::path model = output / "model.h5";
  if (!is_present(config)) {
    if (is_present(model) || is_present(output / "metrics.jsonl")) {
      refuse("files of a run without its config.ini");
    }
    return;
  }
  if (!is_present(model)) {
    return;
  }
  if (model::read_model(model.string()).settings.contains(model::finished_setting)) {
    refuse("a run that has ended");
  }
  if (!writes_checkpoints(parse_ini(file_text(config)))) {
    refuse("the model of a run that writes no checkpoints");
  }
}

}  // namespace

std::optional<Resumption> find_resumption(const mpi::Communicator& communicator,
                                          const std::string& output) {
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      RunDirectory::recover(output);
    }
  });
  const auto directory = std::filesystem::path(output) / "checkpoints";
  auto checkpoint = find_newest(communicator, CheckpointDirectory(directory));
  if (!checkpoint) {
    mpi::together(communicator, [&] {
      if (communicator.is_root()) {
        require_begun_only(output);
      }
    });
    log::info(fmt::format("`resume`: there is no checkpoint in {}; the run begins", output));
    return std::nullopt;
  }
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      checkpoint->texts["config"] =
          with_newer_fields(with_former_split(locate_files(checkpoint->text("config"), output)));
    }
  });
  checkpoint->texts["config"] = communicator.broadcast(checkpoint->texts["config"], 0);
  log::info(fmt::format("`resume`: goes on after step {}", checkpoint->step));
  return Resumption{*std::move(checkpoint)};
}

std::string with_former_split(const std::string& ini) {
  FieldTexts texts = parse_ini(ini);
  const auto text_of = [&](const char* name) {
    const auto found = std::ranges::find(texts, name, &FieldTexts::value_type::first);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  };
  const auto validation = text_of("validation");
  const auto share = FieldText<ValidationData>::parse(validation.value_or(""));
  if (text_of("pair") != model::name_of(model::Pair::lag) || !share || !share->file.empty() ||
      !validation || text_of("validation-blocks")) {
    return ini;
  }
  texts.emplace_back("validation-blocks", FieldText<ValidationBlocks>::format({0}));
  return to_ini(texts);
}

std::string with_newer_fields(const std::string& ini) {
  FieldTexts texts = parse_ini(ini);
  const Config defaults;
  for (const auto& field : config_fields().fields()) {
    const auto standard = field.text(defaults);
    if (standard && !field.of_invocation &&
        std::ranges::find(texts, field.name, &FieldTexts::value_type::first) == texts.end()) {
      texts.emplace_back(field.name, *standard);
    }
  }
  // Versions without it mixed all rows of a block.
  if (std::ranges::find(texts, "shuffle-pages", &FieldTexts::value_type::first) == texts.end()) {
    texts.emplace_back("shuffle-pages", "0");
  }
  return to_ini(texts);
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
