// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"
#include "objective/own_network.hpp"
#include "objective/place_bound.hpp"

/// @file
/// N: global samples. B: local samples. q: columns of outputs y. F: features [C,...] of a sample,
/// of C channels at P places; in memory place by place.

namespace infomax::objective {

/// What a FeatureTerm is made of.
struct FeatureTermOptions {
  double weight = 1.0;  ///< of the term in J
  Estimator estimator = Estimator::jsd;
  bool by_place = true;         ///< whether y is compared with each place of F, or with all of it
  std::size_t outputs = 0;      ///< q
  nn::Shape features = {};      ///< of F
  std::string output_network;   ///< from y to scored rows
  std::string feature_network;  ///< from [C] of a place, or from F, to scored rows
  std::uint64_t number = 0;     ///< of the first of two networks, for their initial values
};

/// A term of an objective: a bound of the mutual information between the outputs of a network and
/// features within it, scored by two networks. Its parameters are those of the first and then those
/// of the second.
template <math::Real T>
class FeatureTerm {
 public:
  /// Throws UsageError where a network does not fit, or scored rows differ in width.
  explicit FeatureTerm(const FeatureTermOptions& options);

  [[nodiscard]] bool by_place() const { return by_place_; }
  [[nodiscard]] double weight() const { return weight_; }
  /// The length of its parameters.
  [[nodiscard]] std::size_t parameter_count() const {
    return of_outputs_.parameter_count() + of_features_.parameter_count();
  }
  /// The memory of a term for so many samples.
  [[nodiscard]] std::size_t bytes_for(std::size_t samples) const;
  /// Writes their initial values.
  void initialize(std::span<T> parameters, std::uint64_t seed) const;

  /// Collective. The bound, without its weight, of y [B, q] and F [B, P C]; both must outlive
  /// add_gradient().
  [[nodiscard]] double measure(const mpi::Communicator& communicator, std::span<const T> parameters,
                               MatrixView<const T> y, MatrixView<const T> f,
                               const stats::RowParts* parts, double samples);

  /// Collective. After measure(): adds the weighted derivatives by y and F, unless dy or df has no
  /// columns, and by the parameters, unless `own` is empty.
  void add_gradient(const mpi::Communicator& communicator, std::span<const T> parameters,
                    MatrixView<T> dy, MatrixView<T> df, const OwnGradient<T>& own);

 private:
  /// Where the number that is at place p and channel c of F stands in a row of the network of
  /// features, which has the order of the axes.
  template <class Each>
  void for_each_number(const Each& each) const;
  void fill(std::size_t first, MatrixView<T> inputs) const;
  void add_by_features(MatrixView<const T> by_rows, MatrixView<T> df) const;

  double weight_;
  bool by_place_;
  std::size_t channels_;  // C
  std::size_t places_;    // P
  std::uint64_t number_;
  OwnNetwork<T> of_outputs_;
  OwnNetwork<T> of_features_;
  PlaceBound<T> bound_;

  MatrixView<const T> y_;
  MatrixView<const T> f_;
  stats::RowParts place_parts_;
  typename PlaceBound<T>::Rows rows_;
  Matrix<T> dphi_;  // derivatives by scored rows ...
  Matrix<T> dpsi_;
  Matrix<T> dinputs_y_;  // ... and by the rows that the networks read
  Matrix<T> dinputs_f_;
  Buffer<T> unwanted_;  // a gradient by parameters that nobody reads
};

}  // namespace infomax::objective
