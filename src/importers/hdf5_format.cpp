// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "importers/anndata.hpp"
#include "importers/file_format.hpp"
#include "importers/hdf5_reader.hpp"
#include "importers/matlab_reader.hpp"
#include "importers/pandas_store.hpp"
#include "importers/sparse_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/names.hpp"
#include "infomax/hdf5/library.hpp"

// HDF5 files as Infomax and other programs lay them out.
namespace infomax::importers {
namespace {

bool begins_hdf5(const FileStart& start) {
  if (!start.is_compressed) {
    return hdf5::is_hdf5(start.path);
  }
  // The signature stands behind a user block of 0, 512, 1024, 2048, ... bytes.
  for (std::size_t place = 0; place < start.head.size();
       place = std::max(std::size_t{512}, 2 * place)) {
    if (start.head.compare(place, 8, "\x89HDF\r\n\x1a\n") == 0) {
      throw DataError(start.path.string() +
                      " is HDF5 compressed by gzip; decompress it by gunzip first");
    }
  }
  return false;
}

/// Says which path to give where the file was named alone and has no data set of the usual name.
[[noreturn]] void ask_for_path(const hdf5::File& file, const std::string& usual) {
  const hdf5::Tree tree = file.tree();
  const std::string path = file.path().string();
  std::string meant = hdf5::guess_dataset(tree, usual);
  const std::string listed = hdf5::list_datasets(tree);
  throw DataError(fmt::format("there is no data set {} in {}, which has {}{}", usual, path,
                              listed.empty() ? "none" : listed,
                              meant.empty() ? fmt::format("; name one as {}:/PATH", path)
                                            : fmt::format("; did you mean {}:{}?", path, meant)));
}

/// The object that is read where the file was named alone.
std::string usual_object(const hdf5::File& file, Role role) {
  std::string usual = role == Role::x ? "/x" : "/y";
  if (file.exists(usual)) {
    return usual;
  }
  if (role == Role::x && is_anndata(file)) {
    return "/X";
  }
  if (std::string store = only_pandas_store(file); !store.empty()) {
    return store;
  }
  for (const auto& entry : file.tree().entries) {
    if (entry.path == usual) {
      return usual;  // a link to nothing, of which opening says where it leads
    }
  }
  ask_for_path(file, usual);
}

/// The names of the samples that a data set file has beside /x. Of several files they are left out,
/// as the same name may stand in two.
std::vector<std::string> names_of_samples(const hdf5::File& file, const FileList& list,
                                          std::size_t rows) {
  const std::string ids = data::ids_dataset;
  if (!file.exists(ids) || !file.holds_texts(ids) || file.text_count(ids) != rows) {
    return {};
  }
  if (list.files.size() > 1) {
    log::info_once("ids of " + list.path.string(),
                   fmt::format("the names of the samples, {} in {}, are left out, as it is one of "
                               "several files",
                               ids, file.path().string()));
    return {};
  }
  return file.texts(ids, 0, rows);
}

OpenedFile open_hdf5(const OpenRequest& request) {
  const hdf5::File file = hdf5::File::open(request.path);
  const std::string object =
      request.object.empty() ? usual_object(file, request.role) : request.object;
  if (is_pandas_store(file, object)) {
    return open_pandas(file, request, object);
  }
  if (request.role == Role::x && is_anndata(file) && object != "/x") {
    return open_anndata(file, request, object);
  }
  if (!request.table.labels.empty() || !request.table.dropped.empty()) {
    throw UsageError(fmt::format(
        "`{}` is for tables, and {} in {} is not a table; give its labels as `y`, such as "
        "{}:/path",
        request.table.labels.empty() ? "drop" : "label", object, request.path.string(),
        request.path.string()));
  }
  if (is_sparse(file, object)) {
    return {open_sparse(request.path, object, {})};
  }
  if (request.role == Role::y &&
      (is_categories(file, object) || file.holds_texts(object) || is_anndata(file))) {
    return {open_label_column(file, object, request.known.classes)};
  }
  if (is_of_matlab(request.path, object)) {
    return {open_matlab(request.path, object, request.role)};
  }
  OpenedFile opened{std::make_unique<Hdf5Reader>(request.path, object)};
  if (request.role == Role::x && object == "/x") {
    opened.ids = names_of_samples(file, request.list, opened.rows->rows());
  }
  return opened;
}

}  // namespace

FileFormat hdf5_format() {
  return {.name = "HDF5",
          .takes_labels = true,
          .has_objects = true,
          .recognises = begins_hdf5,
          .open = open_hdf5};
}

}  // namespace infomax::importers
