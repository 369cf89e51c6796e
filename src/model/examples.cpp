#include "infomax/model/examples.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/loader.hpp"

namespace infomax::model {
namespace {

void require_two_rows(const data::DatasetShape& x) {
  if (x.rows < 2) {
    throw DataError(fmt::format(
        "{} has one row only, and a dependence needs two or more; give more data", x.where));
  }
}

}  // namespace

TargetKind parse_target_kind(const std::string& name) {
  if (name == "auto") {
    return TargetKind::automatic;
  }
  if (name == "classes") {
    return TargetKind::classes;
  }
  if (name == "values") {
    return TargetKind::values;
  }
  throw UsageError(fmt::format("--target is \"{}\"; it must be auto, classes or values", name));
}

Examples load_examples(const mpi::Communicator& communicator, const std::string& file,
                       const PairSettings& settings, std::size_t block_count) {
  data::DatasetFile opened(communicator, file);
  const auto x_shape = opened.shape(settings.x_path);
  require_two_rows(x_shape);
  const bool with_targets = settings.pair == Pair::target;
  if (with_targets) {
    data::require_equal_rows(x_shape, opened.shape(settings.y_path));
  }
  const data::Blocks blocks(x_shape.rows, block_count);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  Examples examples{blocks, shard, opened.load(settings.x_path, shard), std::nullopt};
  if (with_targets) {
    examples.y = opened.load(settings.y_path, shard);
  }
  return examples;
}

std::size_t count_classes(const mpi::Communicator& communicator, const Examples& examples,
                          TargetKind kind) {
  const data::Rows& y = examples.y.value();
  const bool classes =
      kind == TargetKind::classes || (kind == TargetKind::automatic && data::holds_labels(y));
  return classes ? data::class_count(communicator, y) : 0;
}

}  // namespace infomax::model
