#include <string>

#include <gtest/gtest.h>

#include "mpi/objective_fixture.hpp"

namespace infomax {
namespace {

using objective::ObjectiveOptions;
using reference::Sides;
using test::compare;

ObjectiveOptions named(const std::string& name) {
  ObjectiveOptions options;
  options.objective = name;
  return options;
}

template <class T>
void compare_spectral(double tolerance) {
  for (const std::string name : {"dcca", "vamp1", "vamp2", "gaussian-mi"}) {
    ObjectiveOptions options = named(name);
    compare<T>(options, reference::keyed_sides(157, 3, 3, 41), tolerance);
    compare<T>(options, reference::keyed_sides(803, 2, 4, 42), tolerance);
    options.components = 2;
    options.ridge = 0.05;
    compare<T>(options, reference::keyed_sides(101, 4, 3, 43), tolerance);
    options.ridge_absolute = 0.2;
    compare<T>(options, reference::keyed_sides(101, 4, 3, 44), tolerance);
  }
}

TEST(ObjectiveFamily, OfCorrelationsEqualsTheReferenceInDouble) { compare_spectral<double>(1e-12); }

TEST(ObjectiveFamily, OfCorrelationsEqualsTheReferenceInFloat) { compare_spectral<float>(1e-5); }

template <class T>
void compare_barlow(double tolerance) {
  ObjectiveOptions options = named("barlow");
  compare<T>(options, reference::keyed_sides(157, 3, 3, 51), tolerance);
  compare<T>(options, reference::keyed_sides(803, 1, 1, 52), tolerance);
  options.barlow_lambda = 0.5;
  compare<T>(options, reference::keyed_sides(101, 5, 5, 53), tolerance);
}

TEST(ObjectiveFamily, BarlowEqualsTheReference) {
  compare_barlow<double>(1e-12);
  compare_barlow<float>(1e-5);
}

template <class T>
void compare_vicreg(double tolerance) {
  ObjectiveOptions options = named("vicreg");
  compare<T>(options, reference::keyed_sides(157, 3, 3, 54), tolerance);
  compare<T>(options, reference::keyed_sides(803, 1, 1, 55), tolerance);
  options.vicreg_similarity = 0.0;
  options.vicreg_covariance = 7.0;
  compare<T>(options, reference::keyed_sides(101, 5, 5, 56), tolerance);
  options.vicreg_similarity = 2.0;
  options.vicreg_variance = 0.0;
  compare<T>(options, reference::keyed_sides(101, 5, 5, 57), tolerance);
}

TEST(ObjectiveFamily, VicregEqualsTheReference) {
  compare_vicreg<double>(1e-12);
  compare_vicreg<float>(1e-5);
}

template <class T>
void compare_coding_rate(double tolerance) {
  ObjectiveOptions options = named("coding-rate");
  compare<T>(options, reference::keyed_sides(157, 3, 4, 58), tolerance);
  compare<T>(options, reference::keyed_sides(803, 2, 1, 59), tolerance);
  options.distortion = 0.05;
  compare<T>(options, reference::keyed_sides(101, 1, 5, 60), tolerance);
}

TEST(ObjectiveFamily, CodingRateEqualsTheReference) {
  compare_coding_rate<double>(1e-12);
  compare_coding_rate<float>(1e-5);
}

}  // namespace
}  // namespace infomax
