// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/any_model.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/train/checkpoint_directory.hpp"
#include "infomax/train/run_directory.hpp"

namespace infomax::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* model_text = "model";

std::string shift_of(const std::string& network) { return "shift-" + network; }
std::string scale_of(const std::string& network) { return "scale-" + network; }

std::vector<double> numbers(const Checkpoint& checkpoint, const std::string& name) {
  std::vector<double> values(checkpoint.size<double>(name));
  checkpoint.get(name, std::span(values));
  return values;
}

/// The networks without their parameters, as put_model() wrote them.
model::StoredModel networks_of(const Checkpoint& checkpoint) {
  const auto kept = parse_json(checkpoint.text(model_text));
  model::StoredModel stored;
  kept.at("settings").get_to(stored.settings);
  for (const auto& network : kept.at("networks")) {
    const std::string name = network.at("name");
    const std::string spec = network.at("spec");
    const std::string input = network.at("input_shape");
    stored.networks.push_back(
        {name,
         spec,
         nn::parse_shape(input),
         {numbers(checkpoint, shift_of(name)), numbers(checkpoint, scale_of(name))},
         {}});
    stored.networks.back().parameters.resize(
        nn::Network<double>(nn::parse_spec(spec), stored.networks.back().input).parameter_count());
  }
  return stored;
}

/// Of a checkpoint without networks: those of the model beside it.
model::StoredModel networks_beside(const std::string& path) {
  const fs::path model = fs::path(path).parent_path().parent_path() / "model.h5";
  std::error_code ignored;
  if (!fs::exists(model, ignored)) {
    throw DataError(
        fmt::format("{} is a checkpoint of an earlier version, which lacks the networks, and there "
                    "is no {} to take them from; go on with the run by `resume`, which writes one",
                    path, model.string()));
  }
  return model::read_model(model.string());
}

template <math::Real T>
void set_parameters(const Checkpoint& checkpoint, const std::string& path,
                    model::StoredModel& stored) {
  const std::size_t count = std::accumulate(
      stored.networks.begin(), stored.networks.end(), std::size_t{0},
      [](std::size_t sum, const auto& network) { return sum + network.parameters.size(); });
  Buffer<T> flat(std::max(count, checkpoint.size<T>("parameters")));
  try {
    checkpoint.get("parameters", std::span<T>(flat));
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}: {}", path, error.what()));
  }
  std::size_t next = 0;
  for (auto& network : stored.networks) {
    for (double& parameter : network.parameters) {
      parameter = static_cast<double>(flat[next++]);
    }
  }
  // Those of the objective come last.
  stored.objective_parameters.assign(flat.begin() + static_cast<std::ptrdiff_t>(next), flat.end());
}

/// Reads on one rank.
model::StoredModel model_of_checkpoint(const std::string& path) {
  const Checkpoint checkpoint = read_checkpoint(path);
  model::StoredModel stored =
      checkpoint.texts.contains(model_text) ? networks_of(checkpoint) : networks_beside(path);
  if (stored.settings.at("precision") == "float") {
    set_parameters<float>(checkpoint, path, stored);
  } else {
    set_parameters<double>(checkpoint, path, stored);
  }
  const auto record = parse_json(checkpoint.text("record"));
  const auto& best = record.at("best");
  const std::string other =
      best.at("known").get<bool>() && best.at("step") != checkpoint.step
          ? fmt::format(" (the best by validation is that after step {}, in model.h5)",
                        best.at("step").get<std::uint64_t>())
          : "";
  log::info(fmt::format("model      that of checkpoint {}, after step {}{}", path, checkpoint.step,
                        other));
  return stored;
}

[[noreturn]] void refuse_directory(const std::string& path) {
  const auto checkpoints = CheckpointDirectory(fs::path(path) / "checkpoints").list();
  if (checkpoints.empty()) {
    throw DataError(
        fmt::format("{} is a directory without model.h5; name a run directory that has "
                    "one, or a file",
                    path));
  }
  throw DataError(fmt::format("{} has no model.h5 yet; name a checkpoint, such as {}", path,
                              checkpoints.front().string()));
}

/// Reads on one rank.
model::StoredModel read_any(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    RunDirectory::recover(path);
    const std::string file = model_file(path);
    if (file == path) {
      refuse_directory(path);
    }
    log::info(fmt::format("model      {}", file));
    return model::read_model(file);
  }
  bool is_checkpoint = false;
  {
    const hdf5::File file = hdf5::File::open(path);
    is_checkpoint = file.has_text("/", "format", checkpoint_format);
  }
  return is_checkpoint ? model_of_checkpoint(path) : model::read_model(path);
}

}  // namespace

template <math::Real T>
void put_model(const model::Model<T>& model, Checkpoint& checkpoint) {
  Json networks = Json::array();
  for (const auto& member : model.members()) {
    networks.push_back({{"name", member.name()},
                        {"spec", member.network.spec().text},
                        {"input_shape", nn::to_string(member.network.input_shape())}});
    checkpoint.put(shift_of(member.name()), std::span<const double>(member.normalization.shift));
    checkpoint.put(scale_of(member.name()), std::span<const double>(member.normalization.scale));
  }
  checkpoint.texts[model_text] =
      json_text(Json{{"settings", model.settings}, {"networks", networks}});
}

model::Settings kept_settings(const Checkpoint& checkpoint) {
  const auto found = checkpoint.texts.find(model_text);
  if (found == checkpoint.texts.end()) {
    return {};
  }
  auto settings = parse_json(found->second).at("settings").get<model::Settings>();
  settings.erase(model::finished_setting);
  return settings;
}

std::string model_file(const std::string& path) {
  std::error_code ignored;
  const fs::path inside = fs::path(path) / "model.h5";
  return fs::is_directory(path, ignored) && fs::exists(inside, ignored) ? inside.string() : path;
}

model::StoredModel read_any_model(const mpi::Communicator& communicator, const std::string& path) {
  model::StoredModel stored;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      stored = read_any(path);
    }
  });
  model::broadcast(communicator, stored);
  return stored;
}

template void put_model<float>(const model::Model<float>&, Checkpoint&);
template void put_model<double>(const model::Model<double>&, Checkpoint&);

}  // namespace infomax::train
