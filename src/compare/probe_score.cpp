// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <vector>

#include "compare/runner.hpp"
#include "infomax/analysis/encode.hpp"
#include "infomax/analysis/probe.hpp"
#include "infomax/data/labels.hpp"

namespace infomax::compare {
namespace {

/// Collective. Representations and labels, of which texts are numbered by the whole data set's.
template <math::Real T>
analysis::ProbeRows represent(const mpi::Communicator& communicator, const model::Model<T>& model,
                              data::Datasets& rows, const std::string& labels) {
  analysis::Encoder<T> encoder(model, {});
  rows.expect_labels(labels);
  const auto x = rows.shape(encoder.path());
  data::require_equal_rows(x, rows.shape(labels));
  const data::Blocks blocks(x.rows);
  WorkProgress progress(ProgressMode::none, "encoding");
  auto encoded = analysis::encode_rows(communicator, rows, blocks, encoder, progress);
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  return {blocks, std::move(encoded), rows.load(labels, shard), rows.text_classes(labels)};
}

}  // namespace

std::optional<data::NumberedClasses> find_label_classes(const mpi::Communicator& communicator,
                                                        data::Datasets& all,
                                                        const std::string& labels,
                                                        model::TargetKind kind) {
  all.expect_labels(labels);
  const data::Blocks blocks(all.shape(labels).rows);
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  const std::size_t texts = all.text_classes(labels).size();
  if (texts > 0) {
    return data::NumberedClasses{texts};
  }
  if (kind == model::TargetKind::values) {
    return std::nullopt;
  }
  return data::find_classes(communicator, all.load(labels, shard),
                            kind == model::TargetKind::classes);
}

template <math::Real T>
double probe_score(const mpi::Communicator& communicator, const model::Model<T>& model,
                   data::Datasets& training, data::Datasets& held_out, const std::string& labels,
                   const std::optional<data::NumberedClasses>& classes) {
  const auto train = represent(communicator, model, training, labels);
  const auto test = represent(communicator, model, held_out, labels);
  const analysis::ProbeOptions options;
  return classes ? analysis::probe_classes(communicator, train, &test, *classes, options)
                       .test.accuracy()
                 : analysis::probe_values(communicator, train, &test, options).test.mean_r2;
}

template double probe_score<float>(const mpi::Communicator&, const model::Model<float>&,
                                   data::Datasets&, data::Datasets&, const std::string&,
                                   const std::optional<data::NumberedClasses>&);
template double probe_score<double>(const mpi::Communicator&, const model::Model<double>&,
                                    data::Datasets&, data::Datasets&, const std::string&,
                                    const std::optional<data::NumberedClasses>&);

}  // namespace infomax::compare
