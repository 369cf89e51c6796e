#include <charconv>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/session.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/generator.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::cli {
namespace {

OptionTable option_table() {
  OptionTable options(
      "generate",
      "infomax generate KIND --output FILE.h5 [OPTIONS]\n\n"
      "Synthetic data with known truth. KIND is\n\n"
      "  random          /x and /y, independent standard normal; 100 rows, 10 and 5 columns\n"
      "  gaussian-views  /x and /y, jointly Gaussian with the given canonical correlations; the\n"
      "                  file's attributes say these and the mutual information in nats\n\n"
      "For example, the smallest run there is:\n\n"
      "  infomax generate random --output example.h5 && infomax train --data example.h5 \\\n"
      "      --encoder dense:50,tanh,dense:5 --batch 0 --optimizer sgd --learning-rate 0.1 \\\n"
      "      --steps 1000 --output runs/example");
  options.group("Generation")("kind", po::value<std::string>()->value_name("KIND"),
                              "random or gaussian-views; the word KIND may stand alone")(
      "output", po::value<std::string>()->value_name("FILE"), "data set file to write")(
      "overwrite", po::bool_switch(), "replace a file that is there")(
      "rows", po::value<std::int64_t>()->value_name("N"), "default 100, or 10000 of views")(
      "x-columns", po::value<std::int64_t>()->default_value(10)->value_name("P"), "columns of /x")(
      "y-columns", po::value<std::int64_t>()->value_name("Q"),
      "columns of /y; default 5, or 10 of views")(
      "correlations", po::value<std::string>()->default_value("0.9,0.7,0.5")->value_name("R,R,..."),
      "canonical correlations of gaussian-views, each in [0, 1)")(
      "seed", po::value<std::int64_t>()->default_value(1)->value_name("S"), "of all numbers drawn");
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

std::size_t count_or(const OptionTable& options, const std::string& name, std::size_t otherwise) {
  return options.given(name) ? options.count(name) : otherwise;
}

}  // namespace

int generate(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  const std::string kind = options.required("kind", "random");
  if (kind != "random" && kind != "gaussian-views") {
    throw UsageError(
        fmt::format("generate: there is no kind \"{}\"; it must be random or "
                    "gaussian-views",
                    kind));
  }
  const bool views = kind == "gaussian-views";
  const std::string output = options.required("output", "example.h5");
  const bool overwrite = options.value<bool>("overwrite");
  const std::size_t rows = count_or(options, "rows", views ? 10'000 : 100);
  const std::size_t p = options.count("x-columns");
  const std::size_t q = count_or(options, "y-columns", views ? 10 : 5);
  const std::uint64_t seed = options.count("seed", "a seed like any other");
  const auto correlations = parse_correlations(options.value<std::string>("correlations"));

  mpi::together(communicator, [&] {
    if (!communicator.is_root()) {
      return;
    }
    refuse_existing(output, overwrite);
    if (views) {
      data::generate_gaussian_views({rows, p, q, correlations, seed}, output);
    } else {
      data::generate_random({rows, p, q, seed}, output);
    }
    log::info(fmt::format("wrote {}: /x {} x {}, /y {} x {}", output, rows, p, rows, q));
  });
  return 0;
}

}  // namespace infomax::cli
