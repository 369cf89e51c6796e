// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5/obstacles.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hdf5/access.hpp"
#include "hdf5/check.hpp"
#include "hdf5/reading.hpp"

namespace infomax::hdf5 {
namespace {

namespace fs = std::filesystem;

/// The names of filters that the HDF Group has registered and that scientists use, by number.
std::string registered_name(H5Z_filter_t number) {
  switch (number) {
    case H5Z_FILTER_SZIP:
      return "szip";
    case 307:
      return "bzip2";
    case 32000:
      return "lzf";
    case 32001:
      return "blosc";
    case 32004:
      return "lz4";
    case 32008:
      return "bitshuffle";
    case 32013:
      return "zfp";
    case 32015:
      return "zstd";
    case 32017:
      return "sz";
    case 32026:
      return "blosc2";
    default:
      return "";
  }
}

Handle creation_properties(hid_t dataset) {
  return checked<DataError>(H5Dget_create_plist(dataset), H5Pclose, "cannot read a data set");
}

/// "lzf (32000)", or the number alone where nobody knows a name.
std::string name_of_filter(H5Z_filter_t number, const std::string& name_in_file) {
  std::string name = registered_name(number);
  if (name.empty()) {
    name = name_in_file.substr(0, name_in_file.find_first_of("; \n"));
  }
  return name.empty() ? "number " + std::to_string(number)
                      : name + " (" + std::to_string(number) + ")";
}

/// The filters that rows pass through on writing, in their order: number and name.
std::vector<std::pair<H5Z_filter_t, std::string>> filters_of(hid_t dataset) {
  const Handle properties = creation_properties(dataset);
  std::vector<std::pair<H5Z_filter_t, std::string>> filters;
  for (int i = 0; i < H5Pget_nfilters(properties.id()); ++i) {
    std::array<char, 256> name{};
    unsigned flags = 0;
    unsigned config = 0;
    std::size_t values = 0;
    const H5Z_filter_t number =
        H5Pget_filter2(properties.id(), static_cast<unsigned>(i), &flags, &values, nullptr,
                       name.size() - 1, name.data(), &config);
    filters.emplace_back(number, name_of_filter(number, name.data()));
  }
  H5Eclear2(H5E_DEFAULT);
  return filters;
}

/// A name that HDF5 writes by `get(buffer, size)`, which returns its length.
template <class Get>
std::string text_of(const Get& get) {
  const ssize_t length = get(nullptr, 0);
  if (length <= 0) {
    return "";
  }
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  (void)get(text.data(), text.size());
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// The file that a data set's mapping names, as HDF5 looks for it.
std::optional<fs::path> find_source(const std::string& name, const fs::path& path) {
  std::error_code ignored;
  for (const fs::path& candidate : {path.parent_path() / name, fs::path(name)}) {
    if (fs::exists(candidate, ignored)) {
      return candidate;
    }
  }
  return std::nullopt;
}

bool has_object(const fs::path& path, const std::string& object) {
  const Handle properties = access_properties(nullptr);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, properties.id());
  if (file < 0) {
    H5Eclear2(H5E_DEFAULT);
    return false;
  }
  const Handle owner(file, H5Fclose);
  const bool found = H5Oexists_by_name(file, object.c_str(), H5P_DEFAULT) > 0;
  H5Eclear2(H5E_DEFAULT);
  return found;
}

std::string missing_raw_file(hid_t properties, const fs::path& path) {
  for (int i = 0; i < H5Pget_external_count(properties); ++i) {
    std::array<char, 4096> name{};
    off_t offset = 0;
    hsize_t bytes = 0;
    if (H5Pget_external(properties, static_cast<unsigned>(i), name.size() - 1, name.data(), &offset,
                        &bytes) >= 0 &&
        !find_source(name.data(), path)) {
      return std::string("has its rows in the file ") + name.data() +
             ", which cannot be found; bring it to the place where it was";
    }
  }
  H5Eclear2(H5E_DEFAULT);
  return "";
}

/// Whether the name stands for a series of files or data sets.
bool is_pattern(const std::string& name) { return name.find('%') != std::string::npos; }

}  // namespace

std::vector<std::string> filter_names(hid_t dataset) {
  std::vector<std::string> names;
  for (const auto& [number, name] : filters_of(dataset)) {
    names.push_back(name);
  }
  return names;
}

std::string missing_filters(hid_t dataset) {
  std::vector<std::string> missing;
  for (const auto& [number, name] : filters_of(dataset)) {
    if (number >= 0 && H5Zfilter_avail(number) <= 0) {
      missing.push_back(name);
    }
  }
  H5Eclear2(H5E_DEFAULT);
  return missing.empty()
             ? ""
             : fmt::format(
                   "is stored with the HDF5 filter {}, which is not installed here; install its "
                   "plugin for HDF5 and name its folder in HDF5_PLUGIN_PATH, or write the data "
                   "again with gzip (h5repack -f GZIP=4 where the filter is installed)",
                   fmt::join(missing, ", "));
}

bool is_virtual(hid_t dataset) {
  return H5Pget_layout(creation_properties(dataset).id()) == H5D_VIRTUAL;
}

std::string missing_sources(hid_t dataset, const std::filesystem::path& path) {
  const Handle properties = creation_properties(dataset);
  std::size_t count = 0;
  if (H5Pget_layout(properties.id()) != H5D_VIRTUAL) {
    return missing_raw_file(properties.id(), path);
  }
  const Reading reading(path.native(), Limit::none);
  check<DataError>(H5Pget_virtual_count(properties.id(), &count), "cannot read a data set");
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = text_of([&](char* buffer, std::size_t size) {
      return H5Pget_virtual_filename(properties.id(), i, buffer, size);
    });
    const std::string object = text_of([&](char* buffer, std::size_t size) {
      return H5Pget_virtual_dsetname(properties.id(), i, buffer, size);
    });
    const std::string source = fmt::format("{} in {}", object, name);
    if (is_pattern(name) || is_pattern(object) || std::ranges::find(seen, source) != seen.end()) {
      continue;
    }
    seen.push_back(source);
    const auto file = name == "." ? std::optional(path) : find_source(name, path);
    if (!file || !has_object(*file, object)) {
      return fmt::format(
          "is made of other data sets, and {} cannot be found; bring it to the place where it was",
          source);
    }
  }
  return "";
}

std::string dangling_link(hid_t file, const std::string& object) {
  // The first part of the path that is a link to nothing.
  for (std::size_t end = object.find('/', 1);; end = object.find('/', end + 1)) {
    const std::string part = object.substr(0, end);
    H5L_info_t info{};
    if (H5Lexists(file, part.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(file, part.c_str(), &info, H5P_DEFAULT) < 0) {
      H5Eclear2(H5E_DEFAULT);
      return "";
    }
    const bool leads_nowhere = H5Oexists_by_name(file, part.c_str(), H5P_DEFAULT) <= 0;
    H5Eclear2(H5E_DEFAULT);
    if (leads_nowhere && (info.type == H5L_TYPE_SOFT || info.type == H5L_TYPE_EXTERNAL)) {
      std::string value(info.u.val_size + 1, '\0');
      (void)H5Lget_val(file, part.c_str(), value.data(), value.size(), H5P_DEFAULT);
      std::string target = value.substr(0, value.find('\0'));
      if (info.type == H5L_TYPE_EXTERNAL) {
        const char* name = nullptr;
        const char* place = nullptr;
        if (H5Lunpack_elink_val(value.data(), info.u.val_size, nullptr, &name, &place) >= 0) {
          target = fmt::format("{} in {}", place, name);
        }
      }
      H5Eclear2(H5E_DEFAULT);
      return fmt::format(
          "{} {}, which cannot be found; bring it to the place where it was, or name another data "
          "set",
          part == object ? "is a link to" : fmt::format("lies behind {}, a link to", part), target);
    }
    if (end == std::string::npos) {
      return "";
    }
  }
}

}  // namespace infomax::hdf5
