# SPDX-License-Identifier: BSD-3-Clause
"""What computes the networks' products: --engine and --precision bfloat16. Exactness of single products
is the unit tests' affair; here it is what a training makes of them."""

import json
import unittest

import h5py
import numpy

import support

ENCODER = "dense:96,tanh,dense:64,batchnorm,relu,dense:4"
STEP = ["--encoder", ENCODER, "--objective", "dcca", "--pair", "target", "--optimizer", "sgd",
        "--learning-rate", "1", "--batch", "0", "--steps", "1"]


class Products(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        found = json.loads(support.run("doctor", "--json").out)
        cls.names = set(found["products_gflops"])
        cls.versions = found["versions"]

    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(5)
        x = random.normal(size=(601, 70))
        y = numpy.tanh(x[:, :4] @ random.normal(size=(4, 4))) + 0.1 * random.normal(size=(601, 4))
        self.data = self.write_data(x=x, y=y)

    def require(self, name):
        if name not in self.names:
            self.skipTest(f"this machine has no products by {name}")

    def parameters_of(self, name, *arguments, ranks=1):
        run = self.train(self.data, name, *arguments, ranks=ranks)
        return support.parameters(run / "model.h5"), support.metrics(run)

    def gradient_of(self, name, *arguments, ranks=1):
        """A step of 1 along the gradient, from parameters that are the same in any arithmetic but for
        their rounding."""
        start = self.parameters_of(f"start-{name}", *STEP[:-1], "0", *arguments, ranks=ranks)[0]
        end, lines = self.parameters_of(name, *STEP, *arguments, ranks=ranks)
        return end - start, lines[0]["objective"]

    def test_bfloat16_is_near_the_exact_gradient_at_any_number_of_ranks(self):
        self.require("bfloat16")
        exact, value = self.gradient_of("double", "--precision", "double")
        for ranks in (1, 2, 3):
            rounded, objective = self.gradient_of(f"bf{ranks}", "--precision", "bfloat16", ranks=ranks)
            error = numpy.linalg.norm(rounded - exact) / numpy.linalg.norm(exact)
            self.assertLess(error, 0.05)  # 0.023 with AVX512-BF16
            self.assertGreater(error, 1e-5)  # what float would have: then nothing was rounded
            self.assertAlmostEqual(objective, value, delta=0.01 * abs(value))

    def test_onednn_is_as_near_as_openblas(self):
        self.require("onednn")
        exact, value = self.gradient_of("double", "--precision", "double")
        for engine, ranks in (("openblas", 2), ("onednn", 1), ("onednn", 3), ("auto", 2)):
            found, objective = self.gradient_of(f"{engine}{ranks}", "--engine", engine, ranks=ranks)
            error = numpy.linalg.norm(found - exact) / numpy.linalg.norm(exact)
            self.assertLess(error, 1e-4)
            self.assertAlmostEqual(objective, value, delta=1e-5 * abs(value))

    def test_the_same_bits_at_any_number_of_ranks(self):
        self.require("bfloat16")
        steps = [*STEP[:-1], "3", "--reproducible", "--blocks", "12"]
        for arguments in (["--precision", "bfloat16"], ["--engine", "onednn"]):
            name = arguments[1]
            first = self.parameters_of(f"{name}-1", *steps, *arguments)[0]
            for ranks in (2, 3, 5):
                other = self.parameters_of(f"{name}-{ranks}", *steps, *arguments, ranks=ranks)[0]
                self.assertEqual(first.tobytes(), other.tobytes(), (name, ranks))

    def test_the_same_bits_of_more_shapes_than_are_kept_compiled(self):
        self.require("bfloat16")
        random = numpy.random.default_rng(6)
        data = self.write_data("long.h5", x=random.normal(size=(700, 160, 3)).astype("f4"),
                               x_lengths=random.integers(1, 161, size=700), y=random.normal(size=(700, 3)))
        arguments = ["--encoder", "gru:48,last,dense:3", "--objective", "dcca", "--pair", "target", "--batch",
                     "350", "--reproducible", "--blocks", "2", "--precision", "bfloat16"]

        def parameters_of(name, steps, ranks, *more):
            self.succeed("train", "--data", data, "--output", self.scratch / name, "--progress", "none", "--steps",
                         steps, *arguments, *more, ranks=ranks)
            return support.parameters(self.scratch / name / "model.h5").tobytes()

        first = parameters_of("one", 4, 1)
        self.assertEqual(parameters_of("two", 4, 2), first)
        parameters_of("resumed", 2, 2)
        self.assertEqual(parameters_of("resumed", 4, 1, "--resume"), first)

    def test_what_is_rounded_does_not_depend_on_how_many_rows_a_block_has(self):
        self.require("bfloat16")
        exact, _ = self.gradient_of("double", "--precision", "double")
        for blocks in (2, 60):  # ten rows each
            rounded, _ = self.gradient_of(f"of{blocks}", "--precision", "bfloat16", "--reproducible", "--blocks",
                                          blocks)
            self.assertGreater(numpy.linalg.norm(rounded - exact) / numpy.linalg.norm(exact), 1e-3)

    def test_other_instructions_are_other_arithmetic(self):
        self.require("onednn")
        arguments = ["train", "--data", self.data, "--output", self.scratch / "run", *STEP[:-1]]
        self.succeed(*arguments, "1", "--engine", "onednn", "--reproducible",
                     environment={"DNNL_MAX_CPU_ISA": "AVX2"})
        other = support.run(*arguments, "2", "--engine", "onednn", "--reproducible", "--resume",
                            environment={"DNNL_MAX_CPU_ISA": "SSE41"})
        self.assert_refused(other, 2, "oneDNN", "(avx2)", "(sse41)")

    def test_a_model_in_bfloat16_is_one_of_floats(self):
        self.require("bfloat16")
        run = self.train(self.data, "model", *STEP[:-1], "5", "--precision", "bfloat16", ranks=2)
        with h5py.File(run / "model.h5") as model:
            settings = {name: value.decode() if isinstance(value, bytes) else value
                        for name, value in model["settings"].attrs.items()}
        self.assertEqual(settings["precision"], "float")
        self.assertRegex(settings["products"], rf"^bfloat16 by {self.versions['onednn']} \(avx512_core_\w+\)$")
        out = self.scratch / "encoded.h5"
        self.succeed("encode", "--model", run, "--data", self.data, "--output", out)
        self.succeed("evaluate", "--model", run, "--data", self.data)
        resumed = support.run("train", "--data", self.data, "--output", run, "--resume", *STEP[:-1], "8",
                              "--precision", "bfloat16", ranks=3)
        self.assertEqual(resumed.code, 0, resumed.err)
        other = support.run("train", "--data", self.data, "--output", run, "--resume", *STEP[:-1], "9",
                            "--precision", "float")
        self.assertEqual(other.code, 2, other.err)
        self.assertIn("precision", other.err)

    def test_what_contradicts_itself(self):
        for arguments, words in (
                (["--precision", "double", "--engine", "onednn"], "floats only"),
                (["--precision", "bfloat16", "--engine", "openblas"], "does not multiply bfloat16"),
                (["--precision", "bfloat16", "--optimizer", "lbfgs", "--batch", "0"], "line search"),
                (["--engine", "auto", "--reproducible"], "name openblas or onednn")):
            done = support.run("train", "--data", self.data, "--output", self.scratch / "none", "--encoder",
                               ENCODER, *arguments, ranks=2)
            self.assertEqual(done.code, 2, (arguments, done.err))
            self.assertEqual(len(done.complaints), 1, done.err)
            self.assertIn(words, done.complaints[0])

    def test_what_the_machine_lacks(self):
        for option, name in (("--precision", "bfloat16"), ("--engine", "onednn")):
            if name in self.names:
                continue
            done = support.run("train", "--data", self.data, "--output", self.scratch / "none", *STEP, option,
                               name, ranks=2)
            self.assertEqual(done.code, 5, done.err)
            self.assertEqual(len(done.complaints), 1, done.err)

    def test_doctor_tells_the_rates(self):
        self.assertIn("openblas", self.names)
        text = support.run("doctor").out
        self.assertIn("products   openblas ", text)
        self.assertEqual("onednn" in self.names, self.versions["onednn"] != "")


if __name__ == "__main__":
    unittest.main()
