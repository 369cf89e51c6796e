// SPDX-License-Identifier: BSD-3-Clause
#include "importers/file_list.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>
#include <glob.h>

#include "infomax/core/error.hpp"
#include "infomax/core/field_text.hpp"

namespace infomax::importers {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

void sort(std::vector<fs::path>& files) {
  std::ranges::sort(files, {}, [](const fs::path& path) { return path.string(); });
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  try {
    const auto options = fs::directory_options::follow_directory_symlink;
    for (fs::recursive_directory_iterator entry(folder, options), end; entry != end; ++entry) {
      if (is_hidden(entry->path())) {
        entry.disable_recursion_pending();
      } else if (entry->is_regular_file()) {
        files.push_back(entry->path());
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw DataError("cannot read the folder " + folder.string() + ": " + error.code().message());
  }
  if (files.empty()) {
    throw DataError(folder.string() + " is a directory without files; name one that has some");
  }
  sort(files);
  return files;
}

std::vector<fs::path> files_matching(const std::string& pattern) {
  glob_t found{};
  std::vector<fs::path> files;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  if (files.empty()) {
    throw DataError("no file matches " + pattern + "; check the path");
  }
  sort(files);
  return files;
}

std::vector<fs::path> files_between_commas(const std::string& text) {
  std::vector<fs::path> files;
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t comma = std::min(text.find(',', first), text.size());
    files.emplace_back(text.substr(first, comma - first));
    first = comma + 1;
  }
  return files;
}

}  // namespace

FileList list_files(const std::string& text) {
  std::error_code ignored;
  if (fs::is_directory(text, ignored)) {
    return {text, files_below(text), true, false};
  }
  if (!fs::exists(text, ignored)) {
    if (text.find_first_of("*?[") != std::string::npos) {
      return {text, files_matching(text), false, false};
    }
    if (text.find(',') != std::string::npos) {
      return {text, files_between_commas(text), false, false};
    }
  }
  return {text, {text}};
}

FolderClasses folder_classes(const FileList& list, const std::vector<std::string>& known) {
  if (!list.is_folder) {
    return {};
  }
  std::vector<std::string> folders;  // of each file
  for (const fs::path& file : list.files) {
    const fs::path relative = file.lexically_relative(list.path);
    const bool is_below = std::distance(relative.begin(), relative.end()) > 1;
    folders.push_back(is_below ? relative.begin()->string() : "");
  }
  const auto beside = std::ranges::find(folders, "");
  const auto inside =
      std::ranges::find_if(folders, [](const std::string& f) { return !f.empty(); });
  if (inside == folders.end()) {
    return {};
  }
  if (beside != folders.end()) {
    throw DataError(fmt::format(
        "{} has files such as {} beside the sub-folder {}; sub-folders are classes, so put every "
        "file into one, or all into the folder itself",
        list.path.string(),
        list.files[static_cast<std::size_t>(beside - folders.begin())].filename().string(),
        *inside));
  }
  FolderClasses classes{known, {}};
  if (known.empty()) {
    classes.names = folders;
    std::ranges::sort(classes.names);
    classes.names.erase(std::unique(classes.names.begin(), classes.names.end()),
                        classes.names.end());
  }
  for (const std::string& folder : folders) {
    const auto found = std::ranges::find(classes.names, folder);
    if (found == classes.names.end()) {
      throw DataError(fmt::format(
          "the sub-folder {} of {} is none of the {} classes of `like`; import the folder with all "
          "classes first, the other `like` it",
          folder, list.path.string(), known.size()));
    }
    classes.of_files.push_back(static_cast<std::size_t>(found - classes.names.begin()));
  }
  return classes;
}

bool has_extension(const std::filesystem::path& path, std::string_view extension) {
  const std::string found = path.extension().string();
  return !found.empty() && same_name(std::string_view(found).substr(1), extension);
}

}  // namespace infomax::importers
