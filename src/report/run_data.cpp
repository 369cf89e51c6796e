// SPDX-License-Identifier: BSD-3-Clause
#include "report/run_data.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "infomax/analysis/evaluation.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/train/config.hpp"

namespace infomax::report {
namespace {

/// The run's configuration as far as this version knows its fields.
train::Config config_of(const FieldTexts& texts) {
  train::Config config;
  for (const auto& field : train::config_fields().fields()) {
    const auto found = std::ranges::find(texts, field.name, &FieldTexts::value_type::first);
    if (found != texts.end()) {
      field.set(config, found->second);
    }
  }
  return config;
}

/// Collective. The samples of a validation file, if they can still be read.
void add_file(const mpi::Communicator& communicator, const model::StoredModel& stored,
              const model::PairSettings& pair, const std::string& file, RunData& data) {
  try {
    data.held_out = analysis::load_for_model(communicator, stored, pair, file, 0);
    data.held_out_file = file;
  } catch (const Error& error) {  // the same on every rank
    if (error.exit_code() != ExitCode::data && error.exit_code() != ExitCode::usage) {
      throw;
    }
    log::warning(fmt::format("the page has no values on the validation data: {}", error.what()));
  }
}

}  // namespace

model::SplitExamples load_as_trained(const mpi::Communicator& communicator,
                                     const FieldTexts& config, const model::StoredModel& stored,
                                     const model::PairSettings& pair, const std::string& data) {
  const auto run = config_of(config);
  // Runs from before `validation-blocks` held the last pairs out, which 0 stands for.
  const model::HoldOut hold_out{run.validation ? run.validation->fraction : 0.0, run.seed,
                                run.validation_blocks ? run.validation_blocks->count : 0};
  data::DatasetFile file(communicator, data);
  model::expect_sequences(file, pair, model::steps_of(stored));
  auto split =
      model::load_split_examples(communicator, file, pair, run.blocks.value_or(0), hold_out);
  file.close();
  analysis::require_kind(communicator, stored, pair, split.training);
  return split;
}

RunData load_run_data(const mpi::Communicator& communicator, const RunRecord& record,
                      const model::PairSettings& pair, const std::string& data) {
  auto split = load_as_trained(communicator, record.config, *record.model, pair, data);
  RunData loaded{std::move(split.training), std::move(split.held_out), {}};
  const auto validation = config_of(record.config).validation;
  if (validation && !validation->file.empty()) {
    add_file(communicator, *record.model, pair, validation->file, loaded);
  }
  return loaded;
}

}  // namespace infomax::report
