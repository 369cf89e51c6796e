// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/field.hpp"
#include "infomax/core/progress_line.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// How a command reports its progress.
struct ProgressOptions {
  ProgressMode progress = ProgressMode::automatic;

  /// The mode on this rank: the root alone reports.
  [[nodiscard]] ProgressMode on(const mpi::Communicator& communicator) const {
    return communicator.is_root() ? progress : ProgressMode::none;
  }
};

[[nodiscard]] inline FieldTable<ProgressOptions> progress_fields() {
  FieldTable<ProgressOptions> table;
  table.group("Output").add("progress", &ProgressOptions::progress, "MODE",
                            "auto (live on a terminal), live, plain (a line now and then) or none");
  return table;
}

}  // namespace infomax::cli
