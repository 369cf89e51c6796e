// SPDX-License-Identifier: BSD-3-Clause
#include <filesystem>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/encoder_options.hpp"
#include "cli/runtime.hpp"
#include "infomax/analysis/encode.hpp"
#include "infomax/core/checksum.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/core/version.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::cli {
namespace {

OptionTable encode_option_table() {
  OptionTable options(
      "encode",
      "infomax encode --model RUN/model.h5 --data FILE --output FILE [OPTIONS]\n\n"
      "Representations of all rows of a data set, by any number of ranks, in the order of the\n"
      "rows: /x of an HDF5 file, which is a data set again, or a NumPy array. Rows are read and\n"
      "written a few at a time, so neither file need fit memory. For example\n\n"
      "  mpirun -n 4 infomax encode --model runs/first/model.h5 --data test.h5 --output codes.h5");
  options.group("Encoding")("model", po::value<std::string>()->value_name("FILE"),
                            "model.h5 of a run")(
      "data", po::value<std::string>()->value_name("FILE"), "data set file to encode")(
      "output", po::value<std::string>()->value_name("FILE"), "file to write")(
      "overwrite", po::bool_switch(), "replace a file that is there")(
      "format", po::value<std::string>()->default_value("hdf5")->value_name("FORMAT"),
      "hdf5 (/x, and what follows), or npy (the representations alone)")(
      "labels", po::value<std::string>()->value_name("PATH"),
      "data set of --data copied to /y, as it is; default /y where there is one; none = no copy");
  add_encoder_options(options);
  add_progress_option(options);
  add_compute_options(options);
  return options;
}

/// Data sets of the input that go along: labels, and where trajectories end.
std::map<std::string, std::string> copies(const data::DatasetFile& file,
                                          const OptionTable& options) {
  std::map<std::string, std::string> copied;
  const bool asked = options.given("labels");
  const std::string labels = asked ? options.value<std::string>("labels") : "/y";
  if (asked ? labels != "none" : file.has(labels)) {
    copied[labels] = "/y";
  }
  if (file.has("/lengths")) {
    copied["/lengths"] = "/lengths";
  }
  return copied;
}

/// What says later where the representations come from.
template <math::Real T>
std::map<std::string, std::string> origin(const mpi::Communicator& communicator,
                                          const OptionTable& options,
                                          const analysis::Encoder<T>& encoder) {
  const auto model = options.value<std::string>("model");
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
          {"encoder", encoder.member().network.spec().text},
          {"network", encoder.member().name()},
          {"layer", encoder.layer() ? fmt::format("{}", *encoder.layer()) : "output"},
          {"data", absolute(options.value<std::string>("data"))},
          {"data_path", encoder.path()}};
}

template <math::Real T>
void encode_in(const mpi::Communicator& communicator, const OptionTable& options,
               const model::StoredModel& stored, analysis::EncodingFormat format) {
  const Stopwatch stopwatch;
  const auto output = options.value<std::string>("output");
  const auto model = model::to_model<T>(stored);
  analysis::Encoder<T> encoder(model, encoder_options(options));
  data::DatasetFile file(communicator, options.value<std::string>("data"));
  analysis::EncodingFile written{output, format, {}, {}};
  if (format == analysis::EncodingFormat::hdf5) {
    written.copies = copies(file, options);
    written.attributes = origin(communicator, options, encoder);
  }
  WorkProgress progress(progress_mode(communicator, options), "encoding");
  const auto rows = analysis::encode_file(communicator, file, encoder, written, progress);
  file.close();
  std::string copied;
  for (const auto& [name, new_name] : written.copies) {
    copied += fmt::format(", {}", new_name);
  }
  const double seconds = stopwatch.elapsed_s();
  log::info(fmt::format("wrote {}: /x {} x {} {}{}, in {:.1f} s ({} rows/s)", output, rows,
                        encoder.columns(), hdf5::name(hdf5::element_type_of<T>()), copied, seconds,
                        grouped_text(static_cast<double>(rows) / seconds)));
}

}  // namespace

int encode(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = encode_option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  const std::string model_path = options.required("model", "runs/first/model.h5");
  (void)options.required("data", "test.h5");
  const std::string output = options.required("output", "codes.h5");
  const auto format = analysis::parse_encoding_format(options.value<std::string>("format"));
  if (format == analysis::EncodingFormat::npy && options.given("labels")) {
    throw UsageError("--labels is for --format hdf5; a .npy file holds one array");
  }
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(output, options.value<bool>("overwrite"));
    }
  });
  (void)prepare_compute(communicator, options);
  const auto stored = model::read_model(communicator, model_path);
  if (stored.settings.at("precision") == "float") {
    encode_in<float>(communicator, options, stored, format);
  } else {
    encode_in<double>(communicator, options, stored, format);
  }
  return 0;
}

}  // namespace infomax::cli
