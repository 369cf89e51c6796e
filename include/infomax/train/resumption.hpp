// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "infomax/core/field.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/checkpoint.hpp"

namespace infomax::train {

/// The state of a run that is resumed.
struct Resumption {
  Checkpoint checkpoint;  ///< its arrays are on the root alone

  /// The configuration that the run had, with its data files as they are found now.
  [[nodiscard]] FieldTexts settings() const { return parse_ini(checkpoint.text("config")); }
};

/// Collective. The newest whole checkpoint of the run directory, or nothing where a run may begin
/// there: it holds no run, or one that was stopped before its first checkpoint. Says which it is.
/// Throws DataError where no checkpoint can be used, and where there is none although the directory
/// holds a run that has ended or writes none. Throws SystemError where the directory or a
/// checkpoint cannot be read.
[[nodiscard]] std::optional<Resumption> find_resumption(const mpi::Communicator& communicator,
                                                        const std::string& output);

/// The configuration `ini` with the split that its run has: lagged pairs that were held out before
/// `validation_blocks` was a field were the last ones.
[[nodiscard]] std::string with_former_split(const std::string& ini);

/// The configuration `ini` with the fields that were added after its run began: their defaults do
/// what was done before there were these fields.
[[nodiscard]] std::string with_newer_fields(const std::string& ini);

/// Throws UsageError unless a field has the text that it had in the run; an empty `now` or a
/// setting that is missing says that it is not given.
void require_unchanged(const FieldFacts& field, const std::optional<std::string>& now,
                       const FieldTexts& before);

}  // namespace infomax::train
