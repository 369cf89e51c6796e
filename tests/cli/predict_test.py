# SPDX-License-Identifier: BSD-3-Clause
"""The pair predict: the objective is that of the definition, its gradient that of central differences
through the encoder, at any number of ranks; tokens, resumption, and what it refuses."""

import json
import shutil
import unittest

import h5py
import numpy

import support

USAGE = 2
RATE = 1 / 64
ENCODER = "steps,dense:4,tanh,gru:3,each"
COMMON = ["--pair", "predict", "--objective", "infonce", "--precision", "double", "--seed", "5", "--threads", "1",
          "--normalize", "none"]


def value_of(contexts, steps, lengths, weights):
    """The mean over k of infonce of c_t and z_{t+k}, by W_k; contexts [N,T,H], steps [N,T,Q]."""
    total = 0.0
    for k, weight in enumerate(weights, 1):
        at = [(i, t) for i, length in enumerate(lengths) for t in range(length - k)]
        c = numpy.array([contexts[i, t] for i, t in at])
        z = numpy.array([steps[i, t + k] for i, t in at])
        scores = c @ weight @ z.T
        total += numpy.mean(numpy.diag(scores) - numpy.log(numpy.exp(scores).mean(axis=1)))
    return total / len(weights)


class Predict(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(8)
        self.lengths = random.integers(0, 8, 23).astype("u4")
        self.lengths[3] = 7
        x = random.normal(size=(23, 7, 2))
        for row, length in zip(x, self.lengths):
            row[length:] = numpy.nan
        self.data = self.write_data(x=x, x_lengths=self.lengths)
        self.sgd = [*COMMON, "--encoder", ENCODER, "--horizon", "2", "--batch", "0", "--optimizer", "sgd",
                    "--learning-rate", RATE]

    def evaluate_model(self, model, ranks=None):
        return json.loads(self.succeed("evaluate", "--model", model, "--data", self.data, "--json", ranks=ranks).out)

    def encoded(self, model, *arguments):
        out = self.scratch / "codes.h5"
        self.succeed("encode", "--model", model, "--data", self.data, "--output", out, "--overwrite", *arguments,
                     ranks=None)
        with h5py.File(out) as file:
            return file["x"][()].reshape(23, 7, -1)

    def test_the_objective_is_that_of_the_definition(self):
        run = self.train(self.data, "run", *self.sgd, "--steps", "3", ranks=2)
        with h5py.File(run / "model.h5") as file:
            weights = file["objective/parameters"][()].reshape(2, 3, 4)
        expected = value_of(self.encoded(run), self.encoded(run, "--layer", "0"), self.lengths.astype(int), weights)
        for ranks in (None, 2, 3, 4):
            found = self.evaluate_model(run, ranks)
            self.assertAlmostEqual(found["objective"], expected, delta=1e-12)
            self.assertAlmostEqual((found["ahead_1"] + found["ahead_2"]) / 2, expected, delta=1e-12)

    def test_a_step_goes_along_the_gradient(self):
        before = self.train(self.data, "before", *self.sgd, "--steps", "0", ranks=None)
        runs = [self.train(self.data, f"after{ranks}", *self.sgd, "--steps", "1", *more, ranks=ranks)
                for ranks, more in ((1, ()), (2, ()), (3, ("--micro-batch", "2")), (4, ("--blocks", "23")))]
        bent = self.scratch / "bent.h5"

        def objective_with(name, place, change):
            shutil.copy(before / "model.h5", bent)
            with support.editable(bent) as file:
                values = file[name][()]
                values[place] += change
                file[name][...] = values
            return self.evaluate_model(bent)["objective"]

        for name, place in (("networks/b/layers/0/weight", (1, 2)), ("networks/b/layers/0/bias", (0,)),
                            ("networks/b/layers/1/weight_input", (3, 4)),
                            ("networks/b/layers/1/weight_hidden", (2, 1)), ("objective/parameters", (17,))):
            slope = (objective_with(name, place, 1e-5) - objective_with(name, place, -1e-5)) / 2e-5
            with h5py.File(before / "model.h5") as file:
                start = file[name][()][place]
            for run in runs:
                with h5py.File(run / "model.h5") as file:
                    self.assertAlmostEqual((file[name][()][place] - start) / RATE, slope, delta=1e-7, msg=name)

    def test_bits_and_resumption(self):
        arguments = [*COMMON, "--encoder", ENCODER, "--batch", "10", "--reproducible", "--blocks", "4"]
        whole = self.train(self.data, "whole", *arguments, "--steps", "6", ranks=3)
        part = self.train(self.data, "part", *arguments, "--steps", "4", ranks=2)
        self.train(self.data, "part", *arguments, "--steps", "6", "--resume", ranks=1)
        for network in ("networks/b", "objective"):
            with h5py.File(whole / "model.h5") as one, h5py.File(part / "model.h5") as other:
                names = []
                one[network].visititems(lambda name, item: names.append(name) if hasattr(item, "shape") else None)
                self.assertTrue(names)
                for name in names:
                    numpy.testing.assert_array_equal(one[network][name][()], other[network][name][()], name)
        with open(whole / "config.ini", encoding="utf-8") as file:
            self.assertIn("horizon = 4\n", file.read())

    def test_tokens_that_follow_each_other_are_learned(self):
        # The next token is the last one plus one, but for the first: ln 7 nats are there to be found.
        random = numpy.random.default_rng(1)
        x = (random.integers(0, 7, (200, 1)) + numpy.arange(9)) % 7 + 1
        data = self.write_data(name="tokens.h5", x=x.astype("u1"))
        run = self.train(data, "tokens", "--pair", "predict", "--objective", "infonce", "--horizon", "1", "--encoder",
                         "embedding:8:8,gru:16,each", "--batch", "100", "--epochs", "40", "--learning-rate", "0.02",
                         ranks=2)
        found = json.loads(self.succeed("evaluate", "--model", run, "--data", data, "--json", ranks=2).out)
        self.assertGreater(found["objective"], 1.8)
        self.assertLess(found["objective"], numpy.log(7) + 1e-6)

    def test_bench_and_report_know_it(self):
        line, = self.succeed("bench", *COMMON[:4], "--horizon", "2", "--features", "7x2", "--element", "f32", "--encoder",
                             ENCODER, "--batch", "16", "--repeats", "1", "--repeat-seconds", "0.01",
                             ranks=2).out.splitlines()
        self.assertGreater(json.loads(line)["samples_per_s"], 0)
        run = self.train(self.data, "reported", *self.sgd, "--steps", "2", ranks=None)
        self.succeed("report", run, ranks=None)
        self.assertIn("ahead_1", (run / "report.html").read_text())

    def test_what_does_not_fit_is_refused(self):
        for encoder, more, words in (("steps,dense:4,gru:3,last", [], ["each"]),
                                     ("gru:3,each", [], ["before the recurrent"]),
                                     ("steps,dense:4,each", [], ["rnn, gru or lstm"]),
                                     ("steps,dense:4,bidirectional(gru:3),each", [], ["later steps"]),
                                     (ENCODER, ["--horizon", "7"], ["--horizon", "7 steps"]),
                                     (ENCODER, ["--objective", "jsd"], ["--objective", "infonce"]),
                                     (ENCODER, ["--critic", "dot"], ["leave --critic out"]),
                                     (ENCODER, ["--symmetric", "true"], ["--symmetric"]),
                                     (ENCODER, ["--pair", "input", "--horizon", "2"], ["--horizon", "predict"])):
            with self.subTest(encoder=encoder, more=more):
                arguments = dict(zip(COMMON[::2], COMMON[1::2])) | dict(zip(more[::2], more[1::2]))
                flat = [word for pair in arguments.items() for word in pair]
                done = support.run("train", "--data", self.data, "--output", self.scratch / "no", "--encoder", encoder,
                                   *flat, ranks=self.refusing_ranks(2))
                self.assert_refused(done, USAGE, *words)


if __name__ == "__main__":
    unittest.main()
