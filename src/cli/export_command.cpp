// SPDX-License-Identifier: BSD-3-Clause
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/field.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/exporters/export.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/any_model.hpp"

namespace infomax::cli {
namespace {

struct ExportConfig {
  std::string model;
  std::string output;
  std::optional<exporters::ExportFormat> format;  ///< unset: by the name of the output
  std::string name;                               ///< empty: by the name of the output
  bool overwrite = false;
  analysis::EncoderOptions encoder;
};

const FieldTable<ExportConfig>& export_fields() {
  static const FieldTable<ExportConfig> fields = [] {
    using Config = ExportConfig;
    FieldTable<Config> table;
    table.group("Export")
        .add("model", &Config::model, "FILE",
             "model.h5 of a run, its directory, or one of its checkpoints")
        .add("output", &Config::output, "FILE", "file to write")
        .add(
            "format", &Config::format, "FORMAT",
            "onnx (preprocessing and encoder as a graph that ONNX Runtime, OpenCV and others run), "
            "c (both as a header of C99 that needs nothing but libm) or npz (preprocessing and "
            "weights as arrays of NumPy); default by the ending of `output`")
        .add("name", &Config::name, "NAME",
             "what names in a header of C begin with; default: the name of `output`")
        .add("overwrite", &Config::overwrite, "", "replace an existing file")
        .include(&Config::encoder, analysis::representation_fields());
    return table;
  }();
  return fields;
}

}  // namespace

OptionTable export_options() {
  OptionTable options(
      "export",
      "infomax export --model RUN/model.h5 --output FILE.onnx|FILE.npz|FILE.h [OPTIONS]\n\n"
      "Writes an encoder for other programs. As ONNX, opset 13, it is a graph that takes rows as\n"
      "their file has them, as float (token ids as int64), any number at a time; does the\n"
      "preprocessing; and gives what `infomax encode` gives, to rounding. Of sequences that may\n"
      "be of different lengths it takes their lengths as a second input, int32. Where training\n"
      "split rows into two views, it takes the columns of its own. Metadata tell the objective,\n"
      "the encoder, the data's fingerprint and the version. As .npz, preprocessing and weights\n"
      "are arrays by the names that model.h5 has for them. As .h, a header of C99 and C++ has a\n"
      "function NAME_encode(row, output), which reads a row as its file has it, as float, and\n"
      "writes its representation. It needs libm alone, allocates nothing, and may run in several\n"
      "threads at once. It has all layers but those of sequences and of views side by side\n"
      "(`--network` chooses one), and at most 4 million parameters. For example\n\n"
      "  infomax export --model runs/first --output encoder.onnx\n"
      "  infomax export --model runs/first/model.h5 --layer 0 --output first-layer.onnx\n"
      "  infomax export --model runs/first --output weights.npz\n"
      "  infomax export --model runs/first --output encoder.h --name first");
  options.add(export_fields());
  return options;
}

int export_encoder(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("model", "runs/first/model.h5");
  options.require("output", "encoder.onnx");
  const auto config = options.read(export_fields());
  const auto format =
      config.format ? *config.format : exporters::export_format_of_name(config.output);
  exporters::require_format(format);
  if (format == exporters::ExportFormat::c) {
    (void)exporters::c_prefix(config.name, config.output);
  } else if (!config.name.empty()) {
    throw UsageError("`name` names what a header of C defines; leave it out, or give `format` c");
  }
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(config.output, config.overwrite);
      refuse_input(config.output, {config.model});
    }
  });
  const auto stored = train::read_any_model(communicator, config.model);
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      const auto content =
          exporters::export_encoder(stored, config.encoder, format, config.output, config.name);
      log::info(fmt::format("wrote {}: {}", config.output, content));
    }
  });
  return 0;
}

}  // namespace infomax::cli
