// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/files_of_run.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <system_error>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::train {
namespace {

namespace fs = std::filesystem;

// Of a model's settings.
constexpr const char* data_setting = "data";
constexpr const char* run_setting = "run";

std::string absolute(const std::string& path) {
  if (path.empty()) {
    return path;
  }
  std::error_code failed;
  const fs::path whole = fs::absolute(path, failed);
  return failed ? path : whole.lexically_normal().string();
}

bool is_readable(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Where a file is that a run in directory `then` had at `path`, now that the run is in `now`.
std::string locate(const std::string& path, const std::string& then, const std::string& now) {
  if (is_readable(path)) {
    return absolute(path);
  }
  const fs::path between = fs::path(path).lexically_relative(then);
  const std::string moved = absolute((fs::path(absolute(now)) / between).string());
  return !between.empty() && is_readable(moved) ? moved : path;
}

/// The run directory that a model lies in: its own path, or a directory above model.h5 or a
/// checkpoint.
std::string run_of_model(const std::string& model) {
  std::error_code ignored;
  if (fs::is_directory(model, ignored)) {
    return model;
  }
  const fs::path folder = fs::path(absolute(model)).parent_path();
  return (folder.filename() == "checkpoints" ? folder.parent_path() : folder).string();
}

/// Whether the text of the field `validation` is a file's path.
bool is_file(const std::string& validation) {
  const auto parsed = FieldText<ValidationData>::parse(validation);
  return parsed && !parsed->file.empty();
}

}  // namespace

FieldTexts kept_texts(const Config& config) {
  Config kept = config;
  kept.data = absolute(kept.data);
  kept.output = absolute(kept.output);
  if (kept.validation) {
    kept.validation->file = absolute(kept.validation->file);
  }
  return config_fields().texts(kept);
}

void add_places(const Config& config, model::Settings& settings) {
  if (!config.data.empty()) {
    settings[data_setting] = absolute(config.data);
    settings[run_setting] = absolute(config.output);
  }
}

std::string locate_files(const std::string& ini, const std::string& now) {
  FieldTexts texts = parse_ini(ini);
  const auto output = std::ranges::find(texts, "output", &FieldTexts::value_type::first);
  const std::string then = output == texts.end() ? "" : output->second;
  for (auto& [name, text] : texts) {
    if (name == "data" || (name == "validation" && is_file(text))) {
      text = locate(text, then, now);
    }
  }
  return to_ini(texts);
}

std::string training_data(const mpi::Communicator& communicator, const model::Settings& settings,
                          const std::string& model) {
  const auto data = settings.find(data_setting);
  const auto run = settings.find(run_setting);
  if (data == settings.end() || run == settings.end()) {
    throw UsageError("`data` is missing, and " + model +
                     " does not name what it was trained on; name a data set file");
  }
  std::string found;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      found = locate(data->second, run->second, run_of_model(model));
    }
  });
  return communicator.broadcast(found, 0);
}

bool is_training_data(const mpi::Communicator& communicator, const model::Settings& settings,
                      const std::string& model, const std::string& data) {
  if (!settings.contains(data_setting) || !settings.contains(run_setting)) {
    return false;
  }
  const std::string trained_on = training_data(communicator, settings, model);
  std::uint64_t same = 0;
  if (communicator.is_root()) {
    std::error_code missing;  // which is then no file that was trained on
    // A pattern of several files is no file.
    same =
        absolute(trained_on) == absolute(data) || fs::equivalent(trained_on, data, missing) ? 1 : 0;
  }
  communicator.broadcast(std::span<std::uint64_t>(&same, 1), 0);
  return same == 1;
}

}  // namespace infomax::train
