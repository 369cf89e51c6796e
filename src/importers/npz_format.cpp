// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "importers/file_format.hpp"
#include "importers/npy_reader.hpp"
#include "importers/zip_archive.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/suggestion.hpp"

// Archives of NumPy (.npz): zip archives of .npy files.
namespace infomax::importers {
namespace {

constexpr std::string_view suffix = ".npy";

/// The members that are arrays.
std::vector<ZipMember> arrays_of(const std::filesystem::path& path) {
  std::vector<ZipMember> members = list_zip(path);
  std::erase_if(members, [](const ZipMember& member) { return !member.name.ends_with(suffix); });
  return members;
}

std::string_view array_name(const ZipMember& member) {
  return std::string_view(member.name).substr(0, member.name.size() - suffix.size());
}

bool is_npz(const FileStart& start) {
  return start.head.starts_with("PK\x03\x04") && !start.is_compressed &&
         !arrays_of(start.path).empty();
}

/// The array that the request names; without a name the one of the role, or the only one.
const ZipMember& choose(const std::vector<ZipMember>& members, const OpenRequest& request) {
  std::vector<std::string_view> names;
  std::ranges::transform(members, std::back_inserter(names), array_name);
  const bool is_named = !request.object.empty();
  const std::string_view wanted = is_named ? std::string_view(request.object).substr(1)
                                  : request.role == Role::x ? "x"
                                                            : "y";
  const auto found = std::ranges::find(names, wanted);
  if (found != names.end()) {
    return members[static_cast<std::size_t>(found - names.begin())];
  }
  if (!is_named && members.size() == 1) {
    return members.front();
  }
  constexpr std::size_t most = 20;
  const std::span<const std::string_view> shown(names.data(), std::min(most, names.size()));
  throw DataError(fmt::format("there is no array {} in {}, which has {}{}; name one as {}:/{}{}",
                              wanted, request.path.string(), fmt::join(shown, ", "),
                              names.size() > most ? ", ..." : "", request.path.string(),
                              names.front(), did_you_mean(wanted, names)));
}

OpenedFile open_npz(const OpenRequest& request) {
  const std::vector<ZipMember> members = arrays_of(request.path);
  return {std::make_unique<NpyReader>(open_zip_member(request.path, choose(members, request)))};
}

}  // namespace

FileFormat npz_format() {
  return {.name = ".npz", .has_objects = true, .recognises = is_npz, .open = open_npz};
}

}  // namespace infomax::importers
