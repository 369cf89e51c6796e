// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/importers/importer.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::cli {
namespace {

struct ImportConfig {
  std::string x;
  std::string y;
  std::string output;
  bool overwrite = false;
  std::string like;
  importers::TableOptions table;
  importers::ReadingOptions reading;
  std::optional<double> test_fraction;
  std::string test_output;
  std::uint64_t seed = 1;
};

const FieldTable<ImportConfig>& import_fields() {
  static const FieldTable<ImportConfig> fields = [] {
    using Config = ImportConfig;
    FieldTable<Config> table;
    table.group("Files")
        .add("x", &Config::x, "FILE", "file of the rows, which become /x")
        .add("y", &Config::y, "FILE",
             "file of the labels or targets, as many as rows; all columns of a table")
        .add("output", &Config::output, "FILE", "data set file to write")
        .add("overwrite", &Config::overwrite, "", "replace an existing file")
        .add(
            "like", &Config::like, "FILE",
            "data set file of an earlier import, for data that tests what was trained on it: /x "
            "must have its columns, text labels and tokens get its numbers, categories its columns "
            "and missing cells its fills")
        .include(&Config::table, importers::table_fields())
        .include(&Config::reading, importers::reading_fields());
    table.group("Split")
        .add("test-fraction", &Config::test_fraction, "F",
             "share of the rows, chosen at random, that goes to `test_output` instead of `output`",
             {[](double fraction) { return fraction > 0.0 && fraction < 1.0; },
              "a share of the rows between 0 and 1"})
        .add("test-output", &Config::test_output, "FILE", "data set file to write with these rows")
        .add("seed", &Config::seed, "S", "seed of the choice");
    return table;
  }();
  return fields;
}

std::optional<importers::TestSplit> test_split(const OptionTable& options,
                                               const ImportConfig& config) {
  if (config.test_fraction.has_value() == config.test_output.empty()) {
    throw UsageError(
        fmt::format("import: --test-fraction and --test-output belong together, and "
                    "--test-{} is missing",
                    config.test_fraction ? "output" : "fraction"));
  }
  if (!config.test_fraction) {
    if (options.given("seed")) {
      throw UsageError("import: --seed is for --test-fraction, which is missing");
    }
    return std::nullopt;
  }
  if (std::filesystem::absolute(config.test_output).lexically_normal() ==
      std::filesystem::absolute(config.output).lexically_normal()) {
    throw UsageError("import: --test-output is --output; give two files");
  }
  return importers::TestSplit{*config.test_fraction, config.test_output, config.seed};
}

/// The first few names, separated by commas.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  const std::span<const std::string> shown(names.data(), std::min(most, names.size()));
  return fmt::format("{}{}", fmt::join(shown, ", "), names.size() > most ? ", ..." : "");
}

/// "/y 120 i64 (3 classes: a, b, c)"
std::string describe(const std::string& name, const importers::ImportedDataset& dataset) {
  std::string text =
      fmt::format("{} {} {}", name, fmt::join(dataset.shape, " x "), hdf5::name(dataset.type));
  if (!dataset.classes.empty()) {
    text += fmt::format(" ({} classes: {})", dataset.classes.size(), listed(dataset.classes));
  } else if (!dataset.columns.empty()) {
    text += fmt::format(" ({})", listed(dataset.columns));
  }
  return text;
}

void report(const importers::ImportRequest& request, const importers::Imported& imported) {
  std::string text =
      fmt::format("wrote {}: {}", request.output.string(), describe("/x", imported.x));
  if (imported.y) {
    text += ", " + describe("/y", *imported.y);
  }
  if (imported.trajectories > 0) {
    text += fmt::format(", /lengths {}", imported.trajectories);
  }
  if (imported.has_step_counts) {
    text += ", /x_lengths";
  }
  if (imported.has_ids) {
    text += ", the names of the samples /ids";
  }
  if (request.test) {
    text += fmt::format("; of these rows {} are in {} and {} in {}",
                        imported.x.shape.front() - imported.test_rows, request.output.string(),
                        imported.test_rows, request.test->output.string());
  }
  log::info(text);
}

}  // namespace

OptionTable import_options() {
  OptionTable options(
      "import",
      "infomax import --x FILE [--y FILE | --label COLUMN] --output FILE.h5 [OPTIONS]\n\n"
      "Turns files of another format into a data set file: the rows become /x, the labels or\n"
      "targets /y. The content of a file determines its format:\n\n"
      "  IDX    the MNIST family, plain or .gz; elements keep their type\n"
      "  .npy   NumPy arrays, plain or .gz; booleans become u8\n"
      "  .npz   FILE.npz:/name, an array of an archive of NumPy\n"
      "  CSV    commas, semicolons, tabs or bars, with a header or without, plain or .gz; all "
      "columns\n"
      "         but those of --label, --drop, --index and --id become /x. Cells that are missing "
      "and\n"
      "         columns of text are counted over the whole file and refused, unless --missing and\n"
      "         --categories say what becomes of them\n"
      "  HDF5   FILE.h5:/path, a data set with rows along the first axis; also MATLAB's -v7.3, "
      "whose\n"
      "         matrices are transposed back, AnnData (.h5ad), dense or sparse, and what pandas "
      "stores\n"
      "         by to_hdf(), with --label for a column of obs or of the frame\n"
      "  images PNG, PGM or PPM of one size, [N, H, W] or [N, 3, H, W]; sub-folders are classes\n"
      "  sounds WAV, FLAC and others, a file a row, or cut by --frames, or as log-mel frames by\n"
      "         --frames mel:40; sub-folders are classes\n"
      "  text   numbers of tokens by --tokens, a line a row, or a file of a folder\n\n"
      "FILE may be a folder, a pattern in quotes ('runs/*.npy') or several files with commas "
      "between\n"
      "them. Except for images, whole sounds and texts, each file is a trajectory then, and "
      "/lengths,\n"
      "which --pair lag reads, has their numbers of rows.\n\n"
      "From a table to a test of how well a model's features predict its labels:\n\n"
      "  infomax import --x flowers.csv --label species --drop id --output train.h5 \\\n"
      "      --test-fraction 0.2 --test-output test.h5\n"
      "  infomax train --data train.h5 --normalize standardize --encoder dense:64,tanh,dense:8 \\\n"
      "      --epochs 50 --output runs/flowers\n"
      "  infomax probe --model runs/flowers/model.h5 --train train.h5 --test test.h5\n\n"
      "Two tables of the same samples, joined by their names; cells that lack a value are "
      "filled:\n\n"
      "  infomax import --x genes.csv --y lipids.csv --id sample --missing median \\\n"
      "      --output two-views.h5\n\n"
      "Others:\n\n"
      "  infomax import --x train.csv --label species --output train.h5\n"
      "  infomax import --x test.csv --label species --like train.h5 --output test.h5\n"
      "  infomax import --x export.csv --separator ';' --decimal , --comment '#' --categories "
      "one-hot \\\n"
      "      --output train.h5\n"
      "  infomax import --x images.npy --y labels.npy --output train.h5\n"
      "  infomax import --x cells.h5:/rna/counts --y cells.h5:/type --output train.h5\n"
      "  infomax import --x cells.h5ad --label cell_type --output train.h5\n"
      "  infomax import --x photos/ --output train.h5\n"
      "  infomax import --x 'runs/*.npy' --output trajectories.h5\n"
      "  infomax import --x speech/ --frames 400:160 --output frames.h5\n"
      "  infomax import --x reviews.txt --tokens words:5000 --length 64 --output train.h5\n"
      "  infomax import --x train-images-idx3-ubyte.gz --y train-labels-idx1-ubyte.gz \\\n"
      "      --output train.h5");
  options.add(import_fields());
  return options;
}

int import_data(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("x", "train.csv");
  options.require("output", "train.h5");
  const auto config = options.read(import_fields());
  if (!config.y.empty() && !config.table.labels.empty()) {
    throw UsageError("import: --y and --label both say what becomes /y; give one");
  }
  const importers::ImportRequest request{
      config.x,    config.y,      config.output, config.table, test_split(options, config),
      config.like, config.reading};
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(config.output, config.overwrite);
      if (request.test) {
        refuse_existing(config.test_output, config.overwrite);
      }
      report(request, importers::import_dataset(request));
    }
  });
  return 0;
}

}  // namespace infomax::cli
