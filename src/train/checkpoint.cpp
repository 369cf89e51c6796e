// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/checkpoint.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/pending_file.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/hdf5/library.hpp"
#include "train/checkpoint_file.hpp"

namespace infomax::train {
namespace {

constexpr const char* texts_group = "/texts";
constexpr const char* arrays_group = "/arrays";
constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;

std::string array_path(const std::string& name) { return fmt::format("{}/{}", arrays_group, name); }

/// Writes in chunks, so that the checksum finds each chunk in the processor's caches.
void write_array(hdf5::File& file, const std::string& path, hdf5::ElementType type,
                 std::span<const std::byte> bytes, Sealer& sealer) {
  const std::size_t element_bytes = hdf5::size(type);
  auto dataset = file.create_dataset(path, type, {bytes.size() / element_bytes});
  for (std::size_t done = 0; done < bytes.size();) {
    const auto chunk = bytes.subspan(done, std::min(chunk_bytes, bytes.size() - done));
    dataset.write_rows(done / element_bytes, chunk.size() / element_bytes, type, chunk);
    sealer.wrote(dataset.offset_bytes() + done, chunk);
    done += chunk.size();
  }
}

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

void Checkpoint::write_to(const std::filesystem::path& path, Sealer& sealer) && {
  auto turn = hdf5::take_turn();
  hdf5::File file = hdf5::File::create(path, seal_bytes);
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
    write_array(file, array_path(node.key()), array.type, array.bytes, sealer);
  }
  file.close();
  turn.unlock();
  sealer.seal();
}

void write_checkpoint(const std::filesystem::path& path, Checkpoint checkpoint) {
  std::uintmax_t size_bytes = 0;
  for (const auto& [name, array] : checkpoint.arrays_) {
    size_bytes += array.bytes.size();
  }
  PendingFile pending(path);
  require_room(pending.path(), size_bytes);
  Sealer sealer(pending.path());
  std::move(checkpoint).write_to(pending.path(), sealer);
  try {
    require_sealed(pending.path(), Source::disk);
  } catch (const DamagedError& error) {
    throw SystemError(
        fmt::format("{} right after it was written; is the disk sound?", error.what()));
  }
  pending.commit_durably();
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  require_sealed(path, Source::memory);
  const hdf5::File file = hdf5::File::open(path, hdf5::SealCheck::done);
  Checkpoint checkpoint;
  checkpoint.step = static_cast<std::uint64_t>(file.integer_attribute("/", "step"));
  for (const auto& name : file.attribute_names(texts_group)) {
    checkpoint.texts[name] = file.string_attribute(texts_group, name);
  }
  for (const auto& name : file.dataset_names(arrays_group)) {
    const auto dataset = file.dataset(array_path(name));
    const auto type = dataset.element_type();
    dataset.require_stored();
    Checkpoint::Array array(type, Buffer<std::byte>(dataset.rows() * hdf5::size(type)), {});
    dataset.read_rows(0, dataset.rows(), type, array.own);
    array.bytes = array.own;
    checkpoint.arrays_.insert_or_assign(name, std::move(array));
  }
  return checkpoint;
}

}  // namespace infomax::train
