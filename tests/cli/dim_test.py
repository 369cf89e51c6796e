# SPDX-License-Identifier: BSD-3-Clause
"""Deep InfoMax from the command line: a step is that of the definition, also by micro-batches and at two,
three and four ranks; runs resume, and models are evaluated and encode."""

import unittest

import h5py
import numpy

import support
from definitions import softplus

ROWS = 23
RATE = 1 / 64
UNITS = 4
ENCODER = "conv:3:1,tanh,dense:4"
PLAIN = ["--objective", "dim", "--dim-units", UNITS, "--precision", "double", "--normalize", "none", "--seed",
         "5", "--threads", "1"]
COMMON = [*PLAIN, "--encoder", ENCODER]
STEP = ["--batch", "0", "--optimizer", "sgd", "--learning-rate", RATE, "--steps", "1"]


def images():
    return numpy.random.default_rng(31).normal(size=(ROWS, 2, 2, 3))


class Flat:
    """A flat vector of parameters from which networks take theirs, one after the other."""

    def __init__(self, values):
        self.values = numpy.asarray(values)

    def take(self, *shape):
        count = int(numpy.prod(shape))
        taken, self.values = self.values[:count].reshape(shape), self.values[count:]
        return taken

    def dense(self, z, units):
        return z @ self.take(z.shape[1], units) + self.take(units)

    def head(self, z):
        """residual(dense:U,relu,dense:U),layernorm, with a dense shortcut where widths differ."""
        wide = self.dense(numpy.maximum(self.dense(z, UNITS), 0.0), UNITS)
        wide = wide + (self.dense(z, UNITS) if z.shape[1] != UNITS else z)
        centred = wide - wide.mean(axis=1, keepdims=True)
        normalised = centred / numpy.sqrt(centred.var(axis=1, keepdims=True) + 1e-5)
        return normalised * self.take(UNITS) + self.take(UNITS)


def of_jsd(v):
    """The bound of scores [i, j]."""
    own = numpy.eye(len(v), dtype=bool)
    return 2 * numpy.log(2) - softplus(-v[own]).mean() - softplus(v[~own]).mean()


def objective(flat, own, x):
    """J by its definition: of networks' parameters, those of the objective, and images [N, C, H, W]."""
    encoder, own = Flat(flat), Flat(own)
    kernel, bias = encoder.take(3, 2), encoder.take(3)
    features = numpy.tanh(numpy.einsum("nchw,kc->nkhw", x, kernel) + bias[:, None, None])
    y = encoder.dense(features.reshape(len(x), -1), 4)
    places = features.transpose(0, 2, 3, 1).reshape(-1, 3)
    phi, psi = own.head(y), own.head(places).reshape(len(x), 6, UNITS)
    local = numpy.mean([of_jsd(phi @ psi[:, place].T) for place in range(6)])
    phi = own.head(y)
    tail = own.dense(features.reshape(len(x), -1), 4)
    whole = of_jsd(phi @ own.head(tail).T)
    assert len(own.values) == 0 and len(encoder.values) == 0
    squashed = 1 / (1 + numpy.exp(-y))
    return local + 0.5 * whole + 0.1 * (support.entropy(squashed, fixed=(0, 1)) - numpy.log(32))


def parameters(model):
    with h5py.File(model) as file:
        return support.parameters(model), file["objective/parameters"][()]


class DeepInfoMax(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=images())

    def test_a_step_is_that_of_the_definition(self):
        start = self.train(self.data, "start", *COMMON, "--steps", "0") / "model.h5"
        networks, own = parameters(start)
        split = len(networks)
        point = numpy.concatenate([networks, own])
        gradient = support.gradient(lambda flat: objective(flat[:split], flat[split:], images()), point)
        for ranks, more in ((None, []), (2, ["--micro-batch", "3"]), (3, ["--blocks", "5"]),
                            (4, ["--blocks", "23", "--micro-batch", "2"])):
            with self.subTest(ranks=ranks):
                run = self.train(self.data, f"run-{ranks}", *COMMON, *STEP, *more, ranks=ranks)
                moved = numpy.concatenate(parameters(run / "model.h5"))
                self.assert_close((moved - point) / RATE, gradient, 1e-6)
                step, = support.metrics(run)
                self.assertAlmostEqual(step["objective"], objective(networks, own, images()), delta=1e-11)
                self.assertAlmostEqual(step["objective"], step["local"] + 0.5 * step["global"]
                                       + 0.1 * step["prior"], delta=1e-12)

    def test_a_run_resumes_and_its_model_is_used(self):
        arguments = [*COMMON, "--batch", "9", "--dim-prior-by", "adversarial", "--dim-estimator", "infonce",
                     "--checkpoint-every", "1steps"]
        whole = self.train(self.data, "whole", *arguments, "--steps", "5")
        self.train(self.data, "half", *arguments, "--steps", "2", ranks=2)
        half = self.train(self.data, "half", *arguments, "--steps", "5", "--resume", ranks=3)
        for found, expected in zip(parameters(half / "model.h5"), parameters(whole / "model.h5")):
            self.assert_close(found, expected, 1e-9)
        evaluated = [self.evaluate(whole, self.data, ranks=ranks) for ranks in (None, 3)]
        for name in ("objective", "local", "global", "prior"):
            values = [found[name] if name in found else found["figures"][name] for found in evaluated]
            self.assertAlmostEqual(*values, delta=1e-11)

    def test_what_it_needs_is_said(self):
        flat = self.write_data("flat.h5", x=images().reshape(ROWS, -1))
        for data, options, words in (
                (flat, ["--encoder", "tanh,dense:4,dense:3"], ["no feature map", "reshape:C:H:W"]),
                (self.data, ["--encoder", ENCODER, "--local-layer", "7"], ["no layer 7"]),
                (self.data, ["--encoder", ENCODER, "--local-layer", "1"], ["after layer 1"]),
                (self.data, ["--encoder", ENCODER, "--pair", "augment", "--augment", "noise:0.1"],
                 ["--pair", "input"]),
                (self.data, ["--encoder", ENCODER, "--dim-local", "0", "--dim-global", "0"],
                 ["one of them"]),
                (self.data, ["--encoder", ENCODER, "--global-network", "dense:3,batchnorm"],
                 ["layernorm has"])):
            with self.subTest(options=options):
                done = support.run("train", "--data", data, "--output", self.scratch / "no", *PLAIN,
                                   *options, ranks=None)
                self.assert_refused(done, 2, *words)


if __name__ == "__main__":
    unittest.main()
