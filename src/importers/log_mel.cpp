// SPDX-License-Identifier: BSD-3-Clause
#include "importers/log_mel.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// Added to the power of every filter, so that the logarithm of silence is a number: 100 dB below
/// the power of white noise of variance 1.
constexpr double power_floor = 1e-10;

double mel_of(double hertz) { return 2595.0 * std::log10(1.0 + hertz / 700.0); }
double hertz_of(double mel) { return 700.0 * (std::pow(10.0, mel / 2595.0) - 1.0); }

/// The samples of a duration. Throws DataError if there is less than one.
std::size_t samples_of(double milliseconds, std::size_t rate, const char* what,
                       const std::string& where) {
  const double samples = std::round(milliseconds * 1e-3 * static_cast<double>(rate));
  if (samples < 1.0) {
    throw DataError(
        fmt::format("a {} of {} ms has no sample at the {} Hz of {}; make it longer in "
                    "`frames`",
                    what, milliseconds, rate, where));
  }
  return static_cast<std::size_t>(samples);
}

std::vector<double> hann_window(std::size_t length) {
  std::vector<double> window(length);
  for (std::size_t i = 0; i < length; ++i) {
    const double turn = static_cast<double>(i) / static_cast<double>(length);
    window[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * turn);
  }
  return window;
}

}  // namespace

double LogMel::silence() { return std::log(power_floor); }

LogMel::LogMel(const MelFrames& frames, std::size_t rate, const std::string& where)
    : window_(hann_window(samples_of(frames.window_ms, rate, "window", where))),
      hop_(samples_of(frames.hop_ms, rate, "hop", where)),
      spectrum_(std::bit_ceil(window_.size())) {
  double energy = 0.0;
  for (const double w : window_) {
    energy += w * w;
  }
  power_scale_ = 1.0 / energy;
  const std::size_t length = std::bit_ceil(window_.size());
  power_.resize(length / 2 + 1);
  const double nyquist = static_cast<double>(rate) / 2.0;
  const double bin = static_cast<double>(rate) / static_cast<double>(length);
  const auto point = [&](std::size_t j) {
    return hertz_of(mel_of(nyquist) * static_cast<double>(j) /
                    static_cast<double>(frames.filters + 1));
  };
  filters_.reserve(frames.filters);
  for (std::size_t j = 0; j < frames.filters; ++j) {
    const double low = point(j);
    const double peak = point(j + 1);
    const double high = point(j + 2);
    Filter filter;
    for (std::size_t k = 0; k < power_.size(); ++k) {
      const double f = static_cast<double>(k) * bin;
      const double weight = std::min((f - low) / (peak - low), (high - f) / (high - peak));
      if (weight > 0.0) {
        filter.first = filter.weights.empty() ? k : filter.first;
        filter.weights.push_back(weight);
      }
    }
    if (filter.weights.empty()) {
      throw DataError(fmt::format(
          "filter {} of {}, from {:.0f} to {:.0f} Hz, lies between two frequencies of a window of "
          "{} ms at the {} Hz of {}; give fewer filters or a longer window in `frames`",
          j + 1, frames.filters, low, high, frames.window_ms, rate, where));
    }
    filters_.push_back(std::move(filter));
  }
}

void LogMel::transform(std::span<const double> samples, std::span<double> frame) {
  const std::span<double> signal = spectrum_.signal();
  for (std::size_t i = 0; i < window_.size(); ++i) {
    signal[i] = window_[i] * samples[i];
  }
  std::fill(signal.begin() + static_cast<std::ptrdiff_t>(window_.size()), signal.end(), 0.0);
  spectrum_.power(power_);
  for (std::size_t j = 0; j < filters_.size(); ++j) {
    double sum = 0.0;
    for (std::size_t k = 0; k < filters_[j].weights.size(); ++k) {
      sum += filters_[j].weights[k] * power_[filters_[j].first + k];
    }
    frame[j] = std::log(sum * power_scale_ + power_floor);
  }
}

}  // namespace infomax::importers
