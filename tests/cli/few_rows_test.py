# SPDX-License-Identifier: BSD-3-Clause
"""`train` warns where rows are too few for the columns that it fits."""

import unittest

import numpy

import support

BIASED = "are biased towards 1"
SINGULAR = "directions without any variance"


class FewRows(support.ProgramTest):
    def said(self, rows, columns, encoder, *arguments, ranks=1):
        random = numpy.random.default_rng(1)
        data = self.write_data(x=random.normal(size=(rows, columns)),
                               y=random.normal(size=(rows, columns)))
        return self.succeed("train", "--data", data, "--output", self.scratch / "run", "--overwrite",
                            "--pair", "views", "--objective", "dcca", "--encoder", encoder,
                            "--progress", "none", *arguments, ranks=ranks).err

    def test_the_columns_of_a_linear_solution_are_the_inputs(self):
        for ranks in (1, 3):
            said = self.said(400, 60, "linear:2", ranks=ranks)
            self.assertEqual(said.count(BIASED), 1, said)
            for words in (BIASED, "60 and 60 columns from 400 rows", "1200 rows or more",
                          "--shrinkage auto", "--validation", "--fit", "--permutations"):
                self.assertIn(words, said)
        self.assertNotRegex(self.said(400, 20, "linear:2"), f"{BIASED}|{SINGULAR}")
        self.assertIn(SINGULAR, self.said(50, 60, "linear:2"))
        # Those of a last layer are what the layers before it make.
        self.assertIn("25 and 25 columns from 400 rows",
                      self.said(400, 4, "dense:25,tanh,dense:2", "--init", "linear", "--steps", "0"))

    def test_the_columns_of_other_networks_are_the_outputs(self):
        self.assertIn("30 and 30 columns from 400 rows", self.said(400, 60, "dense:30", "--steps", "1"))
        self.assertNotRegex(self.said(400, 60, "dense:2", "--steps", "1"), f"{BIASED}|{SINGULAR}")


if __name__ == "__main__":
    unittest.main()
