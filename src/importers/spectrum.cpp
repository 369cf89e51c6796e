// SPDX-License-Identifier: BSD-3-Clause
#include "importers/spectrum.hpp"

#include <new>

#include <fftw3.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {

struct Spectrum::Plan {
  explicit Plan(std::size_t n)
      : length(n), signal(fftw_alloc_real(n)), transform(fftw_alloc_complex(n / 2 + 1)) {
    if (signal != nullptr && transform != nullptr) {
      // An estimate makes the same plan, and so the same bits, in every run.
      plan = fftw_plan_dft_r2c_1d(static_cast<int>(n), signal, transform, FFTW_ESTIMATE);
    }
    if (plan == nullptr) {
      release();
      throw std::bad_alloc();
    }
  }
  ~Plan() { release(); }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  std::size_t length;
  double* signal;
  fftw_complex* transform;
  fftw_plan plan = nullptr;

 private:
  void release() {
    if (plan != nullptr) {
      fftw_destroy_plan(plan);
    }
    fftw_free(transform);
    fftw_free(signal);
  }
};

Spectrum::Spectrum(std::size_t n) : plan_(std::make_unique<Plan>(n)) {}

Spectrum::~Spectrum() = default;
Spectrum::Spectrum(Spectrum&&) noexcept = default;
Spectrum& Spectrum::operator=(Spectrum&&) noexcept = default;

std::span<double> Spectrum::signal() { return {plan_->signal, plan_->length}; }

void Spectrum::power(std::span<double> power) {
  fftw_execute(plan_->plan);
  for (std::size_t k = 0; k < power.size(); ++k) {
    const auto& value = plan_->transform[k];
    power[k] = value[0] * value[0] + value[1] * value[1];
  }
}

}  // namespace infomax::importers
