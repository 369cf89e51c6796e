# SPDX-License-Identifier: BSD-3-Clause
"""launch/pbs.sh where there is no PBS: qsub, qstat and mpirun are stand-ins. qsub keeps the job's script and
its options, and the test runs the script as PBS would; mpirun starts the real program on this machine, or
ends with an exit code that is asked for."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time
import unittest

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import support

SCRIPT = pathlib.Path(os.environ["INFOMAX_SOURCE"]) / "launch/pbs.sh"
FOREVER = 100_000_000
STOPPED = 75

STAND_INS = {
    "qsub": """#!/bin/sh
printf '%s\\n' "$*" >>"$INFOMAX_TEST/qsub"
exit "${INFOMAX_TEST_QSUB:-0}"
""",
    "qstat": """#!/bin/sh
[ "$*" = "-f 7.server" ] && [ -n "$INFOMAX_TEST_WALLTIME" ] || exit 1
printf 'Job Id: 7.server\\n    Resource_List.ncpus = 2\\n    Resource_List.walltime = %s\\n' \\
  "$INFOMAX_TEST_WALLTIME"
""",
    # Open MPI's own resource manager would look for the hosts of the node file.
    "mpirun": """#!/bin/bash
printf '%s\\n' "$*" >>"$INFOMAX_TEST/mpirun"
if [ -n "$INFOMAX_TEST_CODE" ]; then
  sleep 0.2
  exit "$INFOMAX_TEST_CODE"
fi
[ "$1" = -n ] && [ "$3" = --hostfile ] || exit 90
ranks=$2
while [ "${1##*/}" != infomax ]; do shift; done
exec "$INFOMAX_MPIEXEC_REAL" -n "$ranks" "$@"
""",
}


class PbsTest(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=support.images(600, size=8))
        self.bin = self.scratch / "bin"
        self.bin.mkdir()
        for name, text in STAND_INS.items():
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)
        (self.scratch / "nodes").write_text("host1\nhost1\nhost2\n")

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("PBS_", "SLURM_", "OMP_")) and name != "INFOMAX_MPIEXEC"}
        return {**kept, "PATH": f"{self.bin}:{kept['PATH']}", "INFOMAX_TEST": str(self.scratch),
                "INFOMAX_MPIEXEC_REAL": support.MPIEXEC, **more}

    def said(self, name):
        """The command lines of a stand-in."""
        file = self.scratch / name
        return file.read_text().splitlines() if file.exists() else []

    def train_options(self, run, *more):
        # A comma and a space, which a scheduler's own way with arguments would break.
        return ["train", "--data", self.data, "--encoder", "dense:24,tanh, dense:3", "--precision",
                "double", "--batch", "240", "--blocks", "4", "--optimizer", "sgd", "--learning-rate",
                "0.05", "--reproducible", "--time-limit", "300s", "--progress", "none", "--output",
                run, *more]

    def submit(self, *arguments, **environment):
        return subprocess.run([SCRIPT, *map(str, arguments)], cwd=self.scratch, text=True,
                              capture_output=True, timeout=60, check=False,
                              env=self.environment(**environment))

    def start_job(self, **environment):
        """What qsub was given last, run as a job on three slots of two hosts."""
        script = shlex.split(self.said("qsub")[-1])[-1]
        job = subprocess.Popen(
            ["bash", script], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=self.environment(PBS_JOBID="7.server", PBS_NODEFILE=str(self.scratch / "nodes"),
                                 **environment))
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.wait)
        self.addCleanup(job.kill)
        return job

    def run_job(self, **environment):
        job = self.start_job(**environment)
        log = job.communicate(timeout=90)[0]
        return job.returncode, log

    def test_a_run_over_several_jobs_is_that_of_one(self):
        config = self.scratch / "train.ini"
        config.write_text(f"steps={FOREVER}\n")
        options = ["-l", "select=2:ncpus=2:mpiprocs=2", "-l", "walltime=0:00:12"]
        done = self.submit(*options, *self.train_options("runs/mine", "--config", config))
        self.assertEqual(done.returncode, 0, done.stderr)
        script = self.scratch / "runs/mine.pbs"
        first = [f"{shlex.join(options)} {script}"]
        self.assertEqual(self.said("qsub"), first)
        self.assertIn("\n#PBS -r y\n", script.read_text())

        code, log = self.run_job(INFOMAX_TEST_WALLTIME="0:00:12")
        self.assertEqual(code, 0, log)
        self.assertEqual(self.said("qsub"), 2 * first)
        step = int(re.search(r"stopped by SIGUSR1 after step (\d+) of", log)[1])
        launched, = self.said("mpirun")
        self.assertTrue(launched.startswith(
            f"-n 3 --hostfile {self.scratch}/nodes --"), launched)

        config.write_text(f"steps={step + 20}\n")
        code, log = self.run_job(INFOMAX_TEST_WALLTIME="1:00:00")
        self.assertEqual(code, 0, log)
        self.assertIn(f"goes on after step {step}", log)
        self.assertEqual(self.said("qsub"), 2 * first)
        run = self.scratch / "runs/mine"
        self.assertEqual([line["step"] for line in support.metrics(run)],
                         list(range(1, step + 21)))
        whole = self.succeed(*self.train_options(self.scratch / "whole", "--steps", step + 20))
        self.assertEqual(whole.code, 0)
        numpy.testing.assert_array_equal(support.parameters(run / "model.h5"),
                                         support.parameters(self.scratch / "whole/model.h5"))

    def test_resubmits_after_75_and_after_no_other_code(self):
        self.submit("-q", "batch", *self.train_options("mine"))
        for expected, count in ((2, 1), (3, 1), (4, 1), (0, 1), (75, 2)):
            with self.subTest(code=expected):
                (self.scratch / "mpirun").unlink(missing_ok=True)
                code, log = self.run_job(INFOMAX_TEST_CODE=str(expected))
                self.assertEqual(code, 0 if expected == STOPPED else expected, log)
                self.assertEqual(len(self.said("qsub")), count)
                self.assertEqual(len(self.said("mpirun")), 1)
        self.assertEqual(len(set(self.said("qsub"))), 1)

    def test_says_how_to_go_on_where_a_job_cannot_submit(self):
        self.submit("-q", "batch", *self.train_options("mine"))
        code, log = self.run_job(INFOMAX_TEST_CODE="75", INFOMAX_TEST_QSUB="1")
        self.assertEqual(code, 5, log)
        self.assertIn(f"submit the job yourself: qsub -q batch {self.scratch}/mine.pbs", log)

    def test_qdel_stops_it_with_a_checkpoint_and_for_good(self):
        self.submit(*self.train_options("mine", "--steps", FOREVER))
        job = self.start_job()
        metrics = self.scratch / "mine/metrics.jsonl"
        self.assertTrue(support.wait_until(
            lambda: metrics.exists() and metrics.read_bytes().count(b"\n") > 20, 60))
        job.send_signal(signal.SIGTERM)
        log = job.communicate(timeout=60)[0]
        self.assertEqual(job.returncode, STOPPED, log)
        self.assertEqual(len(self.said("qsub")), 1)
        last = len(support.metrics(self.scratch / "mine"))
        self.assertTrue((self.scratch / f"mine/checkpoints/step-{last:012}.h5").exists(), log)

    def test_does_not_go_on_for_ever_without_a_step(self):
        self.submit(*self.train_options("mine", "--steps", FOREVER))
        (self.bin / "mpirun").write_text("#!/bin/bash\ntrap 'exit 75' USR1\nwhile true; do sleep 0.1; done\n")
        start = time.monotonic()
        code, log = self.run_job(INFOMAX_TEST_WALLTIME="4")
        self.assertEqual(code, STOPPED, log)
        self.assertGreaterEqual(time.monotonic() - start, 3)
        self.assertIn("no step was made before the time limit", log)
        self.assertEqual(len(self.said("qsub")), 1)

    def test_refuses_what_it_cannot_submit(self):
        for arguments, words in ((["evaluate", "--model", "m"], "only train"),
                                 (["train", "--data", "d"], "--output RUN")):
            done = self.submit(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr.splitlines()[0])
        self.assertEqual(self.said("qsub"), [])


if __name__ == "__main__":
    unittest.main()
