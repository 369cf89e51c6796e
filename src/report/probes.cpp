// SPDX-License-Identifier: BSD-3-Clause
#include "report/probes.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"

namespace infomax::report {
namespace {

namespace fs = std::filesystem;

/// More than any probe of thousands of classes.
constexpr std::uintmax_t most_bytes = std::uintmax_t{64} << 20U;

bool is_probe(const fs::path& path) {
  return path.extension() == ".json" && path.filename().string().starts_with("probe");
}

/// Null where the file holds no results of a probe.
Json results_in(const fs::path& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed || size > most_bytes) {
    return nullptr;
  }
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  auto results = json_or_null(text.str());
  const bool known =
      results.is_object() && (results.contains("accuracy") || results.contains("r2"));
  return known ? results : Json(nullptr);
}

}  // namespace

Json read_probes(const std::string& directory) {
  std::vector<fs::path> paths;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(directory, failed)) {
    if (is_probe(entry.path())) {
      paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  Json probes = Json::array();
  for (const auto& path : paths) {
    auto results = results_in(path);
    if (results.is_null()) {
      log::warning(fmt::format("{} is not what infomax probe --json writes; the page leaves it out",
                               path.string()));
      continue;
    }
    probes.push_back({{"file", path.filename().string()}, {"results", std::move(results)}});
  }
  return probes;
}

}  // namespace infomax::report
