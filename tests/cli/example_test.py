# SPDX-License-Identifier: BSD-3-Clause
"""The example program trains from memory, with the same results on any number of ranks."""

import os
import unittest

import support

PROGRAM = os.environ.get("INFOMAX_EXAMPLE", "")


@unittest.skipUnless(PROGRAM, "the example is not built")
class Example(support.ProgramTest):
    def numbers(self, ranks):
        done = self.succeed(program=PROGRAM, ranks=ranks)
        return {name: float(value) for name, value in map(str.split, done.out.splitlines())}

    def test_ranks_agree(self):
        one = self.numbers(1)
        self.assertEqual(set(one), {"steps", "last_epoch", "objective", "mean_square"})
        self.assertEqual(one["steps"], 100)
        self.assertGreater(one["mean_square"], 0)
        self.assertGreater(one["objective"], 0.5)
        three = self.numbers(3)
        for name, value in one.items():
            with self.subTest(name):
                self.assertAlmostEqual(three[name], value, delta=1e-12 * max(1, abs(value)))


if __name__ == "__main__":
    unittest.main()
