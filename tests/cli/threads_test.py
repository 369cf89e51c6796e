# SPDX-License-Identifier: BSD-3-Clause
"""Ranks share out the cores: threads of BLAS never outnumber them unless the user says so."""

import os
import re
import unittest

import support

CORES = len(os.sched_getaffinity(0))
NAMES = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")


class Threads(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=support.images(600))
        kept = {name: os.environ.pop(name) for name in NAMES if name in os.environ}
        self.addCleanup(os.environ.update, kept)

    def said(self, *arguments, ranks, environment=None):
        """Threads of each rank, as the header of a run says."""
        name = f"run{len(list(self.scratch.iterdir()))}"
        done = support.run("train", "--data", self.data, "--output", self.scratch / name,
                           "--encoder", "dense:2", "--steps", "1", *arguments, ranks=ranks,
                           environment=environment)
        self.assertEqual(done.code, 0, done.err)
        header = re.findall(r"^ranks +(\d+) on 1 node, (\d+) BLAS threads? each$", done.err,
                            re.MULTILINE)
        self.assertEqual([ranks for ranks, _ in header], [str(ranks)], done.err)
        return int(header[0][1]), done

    def test_ranks_that_are_not_bound_share_the_cores(self):
        for ranks in (1, 2, 3):
            threads, done = self.said(ranks=ranks)
            self.assertEqual(threads, max(1, CORES // ranks))
            self.assertEqual("share a core" in done.err, ranks > CORES)

    @unittest.skipIf(CORES < 2, "one core leaves no choice")
    def test_the_user_is_respected(self):
        # Neither is what the program would choose: all cores for one rank, half of them for two.
        for name in NAMES:
            self.assertEqual(self.said(ranks=1, environment={name: "1"})[0], 1, name)
            self.assertEqual(self.said(ranks=2, environment={name: str(CORES)})[0], CORES, name)
        self.assertEqual(self.said("--threads", CORES, ranks=2)[0], CORES)
        self.assertEqual(self.said("--threads", "1", ranks=1,
                                   environment={"OPENBLAS_NUM_THREADS": str(CORES)})[0], 1)

    @unittest.skipUnless(2 <= CORES <= 8, "one core leaves no choice, and many need many ranks")
    def test_threads_beyond_the_share_do_nothing(self):
        """OpenBLAS starts as many threads as there are cores; what counts is which of them work."""
        # Every rank has one thread of its own here, and so no other may have worked.
        for ranks in (CORES, CORES + 1):
            work = self.work_of_other_threads(ranks)
            self.assertLess(max(work), 0.1, work)
        self.assertGreater(self.work_of_other_threads(1)[0], 0.2)

    def work_of_other_threads(self, ranks):
        """Of each rank, the processor time of its busiest other thread in units of its first's."""
        return self.measure("thread_spy.py", "train", "--data", self.data, "--output",
                            self.scratch / f"work{ranks}", "--encoder",
                            "dense:400,tanh,dense:400,tanh,dense:8", "--batch", "0", "--steps",
                            "400", "--progress", "none", ranks=ranks)


if __name__ == "__main__":
    unittest.main()
