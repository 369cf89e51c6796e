// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/data/datasets.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/nn/spec.hpp"

/// @file
/// Sequences [T,F] as the input of networks. T is the number of steps that rows have room for,
/// which may differ from data set to data set.

namespace infomax::model {

/// Whether an encoder reads its rows step by step, so that the F columns of a step are preprocessed
/// alike in all steps.
[[nodiscard]] bool reads_steps(const nn::Spec& encoder);

/// The number of tokens V of an encoder that begins with an embedding, so that its rows are token
/// ids 0 to V-1; unset for others.
[[nodiscard]] std::optional<std::size_t> vocabulary_of(const nn::Spec& encoder);

/// Collective. Throws DataError, the same on every rank, unless the rows are what an encoder that
/// begins with an embedding takes: integers from 0 to V-1. It names the first other one. Nothing is
/// done for other encoders.
void require_tokens(const mpi::Communicator& communicator, const nn::Spec& encoder,
                    const data::RowStore& rows);

/// T of the rows of x and, where they are sequences too, of y; 0 where rows have no lengths of
/// their own.
struct Steps {
  std::size_t x = 0;  ///< of the rows of x
  std::size_t y = 0;  ///< of the second view
};

/// The longer of either.
[[nodiscard]] Steps longest(const Steps& one, const Steps& other);

/// The T of the rows that a model was trained on; 0 where its networks do not read steps.
[[nodiscard]] Steps steps_of(const StoredModel& stored);

/// Says how the sequences of a pair are read: with its padding value, and with room for `least`
/// steps.
void expect_sequences(data::Datasets& source, const PairSettings& settings, const Steps& least);

/// Collective. The T of the data sets of a pair. Throws as Datasets::shape.
[[nodiscard]] Steps steps_of(data::Datasets& source, const PairSettings& settings);
/// Collective. The same of a file.
[[nodiscard]] Steps steps_of(const mpi::Communicator& communicator, const std::string& file,
                             const PairSettings& settings);

/// Makes a network one for rows of the shape `trailing`, which `where` names: of sequences, T may
/// be another than in training, if no parameter of the network depends on it. Throws DataError
/// where the network was trained on other rows.
void fit_to_rows(StoredNetwork& network, const std::vector<std::size_t>& trailing,
                 const std::string& where);

/// A model with networks for the shapes of the rows of x and, of two views, y; null for one that
/// there is not. Throws as fit_to_rows().
[[nodiscard]] StoredModel fitted_to(StoredModel stored, const PairSettings& settings,
                                    const data::RowStore& x, const data::RowStore* y);

/// The lengths of the rows of a pass (nn::Pass::lengths), in memory of their own.
class RowLengths {
 public:
  /// Makes room for `rows` rows, so that no later call allocates.
  void reserve(std::size_t rows) { lengths_.reserve(rows); }

  /// @{ The lengths of these local rows, valid until the next call; empty where rows have no
  /// lengths of their own.
  [[nodiscard]] std::span<const std::uint32_t> of(const data::RowStore& rows,
                                                  std::span<const std::size_t> local_rows);
  [[nodiscard]] std::span<const std::uint32_t> of(const data::RowStore& rows, std::size_t first,
                                                  std::size_t count);
  /// @}

 private:
  std::vector<std::uint32_t> lengths_;
};

}  // namespace infomax::model
