#include "infomax/core/pending_file.hpp"

#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "infomax/core/error.hpp"

namespace infomax {

PendingFile::PendingFile(std::filesystem::path final_path)
    : final_(std::move(final_path)),
      pending_(final_.string() + ".part-" + std::to_string(::getpid())) {}

PendingFile::~PendingFile() {
  if (!pending_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(pending_, ignored);
  }
}

void PendingFile::commit() {
  std::error_code error;
  std::filesystem::rename(pending_, final_, error);
  if (error) {
    throw SystemError("cannot give " + pending_.string() + " its name " + final_.string() + ": " +
                      error.message());
  }
  pending_.clear();
}

}  // namespace infomax
