#include "infomax/train/checkpoint.hpp"

#include <utility>

#include <fmt/format.h>

#include "infomax/core/pending_file.hpp"
#include "infomax/hdf5/file.hpp"
#include "train/checkpoint_file.hpp"

namespace infomax::train {
namespace {

constexpr const char* texts_group = "/texts";
constexpr const char* arrays_group = "/arrays";

std::string array_path(const std::string& name) { return fmt::format("{}/{}", arrays_group, name); }

}  // namespace

const std::string& Checkpoint::text(const std::string& name) const {
  const auto found = texts.find(name);
  if (found == texts.end()) {
    throw DataError(fmt::format("the checkpoint lacks its text \"{}\"", name));
  }
  return found->second;
}

std::map<std::string, Checkpoint::ArrayKind> Checkpoint::arrays() const {
  std::map<std::string, ArrayKind> kinds;
  for (const auto& [name, array] : arrays_) {
    kinds[name] = {array.bytes.size() / hdf5::size(array.type), array.type};
  }
  return kinds;
}

Buffer<std::byte> Checkpoint::to_file_image(const std::filesystem::path& name) && {
  hdf5::File file = hdf5::File::create_in_memory(name, header_bytes);
  file.write_attribute("/", "format", checkpoint_format);
  file.write_attribute("/", "step", step);
  file.create_group(texts_group);
  for (const auto& [key, text] : texts) {
    file.write_attribute(texts_group, key, text);
  }
  file.create_group(arrays_group);
  while (!arrays_.empty()) {
    const auto node = arrays_.extract(arrays_.begin());
    const Array& array = node.mapped();
    const std::size_t count = array.bytes.size() / hdf5::size(array.type);
    file.create_dataset(array_path(node.key()), array.type, {count})
        .write_rows(0, count, array.type, array.bytes);
  }
  auto image = file.image();
  seal(image);
  return image;
}

void write_checkpoint(const std::filesystem::path& path, Checkpoint checkpoint) {
  PendingFile pending(path);
  {
    const auto image = std::move(checkpoint).to_file_image(path);
    write_bytes(pending.path(), image);
  }
  try {
    require_sealed(read_bytes(pending.path()), pending.path());
  } catch (const DamagedError& error) {
    throw SystemError(
        fmt::format("{} right after it was written; is the disk sound?", error.what()));
  }
  pending.commit_durably();
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  require_sealed(read_bytes(path), path);
  const hdf5::File file = hdf5::File::open(path);
  Checkpoint checkpoint;
  checkpoint.step = static_cast<std::uint64_t>(file.integer_attribute("/", "step"));
  for (const auto& name : file.attribute_names(texts_group)) {
    checkpoint.texts[name] = file.string_attribute(texts_group, name);
  }
  for (const auto& name : file.dataset_names(arrays_group)) {
    const auto dataset = file.dataset(array_path(name));
    const auto type = dataset.element_type();
    Checkpoint::Array array{type, Buffer<std::byte>(dataset.rows() * hdf5::size(type))};
    dataset.read_rows(0, dataset.rows(), type, array.bytes);
    checkpoint.arrays_.insert_or_assign(name, std::move(array));
  }
  return checkpoint;
}

}  // namespace infomax::train
