# SPDX-License-Identifier: BSD-3-Clause
"""The objective byol, whose target is a moving average of the encoder: its steps are those of the
definition, the average follows, and runs resume with it."""

import unittest

import h5py
import numpy

import support
from definitions import simsiam

RATE = 1 / 64
DECAY = 0.8
SPEC = "dense:3,tanh,dense:3"
PREDICTOR = "dense:4,tanh,dense:3"
COMMON = ["--objective", "byol", "--predictor", PREDICTOR, "--target-decay", DECAY, "--precision", "double",
          "--normalize", "none", "--seed", "5", "--threads", "1", "--optimizer", "sgd", "--learning-rate", RATE]
VIEWS = ["--pair", "views", "--share"]


def parts(run):
    """The parameters of the encoder, the target and the predictor."""
    model = run / "model.h5"
    with h5py.File(model) as file:
        own = file["objective/parameters"][()]
    return support.parameters(model), support.parameters(model, "target"), own


class TargetNetwork(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(41)
        self.x = random.normal(size=(29, 4))
        self.y = self.x + 0.4 * random.normal(size=self.x.shape)
        self.data = self.write_data(x=self.x, y=self.y)

    def test_steps_are_those_of_the_definition(self):
        arguments = [*COMMON, *VIEWS, "--encoder", SPEC, "--batch", "0"]
        runs = [self.train(self.data, f"{steps}", *arguments, "--steps", steps, *more, ranks=ranks)
                for steps, ranks, more in ((0, None, ()), (1, 2, ()), (2, 3, ("--micro-batch", "3")),
                                           (3, 4, ("--blocks", "29")))]
        states = [parts(run) for run in runs]
        numpy.testing.assert_array_equal(states[0][0], states[0][1])
        metrics = support.metrics(runs[-1])
        for step, (before, after) in enumerate(zip(states, states[1:])):
            held = [support.encode(SPEC, before[1], rows) for rows in (self.x, self.y)]
            split = len(before[0])

            def value(flat, held=held):
                a, b = (support.encode(SPEC, flat[:split], rows) for rows in (self.x, self.y))
                return simsiam(a, b, {"predictor": PREDICTOR, "own": flat[split:], "held": held})

            point, moved = (numpy.concatenate([state[0], state[2]]) for state in (before, after))
            with self.subTest(step=step):
                self.assert_close((moved - point) / RATE, support.gradient(value, point), 1e-6)
                self.assert_close(after[1], DECAY * before[1] + (1 - DECAY) * after[0], 1e-13)
                self.assertAlmostEqual(metrics[step]["objective"], value(point), delta=1e-11)

    def test_it_is_the_same_at_any_number_of_ranks_and_resumes(self):
        arguments = [*COMMON, "--pair", "augment", "--augment", "noise:0.3", "--encoder",
                     "dense:5,batchnorm,relu,dense:3", "--batch", "13", "--weight-decay", "0.1",
                     "--checkpoint-every", "1steps"]
        whole = self.train(self.data, "whole", *arguments, "--steps", "5", ranks=None)
        self.train(self.data, "part", *arguments, "--steps", "2", "--micro-batch", "2", ranks=3)
        part = self.train(self.data, "part", *arguments, "--steps", "5", "--resume", ranks=2)
        for found, expected in zip(parts(part), parts(whole)):
            self.assert_close(found, expected, 1e-11)
        values = [self.evaluate(whole, self.data, ranks=ranks)["objective"] for ranks in (None, 3)]
        self.assertAlmostEqual(*values, delta=1e-12)
        codes = self.scratch / "codes.npy"
        self.succeed("encode", "--model", whole, "--data", self.data, "--output", codes)
        self.assertEqual(numpy.load(codes).shape, (29, 3))

    def test_bits_are_the_same_on_request(self):
        arguments = [*COMMON, *VIEWS, "--encoder", "dense:5,batchnorm,relu,dense:3", "--batch", "0", "--blocks",
                     "6", "--reproducible", "--steps", "3"]
        one, three = (self.train(self.data, f"bits {ranks}", *arguments, ranks=ranks) for ranks in (None, 3))
        for found, expected in zip(parts(three), parts(one)):
            numpy.testing.assert_array_equal(found, expected)

    def test_what_it_needs_is_said(self):
        for options, words in ((["--pair", "input"], ["one encoder"]),
                               (["--pair", "views"], ["--share"]),
                               ([*VIEWS, "--predictor", "dense:2"], ["end it in dense:3"])):
            with self.subTest(options=options):
                common = COMMON if "--predictor" not in options else COMMON[:2] + COMMON[4:]
                done = support.run("train", "--data", self.data, "--output", self.scratch / "no", *common,
                                   "--encoder", SPEC, "--steps", "1", *options, ranks=None)
                self.assert_refused(done, 2, *words)


if __name__ == "__main__":
    unittest.main()
