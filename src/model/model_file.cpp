// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/model_file.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "core/seal.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::model {
namespace {

constexpr std::int64_t format_version = 2;
constexpr std::int64_t oldest_version = 1;  // without the input's shape
constexpr const char* input_shape = "input_shape";
constexpr const char* settings_group = "/settings";
constexpr const char* objective_parameters = "/objective/parameters";

std::string block_path(const std::string& network, const nn::ParameterBlock& block) {
  return fmt::format("/networks/{}/layers/{}/{}", network, block.layer, block.name);
}

template <class T>
void write_dataset(hdf5::File& file, const std::string& path, const std::vector<std::size_t>& shape,
                   std::span<const T> values) {
  file.create_dataset(path, hdf5::element_type_of<T>(), shape)
      .template write<T>(0, shape.front(), values);
}

template <math::Real T>
void write_member(hdf5::File& file, const Model<T>& model, const Member<T>& member) {
  const std::string group = std::string("/networks/") + member.name();
  file.create_group(group);
  file.write_attribute(group, "spec", member.network.spec().text);
  file.write_attribute(group, input_shape, nn::to_string(member.network.input_shape()));
  const auto& normalization = member.normalization;
  write_dataset<double>(file, group + "/preprocess/shift", {normalization.shift.size()},
                        normalization.shift);
  write_dataset<double>(file, group + "/preprocess/scale", {normalization.scale.size()},
                        normalization.scale);
  const auto parameters = model.parameters_of(member);
  for (const auto& block : member.network.parameters()) {
    write_dataset<T>(file, block_path(member.name(), block), block.shape,
                     parameters.subspan(block.offset, block.size()));
  }
}

/// The shape of the input, which has as many numbers as the preprocessing has columns.
nn::Shape read_input_shape(const hdf5::File& file, const std::string& group, std::size_t columns) {
  if (!file.has_attribute(group, input_shape)) {
    return columns;
  }
  const std::string text = file.string_attribute(group, input_shape);
  try {
    nn::Shape shape = nn::parse_shape(text);
    // Of sequences, the preprocessing is that of a step.
    if (!shape.varies() &&
        (shape.size() == columns || shape.size() == columns * shape.extents().front())) {
      return shape;
    }
  } catch (const UsageError&) {
    // Said below.
  }
  throw DataError(
      fmt::format("{} has {} \"{}\" in {}, and preprocessing of {} columns; the model is "
                  "damaged",
                  file.path().string(), input_shape, text, group, columns));
}

/// The network that a model's texts describe. Texts that describe none are damage.
nn::Network<double> parse_network(const hdf5::File& file, const StoredNetwork& stored) {
  try {
    return {nn::parse_spec(stored.spec), stored.input};
  } catch (const UsageError& error) {
    throw DataError(fmt::format("{} has a network that cannot be ({}); the model is damaged",
                                file.path().string(), error.what()));
  }
}

StoredNetwork read_network(const hdf5::File& file, const std::string& name) {
  const std::string group = "/networks/" + name;
  StoredNetwork stored;
  stored.name = name;
  stored.spec = file.string_attribute(group, "spec");
  stored.normalization.shift = file.dataset(group + "/preprocess/shift").read_all<double>();
  stored.normalization.scale = file.dataset(group + "/preprocess/scale").read_all<double>();
  if (stored.normalization.scale.size() != stored.normalization.shift.size()) {
    throw DataError(
        fmt::format("{} has {} scales and {} shifts in {}/preprocess; the model is damaged",
                    file.path().string(), stored.normalization.scale.size(),
                    stored.normalization.shift.size(), group));
  }
  stored.input = read_input_shape(file, group, stored.normalization.shift.size());
  const auto network = parse_network(file, stored);
  stored.parameters.resize(network.parameter_count());
  for (const auto& block : network.parameters()) {
    const auto dataset = file.dataset(block_path(name, block));
    if (dataset.shape() != block.shape) {
      throw DataError(
          fmt::format("{} does not have the shape that the encoder {} calls for; the "
                      "model is damaged",
                      dataset.where(), stored.spec));
    }
    dataset.read<double>(0, dataset.rows(),
                         std::span(stored.parameters).subspan(block.offset, block.size()));
  }
  return stored;
}

// Broadcasts of the parts of a model, for read_model.

void broadcast(const mpi::Communicator& communicator, std::vector<double>& values) {
  std::uint64_t size = values.size();
  communicator.broadcast(std::span<std::uint64_t>(&size, 1), 0);
  values.resize(size);
  communicator.broadcast(std::span<double>(values), 0);
}

void broadcast(const mpi::Communicator& communicator, StoredNetwork& network) {
  network.name = communicator.broadcast(network.name, 0);
  network.spec = communicator.broadcast(network.spec, 0);
  network.input = nn::parse_shape(communicator.broadcast(nn::to_string(network.input), 0));
  broadcast(communicator, network.normalization.shift);
  broadcast(communicator, network.normalization.scale);
  broadcast(communicator, network.parameters);
}

void broadcast(const mpi::Communicator& communicator, Settings& settings) {
  std::uint64_t size = settings.size();
  communicator.broadcast(std::span<std::uint64_t>(&size, 1), 0);
  std::vector<std::pair<std::string, std::string>> entries(settings.begin(), settings.end());
  entries.resize(size);
  for (auto& [name, text] : entries) {
    name = communicator.broadcast(name, 0);
    text = communicator.broadcast(text, 0);
  }
  settings = Settings(entries.begin(), entries.end());
}

}  // namespace

template <math::Real T>
void write_model(const std::string& path, const Model<T>& model) {
  PendingFile pending(path);
  hdf5::File file = hdf5::File::create(pending.path(), seal_bytes);
  file.write_attribute("/", "format", model_format);
  file.write_attribute("/", "version", format_version);
  file.create_group(settings_group);
  for (const auto& [name, text] : model.settings) {
    file.write_attribute(settings_group, name, text);
  }
  for (const auto& member : model.members()) {
    write_member(file, model, member);
  }
  if (const auto own = model.objective_parameters(); !own.empty()) {
    file.create_group("/objective");
    write_dataset<T>(file, objective_parameters, {own.size()}, own);
  }
  file.close();
  seal_file(pending.path(),
            {.kind = model_format, .version = static_cast<std::uint64_t>(format_version)});
  pending.commit_durably();
}

StoredModel read_model(const std::string& path) {
  const hdf5::File file = hdf5::File::open(path);
  if (!file.has_text("/", "format", model_format)) {
    throw DataError(fmt::format("{} is not a model; give the model.h5 of a run", path));
  }
  const std::int64_t version = file.integer_attribute("/", "version");
  if (version < oldest_version || version > format_version) {
    throw DataError(
        fmt::format("{} is a model of version {}, and this program reads versions {} to "
                    "{}",
                    path, version, oldest_version, format_version));
  }
  StoredModel stored;
  for (const auto& name : file.attribute_names(settings_group)) {
    stored.settings[name] = file.string_attribute(settings_group, name);
  }
  if (!stored.settings.contains("precision")) {
    throw DataError(fmt::format("{} lacks the setting precision; it is damaged", path));
  }
  for (const char* name : {"a", "b", "target"}) {
    if (file.exists(std::string("/networks/") + name)) {
      stored.networks.push_back(read_network(file, name));
    }
  }
  if (stored.networks.empty()) {
    throw DataError(fmt::format("{} holds no network; it is damaged", path));
  }
  if (file.exists("/objective") && file.exists(objective_parameters)) {
    stored.objective_parameters = file.dataset(objective_parameters).read_all<double>();
  }
  return stored;
}

StoredModel read_model(const mpi::Communicator& communicator, const std::string& path) {
  StoredModel stored;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      stored = read_model(path);
    }
  });
  broadcast(communicator, stored);
  return stored;
}

void broadcast(const mpi::Communicator& communicator, StoredModel& stored) {
  broadcast(communicator, stored.settings);
  std::uint64_t networks = stored.networks.size();
  communicator.broadcast(std::span<std::uint64_t>(&networks, 1), 0);
  stored.networks.resize(networks);
  for (auto& network : stored.networks) {
    broadcast(communicator, network);
  }
  broadcast(communicator, stored.objective_parameters);
}

template <math::Real T>
Model<T> to_model(const StoredModel& stored) {
  Model<T> model;
  for (const auto& network : stored.networks) {
    model.add(parse_role(network.name), nn::Network<T>(nn::parse_spec(network.spec), network.input),
              network.normalization);
  }
  for (const auto& network : stored.networks) {
    std::ranges::transform(network.parameters,
                           model.parameters_of(model.member(parse_role(network.name))).begin(),
                           [](double value) { return static_cast<T>(value); });
  }
  model.add_objective_parameters(stored.objective_parameters.size());
  std::ranges::transform(stored.objective_parameters, model.objective_parameters().begin(),
                         [](double value) { return static_cast<T>(value); });
  model.settings = stored.settings;
  return model;
}

template <math::Real T>
StoredModel to_stored(const Model<T>& model) {
  StoredModel stored;
  stored.settings = model.settings;
  for (const auto& member : model.members()) {
    const auto parameters = model.parameters_of(member);
    stored.networks.push_back({member.name(), member.network.spec().text,
                               member.network.input_shape(), member.normalization,
                               std::vector<double>(parameters.begin(), parameters.end())});
  }
  const auto own = model.objective_parameters();
  stored.objective_parameters.assign(own.begin(), own.end());
  return stored;
}

template void write_model<float>(const std::string&, const Model<float>&);
template void write_model<double>(const std::string&, const Model<double>&);
template Model<float> to_model<float>(const StoredModel&);
template Model<double> to_model<double>(const StoredModel&);
template StoredModel to_stored<float>(const Model<float>&);
template StoredModel to_stored<double>(const Model<double>&);

}  // namespace infomax::model
