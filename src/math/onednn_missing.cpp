// SPDX-License-Identifier: BSD-3-Clause
// Takes the place of onednn.cpp in builds without the headers of oneDNN.
#include "math/onednn.hpp"

namespace infomax::math::onednn {

std::string missing() {
  return "this program was built without oneDNN; install it (Debian: libdnnl-dev, Fedora: "
         "onednn-devel, conda: onednn) and build infomax again";
}

std::string version() { return {}; }

std::string instructions() { return {}; }

bool multiply(const FloatProduct& /*product*/) { return false; }

bool multiply_bfloat16(const FloatProduct& /*product*/) { return false; }

}  // namespace infomax::math::onednn
