// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace infomax::importers {

/// The power spectra of signals of one length n, by FFTW.
class Spectrum {
 public:
  /// Throws UsageError if the program was built without FFTW.
  explicit Spectrum(std::size_t n);
  ~Spectrum();
  Spectrum(Spectrum&&) noexcept;
  Spectrum& operator=(Spectrum&&) noexcept;

  /// The signal [n], to be set before power().
  [[nodiscard]] std::span<double> signal();

  /// Sets `power` [n / 2 + 1] to |X_k|^2, X the discrete Fourier transform of the signal.
  void power(std::span<double> power);

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace infomax::importers
