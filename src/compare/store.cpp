// SPDX-License-Identifier: BSD-3-Clause
#include "compare/store.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/field.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/run_directory.hpp"

namespace infomax::compare {
namespace {

namespace fs = std::filesystem;

constexpr const char* settings_name = "compare.ini";

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The values of one name, which may stand on several lines, but for those that `others` has too.
std::string value_of(const FieldTexts& texts, const std::string& name, const FieldTexts& others) {
  std::string value;
  for (const auto& line : texts) {
    if (line.first == name && std::ranges::find(others, line) == others.end()) {
      value += (value.empty() ? "" : " and ") + line.second;
    }
  }
  return value.empty() ? "not given" : value;
}

[[noreturn]] void refuse_other(const std::string& path, const std::string& before,
                               const std::string& now) {
  const FieldTexts old = parse_ini(before);
  const FieldTexts fresh = parse_ini(now);
  for (const FieldTexts* texts : {&fresh, &old}) {
    for (const auto& [name, text] : *texts) {
      const std::string was = value_of(old, name, fresh);
      const std::string is = value_of(fresh, name, old);
      if (was != is) {
        throw UsageError(fmt::format(
            "`output` {} holds another search, in which {} is {}, and here it is {}; go "
            "on with the same options, name another directory, or give `overwrite`",
            path, name, was, is));
      }
    }
  }
  throw UsageError(fmt::format(
      "`output` {} holds another search; name another directory, or give `overwrite`", path));
}

void require_done(const std::error_code& status, const fs::path& path) {
  if (status) {
    throw SystemError(
        fmt::format("cannot write to `output` {}: {}; choose a directory you may "
                    "write to",
                    path.string(), status.message()));
  }
}

std::optional<JobResult> read_result(const fs::path& path) {
  try {
    return result_from_json(parse_json(content_of(path)));
  } catch (const Json::exception&) {
    return std::nullopt;  // what is no result is found again
  }
}

bool is_result(const fs::path& path) { return path.extension() == ".json"; }

}  // namespace

Store::Store(const mpi::Communicator& communicator, fs::path path, const std::string& settings,
             bool overwrite)
    : path_(std::move(path)) {
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      prepare(settings, overwrite);
    }
  });
}

void Store::prepare(const std::string& settings, bool overwrite) const {
  std::error_code status;
  const std::string name = path_.string();
  if (fs::exists(path_, status) && !fs::is_directory(path_, status)) {
    throw UsageError(fmt::format("`output` {} is a file; name a directory", name));
  }
  if (fs::exists(path_ / "config.ini", status)) {
    throw UsageError(
        fmt::format("`output` {} holds a run of `infomax train`; name another directory", name));
  }
  const fs::path settings_file = path_ / settings_name;
  // A search without a result has nothing to lose.
  if (count() > 0) {
    const std::string before = content_of(settings_file);
    if (before == settings && !overwrite) {
      return;
    }
    if (!overwrite) {
      refuse_other(name, before, settings);
    }
  }
  if (overwrite) {
    fs::remove_all(jobs(), status);
    require_done(status, jobs());
    for (const char* found : {"compare.json", "compare.html"}) {
      fs::remove(path_ / found, status);
    }
  }
  fs::create_directories(jobs(), status);
  require_done(status, path_);
  write(settings_name, settings);
}

std::vector<JobResult> Store::finished(const mpi::Communicator& communicator) const {
  Json found = Json::array();
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      for (const auto& entry : fs::directory_iterator(jobs())) {
        const auto result = is_result(entry.path()) ? read_result(entry.path()) : std::nullopt;
        if (result) {
          found.push_back(to_json(*result));
        }
      }
    }
  });
  std::vector<JobResult> results;
  for (const Json& json : parse_json(communicator.broadcast(json_text(found), 0))) {
    results.push_back(result_from_json(json));
  }
  std::ranges::sort(results, {}, &JobResult::job);
  return results;
}

void Store::keep(const JobResult& result) const {
  write((fs::path("jobs") / file_name(result.job)).string(), json_text(to_json(result)) + "\n");
}

std::size_t Store::count() const {
  std::error_code status;
  fs::directory_iterator entries(jobs(), status);
  return static_cast<std::size_t>(
      std::count_if(fs::begin(entries), fs::end(entries),
                    [](const auto& entry) { return is_result(entry.path()); }));
}

void Store::write(const std::string& name, const std::string& text) const {
  PendingFile pending(path_ / name);
  train::write_text(pending.path().string(), text);
  pending.commit();
}

}  // namespace infomax::compare
