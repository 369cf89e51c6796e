// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/field.hpp"
#include "infomax/core/field_list.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/generators/generator.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax {
namespace {

enum class GeneratedKind : std::uint8_t {
  random,
  gaussian_views,
  nonlinear_views,
  metastable,
  first_token,
  known_information
};

constexpr std::array generated_kinds{
    std::pair{"random", GeneratedKind::random},
    std::pair{"gaussian-views", GeneratedKind::gaussian_views},
    std::pair{"nonlinear-views", GeneratedKind::nonlinear_views},
    std::pair{"metastable", GeneratedKind::metastable},
    std::pair{"first-token", GeneratedKind::first_token},
    std::pair{"known-information", GeneratedKind::known_information}};

}  // namespace

template <>
struct FieldText<GeneratedKind> : ChoiceText<GeneratedKind, generated_kinds> {};

namespace cli {
namespace {

struct GenerateConfig {
  std::optional<GeneratedKind> kind;
  std::string output;
  bool overwrite = false;
  std::optional<std::size_t> rows;                  ///< unset: by the kind
  std::optional<std::size_t> x_columns;             ///< unset: by the kind
  std::optional<std::size_t> y_columns;             ///< unset: by the kind
  std::optional<std::vector<double>> correlations;  ///< unset: by the kind
  std::uint64_t seed = 1;
  generators::MetastableTrajectories metastable;
  generators::FirstToken first_token;
  generators::KnownInformation information;
};

const FieldTable<GenerateConfig>& generate_fields() {
  static const FieldTable<GenerateConfig> fields = [] {
    using Config = GenerateConfig;
    const auto has_rows = [](const Config& config) {
      return config.kind != GeneratedKind::metastable;
    };
    const auto has_columns = [](const Config& config) {
      return config.kind != GeneratedKind::first_token;
    };
    const auto has_views = [](const Config& config) {
      return config.kind != GeneratedKind::metastable && config.kind != GeneratedKind::first_token;
    };
    const auto has_correlations = [](const Config& config) {
      return config.kind == GeneratedKind::gaussian_views ||
             config.kind == GeneratedKind::nonlinear_views ||
             config.kind == GeneratedKind::known_information;
    };
    FieldTable<Config> table;
    table.group("Generation")
        .add("kind", &Config::kind, "KIND",
             "random, gaussian-views, nonlinear-views, known-information, metastable or "
             "first-token; the option's name may be omitted")
        .add("output", &Config::output, "FILE", "data set file to write")
        .add("overwrite", &Config::overwrite, "", "replace an existing file")
        .add("rows", &Config::rows, "N",
             "number of rows; default 100, or 10000 for views and first-token", one_or_more())
        .used_where("kind", "random, views and first-token", has_rows)
        .add("x-columns", &Config::x_columns, "P",
             "columns of /x; default 10, or 1 for known-information", one_or_more())
        .used_where("kind", "random, views and metastable", has_columns)
        .add("y-columns", &Config::y_columns, "Q",
             "columns of /y; default 5, 10 for views, or 1 for known-information", one_or_more())
        .used_where("kind", "random and views", has_views)
        .add("correlations", &Config::correlations, "R,R,...",
             "correlations of the pairs of variables behind the views, each in [0, 1); for "
             "gaussian-views they are the canonical correlations; default 0.9,0.7,0.5, or 0.75 "
             "for known-information, whose distribution dense has one of any two columns",
             {[](const std::vector<double>& numbers) {
                return std::ranges::all_of(numbers, [](double r) { return r >= 0.0 && r < 1.0; });
              },
              "numbers in [0, 1), such as 0.9,0.7,0.5"})
        .used_where("kind", "gaussian-views, nonlinear-views and known-information",
                    has_correlations)
        .add("seed", &Config::seed, "S", "seed of all random numbers")
        .include(&Config::metastable, generators::metastable_fields())
        .include(&Config::information, generators::known_information_fields())
        .include(&Config::first_token, generators::first_token_fields());
    return table;
  }();
  return fields;
}

/// Throws UsageError where an option is given that the kind ignores.
void refuse_others(const OptionTable& options, const GenerateConfig& config) {
  const auto refuse = [&](const FieldFacts& field, const std::string& users) {
    if (options.given(field.name)) {
      throw UsageError(fmt::format(
          "{} is for {}, and the kind is {}{}", field.quoted(), users,
          FieldText<GeneratedKind>::format(*config.kind),
          config.kind == GeneratedKind::metastable ? "; it has `trajectories` and `frames`" : ""));
    }
  };
  for (const auto& field : generate_fields().fields()) {
    if (!field.used(config)) {
      refuse(field, field.users);
    }
  }
  if (config.kind != GeneratedKind::metastable) {
    const auto metastable = generators::metastable_fields();
    for (const auto& field : metastable.fields()) {
      refuse(field, "metastable");
    }
  }
  if (config.kind != GeneratedKind::known_information) {
    const auto information = generators::known_information_fields();
    for (const auto& field : information.fields()) {
      refuse(field, "known-information");
    }
  }
  if (config.kind != GeneratedKind::first_token) {
    const auto first_token = generators::first_token_fields();
    for (const auto& field : first_token.fields()) {
      refuse(field, "first-token");
    }
  }
}

/// Writes the file and says what is in it.
std::string generate_kind(const GenerateConfig& config) {
  const std::size_t p = config.x_columns.value_or(10);
  if (config.kind == GeneratedKind::metastable) {
    generators::MetastableTrajectories wanted = config.metastable;
    wanted.columns = p;
    wanted.seed = config.seed;
    generators::generate_metastable(wanted, config.output);
    return fmt::format("/x {} x {}, {} trajectories", wanted.trajectories * wanted.frames, p,
                       wanted.trajectories);
  }
  if (config.kind == GeneratedKind::first_token) {
    generators::FirstToken wanted = config.first_token;
    wanted.rows = config.rows.value_or(wanted.rows);
    wanted.seed = config.seed;
    generators::generate_first_token(wanted, config.output);
    return fmt::format("/x {} x {}, /y {}{}", wanted.rows, wanted.steps, wanted.rows,
                       wanted.shortest == 0 ? "" : fmt::format(", /x_lengths {}", wanted.rows));
  }
  if (config.kind == GeneratedKind::known_information) {
    generators::KnownInformation wanted = config.information;
    wanted.rows = config.rows.value_or(wanted.rows);
    wanted.x_columns = config.x_columns.value_or(wanted.x_columns);
    wanted.y_columns = config.y_columns.value_or(wanted.x_columns);
    wanted.correlations = config.correlations.value_or(wanted.correlations);
    wanted.seed = config.seed;
    generators::generate_known_information(wanted, config.output);
    return fmt::format("/x {} x {}, /y {} x {}, mutual information {:.4f}", wanted.rows,
                       wanted.x_columns, wanted.rows, wanted.y_columns,
                       generators::mutual_information(wanted));
  }
  const bool random = config.kind == GeneratedKind::random;
  const std::size_t rows = config.rows.value_or(random ? 100 : 10'000);
  const std::size_t q = config.y_columns.value_or(random ? 5 : 10);
  const auto correlations = config.correlations.value_or(std::vector<double>{0.9, 0.7, 0.5});
  if (random) {
    generators::generate_random({rows, p, q, config.seed}, config.output);
  } else if (config.kind == GeneratedKind::gaussian_views) {
    generators::generate_gaussian_views({rows, p, q, correlations, config.seed}, config.output);
  } else {
    generators::generate_nonlinear_views({rows, p, q, correlations, config.seed}, config.output);
  }
  return fmt::format("/x {} x {}, /y {} x {}", rows, p, rows, q);
}

}  // namespace

OptionTable generate_options() {
  OptionTable options(
      "generate",
      "infomax generate KIND --output FILE.h5 [OPTIONS]\n\n"
      "Writes synthetic data with known truth. KIND is\n\n"
      "  random          /x and /y, independent standard normal; 100 rows, 10 and 5 columns\n"
      "  gaussian-views  /x and /y, jointly Gaussian with the given canonical correlations; the\n"
      "                  file's attributes say these and the mutual information in nats\n"
      "  nonlinear-views /x and /y, of which no linear functions are correlated, though others "
      "are;\n"
      "                  attributes say the maximal correlations and the mutual information\n"
      "  known-information  /x and /y for estimators of mutual information: normal, dense, "
      "uniform\n"
      "                  or student, also bent by a map; an attribute says the information\n"
      "  metastable      /x and /lengths, trajectories over potential wells whose position no\n"
      "                  linear function shows; attributes say the implied timescales in frames\n"
      "  first-token     /x, sequences of 100 token ids, and /y, classes that the first id alone\n"
      "                  sets; 10000 rows; an encoder has to remember it to the end\n\n"
      "For example, the smallest run there is:\n\n"
      "  infomax generate random --output example.h5 && infomax train --data example.h5 \\\n"
      "      --encoder dense:50,tanh,dense:5 --batch 0 --optimizer sgd --learning-rate 0.1 \\\n"
      "      --steps 1000 --output runs/example");
  options.add(generate_fields());
  options.take_positional("kind", 1);
  return options;
}

int generate(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("kind", "random");
  const auto config = options.read(generate_fields());
  refuse_others(options, config);
  options.require("output", "example.h5");
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(config.output, config.overwrite);
      const std::string what = generate_kind(config);
      log::info(fmt::format("wrote {}: {}", config.output, what));
    }
  });
  return 0;
}

}  // namespace cli
}  // namespace infomax
