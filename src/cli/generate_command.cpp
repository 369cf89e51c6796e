// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/generators/generator.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::cli {
namespace {

constexpr std::array<std::string_view, 4> kinds{"random", "gaussian-views", "nonlinear-views",
                                                "metastable"};

OptionTable generate_option_table() {
  OptionTable options(
      "generate",
      "infomax generate KIND --output FILE.h5 [OPTIONS]\n\n"
      "Synthetic data with known truth. KIND is\n\n"
      "  random          /x and /y, independent standard normal; 100 rows, 10 and 5 columns\n"
      "  gaussian-views  /x and /y, jointly Gaussian with the given canonical correlations; the\n"
      "                  file's attributes say these and the mutual information in nats\n"
      "  nonlinear-views /x and /y, of which no linear functions are correlated, though others "
      "are;\n"
      "                  attributes say the maximal correlations and the mutual information\n"
      "  metastable      /x and /lengths, trajectories over potential wells whose position no\n"
      "                  linear function shows; attributes say the implied timescales in frames\n\n"
      "For example, the smallest run there is:\n\n"
      "  infomax generate random --output example.h5 && infomax train --data example.h5 \\\n"
      "      --encoder dense:50,tanh,dense:5 --batch 0 --optimizer sgd --learning-rate 0.1 \\\n"
      "      --steps 1000 --output runs/example");
  options.group("Generation")(
      "kind", po::value<std::string>()->value_name("KIND"),
      "random, gaussian-views, nonlinear-views or metastable; the word KIND may stand alone")(
      "output", po::value<std::string>()->value_name("FILE"), "data set file to write")(
      "overwrite", po::bool_switch(), "replace a file that is there")(
      "rows", po::value<std::int64_t>()->value_name("N"), "default 100, or 10000 of views")(
      "x-columns", po::value<std::int64_t>()->default_value(10)->value_name("P"), "columns of /x")(
      "y-columns", po::value<std::int64_t>()->value_name("Q"),
      "columns of /y; default 5, or 10 of views")(
      "correlations", po::value<std::string>()->default_value("0.9,0.7,0.5")->value_name("R,R,..."),
      "of the views' pairs, each in [0, 1): for gaussian-views the canonical correlations")(
      "seed", po::value<std::int64_t>()->default_value(1)->value_name("S"), "of all numbers drawn");
  options.group("Metastable trajectories")(
      "trajectories", po::value<std::int64_t>()->default_value(10)->value_name("T"), "how many")(
      "frames", po::value<std::int64_t>()->default_value(10'000)->value_name("N"), "rows of each")(
      "wells", po::value<std::int64_t>()->default_value(2)->value_name("W"),
      "potential wells, 2 to 8; one more than there are slow timescales")(
      "barrier", po::value<double>()->default_value(6.0, "6")->value_name("E"),
      "between wells, in kT")("timescale",
                              po::value<double>()->default_value(100.0, "100")->value_name("T"),
                              "the slowest implied timescale, in frames");
  options.take_positional("kind", 1);
  return options;
}

std::vector<double> parse_correlations(const std::string& text) {
  std::vector<double> correlations;
  const char* next = text.data();
  const char* const last = text.data() + text.size();
  while (true) {
    double number = 0.0;
    const auto [end, status] = std::from_chars(next, last, number);
    if (status != std::errc{} || !(number >= 0.0) || !(number < 1.0) ||
        (end != last && *end != ',')) {
      throw UsageError(fmt::format(
          "--correlations is \"{}\"; it must be numbers in [0, 1) such as 0.9,0.7,0.5", text));
    }
    correlations.push_back(number);
    if (end == last) {
      return correlations;
    }
    next = end + 1;
  }
}

/// Throws UsageError where an option is given that the kind takes no notice of.
void refuse_others(const OptionTable& options, const std::string& kind) {
  const bool views = kind.ends_with("-views");
  const bool metastable = kind == "metastable";
  const auto refuse = [&](bool known, std::initializer_list<const char*> names, const char* which) {
    for (const char* name : names) {
      if (!known && options.given(name)) {
        throw UsageError(fmt::format("--{} is for {}, and the kind is {}{}", name, which, kind,
                                     metastable ? "; it has --trajectories and --frames" : ""));
      }
    }
  };
  refuse(views, {"correlations"}, "gaussian-views and nonlinear-views");
  refuse(!metastable, {"rows", "y-columns"}, "random and views");
  refuse(metastable, {"trajectories", "frames", "wells", "barrier", "timescale"}, "metastable");
}

std::size_t count_or(const OptionTable& options, const std::string& name, std::size_t otherwise) {
  return options.given(name) ? options.count(name) : otherwise;
}

/// Writes the file and says what is in it.
std::string generate_kind(const std::string& kind, const OptionTable& options,
                          const std::string& output) {
  const std::uint64_t seed = options.count("seed", "a seed like any other");
  const std::size_t p = options.count("x-columns");
  if (kind == "metastable") {
    generators::MetastableTrajectories wanted;
    wanted.trajectories = options.count("trajectories");
    wanted.frames = options.count("frames");
    wanted.columns = p;
    wanted.wells = options.count("wells");
    wanted.barrier = options.value<double>("barrier");
    wanted.timescale = options.value<double>("timescale");
    wanted.seed = seed;
    generators::generate_metastable(wanted, output);
    return fmt::format("/x {} x {}, {} trajectories", wanted.trajectories * wanted.frames, p,
                       wanted.trajectories);
  }
  const bool random = kind == "random";
  const std::size_t rows = count_or(options, "rows", random ? 100 : 10'000);
  const std::size_t q = count_or(options, "y-columns", random ? 5 : 10);
  const auto correlations = parse_correlations(options.value<std::string>("correlations"));
  if (random) {
    generators::generate_random({rows, p, q, seed}, output);
  } else if (kind == "gaussian-views") {
    generators::generate_gaussian_views({rows, p, q, correlations, seed}, output);
  } else {
    generators::generate_nonlinear_views({rows, p, q, correlations, seed}, output);
  }
  return fmt::format("/x {} x {}, /y {} x {}", rows, p, rows, q);
}

}  // namespace

int generate(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = generate_option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  const std::string kind = options.required("kind", "random");
  if (std::ranges::find(kinds, kind) == kinds.end()) {
    throw UsageError(fmt::format("generate: there is no kind \"{}\"; it must be {}", kind,
                                 fmt::join(kinds, ", ")));
  }
  refuse_others(options, kind);
  const std::string output = options.required("output", "example.h5");
  const bool overwrite = options.value<bool>("overwrite");
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(output, overwrite);
      const std::string what = generate_kind(kind, options, output);
      log::info(fmt::format("wrote {}: {}", output, what));
    }
  });
  return 0;
}

}  // namespace infomax::cli
