# SPDX-License-Identifier: BSD-3-Clause
"""launch/local.sh beyond what the other scripts' tests show of it."""

import os
import pathlib
import subprocess
import unittest

from support import ProgramTest

LOCAL = pathlib.Path(os.environ["INFOMAX_SOURCE"]) / "launch/local.sh"


class Local(ProgramTest):
    def launcher(self, *lines):
        """A stand-in for Open MPI's mpirun."""
        path = self.scratch / "mpirun"
        path.write_text("\n".join(["#!/bin/bash", '[[ $1 != --version ]] || { echo "Open MPI"; exit; }',
                                   *lines]) + "\n")
        path.chmod(0o755)
        return path

    def run_local(self, launcher):
        return subprocess.run([LOCAL, "doctor"], capture_output=True, text=True, timeout=120,
                              check=False, env={**os.environ, "INFOMAX_MPIEXEC": str(launcher)})

    def test_a_launcher_that_outlives_its_ranks_is_ended(self):
        # Left alone, this one would end with 0, long after the limit on the script's time.
        done = self.run_local(self.launcher("sleep 2 &", "wait", "exec sleep 1000"))
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("did not end", done.stderr)

    def test_one_whose_ranks_run_is_left_alone(self):
        # Ranks that run longer than the ten seconds after which a launcher without any is killed.
        done = self.run_local(self.launcher("sleep 13 &", "wait", "exit 3"))
        self.assertEqual((done.returncode, done.stderr), (3, ""))


if __name__ == "__main__":
    unittest.main()
