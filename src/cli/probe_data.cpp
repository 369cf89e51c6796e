// SPDX-License-Identifier: BSD-3-Clause
#include "cli/probe_data.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/analysis/encode.hpp"
#include "infomax/data/group_ids.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/train/any_model.hpp"

namespace infomax::cli {
namespace {

/// Reads the features and the targets of both files.
class Reader {
 public:
  Reader(const mpi::Communicator& communicator, const ProbeFiles& files, std::string x_path)
      : communicator_(communicator), files_(files), x_path_(std::move(x_path)) {}

  /// `read_x(file, blocks, shard, option)` reads or encodes the features of one file.
  template <class ReadX>
  ProbeData read(const ReadX& read_x) {
    ProbeData data{read_file(files_.train, "--train", read_x), std::nullopt};
    if (!files_.test.empty()) {
      data.test = read_file(files_.test, "--test", read_x);
    }
    return data;
  }

 private:
  /// Labels that are strings are numbered by those of the training file.
  template <class ReadX>
  analysis::ProbeRows read_file(const std::string& path, const std::string& option,
                                const ReadX& read_x) {
    data::DatasetFile file(communicator_, path);
    const auto x = file.shape(x_path_);
    file.expect_labels(files_.y, classes_);
    classes_ = file.text_classes(files_.y);
    data::require_equal_rows(x, file.shape(files_.y));
    const data::Blocks blocks(x.rows);
    const auto shard = blocks.shard(communicator_.rank(), communicator_.size());
    std::vector<std::uint64_t> groups;
    if (option == "--train" && !files_.groups.empty()) {
      groups = data::load_group_ids(communicator_, path, files_.groups, x, shard);
    }
    analysis::ProbeRows rows{blocks, read_x(file, blocks, shard, option),
                             file.load(files_.y, shard),
                             file.names(files_.y, data::classes_attribute), std::move(groups)};
    file.close();
    return rows;
  }

  const mpi::Communicator& communicator_;
  const ProbeFiles& files_;
  std::string x_path_;
  std::vector<std::string> classes_;
};

template <math::Real T>
ProbeData read_represented(const mpi::Communicator& communicator, const ProbeFiles& files,
                           const model::StoredModel& stored) {
  const auto path = analysis::Encoder<T>(model::to_model<T>(stored), files.encoder).path();
  return Reader(communicator, files, path)
      .read([&](data::DatasetFile& file, const data::Blocks& blocks, const data::Shard& /*shard*/,
                const std::string& option) {
        const auto model = model::to_model<T>(analysis::fitted_to(stored, files.encoder, file));
        analysis::Encoder<T> encoder(model, files.encoder);
        WorkProgress progress(files.progress.on(communicator), "encoding " + option);
        return analysis::encode_rows(communicator, file, blocks, encoder, progress);
      });
}

/// The same numbers must mean the same classes.
void require_same_names(const ProbeData& data) {
  if (!data.test) {
    return;
  }
  const auto& train = data.train.classes;
  const auto& test = data.test->classes;
  if (!train.empty() && !test.empty() && train != test) {
    const auto [a, b] = std::ranges::mismatch(train, test);
    const auto name = [](const auto& names, auto at) { return at == names.end() ? "none" : *at; };
    throw DataError(
        fmt::format("{} and {} have different names for their classes (class {}: {} and {}); "
                    "import one --like the "
                    "other",
                    data.train.y.where(), data.test->y.where(), a - train.begin(), name(train, a),
                    name(test, b)));
  }
}

ProbeData read(const mpi::Communicator& communicator, const ProbeFiles& files) {
  if (files.model.empty()) {
    const std::string x_path = files.encoder.path.empty() ? "/x" : files.encoder.path;
    return Reader(communicator, files, x_path)
        .read([&](data::DatasetFile& file, const data::Blocks& /*blocks*/, const data::Shard& shard,
                  const std::string& /*option*/) {
          const data::Rows rows = file.load(x_path, shard);
          return rows.has_lengths() ? rows.padded() : rows;
        });
  }
  const auto stored = train::read_any_model(communicator, files.model);
  return stored.settings.at("precision") == "float"
             ? read_represented<float>(communicator, files, stored)
             : read_represented<double>(communicator, files, stored);
}

}  // namespace

ProbeData read_probe_data(const mpi::Communicator& communicator, const ProbeFiles& files) {
  auto data = read(communicator, files);
  require_same_names(data);
  return data;
}

}  // namespace infomax::cli
