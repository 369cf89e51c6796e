# SPDX-License-Identifier: BSD-3-Clause
"""Optimisers, schedules, clipping and weight decay as the program runs them, against their formulas.
The gradient of a step is read off a run of plain ascent from the same parameters."""

import math
import unittest

import numpy

import support

ENCODER = "dense:5,tanh,dense:3"


class Optimizer(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(31)
        self.x = random.normal(size=(90, 6)) @ random.normal(size=(6, 6))
        self.data = self.write_data(x=self.x)

    def run_of(self, steps, *arguments, ranks=2):
        """The lines of metrics and the final parameters of a run on the full batch."""
        name = f"run{len(list(self.scratch.iterdir()))}"
        run = self.train(self.data, name, "--encoder", ENCODER, "--precision", "double", "--batch",
                         "0", "--steps", steps, *arguments, ranks=ranks)
        return support.metrics(run), support.parameters(run / "model.h5")

    def start_and_gradient(self):
        start = self.run_of(0)[1]
        return start, self.run_of(1, "--optimizer", "sgd", "--learning-rate", "1")[1] - start

    @staticmethod
    def weights():
        """True for weights, False for biases, of 6 inputs."""
        return numpy.repeat([True, False, True, False], [30, 5, 15, 3])

    def test_weight_decay_is_a_penalty_on_weights_once_whatever_the_ranks(self):
        start, gradient = self.start_and_gradient()
        decay, rate = 0.25, 0.5
        weights = start * self.weights()
        free = self.run_of(1, "--optimizer", "sgd")[0][0]
        for ranks in (1, 3):
            lines, end = self.run_of(1, "--optimizer", "sgd", "--learning-rate", rate,
                                     "--weight-decay", decay, ranks=ranks)
            penalty = -decay / 2 * (weights ** 2).sum()
            self.assertAlmostEqual(lines[0]["penalty"], penalty, delta=1e-12)
            self.assertAlmostEqual(lines[0]["objective"], free["objective"] + penalty, delta=1e-12)
            self.assertAlmostEqual(lines[0]["dependence"], free["dependence"], delta=1e-12)
            self.assert_close(end, start + rate * (gradient - decay * weights), 1e-12)
        self.assertEqual(free["penalty"], 0)

    def test_decoupled_weight_decay_leaves_the_objective_alone(self):
        start, gradient = self.start_and_gradient()
        decay, rate = 0.25, 0.01
        lines, end = self.run_of(1, "--optimizer", "adamw", "--learning-rate", rate,
                                 "--weight-decay", decay)
        self.assertEqual(lines[0]["penalty"], 0)
        expected = (start * numpy.where(self.weights(), 1 - rate * decay, 1)
                    + rate * gradient / (numpy.abs(gradient) + 1e-8))
        significant = numpy.abs(gradient) > 1e-9  # below, it is rounding that decides
        self.assertGreater(significant.sum(), 40)
        self.assert_close(end[significant], expected[significant], 1e-6)

    def test_adam(self):
        start, first = self.start_and_gradient()
        rate, beta1, beta2, epsilon = 0.02, 0.8, 0.9, 1e-3
        arguments = ["--optimizer", "adam", "--learning-rate", rate, "--beta1", beta1, "--beta2",
                     beta2, "--epsilon", epsilon]
        after_one = self.run_of(1, *arguments)[1]
        self.assert_close(after_one, start + rate * first / (numpy.abs(first) + epsilon), 1e-12)

        z = (self.x - self.x.mean(axis=0)) / self.x.std(axis=0)
        second = support.gradient(lambda flat: support.rv(z, support.encode(ENCODER, flat, z)),
                                  after_one)
        mean = (beta1 * (1 - beta1) * first + (1 - beta1) * second) / (1 - beta1 ** 2)
        square = (beta2 * (1 - beta2) * first ** 2 + (1 - beta2) * second ** 2) / (1 - beta2 ** 2)
        self.assert_close(self.run_of(2, *arguments)[1],
                          after_one + rate * mean / (numpy.sqrt(square) + epsilon), 1e-7)

    def test_momentum(self):
        start, first = self.start_and_gradient()
        mu, rate = 0.75, 1.0
        plain = ["--optimizer", "sgd", "--learning-rate", rate]
        heavy, nesterov = [*plain, "--momentum", mu], [*plain, "--momentum", mu, "--nesterov"]
        # Plain ascent and heavy ball make the same first step, and so meet the same second gradient.
        second = self.run_of(2, *plain)[1] - start - rate * first
        self.assert_close(self.run_of(2, *heavy)[1],
                          start + rate * first + rate * (mu * first + second), 1e-12)
        self.assert_close(self.run_of(1, *nesterov)[1], start + rate * (1 + mu) * first, 1e-12)

    def test_clipping(self):
        start, gradient = self.start_and_gradient()
        norm = numpy.linalg.norm(gradient)
        lines, end = self.run_of(1, "--optimizer", "sgd", "--learning-rate", "1", "--clip-norm",
                                 norm / 4)
        self.assertAlmostEqual(lines[0]["gradient_norm"], norm, delta=1e-12)
        self.assert_close(end, start + gradient / 4, 1e-12)
        unclipped = self.run_of(1, "--optimizer", "sgd", "--learning-rate", "1", "--clip-norm",
                                norm * 2)[1]
        self.assert_close(unclipped, start + gradient, 1e-12)

    def rates(self, *arguments, batch="30"):
        name = f"rates{len(list(self.scratch.iterdir()))}"
        run = self.train(self.data, name, "--encoder", "dense:2", "--batch", batch, "--steps", "12",
                         "--learning-rate", "0.01", *arguments)
        rates = [line["learning_rate"] for line in support.metrics(run)]
        self.assertEqual(len(rates), 12)
        return rates

    def test_schedules(self):
        warm = [0.01 * (k + 1) / 4 for k in range(4)]
        self.assert_close(self.rates("--warmup", "4steps"), warm + [0.01] * 8, 1e-15)
        self.assert_close(self.rates("--schedule", "step", "--decay-every", "5steps",
                                     "--decay-factor", "0.5"),
                          [0.01] * 5 + [0.005] * 5 + [0.0025] * 2, 1e-15)
        # Three steps are an epoch here.
        self.assert_close(self.rates("--schedule", "step", "--decay-every", "2epochs", "--warmup",
                                     "1epochs"),
                          [0.01 / 3, 0.02 / 3] + [0.01] * 7 + [0.001] * 3, 1e-15)
        cosine = [0.01 * (0.1 + 0.9 * (1 + math.cos(math.pi * k / 8)) / 2) for k in range(8)]
        self.assert_close(self.rates("--schedule", "cosine", "--warmup", "4steps",
                                     "--final-fraction", "0.1"), warm + cosine, 1e-15)


if __name__ == "__main__":
    unittest.main()
