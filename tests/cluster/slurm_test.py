# SPDX-License-Identifier: BSD-3-Clause
"""launch/slurm.sbatch under a real Slurm, two nodes on this machine: a training over both, one that is
preempted, one that meets its time limit, and ones that fail. What is interrupted is requeued by itself
and ends with the parameters, to the last bit, and the metrics of a run that was never stopped."""

import os
import pathlib
import re
import shutil
import signal
import sys
import unittest

import numpy

CLUSTER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(CLUSTER.parent / "cli"))
sys.path.insert(0, str(CLUSTER))

import private_slurm
import support
import terminals

if reason := private_slurm.missing():
    print(f"skipped: {reason}")
    sys.exit(77)

ROOT = pathlib.Path(os.environ["INFOMAX_SOURCE"])
SBATCH = ROOT / "launch/slurm.sbatch"
DATA = 3
FOREVER = 100_000_000
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")


class SlurmTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.slurm = private_slurm.Slurm()
        cls.addClassCleanup(cls.slurm.stop)

    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=support.images(600, size=8))

        self.addCleanup(self.slurm.end_jobs)

    def configure(self, steps):
        """The file that the job's command line names; from the next start on it counts."""
        file = self.scratch / "train.ini"
        file.with_suffix(".new").write_text(f"steps={steps}\n")
        file.with_suffix(".new").replace(file)
        return file

    def arguments(self):
        # The same bits at any number of ranks and by any launcher. The limit is for jobs whose test was
        # killed.
        return ["--encoder", "dense:24,tanh,dense:3", "--precision", "double", "--batch", "240",
                "--blocks", "4", "--optimizer", "sgd", "--learning-rate", "0.05", "--reproducible",
                "--time-limit", "300s"]

    def submit(self, run, steps, *options, data=None):
        """The number of a job over both nodes."""
        return self.slurm.submit("--nodes", "2", "--output", f"{run}.log", *options, SBATCH, "train",
                                 "--data", data or self.data, "--output", run, "--progress", "none",
                                 "--config", self.configure(steps), *self.arguments(),
                                 folder=self.scratch)

    def log(self, run):
        return (self.scratch / f"{run}.log").read_text()

    def wait_for_steps(self, run, count):
        file = self.scratch / run / "metrics.jsonl"
        self.slurm.wait_until(lambda: file.exists() and file.read_bytes().count(b"\n") >= count, 60,
                              f"{run} did not make {count} steps")

    def check_whole(self, run, steps):
        """The run is one that was never stopped."""
        self.assertEqual([line["step"] for line in support.metrics(self.scratch / run)],
                         list(range(1, steps + 1)))
        plain = self.train(self.data, f"{run}-plain", *self.arguments(), "--steps", steps)
        numpy.testing.assert_array_equal(support.parameters(self.scratch / run / "model.h5"),
                                         support.parameters(plain / "model.h5"))

    def check_completed(self, number, run, steps):
        job = self.slurm.wait_for(number, ENDED, 240)
        self.assertEqual((job["JobState"], job["ExitCode"]), ("COMPLETED", "0:0"), self.log(run))
        self.assertEqual(job["NodeList"], "n[1-2]")
        self.check_whole(run, steps)
        return job

    def end_soon(self, run):
        """Has the run end a little after where it is; the number of its steps."""
        steps = len(support.metrics(self.scratch / run)) + 40
        self.configure(steps)
        return steps

    def check_gone_on(self, number, run, signal_name):
        """Once the job has stopped: that it is requeued, goes on after the step it stopped at, and
        ends as if it had not."""
        self.slurm.wait_until(lambda: self.slurm.job(number)["Restarts"] == "1", 90,
                              "the job was not requeued")
        steps = self.end_soon(run)
        self.slurm.ask("scontrol", "update", f"JobId={number}", "TimeLimit=10")
        job = self.check_completed(number, run, steps)
        self.assertEqual(job["Restarts"], "1")
        log = self.log(run)
        stopped = re.findall(r"stopped by (\w+) after step (\d+) of \d+; checkpoint ", log)
        self.assertEqual(stopped, [(signal_name, str(steps - 40))], log)
        self.assertEqual(re.findall(r"--resume: goes on after step (\d+)", log), [str(steps - 40)])
        self.assertEqual(log.count("requeues itself"), 1, log)

    def test_trains_over_two_nodes(self):
        number = self.submit("plain", 50)
        job = self.check_completed(number, "plain", 50)
        self.assertEqual(job["Restarts"], "0")
        self.assertRegex(self.log("plain"), r"ranks +\d+ on 2 nodes, 1 BLAS thread each")

    def test_gives_ranks_the_threads_that_were_asked_for(self):
        number = self.submit("threads", 20, "--ntasks", "2", "--cpus-per-task", "2")
        self.check_completed(number, "threads", 20)
        self.assertIn("2 on 2 nodes", self.log("threads"))

    def test_runs_other_commands_on_shared_nodes_too(self):
        number = self.slurm.submit("--nodes", "2", "--oversubscribe", "--ntasks", "2", "--output",
                                   "doctor.log", SBATCH, "doctor", folder=self.scratch)
        job = self.slurm.wait_for(number, ENDED, 240)
        self.assertEqual((job["JobState"], job["OverSubscribe"]), ("COMPLETED", "YES"),
                         self.log("doctor"))
        self.assertRegex(self.log("doctor"), r"(?m)^0 .*\n1 ")

    def test_a_copy_is_told_where_the_repository_is(self):
        copy = shutil.copy(SBATCH, self.scratch / "mine.sbatch")
        for options, state in (([], ("FAILED", "2:0")),
                               (["--export", f"ALL,INFOMAX_ROOT={ROOT}"], ("COMPLETED", "0:0"))):
            number = self.slurm.submit("--output", "copy.log", *options, copy, "inspect", self.data,
                                       folder=self.scratch)
            job = self.slurm.wait_for(number, ENDED, 60)
            self.assertEqual((job["JobState"], job["ExitCode"]), state, self.log("copy"))
        self.assertIn("INFOMAX_ROOT", self.log("copy").splitlines()[0])

    def test_goes_on_after_preemption(self):
        number = self.submit("preempted", FOREVER)
        self.wait_for_steps("preempted", 20)
        urgent = self.slurm.submit("--partition", "urgent", "--nodes", "2", "--exclusive", "--output",
                                   "/dev/null", "--wrap", "sleep 1", folder=self.scratch)
        self.check_gone_on(number, "preempted", "SIGTERM")
        self.assertEqual(self.slurm.job(urgent)["JobState"], "COMPLETED")

    def test_goes_on_after_the_time_limit(self):
        # Limits are whole minutes, so the warning comes ten seconds after the start.
        number = self.submit("limited", FOREVER, "--time", "1", "--signal", "B:USR1@50")
        self.check_gone_on(number, "limited", "SIGUSR1")

    def test_goes_on_by_mpirun_where_srun_does_not_speak_its_language(self):
        number = self.submit("mpirun", FOREVER, "--export", "ALL,INFOMAX_MPIEXEC=mpirun")
        self.wait_for_steps("mpirun", 20)
        # As Slurm does before the time limit.
        self.slurm.ask("scancel", "--batch", "--signal", "USR1", number)
        self.check_gone_on(number, "mpirun", "SIGUSR1")

    def test_starts_again_in_the_same_job_when_a_rank_dies(self):
        number = self.submit("killed", FOREVER)
        self.wait_for_steps("killed", 20)
        # From the start again, for there is no checkpoint yet.
        self.configure(50)
        os.kill(support.ranks_of("killed")[-1], signal.SIGKILL)
        job = self.check_completed(number, "killed", 50)
        self.assertEqual(job["Restarts"], "0")
        self.assertIn("supervise.sh: exit code 137; restart 1 of 5", self.log("killed"))

    def test_does_not_repeat_what_would_fail_again(self):
        number = self.submit("nowhere", 20, data=self.scratch / "nowhere.h5")
        job = self.slurm.wait_for(number, ENDED, 60)
        self.assertEqual((job["JobState"], job["ExitCode"], job["Restarts"]),
                         ("FAILED", f"{DATA}:0", "0"), self.log("nowhere"))
        self.assertEqual(self.log("nowhere").count("infomax: "), 1)

    def test_ctrl_c_in_an_allocation_stops_in_order(self):
        run = self.scratch / "typed"
        terminal = terminals.Terminal(
            "salloc", "--nodes", "2", ROOT / "launch/allocation.sh", "-n", "2", "train", "--data",
            self.data, "--output", run, "--progress", "none", "--steps", FOREVER, *self.arguments(),
            columns=80, environment={**self.slurm.environment,
                                     "INFOMAX_PROGRAM": support.PROGRAM})
        self.addCleanup(terminal.close)
        self.wait_for_steps("typed", 20)
        terminal.press(terminals.CTRL_C)
        self.assertEqual(terminal.wait(), 75, terminal.text)
        found = re.search(r"stopped by Ctrl-C \(\w+\) after step (\d+) of", terminal.text)
        self.assertTrue(found, terminal.text)
        self.assertTrue((run / f"checkpoints/step-{int(found[1]):012}.h5").exists())

    def test_a_cancelled_job_stops_with_a_checkpoint_and_stays_cancelled(self):
        number = self.submit("cancelled", FOREVER)
        self.wait_for_steps("cancelled", 20)
        self.slurm.ask("scancel", number)
        self.slurm.wait_for(number, ["CANCELLED"], 60)
        self.slurm.wait_until(lambda: not self.slurm.ask("squeue", "--noheader").strip(), 60,
                              "the job did not end")
        self.assertEqual(self.slurm.job(number)["JobState"], "CANCELLED")
        last = len(support.metrics(self.scratch / "cancelled"))
        self.assertTrue(
            (self.scratch / f"cancelled/checkpoints/step-{last:012}.h5").exists(), self.log("cancelled"))
        self.assertIn(f"after step {last} of", self.log("cancelled"))


if __name__ == "__main__":
    unittest.main()
