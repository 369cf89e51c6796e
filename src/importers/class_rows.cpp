// SPDX-License-Identifier: BSD-3-Clause
#include "importers/class_rows.hpp"

#include <cstdint>
#include <cstring>
#include <numeric>

namespace infomax::importers {

ClassRows::ClassRows(std::string where, FolderClasses classes, std::vector<std::size_t> rows)
    : RowFile(std::move(where)), of_files_(std::move(classes.of_files)), rows_(std::move(rows)) {
  declare(hdf5::element_type_of<std::int64_t>(),
          {std::accumulate(rows_.begin(), rows_.end(), std::size_t{0})});
  name_classes(std::move(classes.names));
}

void ClassRows::read(std::span<std::byte> rows) {
  for (std::size_t done = 0; done < rows.size(); done += sizeof(std::int64_t)) {
    while (next_ == rows_[file_]) {
      ++file_;
      next_ = 0;
    }
    const auto label = static_cast<std::int64_t>(of_files_[file_]);
    std::memcpy(rows.data() + done, &label, sizeof(label));
    ++next_;
  }
}

std::unique_ptr<RowFile> class_rows(const FileList& list, const std::vector<std::string>& known,
                                    std::vector<std::size_t> rows) {
  FolderClasses classes = folder_classes(list, known);
  return classes.names.empty()
             ? nullptr
             : std::make_unique<ClassRows>("the sub-folders of " + list.path.string(),
                                           std::move(classes), std::move(rows));
}

}  // namespace infomax::importers
