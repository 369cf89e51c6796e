// SPDX-License-Identifier: BSD-3-Clause
#include "compare/content.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>

#include "infomax/core/checksum.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/train/fingerprint.hpp"
#include "train/derived.hpp"

namespace infomax::compare {
namespace {

/// What the trials read of one file.
struct ReadSets {
  std::set<std::string> rows;    ///< data sets of numbers
  std::set<std::string> labels;  ///< data sets that may be strings
};

/// Collective. The data sets that a training reads; says how their sequences are read.
void add_sets(data::Datasets& file, const train::Config& config, ReadSets& sets) {
  const auto pair = train::pair_settings(config);
  model::expect_sequences(file, pair, {});
  sets.rows.insert(pair.x_path);
  if (pair.reads_second_data_set()) {
    (pair.meaning().has_targets() ? sets.labels : sets.rows).insert(pair.y_path);
  }
  if (pair.meaning().is_lagged && file.has(pair.lengths_path)) {
    sets.rows.insert(pair.lengths_path);
  }
}

/// Collective.
void describe_sets(const mpi::Communicator& communicator, data::Datasets& file,
                   const ReadSets& sets, std::vector<std::string>& lines) {
  for (const std::string& path : sets.labels) {
    file.expect_labels(path);
  }
  std::set<std::string> all = sets.rows;
  all.insert(sets.labels.begin(), sets.labels.end());
  for (const std::string& path : all) {
    const data::Blocks blocks(file.shape(path).rows);
    const auto rows = file.load(path, blocks.shard(communicator.rank(), communicator.size()));
    lines.push_back(fmt::format("{}: {}", path, train::fingerprint(communicator, rows)));
  }
}

/// The files that trials validate by, other than a part of their own rows, and what they read.
std::map<std::string, std::vector<const train::Config*>> validation_files(const Plan& plan) {
  std::map<std::string, std::vector<const train::Config*>> files;
  for (const train::Config& trial : plan.trials) {
    if (trial.validation && !trial.validation->file.empty()) {
      files[trial.validation->file].push_back(&trial);
    }
  }
  return files;
}

}  // namespace

std::vector<std::string> describe_contents(const mpi::Communicator& communicator,
                                           data::DatasetFile& file, const Plan& plan) {
  ReadSets sets;
  for (const train::Config& trial : plan.trials) {
    add_sets(file, trial, sets);
  }
  const Options& options = plan.options;
  if (options.score == Score::probe || options.folds.kind == FoldKind::stratified) {
    sets.labels.insert(label_path(plan));
  }
  std::vector<std::string> lines;
  describe_sets(communicator, file, sets, lines);
  for (const auto& [name, trials] : validation_files(plan)) {
    data::DatasetFile other(communicator, name);
    ReadSets of_file;
    for (const train::Config* trial : trials) {
      add_sets(other, *trial, of_file);
    }
    const std::size_t before = lines.size();
    describe_sets(communicator, other, of_file, lines);
    for (std::size_t k = before; k < lines.size(); ++k) {
      lines[k] = fmt::format("validation {}", lines[k]);
    }
    other.close();
  }
  return lines;
}

std::string describe_all_folds(Folds& folds, const Options& options) {
  std::uint32_t sum = 0;
  for (std::size_t repeat = 0; repeat < options.seeds; ++repeat) {
    for (std::size_t fold = 0; fold < options.folds.count; ++fold) {
      for (const data::Stretch& stretch : folds.fold(repeat, fold).held_out.stretches()) {
        const std::array<std::uint64_t, 4> numbers{repeat, fold, stretch.first, stretch.count};
        sum = checksum(std::as_bytes(std::span(numbers)), sum);
      }
    }
  }
  return fmt::format("folds {:08x}", sum);
}

}  // namespace infomax::compare
