// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/analysis/canonical_variates.hpp"
#include "infomax/analysis/pooling.hpp"
#include "infomax/core/field.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/data/windows.hpp"
#include "infomax/model/input.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/nn/executor.hpp"

/// @file
/// n rows of a window, M of a micro-batch, q columns of a representation.

namespace infomax::analysis {

/// The part of a model that represents a row.
struct EncoderOptions {
  std::string side;                  ///< as model::input_of_side has it; may be empty
  std::optional<std::size_t> layer;  ///< K; unset: the network's output
  std::string path;                  ///< data set of the rows; empty: as in training
  bool projected = false;            ///< whether a projector is part of it, where `layer` is unset
  Pool pool = Pool::none;            ///< of feature maps and of steps
  std::size_t micro_batch = 1024;    ///< M: rows encoded at a time; 0 = all of a block
};

/// The table of those that name a network and a layer of it.
[[nodiscard]] inline FieldTable<EncoderOptions> representation_fields() {
  using Options = EncoderOptions;
  FieldTable<Options> table;
  table.group("Representation")
      .add("layer", &Options::layer, "K",
           "output of the K-th layer that has parameters, counted from 0, after its activation; "
           "default: the output of the network, without the projector of training")
      .add("projected", &Options::projected, "",
           "the projector's output, which the objective was given")
      .add("network", &Options::side, "a|b|PATH",
           "of a model of two views: a encodes the first (default), b the second; of `pair` multi, "
           "the view that is named as in `views`; default all views, side by side");
  return table;
}

/// The table of EncoderOptions.
[[nodiscard]] inline FieldTable<EncoderOptions> encoder_fields() {
  using Options = EncoderOptions;
  FieldTable<Options> table = representation_fields();
  table.group("Representation")
      .add("pool", &Options::pool, "NAME",
           "of a feature map [C,H,W] or [C,T] the mean or max of its places, C numbers; of a "
           "sequence "
           "[T,F] that of its steps, F numbers: none, mean or max")
      .add("x", &Options::path, "PATH", "data set of the rows; default as in training")
      .add("micro-batch", &Options::micro_batch, "M",
           "rows that a rank encodes at a time; bounds memory", one_or_more());
  return table;
}

/// Collective. A model whose network represents the rows of `source` that the options name: of
/// sequences, T may be another than in training. Also says how they are read. Throws UsageError
/// where there is no such side, and DataError as model::fit_to_rows and Datasets::shape.
[[nodiscard]] model::StoredModel fitted_to(model::StoredModel stored, const EncoderOptions& options,
                                           data::Datasets& source);

/// A model as a function from rows of a data set to representations: the output of a network or of
/// one of its layers.
template <math::Real T>
class Encoder {
 public:
  /// `model` must outlive this. Throws UsageError where there is no such side or layer.
  Encoder(const model::Model<T>& model, const EncoderOptions& options);
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// The data set that rows are read from, such as "/x".
  [[nodiscard]] const std::string& path() const { return input_.path; }
  /// The member whose network encodes the rows.
  [[nodiscard]] const model::Member<T>& member() const { return *member_; }
  /// The member's network as far as it is applied: a projector may be left out.
  [[nodiscard]] const nn::Network<T>& network() const { return network_; }
  /// K; unset if the representation is the network's output.
  [[nodiscard]] std::optional<std::size_t> layer() const { return layer_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }  ///< q
  /// [T, q / T] where the representation of a sequence is one of each step, else [q].
  [[nodiscard]] std::vector<std::size_t> shape() const;
  [[nodiscard]] std::size_t micro_batch() const { return micro_batch_; }  ///< M; 0 = all

  /// From here on a representation is the variates of the network's output by `map`, which is of as
  /// many columns. Only where layer() is unset, nothing is pooled, and a projector is part of the
  /// representation.
  void map_outputs(VariateMap map);

  /// Writes representations out [n, q] of rows as the file has them. The tiles cover the n rows,
  /// and none has more than M if that is not 0. Throws UsageError or DataError where rows are not
  /// what the network takes; that depends on their shape alone.
  void encode(const data::RowStore& rows, std::span<const data::Tile> tiles, MatrixView<T> out);

 private:
  void reserve(std::size_t rows);

  const model::Model<T>* model_;
  model::SideInput input_;
  const model::Member<T>* member_;
  nn::Network<T> network_;  // the member's, as far as the representation needs it
  std::optional<std::size_t> layer_;
  std::size_t node_;  // of the network's graph, whose value is the representation
  Pool pool_;
  std::size_t columns_;
  std::optional<VariateMap> map_;  // of the network's output
  std::size_t micro_batch_;
  std::size_t reserved_ = 0;  // rows that the executor has memory for
  std::optional<nn::Executor<T>> executor_;
  const data::RowStore* rows_ = nullptr;  // of the tile that is being encoded ...
  std::size_t first_ = 0;                 // ... and its first
  model::RowLengths lengths_;
};

}  // namespace infomax::analysis
