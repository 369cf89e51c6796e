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

template <math::Real T>
double probe_score(const mpi::Communicator& communicator, const model::Model<T>& model,
                   data::Datasets& training, data::Datasets& held_out, const std::string& labels) {
  const auto train = represent(communicator, model, training, labels);
  const auto test = represent(communicator, model, held_out, labels);
  const analysis::ProbeOptions options;
  const auto classes = data::find_classes(communicator, train.y, false, train.classes.size());
  return classes ? analysis::probe_classes(communicator, train, &test, *classes, options)
                       .test.accuracy()
                 : analysis::probe_values(communicator, train, &test, options).test.mean_r2;
}

template double probe_score<float>(const mpi::Communicator&, const model::Model<float>&,
                                   data::Datasets&, data::Datasets&, const std::string&);
template double probe_score<double>(const mpi::Communicator&, const model::Model<double>&,
                                    data::Datasets&, data::Datasets&, const std::string&);

}  // namespace infomax::compare
