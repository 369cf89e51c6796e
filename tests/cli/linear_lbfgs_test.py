# SPDX-License-Identifier: BSD-3-Clause
"""L-BFGS takes linear encoders from random weights to the known optimum, NumPy's."""

import unittest

import numpy

import support
from linear_truth import LinearTest, best_rv, principal_components, principal_sines, weights

LBFGS = ["--optimizer", "lbfgs", "--batch", "0", "--steps", "1000", "--precision", "double"]


class Lbfgs(LinearTest):
    def test_canonical_correlations(self):
        data, x, y = self.views()
        expected = support.canonical_correlations(x, y, 0.0)[:3]
        for objective, value in (("dcca", expected.sum()), ("vamp2", 1 + (expected ** 2).sum()),
                                 ("gaussian-mi", -0.5 * numpy.log(1 - expected ** 2).sum())):
            with self.subTest(objective):
                run = self.train(data, objective, "--pair", "views", "--objective", objective,
                                 "--ridge", "0", "--encoder", "dense:3", *LBFGS, ranks=2)
                self.check_value(run, data, value, 1e-6)

    def test_vamp_2_of_the_linear_model(self):
        data, expected = self.reversible()
        run = self.train(data, "run", "--pair", "lag", "--lag", "10", "--objective", "vamp2",
                         "--ridge", "0", "--encoder", "dense:3", "--normalize", "standardize",
                         *LBFGS)
        self.check_value(run, data, 1 + (expected[:3] ** 2).sum(), 1e-6)

    def test_principal_components(self):
        data, x = self.anisotropic()
        run = self.train(data, "run", "--rho", "rv", "--encoder", "dense:3", "--normalize",
                         "center", *LBFGS, "--tolerance", "1e-10", ranks=3)
        self.check_value(run, data, best_rv(x, x, 3), 1e-6)
        sines = principal_sines(weights(run / "model.h5", 0), principal_components(x, 3))
        self.assertLess(sines.max(), 1e-5)


if __name__ == "__main__":
    unittest.main()
