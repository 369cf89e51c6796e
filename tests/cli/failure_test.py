# SPDX-License-Identifier: BSD-3-Clause
"""A rank that dies or throws while the others wait for it: the job ends, and leaves no process behind."""

import os
import signal
import subprocess
import unittest

import support

THROWING_RANK = os.environ["INFOMAX_THROWING_RANK"]
DATA = 3
HANG_S = 60  # a job that has not ended after so long never will


class KilledRank(support.ProgramTest):
    def check(self, ranks):
        data = self.write_data(x=support.images(300))
        run = self.scratch / f"run{ranks}"
        # The run directory in the command line tells this job's processes from all others.
        job = subprocess.Popen(
            [support.MPIEXEC, "-n", str(ranks), support.PROGRAM, "train", "--data", str(data),
             "--output", str(run), "--encoder", "dense:8,tanh,dense:2", "--steps", "100000000",
             "--progress", "none"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            metrics = run / "metrics.jsonl"
            self.assertTrue(
                support.wait_until(lambda: metrics.exists() and metrics.stat().st_size > 2000, 60),
                "training did not begin")
            processes = support.ranks_of(run)
            self.assertEqual(len(processes), ranks)
            os.kill(processes[-1], signal.SIGKILL)
            job.communicate(timeout=HANG_S)
            self.assertNotEqual(job.returncode, 0)
            self.assertTrue(
                support.wait_until(lambda: not support.processes_that_mention(str(run)), HANG_S),
                support.processes_that_mention(str(run)))
        finally:
            for process in support.processes_that_mention(str(run)):
                os.kill(process, signal.SIGKILL)
            job.kill()
            job.communicate()

    def test_ends_the_job_at_2_ranks(self):
        self.check(2)

    def test_ends_the_job_at_3_ranks(self):
        self.check(3)


class ThrowingRank(unittest.TestCase):
    def lines_of(self, throwing, ranks):
        done = support.run(*throwing, program=THROWING_RANK, ranks=ranks, timeout=HANG_S)
        self.assertEqual(done.code, DATA, done.err)
        return done.complaints

    def test_one_that_throws_while_others_wait_is_named(self):
        for ranks in (2, 3, 4):
            with self.subTest(ranks=ranks):
                self.assertEqual(self.lines_of([1], ranks), ["infomax: rank 1: row 17 is wrong"])

    def test_the_first_rank_may_be_the_one(self):
        self.assertEqual(self.lines_of([0], 3), ["infomax: rank 0: row 17 is wrong"])

    def test_of_two_that_throw_the_lower_speaks(self):
        self.assertEqual(self.lines_of([1, 2], 3), ["infomax: rank 1: row 17 is wrong"])

    def test_all_throw_the_same(self):
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                self.assertEqual(self.lines_of(range(ranks), ranks), ["infomax: row 17 is wrong"])

    def test_none_throws(self):
        done = support.run(program=THROWING_RANK, ranks=3)
        self.assertEqual((done.code, done.complaints), (0, []))


if __name__ == "__main__":
    unittest.main()
