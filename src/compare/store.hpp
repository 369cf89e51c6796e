// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "compare/job.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::compare {

/// The directory of a search: compare.ini, a file of each job that is done, and what came of all. A
/// file has its name when it is whole, so that a search that was killed goes on with what is
/// missing.
class Store {
 public:
  /// Collective. `settings` is all that the results depend on, as to_ini() writes it. Throws
  /// UsageError where the directory holds another search, or a run, unless `overwrite`; the other
  /// search is then removed.
  Store(const mpi::Communicator& communicator, std::filesystem::path path,
        const std::string& settings, bool overwrite);

  /// Collective. The results of the jobs that are done.
  [[nodiscard]] std::vector<JobResult> finished(const mpi::Communicator& communicator) const;

  /// Called on one rank. Keeps a result. Throws SystemError.
  void keep(const JobResult& result) const;

  /// Called on one rank. How many jobs of all ranks are done.
  [[nodiscard]] std::size_t count() const;

  /// Called on one rank. Writes a file of the directory, which is whole or does not exist.
  void write(const std::string& name, const std::string& text) const;

  /// "runs/cv/compare.json"
  [[nodiscard]] std::string path_of(const std::string& name) const {
    return (path_ / name).string();
  }

 private:
  void prepare(const std::string& settings, bool overwrite) const;
  [[nodiscard]] std::filesystem::path jobs() const { return path_ / "jobs"; }

  std::filesystem::path path_;
};

}  // namespace infomax::compare
