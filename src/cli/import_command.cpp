#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/importer.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::cli {
namespace {

/// "/x 60000 x 28 x 28 u8"
std::string describe(const std::string& name, const data::ImportedDataset& dataset) {
  return fmt::format("{} {} {}", name, fmt::join(dataset.shape, " x "), hdf5::name(dataset.type));
}

}  // namespace

int import_data(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options(
      "import",
      "infomax import --x FILE [--y FILE] --output FILE.h5\n\n"
      "Turns files of another format into a data set file: the rows become /x, the labels or\n"
      "targets /y. Formats: IDX, plain or .gz (the MNIST family). For example\n\n"
      "  infomax import --x train-images-idx3-ubyte.gz --y train-labels-idx1-ubyte.gz \\\n"
      "      --output train.h5");
  options.group("Files")("x", po::value<std::string>()->value_name("FILE"), "rows")(
      "y", po::value<std::string>()->value_name("FILE"), "labels or targets, as many as rows")(
      "output", po::value<std::string>()->value_name("FILE"), "data set file to write")(
      "overwrite", po::bool_switch(), "replace a file that is there");
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  const std::string x_file = options.required("x", "train-images-idx3-ubyte.gz");
  const std::string y_file = options.given("y") ? options.value<std::string>("y") : "";
  const std::string output = options.required("output", "train.h5");
  const bool overwrite = options.value<bool>("overwrite");

  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(output, overwrite);
      const auto imported = data::import_dataset({x_file, y_file, output});
      log::info(fmt::format("wrote {}: {}{}", output, describe("/x", imported.x),
                            imported.y ? ", " + describe("/y", *imported.y) : ""));
    }
  });
  return 0;
}

}  // namespace infomax::cli
