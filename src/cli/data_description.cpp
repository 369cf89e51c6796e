// SPDX-License-Identifier: BSD-3-Clause
#include "cli/data_description.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/data_statistics.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/names.hpp"

namespace infomax::cli {
namespace {

constexpr std::array names_attributes{data::columns_attribute, data::classes_attribute,
                                      data::tokens_attribute};

/// How many of a data set's strings are shown.
constexpr std::size_t most_texts = 3;

/// Adds an attribute, unless it is another program's, of the same name and another kind.
template <class Read>
void add_if_of_kind(Json& description, const char* name, const Read& read) {
  try {
    description[name] = read();
  } catch (const DataError&) {
    description.erase(name);
  }
}

Json describe_dataset(const hdf5::File& file, const std::string& path) {
  try {
    if (file.holds_texts(path)) {
      const std::size_t rows = file.text_count(path);
      return {{"rows", rows},
              {"type", "text"},
              {"first", file.texts(path, 0, std::min(rows, most_texts))}};
    }
    const auto dataset = file.dataset(path);
    Json described{{"shape", dataset.shape()},
                   {"type", hdf5::name(dataset.element_type())},
                   {"rows", dataset.rows()},
                   {"features", dataset.features()}};
    if (const auto chunk = dataset.chunk_shape(); !chunk.empty()) {
      described["chunks"] = chunk;
      described["filters"] = dataset.filters();
    }
    for (const char* names : names_attributes) {
      if (const auto found = data::read_names(file, path, names); !found.empty()) {
        described[names] = found;
      }
    }
    return described;
  } catch (const DataError& error) {
    return {{"unusable", error.what()}};
  }
}

/// The steps of the sequences of a data set that has lengths or offsets beside it; null where it
/// has none, or none that can be read.
Json describe_steps(const hdf5::File& file, const std::string& path) {
  const std::string lengths = data::lengths_of(path);
  const std::string offsets = data::offsets_of(path);
  const bool flat = file.exists(offsets);
  if (!flat && !file.exists(lengths)) {
    return nullptr;
  }
  try {
    const auto dataset = file.dataset(flat ? offsets : lengths);
    if (dataset.features() != 1 || !hdf5::is_integer(dataset.element_type())) {
      return nullptr;
    }
    auto steps = dataset.read_all<std::int64_t>();
    if (flat) {
      std::adjacent_difference(steps.begin(), steps.end(), steps.begin());
      steps.erase(steps.begin());
    }
    if (steps.empty()) {
      return nullptr;
    }
    std::ranges::sort(steps);
    return {{"sequences", steps.size()},
            {"min", steps.front()},
            {"median", steps[(steps.size() - 1) / 2]},
            {"max", steps.back()}};
  } catch (const DataError&) {
    return nullptr;
  }
}

/// The lines of an object: its name below its group, what it is, and its names.
std::string tree_lines(const hdf5::TreeEntry& entry, const Json& datasets) {
  const auto depth = static_cast<std::size_t>(std::ranges::count(entry.path, '/'));
  const std::string indent(2 * (depth - 1), ' ');
  const std::string name = depth == 1 ? entry.path : entry.path.substr(entry.path.rfind('/') + 1);
  std::string text = fmt::format("{}{:<16} {}", indent, name, hdf5::describe(entry));
  const auto known = datasets.find(entry.path);
  if (known == datasets.end()) {
    return text + "\n";
  }
  if (entry.kind == hdf5::ObjectKind::link && known->contains("shape")) {
    text += fmt::format(" ({} {})",
                        fmt::join(known->at("shape").get<std::vector<std::size_t>>(), " x "),
                        known->at("type").get<std::string>());
  }
  if (known->contains("features") && entry.shape.size() > 2) {
    text += fmt::format(", {} features", known->at("features").get<std::size_t>());
  }
  if (entry.is_numbers && known->contains("unusable")) {
    text += fmt::format(" (unusable: {})", known->at("unusable").get<std::string>());
  }
  text += '\n';
  if (known->contains("steps")) {
    const Json& steps = known->at("steps");
    text +=
        fmt::format("{}  {:<14} {} of {} to {} steps, median {}\n", indent, "sequences",
                    steps.at("sequences").get<std::size_t>(), steps.at("min").get<std::int64_t>(),
                    steps.at("max").get<std::int64_t>(), steps.at("median").get<std::int64_t>());
  }
  if (known->contains("chunks") && !known->contains("link")) {
    const auto filters = known->at("filters").get<std::vector<std::string>>();
    text += fmt::format("{}  {:<14} {}{}{}\n", indent, "chunks",
                        fmt::join(known->at("chunks").get<std::vector<std::size_t>>(), " x "),
                        filters.empty() ? "" : ", ", fmt::join(filters, ", "));
  }
  if (known->contains("statistics")) {
    text += statistics_lines(known->at("statistics"), indent);
  }
  for (const char* names : names_attributes) {
    if (known->contains(names)) {
      text += fmt::format("{}  {:<14} {}\n", indent, names, in_one_line(known->at(names)));
    }
  }
  return text;
}

}  // namespace

std::string in_one_line(const Json& value) {
  constexpr std::size_t most = 12;
  if (value.is_array() && value.size() > most && value.front().is_string()) {
    const Json first(Json::array_t(value.begin(), value.begin() + most));
    return fmt::format("{} and {} more", json_text(first), value.size() - most);
  }
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

Json describe_data(const hdf5::File& file) {
  Json datasets = Json::object();
  const hdf5::Tree tree = file.tree();
  for (const hdf5::TreeEntry& entry : tree.entries) {
    const bool is_link = entry.kind == hdf5::ObjectKind::link;
    if (entry.kind == hdf5::ObjectKind::dataset || (is_link && !file.is_group(entry.path))) {
      datasets[entry.path] = describe_dataset(file, entry.path);
      if (auto steps = describe_steps(file, entry.path); !steps.is_null()) {
        datasets[entry.path]["steps"] = std::move(steps);
      }
      if (is_link) {
        datasets[entry.path]["link"] = entry.type;
      }
    }
  }
  Json description{{"kind", "data"}, {"datasets", datasets}};
  if (!tree.is_complete) {
    description["complete"] = false;
  }
  for (const char* known : {"canonical_correlations", "mutual_information", "timescales"}) {
    if (file.has_attribute("/", known)) {
      add_if_of_kind(description, known, [&] { return Json(file.reals_attribute("/", known)); });
    }
  }
  for (const char* origin : {"encoded_by", "model", "model_checksum", "encoder", "network", "layer",
                             "pool", "data", "data_path"}) {
    if (file.has_attribute("/", origin)) {
      add_if_of_kind(description, origin, [&] { return Json(file.string_attribute("/", origin)); });
    }
  }
  return description;
}

std::string data_tree(const hdf5::File& file, const Json& description) {
  constexpr std::size_t most_lines = 200;
  const hdf5::Tree tree = file.tree();
  std::string text = fmt::format("{:<16} {}\n", "kind", "data");
  const std::size_t shown = std::min(most_lines, tree.entries.size());
  for (std::size_t k = 0; k < shown; ++k) {
    text += tree_lines(tree.entries[k], description.at("datasets"));
  }
  if (shown < tree.entries.size()) {
    text += fmt::format("and {}{} more\n", tree.is_complete ? "" : "at least ",
                        tree.entries.size() - shown);
  } else if (!tree.is_complete) {
    text += "and more, in groups that lie deeper\n";
  }
  for (const auto& [name, value] : description.items()) {
    if (name != "kind" && name != "datasets" && name != "complete") {
      text += fmt::format("{:<16} {}\n", name, in_one_line(value));
    }
  }
  return text;
}

}  // namespace infomax::cli
