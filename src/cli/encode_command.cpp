// SPDX-License-Identifier: BSD-3-Clause
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "cli/canonical_output.hpp"
#include "cli/cli.hpp"
#include "cli/progress_options.hpp"
#include "cli/runtime.hpp"
#include "infomax/analysis/encode.hpp"
#include "infomax/core/checksum.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/core/version.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/any_model.hpp"

namespace infomax::cli {
namespace {

struct EncodeConfig {
  std::string model;
  std::string data;
  std::string output;
  bool overwrite = false;
  std::optional<analysis::EncodingFormat> format;  ///< unset: by the name of the output
  std::optional<std::string> labels;               ///< unset: /y where there is one
  bool canonical = false;
  std::string fit;  ///< empty: the data that the model was trained on
  analysis::EncoderOptions encoder;
  ProgressOptions progress;
  measure::ThreadOptions machine;
};

const FieldTable<EncodeConfig>& encode_fields() {
  static const FieldTable<EncodeConfig> fields = [] {
    using Config = EncodeConfig;
    FieldTable<Config> table;
    table.group("Encoding")
        .add("model", &Config::model, "FILE",
             "model.h5 of a run, its directory, or one of its checkpoints")
        .add("data", &Config::data, "FILE", "data set file to encode")
        .add("output", &Config::output, "FILE", "file to write")
        .add("overwrite", &Config::overwrite, "", "replace an existing file")
        .add("format", &Config::format, "FORMAT",
             "hdf5 (/x, and what follows), or npy (the representations alone); default npy where "
             "the name of `output` ends in .npy, else hdf5")
        .add("labels", &Config::labels, "PATH",
             "data set of `data` that is copied to /y, strings as the numbers of their classes; "
             "default /y if there is one that can be copied; none = no copy")
        .group("Canonical variates")
        .add("canonical", &Config::canonical, "",
             "write canonical variates (of `pair` lag: singular functions) in the place of the "
             "outputs, of mean 0 and variance 1 on the data that they are fitted to, with "
             "/canonical_correlations beside them, of `pair` lag also /timescales, and, where an "
             "encoder is linear, /weights_a and /shift_a (or _b): variates = (x - shift) weights")
        .add("fit", &Config::fit, "FILE",
             "data set file that canonical variates are fitted to; default the rows that the model "
             "was trained on")
        .include(&Config::encoder, analysis::encoder_fields())
        .include(&Config::progress, progress_fields())
        .include(&Config::machine, measure::thread_fields());
    return table;
  }();
  return fields;
}

/// The data sets of the input that are copied: labels, and the lengths of trajectories. What was
/// not asked for and cannot be copied is left out.
std::map<std::string, std::string> copies(const mpi::Communicator& communicator,
                                          data::DatasetFile& file, const std::string& x,
                                          const EncodeConfig& config) {
  std::map<std::string, std::string> copied;
  if (config.labels && *config.labels != "none") {
    copied[*config.labels] = "/y";
  }
  const auto shape = file.shape(x);
  const auto add_if_possible = [&](const std::string& name, const std::string& advice) {
    if (!file.has(name)) {
      return;
    }
    if (const auto why = analysis::obstacle_to_copy(communicator, config.data, name, shape)) {
      log::warning(fmt::format("{} is not copied: {}{}", name, *why, advice));
    } else {
      copied[name] = name;
    }
  };
  if (!config.labels) {
    add_if_possible("/y", "; give `labels` another data set to copy, or none");
  }
  add_if_possible("/lengths", "");
  return copied;
}

/// The attributes that tell where the representations come from.
template <math::Real T>
std::map<std::string, std::string> origin(const mpi::Communicator& communicator,
                                          const EncodeConfig& config,
                                          const analysis::Encoder<T>& encoder) {
  const std::string model = train::model_file(config.model);
  std::string checksum;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      checksum = file_checksum(model);
    }
  });
  const auto absolute = [](const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
  };
  return {{"encoded_by", fmt::format("infomax {}", version)},
          {"model", absolute(model)},
          {"model_checksum", communicator.broadcast(checksum, 0)},
          {"encoder", encoder.network().spec().text},
          {"network", encoder.member().name()},
          {"layer", encoder.layer() ? fmt::format("{}", *encoder.layer()) : "output"},
          {"pool", FieldText<analysis::Pool>::format(config.encoder.pool)},
          {"data", absolute(config.data)},
          {"data_path", encoder.path()}};
}

/// The options by which the network of the canonical side encodes rows.
analysis::EncoderOptions encoder_options(const EncodeConfig& config,
                                         const model::PairSettings& pair) {
  auto options = config.encoder;
  if (config.canonical && !pair.meaning().has_two_views()) {
    options.side = "b";
  }
  // Canonical variates are those of what the objective was given.
  options.projected = options.projected || config.canonical;
  return options;
}

template <math::Real T>
void encode_in(const mpi::Communicator& communicator, const EncodeConfig& config,
               const model::StoredModel& stored) {
  const Stopwatch stopwatch;
  const auto pair = model::PairSettings::from_settings(stored.settings);
  if (config.canonical && pair.meaning().joins_views) {
    throw UsageError(
        "--canonical is of two sides, and the model is one of several views, whose outputs are "
        "their variates already; leave it out");
  }
  const auto options = encoder_options(config, pair);
  data::DatasetFile file(communicator, config.data);
  const auto model = model::to_model<T>(analysis::fitted_to(stored, options, file));
  analysis::Encoder<T> encoder(model, options);
  analysis::EncodingFile written{config.output, config.format.value(), {}, {}};
  if (config.format == analysis::EncodingFormat::hdf5) {
    written.copies = copies(communicator, file, encoder.path(), config);
    written.attributes = origin(communicator, config, encoder);
    if (pair.meaning().joins_views && options.side.empty()) {
      written.attributes["view_outputs"] = stored.settings.at("view-outputs");
    }
  }
  if (config.canonical) {
    make_canonical<T>(communicator,
                      {config.model, config.fit, config.encoder.side, config.encoder.micro_batch},
                      stored, encoder, written);
  }
  WorkProgress progress(config.progress.on(communicator), "encoding");
  const auto rows = analysis::encode_file(communicator, file, encoder, written, progress);
  file.close();
  std::string copied;
  for (const auto& [name, new_name] : written.copies) {
    copied += fmt::format(", {}", new_name);
  }
  for (const auto& table : written.tables) {
    copied += fmt::format(", {}", table.name);
  }
  const double seconds = stopwatch.elapsed_s();
  log::info(fmt::format("wrote {}: /x {} x {} {}{}, in {:.1f} s ({} rows/s)", config.output, rows,
                        encoder.columns(), hdf5::name(hdf5::element_type_of<T>()), copied, seconds,
                        grouped_text(static_cast<double>(rows) / seconds)));
}

}  // namespace

OptionTable encode_options() {
  OptionTable options(
      "encode",
      "infomax encode --model RUN/model.h5 --data FILE --output FILE [OPTIONS]\n\n"
      "Computes the representations of all rows of a data set, on any number of ranks, and writes\n"
      "them in the order of the rows: as /x of an HDF5 file, which is a data set again, or as a\n"
      "NumPy array. Rows are read and written a few at a time, so neither file has to fit into\n"
      "memory. With --canonical, they are canonical variates or singular functions, fitted to the\n"
      "training data. For example\n\n"
      "  mpirun -n 4 infomax encode --model runs/first/model.h5 --data test.h5 --output codes.h5\n"
      "  mpirun -n 4 infomax encode --model runs/dcca --canonical --data test.h5 --output u.h5");
  options.add(encode_fields());
  return options;
}

int encode(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("model", "runs/first/model.h5");
  options.require("data", "test.h5");
  options.require("output", "codes.h5");
  auto config = options.read(encode_fields());
  if (!config.format) {
    config.format = analysis::format_of_name(config.output);
  }
  if (config.format == analysis::EncodingFormat::npy && config.labels) {
    throw UsageError("--labels is for the format hdf5; a .npy file holds one array");
  }
  if (!config.canonical && !config.fit.empty()) {
    throw UsageError("--fit is for --canonical, which is missing");
  }
  if (config.canonical && config.encoder.pool != analysis::Pool::none) {
    throw UsageError(
        "--canonical and --pool contradict each other: canonical variates are those of the "
        "network's output, which has no places; leave one out");
  }
  if (config.canonical && config.encoder.layer) {
    throw UsageError(
        "--canonical and --layer contradict each other: canonical variates are those of the "
        "network's output; leave one out");
  }
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(config.output, config.overwrite);
      refuse_input(config.output, {config.model, config.data});
    }
  });
  (void)prepare_compute(communicator, config.machine);
  const auto stored = train::read_any_model(communicator, config.model);
  if (stored.settings.at("precision") == "float") {
    encode_in<float>(communicator, config, stored);
  } else {
    encode_in<double>(communicator, config, stored);
  }
  return 0;
}

}  // namespace infomax::cli
