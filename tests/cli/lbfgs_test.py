# SPDX-License-Identifier: BSD-3-Clause
"""Full-batch L-BFGS: linear encoders reach their closed form, on any number of ranks, streamed or not."""

import json
import unittest

import h5py
import numpy

import support

USAGE, NUMERIC = 2, 4
OUTPUTS = 4


def records(directory, kind):
    lines = (directory / "metrics.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines) if line["kind"] == kind]


class Lbfgs(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(5)
        turn = numpy.linalg.qr(random.normal(size=(12, 12)))[0]
        self.x = random.normal(size=(1501, 12)) * 1.2 ** -numpy.arange(12.0) @ turn
        self.data = self.write_data(x=self.x)

    def maximise(self, output, *arguments, ranks=1):
        return self.train(self.data, output, "--encoder", f"dense:{OUTPUTS}", "--normalize", "center",
                          "--optimizer", "lbfgs", "--batch", "0", "--steps", "500", *arguments,
                          ranks=ranks)

    def closed_form(self):
        """The greatest rv of x and a linear map of it to OUTPUTS columns, by x's spectrum."""
        squares = numpy.linalg.eigvalsh(support.covariance(self.x, self.x))[::-1] ** 2
        return (squares[:OUTPUTS].sum() / squares.sum()) ** 0.25

    def test_linear_encoder_reaches_the_closed_form(self):
        best = self.closed_form()
        alone = self.maximise("alone", "--precision", "double")
        for ranks, micro_batch in ((1, 64), (2, 0), (3, 100)):
            with self.subTest(ranks=ranks, micro_batch=micro_batch):
                run = self.maximise(f"{ranks}-{micro_batch}", "--precision", "double",
                                    "--micro-batch", micro_batch, ranks=ranks)
                last = records(run, "step")[-1]
                self.assertLess(abs(last["objective"] / best - 1.0), 1e-6)
                encoded = support.encoded(run / "model.h5", self.x)
                self.assertLess(abs(support.rv(self.x, encoded) / last["objective"] - 1.0), 1e-12)
                numpy.testing.assert_allclose(support.parameters(run / "model.h5"),
                                              support.parameters(alone / "model.h5"), rtol=0,
                                              atol=1e-8)

    def test_float_parameters_come_as_near_as_float_does(self):
        run = self.maximise("run", "--precision", "float", "--micro-batch", "100", ranks=2)
        self.assertLess(abs(records(run, "step")[-1]["objective"] / self.closed_form() - 1.0), 1e-6)

    def test_a_step_is_an_iteration(self):
        done = self.succeed("train", "--data", self.data, "--output", self.scratch / "run",
                            "--encoder", "dense:3", "--optimizer", "lbfgs", "--batch", "0", "--steps",
                            "5", ranks=2)
        self.assertIn("stopped after the steps asked for", done.err)
        steps = records(self.scratch / "run", "step")
        self.assertEqual([line["step"] for line in steps], [1, 2, 3, 4, 5])
        for line in steps:
            self.assertGreaterEqual(line["evaluations"], 1)
            self.assertEqual(line["samples"], line["evaluations"] * len(self.x))
        values = [line["objective"] for line in steps]
        self.assertEqual(values, sorted(values))
        self.assertEqual(len(records(self.scratch / "run", "epoch")), 5)

    def test_convergence_is_said_and_is_no_error(self):
        done = self.succeed("train", "--data", self.data, "--output", self.scratch / "run",
                            "--encoder", "dense:3", "--optimizer", "lbfgs", "--batch", "0", "--steps",
                            "500", "--tolerance", "1e-3", "--precision", "double", ranks=2)
        self.assertIn("converged within --tolerance 0.001", done.err)
        steps = records(self.scratch / "run", "step")
        norm = numpy.linalg.norm(support.parameters(self.scratch / "run" / "model.h5"))
        self.assertLessEqual(steps[-1]["gradient_norm"], 1e-3 * max(1.0, norm))
        self.assertLess(len(steps), 500)

    def test_a_kink_ends_a_run_and_is_no_error(self):
        done = self.succeed("train", "--data", self.data, "--output", self.scratch / "run", "--pair",
                            "augment", "--augment", "noise:0.3", "--objective", "vicreg",
                            "--encoder", "dense:3", "--optimizer", "lbfgs", "--batch", "0", "--steps",
                            "300", "--precision", "double", ranks=2)
        self.assertIn("kink", done.err)
        values = [line["objective"] for line in records(self.scratch / "run", "step")]
        self.assertEqual(values, sorted(values))
        found = self.evaluate(self.scratch / "run" / "model.h5", self.data)
        self.assertGreater(found["objective"], values[0])

    def test_its_configuration_is_taken_back(self):
        first = self.maximise("first", "--tolerance", "1e-4")
        again = self.train(self.data, "again", "--config", first / "config.ini")
        numpy.testing.assert_array_equal(support.parameters(first / "model.h5"),
                                         support.parameters(again / "model.h5"))

    def test_no_steps_write_the_initial_model(self):
        run = self.train(self.data, "run", "--encoder", "dense:3", "--optimizer", "lbfgs", "--batch",
                         "0", "--steps", "0", ranks=2)
        adam = self.train(self.data, "adam", "--encoder", "dense:3", "--steps", "0")
        numpy.testing.assert_array_equal(support.parameters(run / "model.h5"),
                                         support.parameters(adam / "model.h5"))

    def refuse(self, code, word, *arguments, encoder="dense:3"):
        done = support.run("train", "--data", self.data, "--output", self.scratch / "refused",
                           "--optimizer", "lbfgs", "--encoder", encoder, *arguments,
                           ranks=self.refusing_ranks(3))
        self.assert_refused(done, code, word)

    def test_refuses_what_cannot_be(self):
        self.refuse(USAGE, "--batch 0")
        self.refuse(USAGE, "--batch 0", "--batch", "1000")
        self.refuse(USAGE, "--lbfgs-history", "--batch", "0", "--lbfgs-history", "0")
        self.refuse(USAGE, "--tolerance", "--batch", "0", "--tolerance=-1")

    def test_options_it_takes_no_notice_of(self):
        for name, given in (("learning-rate", "0.1"), ("schedule", "cosine"), ("clip-norm", "1"),
                            ("warmup", "2steps"), ("final-fraction", "0.1")):
            with self.subTest(name):
                self.refuse(USAGE, f"takes no --{name}", "--batch", "0", f"--{name}", given)
        adam = self.train(self.data, "adam", "--encoder", "dense:3", "--steps", "1",
                          "--learning-rate", "0.1", "--clip-norm", "0")
        done = self.succeed("train", "--config", adam / "config.ini", "--optimizer", "lbfgs",
                            "--batch", "0", "--output", self.scratch / "run", ranks=2)
        warned = [line for line in done.err.splitlines() if " ignores " in line]
        self.assertEqual(len(warned), 1, done.err)
        self.assertTrue(warned[0].endswith("learning-rate"), warned[0])

    def test_a_start_that_is_not_finite_ends_every_rank(self):
        with h5py.File(self.data, "r+") as file:
            file["x"][...] = self.x * 1e200
        self.refuse(NUMERIC, "initial parameters", "--objective", "mse",
                    "--precision", "double", "--normalize", "none", "--batch", "0", encoder="dense:12")


if __name__ == "__main__":
    unittest.main()
