// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/importers/importer.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::cli {
namespace {

OptionTable import_option_table() {
  OptionTable options(
      "import",
      "infomax import --x FILE [--y FILE | --label COLUMN] --output FILE.h5 [OPTIONS]\n\n"
      "Turns files of another format into a data set file: the rows become /x, the labels or\n"
      "targets /y. Formats, told by what is in a file:\n\n"
      "  IDX    the MNIST family, plain or .gz; elements keep their type\n"
      "  .npy   NumPy arrays in C order, plain or .gz; booleans become u8\n"
      "  CSV    commas, semicolons or tabs, with a header or without, plain or .gz; all columns "
      "but\n"
      "         those of --label and --drop are numbers and become /x\n"
      "  HDF5   FILE.h5:/path, a data set with rows along the first axis\n\n"
      "From a table to what a model's features tell of its labels:\n\n"
      "  infomax import --x flowers.csv --label species --drop id --output train.h5 \\\n"
      "      --test-fraction 0.2 --test-output test.h5\n"
      "  infomax train --data train.h5 --normalize standardize --encoder dense:64,tanh,dense:8 \\\n"
      "      --epochs 50 --output runs/flowers\n"
      "  infomax probe --model runs/flowers/model.h5 --train train.h5 --test test.h5\n\n"
      "Others:\n\n"
      "  infomax import --x train.csv --label species --output train.h5\n"
      "  infomax import --x test.csv --label species --like train.h5 --output test.h5\n"
      "  infomax import --x images.npy --y labels.npy --output train.h5\n"
      "  infomax import --x cells.h5:/rna/counts --y cells.h5:/type --output train.h5\n"
      "  infomax import --x train-images-idx3-ubyte.gz --y train-labels-idx1-ubyte.gz \\\n"
      "      --output train.h5");
  options.group("Files")("x", po::value<std::string>()->value_name("FILE"), "rows")(
      "y", po::value<std::string>()->value_name("FILE"),
      "labels or targets, as many as rows; of a table, all its columns")(
      "output", po::value<std::string>()->value_name("FILE"), "data set file to write")(
      "overwrite", po::bool_switch(), "replace a file that is there")(
      "like", po::value<std::string>()->value_name("FILE"),
      "data set file imported before, for tests of what is trained on it: /x must have its "
      "columns, "
      "and text labels get its codes");
  options.group("Tables")(
      "label", po::value<std::string>()->value_name("COLUMN,..."),
      "the column, by name or number from 1, that becomes /y: text becomes class codes from 0 in "
      "sorted order, integers stay integers (classes too, for train and probe), other numbers are "
      "values; several columns are values")("drop",
                                            po::value<std::string>()->value_name("COLUMN,..."),
                                            "columns to leave out, such as identifiers")(
      "element", po::value<std::string>()->default_value("f64")->value_name("TYPE"),
      "of numbers: f64, as exact as the text, or f32, half the size")(
      "header", po::value<std::string>()->default_value("auto")->value_name("WHICH"),
      "whether the first line holds names: yes, no, or auto (it does where a number stands below a "
      "name)");
  options.group("Split")("test-fraction", po::value<double>()->value_name("F"),
                         "share of the rows, chosen at random, that goes to --test-output instead")(
      "test-output", po::value<std::string>()->value_name("FILE"), "data set file of these rows")(
      "seed", po::value<std::int64_t>()->default_value(1)->value_name("S"), "of the choice");
  return options;
}

std::vector<std::string> parse_list(const OptionTable& options, const std::string& name) {
  if (!options.given(name)) {
    return {};
  }
  const auto text = options.value<std::string>(name);
  std::vector<std::string> items{""};
  for (const char c : text) {
    if (c == ',') {
      items.emplace_back();
    } else {
      items.back() += c;
    }
  }
  if (std::ranges::count(items, "") > 0) {
    throw UsageError(
        fmt::format("import: --{} is \"{}\"; it must be names or numbers of columns, "
                    "such as species or 1,3",
                    name, text));
  }
  return items;
}

template <class T>
T parse_choice(const OptionTable& options, const std::string& name,
               const std::vector<std::pair<std::string, T>>& choices) {
  const auto text = options.value<std::string>(name);
  std::vector<std::string> names;
  for (const auto& [choice, value] : choices) {
    if (choice == text) {
      return value;
    }
    names.push_back(choice);
  }
  throw UsageError(
      fmt::format("import: --{} is \"{}\"; it must be {}", name, text, fmt::join(names, " or ")));
}

importers::TableOptions table_options(const OptionTable& options) {
  using importers::TableHeader;
  importers::TableOptions table{parse_list(options, "label"), parse_list(options, "drop"), {}, {}};
  const auto element = parse_choice<hdf5::ElementType>(
      options, "element", {{"f32", hdf5::ElementType::f32}, {"f64", hdf5::ElementType::f64}});
  if (options.given("element")) {
    table.element = element;
  }
  table.header = parse_choice<TableHeader>(
      options, "header",
      {{"auto", TableHeader::automatic}, {"yes", TableHeader::yes}, {"no", TableHeader::no}});
  return table;
}

std::optional<importers::TestSplit> test_split(const OptionTable& options,
                                               const std::string& output) {
  const bool has_fraction = options.given("test-fraction");
  if (has_fraction != options.given("test-output")) {
    throw UsageError(
        fmt::format("import: --test-fraction and --test-output belong together, and "
                    "--test-{} is missing",
                    has_fraction ? "output" : "fraction"));
  }
  if (!has_fraction) {
    if (options.given("seed")) {
      throw UsageError("import: --seed is of --test-fraction, which is missing");
    }
    return std::nullopt;
  }
  importers::TestSplit split{options.value<double>("test-fraction"),
                             options.value<std::string>("test-output"),
                             options.count("seed", "a seed like any other")};
  if (!(split.fraction > 0.0 && split.fraction < 1.0)) {
    throw UsageError(
        fmt::format("import: --test-fraction is {}; it must be a share of the rows between 0 and 1",
                    split.fraction));
  }
  if (std::filesystem::absolute(split.output).lexically_normal() ==
      std::filesystem::absolute(output).lexically_normal()) {
    throw UsageError("import: --test-output is --output; give two files");
  }
  return split;
}

/// Names as people can take them in.
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
  if (request.test) {
    text += fmt::format("; of these rows {} are in {} and {} in {}",
                        imported.x.shape.front() - imported.test_rows, request.output.string(),
                        imported.test_rows, request.test->output.string());
  }
  log::info(text);
  if (!imported.x.columns.empty() && imported.x.columns.front().empty()) {
    log::warning(
        "the first column of /x has no name; if it counts the rows, import again with "
        "--drop 1");
  }
}

}  // namespace

int import_data(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = import_option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  importers::ImportRequest request;
  request.x = options.required("x", "train.csv");
  request.y = options.given("y") ? options.value<std::string>("y") : "";
  request.output = options.required("output", "train.h5");
  request.table = table_options(options);
  request.test = test_split(options, request.output.string());
  request.like = options.given("like") ? options.value<std::string>("like") : "";
  if (!request.y.empty() && !request.table.labels.empty()) {
    throw UsageError("import: --y and --label both say what becomes /y; give one");
  }
  const bool overwrite = options.value<bool>("overwrite");
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(request.output.string(), overwrite);
      if (request.test) {
        refuse_existing(request.test->output.string(), overwrite);
      }
      report(request, importers::import_dataset(request));
    }
  });
  return 0;
}

}  // namespace infomax::cli
