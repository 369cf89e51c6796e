// SPDX-License-Identifier: BSD-3-Clause
#include "data/text_labels.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <unordered_map>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t strings_at_once = 65536;

/// Calls use(row, string) for rows [first, first + count).
template <class Use>
void for_each_text(const std::filesystem::path& path, const std::string& dataset, std::size_t first,
                   std::size_t count, const Use& use) {
  const hdf5::File file = hdf5::File::open(path);
  for (std::size_t done = 0; done < count; done += strings_at_once) {
    const auto texts = file.texts(dataset, first + done, std::min(strings_at_once, count - done));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      use(first + done + i, texts[i]);
    }
  }
}

std::vector<std::string> broadcast(const mpi::Communicator& communicator,
                                   const std::set<std::string>& on_root) {
  std::uint64_t count = on_root.size();
  communicator.broadcast(std::span<std::uint64_t>(&count, 1), 0);
  std::vector<std::string> texts(on_root.begin(), on_root.end());
  texts.resize(count);
  for (std::string& text : texts) {
    text = communicator.broadcast(text, 0);
  }
  return texts;
}

std::string listed(const std::vector<std::string>& classes) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, classes.size()); ++i) {
    text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", classes[i]);
  }
  return text + (classes.size() > most ? fmt::format(" and {} more", classes.size() - most) : "");
}

}  // namespace

std::vector<std::string> find_text_classes(const mpi::Communicator& communicator,
                                           const std::vector<FileStretch>& stretches,
                                           const std::string& dataset, const std::string& where) {
  std::set<std::string> found;
  mpi::together(communicator, [&] {
    if (!communicator.is_root()) {
      return;
    }
    for (const FileStretch& stretch : stretches) {
      for_each_text(stretch.path, dataset, stretch.first, stretch.count,
                    [&](std::size_t /*row*/, const std::string& text) {
                      if (found.insert(text).second && found.size() > most_classes) {
                        throw DataError(fmt::format(
                            "{} has more than {} different strings; if they are not classes, "
                            "store numbers",
                            where, most_classes));
                      }
                    });
    }
    if (found.empty()) {
      throw DataError(where + " has no rows; write some before training on it");
    }
  });
  auto classes = broadcast(communicator, found);
  log::info_once("labels of " + where, fmt::format("labels     {} holds strings: {} classes, {}",
                                                   where, classes.size(), listed(classes)));
  return classes;
}

void read_text_labels(const std::vector<FileStretch>& stretches, const std::string& dataset,
                      const std::vector<std::string>& classes, Rows& rows) {
  std::unordered_map<std::string, std::int32_t> numbers;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    numbers.emplace(classes[c], static_cast<std::int32_t>(c));
  }
  const std::span<std::byte> out = rows.bytes();
  const std::span labels(reinterpret_cast<std::int32_t*>(out.data()),
                         out.size() / sizeof(std::int32_t));
  for (const FileStretch& stretch : stretches) {
    const auto use = [&](std::size_t in_file, const std::string& text) {
      const std::size_t row = in_file - stretch.first + stretch.start;
      const auto found = numbers.find(text);
      if (found == numbers.end()) {
        throw DataError(
            fmt::format("{} has the label \"{}\" at row {}, which is none of the {} classes {}; "
                        "use data with the classes the model was trained on",
                        rows.where(), text, row, classes.size(), listed(classes)));
      }
      labels[row - rows.first_row()] = found->second;
    };
    for_each_text(stretch.path, dataset, stretch.first, stretch.count, use);
  }
}

}  // namespace infomax::data
