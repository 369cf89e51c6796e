// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "nn/window.hpp"

/// @file
/// Patches: what a window covers at a position, as one row of a matrix. Its columns are the covered
/// places in their order, and of each the channels. A convolution is a product with that matrix.

namespace infomax::nn {

/// Some of the channels of a place.
struct ChannelRange {
  std::size_t first = 0;
  std::size_t count = 1;
};

/// Calls visit(row, image, oy, ox) for the positions [first, first + count) of a batch of images,
/// which numbers all positions of one image after those of another; rows count from 0.
template <class Visit>
void for_each_position(const Window& window, std::size_t first, std::size_t count,
                       const Visit& visit) {
  std::size_t image = first / window.positions();
  std::size_t oy = first % window.positions() / window.x.count;
  std::size_t ox = first % window.x.count;
  for (std::size_t row = 0; row < count; ++row) {
    visit(row, image, oy, ox);
    if (++ox == window.x.count) {
      ox = 0;
      if (++oy == window.y.count) {
        oy = 0;
        ++image;
      }
    }
  }
}

/// Writes patches [count, covered * channels] of the positions from `first` on of x [B, places *
/// C]. The padding is 0.
template <class T>
void pack_patches(const Window& window, ChannelRange channels, MatrixView<const T> x,
                  std::size_t first, MatrixView<T> patches) {
  const std::size_t c = window.channels;
  const std::size_t n = channels.count;
  for_each_position(window, first, patches.rows(),
                    [&](std::size_t row, std::size_t image, std::size_t oy, std::size_t ox) {
                      const T* const from = x.row(image).data() + channels.first;
                      T* const to = patches.row(row).data();
                      std::size_t filled = 0;  // of the patch's places
                      window.for_each_run(
                          oy, ox, [&](std::size_t place, std::size_t k, std::size_t length) {
                            std::fill(to + filled * n, to + k * n, T{0});
                            if (n == c) {
                              std::copy_n(from + place * c, length * c, to + k * n);
                            } else {
                              for (std::size_t i = 0; i < length; ++i) {
                                std::copy_n(from + (place + i) * c, n, to + (k + i) * n);
                              }
                            }
                            filled = k + length;
                          });
                      std::fill(to + filled * n, to + window.covered() * n, T{0});
                    });
}

/// Adds patches to the places of x that they were packed from: the transpose of pack_patches().
template <class T>
void add_patches(const Window& window, ChannelRange channels, MatrixView<const T> patches,
                 std::size_t first, MatrixView<T> x) {
  const std::size_t c = window.channels;
  const std::size_t n = channels.count;
  for_each_position(window, first, patches.rows(),
                    [&](std::size_t row, std::size_t image, std::size_t oy, std::size_t ox) {
                      T* const to = x.row(image).data() + channels.first;
                      const T* const from = patches.row(row).data();
                      window.for_each_run(
                          oy, ox, [&](std::size_t place, std::size_t k, std::size_t length) {
                            // Where all channels are taken, a run is as good as one long place.
                            const std::size_t step = n == c ? length : 1;
                            for (std::size_t i = 0; i < length; i += step) {
                              T* const sums = to + (place + i) * c;
                              const T* const values = from + (k + i) * n;
                              for (std::size_t j = 0; j < step * n; ++j) {
                                sums[j] += values[j];
                              }
                            }
                          });
                    });
}

}  // namespace infomax::nn
