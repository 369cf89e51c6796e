// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "importers/spectrum.hpp"
#include "infomax/importers/reading.hpp"

namespace infomax::importers {

/// Log-mel frames of sounds of one rate R, in samples a second.
///
/// A frame of W samples x_i, W the rounded window, is weighted by a periodic Hann window, w_i =
/// (1 - cos(2 pi i / W)) / 2, and padded by zeros to n samples, the least power of two with n >= W.
/// P_k = |X_k|^2 / sum_i w_i^2 is then its power at the frequency k R / n, so that white noise of
/// variance v has a power of v. F triangular filters of height 1 stand at F + 2 points from 0 to
/// R / 2 that are equally far apart on the mel scale m = 2595 log10(1 + f / 700) (that of HTK),
/// each from the point before its own to the one behind it, linear in f. The frame's numbers are
/// log(e_j + 1e-10), e_j = sum_k filter_j(k R / n) P_k.
class LogMel {
 public:
  /// Throws DataError, about `where`, if a window or hop has less than one sample or a filter lies
  /// between two frequencies; UsageError if the program was built without FFTW.
  LogMel(const MelFrames& frames, std::size_t rate, const std::string& where);

  [[nodiscard]] std::size_t filters() const { return filters_.size(); }  ///< F
  [[nodiscard]] std::size_t window() const { return window_.size(); }    ///< W, samples
  [[nodiscard]] std::size_t hop() const { return hop_; }                 ///< samples

  /// The whole frames in so many samples.
  [[nodiscard]] std::size_t count(std::size_t samples) const {
    return samples < window() ? 0 : 1 + (samples - window()) / hop_;
  }

  /// Sets `frame` [F] to the numbers of these samples [W].
  void transform(std::span<const double> samples, std::span<double> frame);

  /// The numbers of silence.
  [[nodiscard]] static double silence();

 private:
  /// Weights of consecutive frequencies.
  struct Filter {
    std::size_t first = 0;
    std::vector<double> weights;
  };

  std::vector<double> window_;
  std::size_t hop_ = 0;
  double power_scale_ = 0.0;
  std::vector<Filter> filters_;
  Spectrum spectrum_;
  std::vector<double> power_;
};

}  // namespace infomax::importers
