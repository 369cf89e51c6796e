// SPDX-License-Identifier: BSD-3-Clause
#include "cli/validation_options.hpp"

#include <charconv>

#include <fmt/format.h>

#include "cli/train_options.hpp"
#include "infomax/data/labels.hpp"

namespace infomax::cli {
namespace {

void check_features(const data::RowStore& rows, const data::RowStore& training) {
  if (rows.features() != training.features()) {
    throw DataError(fmt::format(
        "{} has rows of {} features and {} of {}; --validation must be data of the same kind",
        rows.where(), rows.features(), training.where(), training.features()));
  }
}

}  // namespace

void add_validation_options(OptionTable& options) {
  options.group("Validation")(
      "validation", po::value<std::string>()->value_name("FILE|FRACTION"),
      "measure the objective on data that training does not see: a file, or a share of the rows "
      "between 0 and 1 (with --pair lag the last of the pairs), kept out by --seed, the same on "
      "any number of ranks; model.h5 then holds the best model by it, not the last")(
      "validate-every", po::value<std::string>()->value_name("LENGTH"),
      "such as 500steps or 2epochs; default 1epochs, and always after the last step")(
      "early-stop", po::value<std::int64_t>()->value_name("PATIENCE"),
      "end after so many validations without improvement");
}

ValidationChoice validation_choice(const OptionTable& options) {
  if (!options.given("validation")) {
    for (const char* option : {"early-stop", "validate-every"}) {
      if (options.given(option)) {
        throw UsageError(fmt::format(
            "--{} needs held-out data; give --validation 0.1 or --validation FILE", option));
      }
    }
    return {};
  }
  const auto text = options.value<std::string>("validation");
  double fraction = 0.0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), fraction);
  if (status != std::errc{} || end != text.data() + text.size()) {
    return {text, 0.0};
  }
  if (!(fraction > 0.0 && fraction < 1.0)) {
    throw UsageError(fmt::format(
        "--validation is {}; it must be a share of the rows between 0 and 1, or a file", text));
  }
  return {"", fraction};
}

void set_validation(const OptionTable& options, std::uint64_t steps_per_epoch,
                    train::TrainerOptions& trainer) {
  const auto every = options.given("validate-every") ? options.value<std::string>("validate-every")
                                                     : std::string("1epochs");
  trainer.validate_every_steps = parse_steps("validate-every", every, steps_per_epoch);
  if (trainer.validate_every_steps == 0) {
    throw UsageError(fmt::format("--validate-every is {}; it must be 1 step or more", every));
  }
  trainer.patience = options.given("early-stop") ? options.count("early-stop") : 0;
}

model::Examples load_validation(const mpi::Communicator& communicator, const std::string& file,
                                const model::PairSettings& pair, const model::Examples& training) {
  auto examples = model::load_examples(communicator, file, pair, 0);
  check_features(*examples.x, *training.x);
  if (examples.y) {
    check_features(*examples.y, *training.y);
  }
  if (pair.classes > 0) {
    data::require_labels_below(communicator, *examples.y, pair.classes);
  }
  return examples;
}

std::size_t validation_micro_batch(std::size_t micro_batch) {
  constexpr std::size_t rows = 4096;  // enough for BLAS to run at its speed
  return micro_batch == 0 ? rows : micro_batch;
}

}  // namespace infomax::cli
