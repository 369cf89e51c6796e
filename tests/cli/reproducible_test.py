# SPDX-License-Identifier: BSD-3-Clause
"""train --reproducible: the same bits at any number of ranks, and the record of what they hang on."""

import unittest

import h5py
import numpy

import support
from reproducible_bits import bits

RANKS = (1, 2, 3, 4, 5, 8)
SMALL = ("--batch", "90", "--steps", "5", "--blocks", "12")


class Reproducible(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(3)
        x = random.normal(size=(203, 4)) @ random.normal(size=(4, 18))
        x += 0.3 * random.normal(size=x.shape)
        self.data = self.write_data(x=x.astype("f4"), y=numpy.tanh(x[:, 5:12]) ** 3)

    def reproduce(self, name, *arguments, ranks=1, **options):
        run = self.train(self.data, name, "--reproducible", *arguments, ranks=ranks, **options)
        found = bits(run)
        self.assertGreater(len(found[0]), 3)
        self.assertGreater(len(found[1]), 1)
        return found

    def test_same_bits_at_every_number_of_ranks(self):
        arguments = (*SMALL, "--encoder", "dense:30,tanh,batchnorm,dense:4", "--lambda", "0.1",
                     "--normalize", "standardize")
        alone = self.reproduce("at-1", *arguments)
        for ranks, micro in zip(RANKS[1:], (0, 1, 7, 0, 7)):
            self.assertEqual(self.reproduce(f"at-{ranks}", *arguments, "--micro-batch", str(micro),
                                            ranks=ranks), alone, f"{ranks} ranks")
        # The comparison can see the last bit.
        other = self.reproduce("other", *arguments, "--learning-rate", "0.001000000001")
        self.assertNotEqual(other[1], alone[1])

    def test_same_bits_of_the_full_batch_search(self):
        for precision in ("float", "double"):
            arguments = ("--encoder", "dense:8,tanh,dense:3", "--optimizer", "lbfgs", "--batch",
                         "0", "--steps", "8", "--pair", "views", "--objective", "dcca",
                         "--precision", precision)
            alone = self.reproduce(f"{precision}-1", *arguments)
            for ranks in (2, 5):
                found = self.reproduce(f"{precision}-{ranks}", *arguments, ranks=ranks)
                self.assertEqual(found, alone, f"{ranks} ranks, {precision}")

    def test_same_bits_of_the_linear_solution(self):
        for pair in ("input", "views", "lag"):
            arguments = ("--encoder", "linear:3", "--objective", "dcca", "--pair", pair, "--blocks",
                         "12", "--batch", "90", "--steps", "2")
            alone = self.reproduce(f"{pair}-1", *arguments)
            found = self.reproduce(f"{pair}-5", *arguments, ranks=5)
            self.assertEqual(found, alone, pair)

    def test_same_bits_of_shrunk_covariances(self):
        arguments = (*SMALL, "--encoder", "dense:8,tanh,dense:4", "--pair", "views", "--objective",
                     "vamp2", "--shrinkage", "auto")
        alone = self.reproduce("alone", *arguments)
        for ranks in (3, 5):
            self.assertEqual(self.reproduce(f"at-{ranks}", *arguments, ranks=ranks), alone)

    def test_same_bits_of_validations(self):
        arguments = (*SMALL, "--encoder", "dense:8,batchnorm,tanh,dense:3", "--lambda", "0.1",
                     "--validation", "0.3", "--validate-every", "2steps")
        alone = self.reproduce("alone", *arguments)
        self.assertTrue([line for line in alone[1] if '"validation"' in line], alone[1])
        for ranks in (3, 5):
            self.assertEqual(self.reproduce(f"at-{ranks}", *arguments, ranks=ranks), alone)

    def test_threads_of_the_environment_change_nothing(self):
        arguments = (*SMALL, "--encoder", "dense:120,tanh,dense:4", "--pair", "lag")
        alone = self.reproduce("one", *arguments)
        found = self.reproduce("two", *arguments, ranks=3,
                               environment={"OPENBLAS_NUM_THREADS": "2"})
        self.assertEqual(found, alone)

    def test_same_bits_across_a_resume_at_another_number_of_ranks(self):
        arguments = ("--batch", "90", "--blocks", "12", "--encoder",
                     "dense:8,batchnorm,tanh,dense:3", "--lambda", "0.1")
        steps = ("--steps", "5")
        alone = self.reproduce("alone", *arguments, *steps)
        for first, then in ((2, 5), (3, 1)):
            name = f"from-{first}-to-{then}"
            self.train(self.data, name, "--reproducible", *arguments, "--steps", "3", ranks=first)
            found = self.reproduce(name, *arguments, *steps, "--resume", ranks=then)
            self.assertEqual(found, alone, name)

    def test_refuses_to_go_on_by_other_arithmetic(self):
        arguments = ("--batch", "90", "--blocks", "12", "--encoder", "dense:2", "--reproducible")
        run = self.train(self.data, "run", *arguments, "--steps", "2",
                         environment={"OPENBLAS_CORETYPE": "Haswell"})
        done = support.run("train", "--data", self.data, "--output", run, *arguments, "--steps", "9",
                           "--resume", environment={"OPENBLAS_CORETYPE": "Nehalem"})
        self.assert_refused(done, 2, "Haswell")
        self.assertIn("Nehalem", done.complaints[0])

    def test_record_and_refusals(self):
        run = self.train(self.data, "run", "--reproducible", *SMALL, "--encoder", "dense:2",
                         ranks=2)
        with h5py.File(run / "model.h5") as file:
            settings = dict(file["settings"].attrs)
        self.assertEqual(settings["reproducible"], "yes")
        for name in ("program_version", "blas_version", "blas_kernel", "vector_instructions",
                     "c_library"):
            self.assertTrue(settings[name], name)
        self.assertIn("reproducible = true", (run / "config.ini").read_text())
        for arguments in (("--threads", "2"), ("--blocks", str(2 ** 21))):
            done = support.run("train", "--data", self.data, "--output", self.scratch / "refused",
                               "--encoder", "dense:2", "--reproducible", *arguments, ranks=2)
            self.assert_refused(done, 2, arguments[0])


if __name__ == "__main__":
    unittest.main()
