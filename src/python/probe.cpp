// SPDX-License-Identifier: BSD-3-Clause
#include <optional>
#include <string>
#include <vector>

#include <pybind11/numpy.h>

#include "core/json.hpp"
#include "infomax/analysis/encode.hpp"
#include "infomax/analysis/probe.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/mpi/failure.hpp"
#include "python/analysis.hpp"
#include "python/source.hpp"
#include "report/probe_json.hpp"

namespace infomax::python {
namespace {

namespace py = pybind11;

/// How rows are represented and what is predicted from them.
struct Options {
  analysis::ProbeOptions probe;
  analysis::EncoderOptions encoder;
  model::TargetKind target = model::TargetKind::automatic;
};

const FieldTable<Options>& option_fields() {
  static const FieldTable<Options> fields = [] {
    FieldTable<Options> table;
    table.group("Probe")
        .add("target", &Options::target, "KIND",
             "what y holds: classes, values (to ask for regression), or auto: texts, integers from "
             "0 on, and other whole numbers of up to 20 kinds are classes")
        .include(&Options::probe, analysis::probe_fields())
        .include(&Options::encoder, analysis::encoder_fields());
    return table;
  }();
  return fields;
}

using Groups = std::vector<std::uint64_t>;

/// Collective. The rows of one data set, represented by the model where there is one. `classes` are
/// those of the training rows once they are known.
template <math::Real T>
analysis::ProbeRows read(const mpi::Communicator& communicator, const model::StoredModel* stored,
                         Source& source, const Options& options, const Groups& groups,
                         std::vector<std::string>& classes) {
  const DatasetNames names;
  auto& rows = source.open(communicator, names);
  auto encoder_options = options.encoder;
  if (source.is_memory() || (stored == nullptr && encoder_options.path.empty())) {
    encoder_options.path = names.x;
  }
  std::optional<model::Model<T>> model;
  std::optional<analysis::Encoder<T>> encoder;
  if (stored != nullptr) {
    model.emplace(model::to_model<T>(analysis::fitted_to(*stored, encoder_options, rows)));
    encoder.emplace(*model, encoder_options);
  }
  const std::string x_path = encoder ? encoder->path() : encoder_options.path;
  const auto x = rows.shape(x_path);
  rows.expect_labels(names.y, classes);
  classes = rows.text_classes(names.y);
  data::require_equal_rows(x, rows.shape(names.y));
  const data::Blocks blocks(x.rows);
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  const auto features = [&] {
    if (encoder) {
      WorkProgress progress(ProgressMode::none, "encoding");
      return analysis::encode_rows(communicator, rows, blocks, *encoder, progress);
    }
    auto loaded = rows.load(x_path, shard);
    return loaded.has_lengths() ? loaded.padded() : std::move(loaded);
  };
  analysis::ProbeRows read{blocks, features(), rows.load(names.y, shard)};
  mpi::together(communicator, [&] {
    if (groups.size() != 0 && groups.size() != x.rows) {
      throw UsageError("there must be a group for each training row");
    }
    if (!groups.empty()) {
      const auto first = groups.begin() + static_cast<std::ptrdiff_t>(shard.first_row);
      read.groups.assign(first, first + static_cast<std::ptrdiff_t>(shard.row_count));
    }
  });
  if (source.file() != nullptr) {
    read.classes = source.file()->names(names.y, data::classes_attribute);
  }
  source.close();
  return read;
}

/// Collective. Throws UsageError where there is nothing to predict.
void require_test(const mpi::Communicator& communicator, const Source* test,
                  const Options& options) {
  mpi::together(communicator, [&] {
    if (test == nullptr && options.probe.folds == 0) {
      throw UsageError("give test rows, or predict the training rows themselves by `folds` 5");
    }
  });
}

/// Collective.
Json probe_in(const mpi::Communicator& communicator, const model::StoredModel* stored,
              Source& train_source, Source* test_source, const Options& options,
              const Groups& groups) {
  const Stopwatch stopwatch;
  std::vector<std::string> classes;
  const auto read_rows = [&](Source& source, const Groups& of) {
    return stored == nullptr || stored->settings.at("precision") == "float"
               ? read<float>(communicator, stored, source, options, of, classes)
               : read<double>(communicator, stored, source, options, of, classes);
  };
  const auto train = read_rows(train_source, groups);
  const auto test =
      test_source == nullptr ? std::nullopt : std::optional(read_rows(*test_source, {}));
  const auto* tested = test ? &*test : nullptr;
  report::ProbeFacts facts{stored == nullptr ? "features as they are" : "representations",
                           train.x.features(),
                           train.blocks.rows(),
                           test ? std::optional(test->blocks.rows()) : std::nullopt,
                           communicator.size(),
                           0.0,
                           options.probe,
                           groups.empty() ? "" : "groups",
                           train.classes};
  const auto numbered =
      options.target == model::TargetKind::values
          ? std::nullopt
          : data::find_classes(communicator, train.y, options.target == model::TargetKind::classes,
                               train.classes.size());
  if (!numbered) {
    const auto found = analysis::probe_values(communicator, train, tested, options.probe);
    facts.seconds = stopwatch.elapsed_s();
    return report::to_json(facts, found);
  }
  if (facts.class_names.size() != numbered->count && !numbered->numbers.empty()) {
    facts.class_names = data::names_of(*numbered);
  }
  const auto found = analysis::probe_classes(communicator, train, tested, *numbered, options.probe);
  facts.seconds = stopwatch.elapsed_s();
  return report::to_json(facts, found);
}

Groups to_groups(const py::object& given) {
  Groups groups;
  if (!given.is_none()) {
    const auto array = given.cast<py::array_t<std::uint64_t, py::array::c_style>>();
    groups.assign(array.data(), array.data() + array.size());
  }
  return groups;
}

}  // namespace

py::list probe_options() { return describe(option_fields()); }

std::string probe(const model::StoredModel* stored, const py::object& train, const py::object& test,
                  const py::object& groups, const Texts& texts, const PythonCommunicator& given) {
  Source train_source(train);
  std::optional<Source> test_source;
  if (!test.is_none()) {
    test_source.emplace(test);
  }
  const Groups of_rows = to_groups(groups);
  const ProcessState kept;
  const py::gil_scoped_release without;
  const auto communicator = ranks_of(given);
  Options options;
  mpi::together(communicator, [&] { set(option_fields(), texts, options); });
  auto* const tested = test_source ? &*test_source : nullptr;
  require_test(communicator, tested, options);
  (void)measure::choose_threads(communicator, 0);
  return json_text(probe_in(communicator, stored, train_source, tested, options, of_rows));
}

}  // namespace infomax::python
