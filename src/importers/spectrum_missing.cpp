// SPDX-License-Identifier: BSD-3-Clause
#include "importers/spectrum.hpp"
#include "infomax/core/error.hpp"

// In the place of spectrum.cpp where FFTW is not installed.
namespace infomax::importers {

struct Spectrum::Plan {};

Spectrum::Spectrum(std::size_t /*n*/) {
  throw UsageError(
      "`frames` mel needs FFTW, and this Infomax was built without it; install it (Debian: "
      "libfftw3-dev) and build again, or compute the frames elsewhere and save them by numpy.save");
}

Spectrum::~Spectrum() = default;
Spectrum::Spectrum(Spectrum&&) noexcept = default;
Spectrum& Spectrum::operator=(Spectrum&&) noexcept = default;

std::span<double> Spectrum::signal() { return {}; }
void Spectrum::power(std::span<double> /*power*/) {}

}  // namespace infomax::importers
