// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/data_description.hpp"
#include "cli/data_statistics.hpp"
#include "cli/runtime.hpp"
#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/field.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/train/any_model.hpp"
#include "infomax/train/checkpoint.hpp"

namespace infomax::cli {
namespace {

/// The layers of a network: of each its items, the shape of what it makes of a sample, its
/// parameters and the multiply-adds of its matrix products for one row.
Json describe_layers(const model::StoredNetwork& stored) {
  const nn::Graph graph(nn::parse_spec(stored.spec), stored.input);
  Json layers = Json::array();
  double multiply_adds = 0.0;
  for (const auto& node : graph.nodes()) {
    if (node.inputs.empty()) {
      continue;  // the input
    }
    layers.push_back({{"item", node.item},
                      {"output", nn::to_string(node.output)},
                      {"parameters", node.parameter_count},
                      {"multiply_adds", node.product.multiply_adds()}});
    multiply_adds += node.product.multiply_adds();
  }
  return {{"input", nn::to_string(stored.input)},
          {"output", nn::to_string(graph.nodes().back().output)},
          {"parameters", graph.parameter_count()},
          {"multiply_adds", multiply_adds},
          {"layers", layers}};
}

Json describe_model(const std::string& path) {
  const auto stored = model::read_model(path);
  Json networks = Json::object();
  Json layers = Json::object();
  for (const auto& network : stored.networks) {
    networks[network.name] = {{"encoder", network.spec},
                              {"inputs", network.input.size()},
                              {"parameters", network.parameters.size()}};
    layers[network.name] = describe_layers(network);
  }
  return {
      {"kind", "model"}, {"networks", networks}, {"layers", layers}, {"settings", stored.settings}};
}

/// The layers of a network as a table, one a line, with the totals.
std::string layer_table(const Json& network, const std::string& indent) {
  std::size_t width = std::string_view("layer").size();
  for (const auto& layer : network.at("layers")) {
    width = std::max(width, layer.at("item").get_ref<const std::string&>().size());
  }
  std::string text;
  const auto line = [&](std::string_view item, const std::string& output,
                        const std::string& parameters, const std::string& multiply_adds) {
    text += fmt::format("{}{:<{}}  {:>12}  {:>12}  {:>13}\n", indent, item, width, output,
                        parameters, multiply_adds);
  };
  const auto count = [](const Json& number) { return fmt::format("{:.0f}", number.get<double>()); };
  line("layer", "output", "parameters", "multiply-adds");
  line("input", network.at("input"), "", "");
  for (const auto& layer : network.at("layers")) {
    line(layer.at("item").get_ref<const std::string&>(), layer.at("output"),
         count(layer.at("parameters")), count(layer.at("multiply_adds")));
  }
  line("total", network.at("output"), count(network.at("parameters")),
       count(network.at("multiply_adds")));
  return text;
}

Json describe_settings(const std::string& ini) {
  Json settings = Json::object();
  for (const auto& [name, text] : parse_ini(ini)) {
    settings[name] = text;
  }
  return settings;
}

/// Throws DataError where the checkpoint is damaged, so that all that is shown can be resumed from.
Json describe_checkpoint(const std::string& path) {
  const auto checkpoint = train::read_checkpoint(path);
  const auto record = parse_json(checkpoint.text("record"));
  Json arrays = Json::object();
  for (const auto& [name, array] : checkpoint.arrays()) {
    arrays[name] = {{"elements", array.elements}, {"type", hdf5::name(array.type)}};
  }
  return {{"kind", "checkpoint"},
          {"whole", true},
          {"step", checkpoint.step},
          {"samples", record.at("samples")},
          {"seconds", record.at("seconds")},
          {"data", checkpoint.text("data")},
          {"arithmetic", checkpoint.text("arithmetic")},
          {"arrays", arrays},
          {"settings", describe_settings(checkpoint.text("config"))}};
}

Json describe(const std::string& path) {
  const auto file = hdf5::File::open(path);
  if (file.has_text("/", "format", train::checkpoint_format)) {
    return describe_checkpoint(path);
  }
  return file.has_text("/", "format", model::model_format) ? describe_model(path)
                                                           : describe_data(file);
}

/// Appends indented lines, each a name and its value.
void append_lines(const Json& node, const std::string& indent, std::string& text) {
  for (const auto& [name, child] : node.items()) {
    if (child.is_object() && child.contains("layers") && child.contains("multiply_adds")) {
      text += fmt::format("{}{}\n{}", indent, name, layer_table(child, indent + "  "));
    } else if (child.is_object()) {
      text += fmt::format("{}{}\n", indent, name);
      append_lines(child, indent + "  ", text);
    } else {
      text += fmt::format("{}{:<16} {}\n", indent, name, in_one_line(child));
    }
  }
}

struct InspectConfig {
  std::string file;
  bool statistics = false;
  bool json = false;
};

const FieldTable<InspectConfig>& inspect_fields() {
  static const FieldTable<InspectConfig> fields = [] {
    FieldTable<InspectConfig> table;
    table.group("Inspection")
        .add("file", &InspectConfig::file, "FILE",
             "HDF5 file, or the directory of a run with model.h5; the option's name may be omitted")
        .add(
            "statistics", &InspectConfig::statistics, "",
            "read all numbers once, the ranks together, and show of each data set: least and "
            "largest "
            "number, mean, deviation, a histogram, columns of one number, and numbers that are not "
            "finite; with `json` also of each column")
        .add("json", &InspectConfig::json, "", "print one JSON object");
    return table;
  }();
  return fields;
}

}  // namespace

OptionTable inspect_options() {
  OptionTable options(
      "inspect",
      "infomax inspect FILE [--statistics] [--json]\n\n"
      "Shows what is in an HDF5 file (groups, data sets, shapes, element types, chunks and "
      "filters), "
      "in a model "
      "(networks,\n"
      "the shape, parameters and multiply-adds of each layer, objective, pair, preprocessing) or "
      "in a\n"
      "checkpoint (step, settings, state), of which it checks every byte.");
  options.add(inspect_fields());
  options.take_positional("file", 1);
  return options;
}

int inspect(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("file", "runs/first/model.h5");
  const auto config = options.read(inspect_fields());
  const std::string path = train::model_file(config.file);
  Json description;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      description = describe(path);
      if (config.statistics && description.at("kind") != "data") {
        throw UsageError(fmt::format("`statistics` are of the rows of data, and {} is a {}", path,
                                     description.at("kind").get<std::string>()));
      }
    }
  });
  if (config.statistics) {
    add_statistics(communicator, path, description);
  }
  mpi::together(communicator, [&] {
    if (!communicator.is_root()) {
      return;
    }
    std::string text;
    if (config.json) {
      text = json_text(description) + "\n";
    } else if (description.at("kind") == "data") {
      text = data_tree(hdf5::File::open(path), description);
    } else {
      append_lines(description, "", text);
    }
    print_result(communicator, text);
  });
  return 0;
}

}  // namespace infomax::cli
