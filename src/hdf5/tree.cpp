// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/tree.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hdf5/check.hpp"
#include "hdf5/file_types.hpp"
#include "hdf5/reading.hpp"
#include "infomax/core/suggestion.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::hdf5 {
namespace {

/// The groups inside one another that are shown. A path has a name for each, so that listing deeper
/// ones takes time and memory as the square of their depth.
constexpr std::size_t most_depth = 64;

/// Walks through the groups of a file. A group that several paths lead to is entered once, so that
/// cycles end.
class Walk {
 public:
  Walk(hid_t file, std::size_t most) : file_(file), most_(most) {}

  Tree take() { return std::move(tree_); }

  void enter(const std::string& group) {
    const Handle opened(H5Gopen2(file_, group.c_str(), H5P_DEFAULT), H5Gclose);
    if (!opened.valid()) {
      H5Eclear2(H5E_DEFAULT);
      return;
    }
    if (const auto [seen, is_new] = seen_.emplace(place_of(opened.id()), group); !is_new) {
      tree_.entries.back().type = seen->second;
      return;
    }
    std::vector<std::string> names;
    H5Literate(opened.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, keep_name, &names);
    H5Eclear2(H5E_DEFAULT);
    for (const std::string& name : names) {
      if (name.starts_with("_i_")) {
        continue;  // PyTables hides its indices so
      }
      if (tree_.entries.size() == most_) {
        tree_.is_complete = false;
        return;
      }
      visit((group == "/" ? "" : group) + "/" + name);
    }
  }

 private:
  static herr_t keep_name(hid_t /*group*/, const char* name, const H5L_info_t* /*info*/,
                          void* names) {
    try {
      static_cast<std::vector<std::string>*>(names)->emplace_back(name);
      return 0;
    } catch (...) {
      return -1;
    }
  }

  /// Where an object lies in the file, as bytes, which are the same for all paths to it.
  static std::string place_of(hid_t object) {
#if H5_VERSION_GE(1, 12, 0)
    H5O_info2_t info{};
    H5Oget_info3(object, &info, H5O_INFO_BASIC);
    const auto& place = info.token;
#else
    H5O_info_t info{};
    H5Oget_info2(object, &info, H5O_INFO_BASIC);
    const auto& place = info.addr;
#endif
    return {reinterpret_cast<const char*>(&place), sizeof(place)};
  }

  void visit(const std::string& path) {
    H5L_info_t link{};
    if (H5Lget_info(file_, path.c_str(), &link, H5P_DEFAULT) < 0) {
      H5Eclear2(H5E_DEFAULT);
      return;
    }
    if (link.type != H5L_TYPE_HARD) {
      tree_.entries.push_back({path, ObjectKind::link, {}, aim_of(path, link), false});
      return;
    }
    const Handle object(H5Oopen(file_, path.c_str(), H5P_DEFAULT), H5Oclose);
    const H5I_type_t kind = object.valid() ? H5Iget_type(object.id()) : H5I_BADID;
    H5Eclear2(H5E_DEFAULT);
    if (kind == H5I_GROUP) {
      tree_.entries.push_back({path, ObjectKind::group, {}, "", false});
      if (depth_ == most_depth) {
        tree_.is_complete = false;
        return;
      }
      ++depth_;
      enter(path);
      --depth_;
    } else if (kind == H5I_DATASET) {
      tree_.entries.push_back(describe_dataset(path, object.id()));
    } else {
      tree_.entries.push_back({path, ObjectKind::other, {}, "", false});
    }
  }

  [[nodiscard]] std::string aim_of(const std::string& path, const H5L_info_t& link) const {
    std::string value(link.u.val_size + 1, '\0');
    (void)H5Lget_val(file_, path.c_str(), value.data(), value.size(), H5P_DEFAULT);
    const char* name = nullptr;
    const char* place = nullptr;
    if (link.type == H5L_TYPE_EXTERNAL &&
        H5Lunpack_elink_val(value.data(), link.u.val_size, nullptr, &name, &place) >= 0) {
      return fmt::format("{} in {}", place, name);
    }
    H5Eclear2(H5E_DEFAULT);
    return value.substr(0, value.find('\0'));
  }

  static TreeEntry describe_dataset(const std::string& path, hid_t dataset) {
    TreeEntry entry{path, ObjectKind::dataset, {}, "", false};
    const Handle space(H5Dget_space(dataset), H5Sclose);
    if (space.valid() && H5Sget_simple_extent_type(space.id()) == H5S_SIMPLE) {
      std::vector<hsize_t> extent(
          static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.id()))));
      H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr);
      entry.shape.assign(extent.begin(), extent.end());
    }
    const Handle type(H5Dget_type(dataset), H5Tclose);
    try {
      entry.type = name(nearest_element_type(type.id(), path));
      entry.is_numbers = !entry.shape.empty();
    } catch (const DataError&) {
      entry.type = type_class_name(type.id());
    }
    H5Eclear2(H5E_DEFAULT);
    return entry;
  }

  hid_t file_;
  std::size_t most_;
  std::size_t depth_ = 0;  ///< of the group whose objects are visited
  Tree tree_;
  std::map<std::string, std::string> seen_;  ///< the places of groups, and a path to each
};

/// "counts" of "/rna/counts"
std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::size_t element_count(const TreeEntry& entry) {
  std::size_t count = 1;
  for (const std::size_t extent : entry.shape) {
    count *= extent;
  }
  return count;
}

}  // namespace

Tree File::tree(std::size_t most, const std::string& group) const {
  const Reading reading = enter();
  Walk walk(handle_.id(), most);
  walk.enter(group);
  return walk.take();
}

std::string describe(const TreeEntry& entry) {
  switch (entry.kind) {
    case ObjectKind::group:
      return entry.type.empty() ? "group" : "group, the same as " + entry.type;
    case ObjectKind::link:
      return "link to " + entry.type;
    case ObjectKind::other:
      return "other object";
    case ObjectKind::dataset:
      break;
  }
  return entry.shape.empty() ? "scalar " + entry.type
                             : fmt::format("{} {}", fmt::join(entry.shape, " x "), entry.type);
}

std::string list_datasets(const Tree& tree) {
  constexpr std::size_t most = 8;
  std::vector<std::string> shown;
  std::size_t more = 0;
  for (const TreeEntry& entry : tree.entries) {
    if (entry.kind != ObjectKind::dataset) {
      continue;
    }
    if (shown.size() < most) {
      shown.push_back(entry.path + " " + describe(entry));
    } else {
      ++more;
    }
  }
  const std::string open_end = tree.is_complete ? "" : " or more";
  if (shown.empty() && !tree.is_complete) {
    return "none among its first groups";
  }
  return shown.empty() ? ""
         : more == 0   ? fmt::format("{}", fmt::join(shown, ", "))
                       : fmt::format("{} and {}{} others", fmt::join(shown, ", "), more, open_end);
}

std::string guess_dataset(const Tree& tree, const std::string& wanted) {
  std::vector<std::string_view> names;
  std::vector<const TreeEntry*> numbers;
  for (const TreeEntry& entry : tree.entries) {
    if (entry.is_numbers) {
      numbers.push_back(&entry);
      names.push_back(last_part(entry.path));
    }
  }
  const std::string_view closest = closest_name(last_part(wanted), names);
  if (!closest.empty()) {
    const auto found = std::ranges::find(names, closest);
    return numbers[static_cast<std::size_t>(found - names.begin())]->path;
  }
  if (wanted != "/x" || numbers.empty()) {
    return "";
  }
  const auto largest = std::ranges::max_element(
      numbers, {}, [](const TreeEntry* entry) { return element_count(*entry); });
  return (*largest)->path;
}

}  // namespace infomax::hdf5
