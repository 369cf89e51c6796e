# SPDX-License-Identifier: BSD-3-Clause
"""Ctrl-C, typed at a terminal, by whatever the training was started: it stops in order, with a
checkpoint, one line that says so and exit code 75. A second Ctrl-C ends it at once."""

import os
import pathlib
import re
import signal
import subprocess
import unittest

import support
import terminals

STOPPED = 75
INTERRUPTED = 130
LAUNCH = pathlib.Path(os.environ["INFOMAX_SOURCE"]) / "launch"


class CtrlC(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=support.images(300))

    def start(self, launcher, run, *more):
        arguments = ["train", "--data", self.data, "--output", run, "--encoder", "dense:16,tanh,dense:2",
                     "--batch", "100", "--steps", "100000000", "--time-limit", "300s", *more]
        terminal = terminals.Terminal(*launcher, *arguments, columns=80, environment={
            "INFOMAX_PROGRAM": support.PROGRAM, "INFOMAX_MPIEXEC": support.MPIEXEC})
        self.addCleanup(terminal.close)
        return terminal

    def wait_for_progress(self, terminal):
        self.assertTrue(support.wait_until(
            lambda: len(terminal.live_lines()) > 2 or terminal.process.poll() is not None, 60),
            terminal.text)
        self.assertIsNone(terminal.process.poll(), terminal.text)

    def check_stopped(self, terminal, run, name=r"Ctrl-C \(\w+\)"):
        """One line on a line of its own says what happened and how to go on, and going on works."""
        complaints = [line for line in terminal.text.split("\n") if line.startswith("infomax: ")]
        self.assertEqual(len(complaints), 1, terminal.text)
        found = re.fullmatch(rf"infomax: stopped by {name} after step (\d+) of \d+; checkpoint (\S+); "
                             rf"go on with: infomax train --output {run} --resume", complaints[0])
        self.assertTrue(found, complaints[0])
        self.assertTrue(pathlib.Path(found[2]).exists(), found[2])
        self.succeed("train", "--output", run, "--resume", "--progress", "none", "--steps",
                     int(found[1]) + 3)
        self.assertEqual(support.metrics(run)[-1]["step"], int(found[1]) + 3)

    def launchers(self):
        return {"program": [support.PROGRAM], "local": [LAUNCH / "local.sh", "-n", "2"],
                "supervise": [LAUNCH / "supervise.sh", "-n", "2"]}

    def test_stops_in_order(self):
        for name, launcher in self.launchers().items():
            with self.subTest(name):
                run = self.scratch / name
                terminal = self.start(launcher, run)
                self.wait_for_progress(terminal)
                terminal.press(terminals.CTRL_C)
                self.assertEqual(terminal.wait(), STOPPED, terminal.text)
                self.check_stopped(terminal, run)
                self.assertEqual(support.ranks_of(run), [])

    def test_a_second_one_ends_the_program_at_once(self):
        # It waits for its options, in a pipe, and so cannot answer the first.
        pipe = self.scratch / "options.ini"
        os.mkfifo(pipe)
        terminal = self.start([support.PROGRAM], self.scratch / "run", "--config", pipe)
        status = pathlib.Path(f"/proc/{terminal.process.pid}/status")

        def is_ready():
            caught = int(re.search(r"SigCgt:\s*(\w+)", status.read_text())[1], 16)
            return caught >> (signal.SIGUSR2 - 1) & 1

        self.assertTrue(support.wait_until(is_ready, 60), "it handles no signal")
        terminal.press(terminals.CTRL_C)
        self.assertTrue(support.wait_until(lambda: b"^C" in terminal.written, 10))
        self.assertFalse(support.wait_until(lambda: terminal.process.poll() is not None, 0.3))
        terminal.press(terminals.CTRL_C)
        self.assertEqual(terminal.wait(10), -signal.SIGINT)

    def test_a_second_one_ends_what_a_script_started(self):
        for name in ("local", "supervise"):
            with self.subTest(name):
                run = self.scratch / f"twice-{name}"
                terminal = self.start(self.launchers()[name], run)
                self.wait_for_progress(terminal)
                # A rank that cannot answer keeps the others from ending in order.
                ranks = support.ranks_of(run)
                self.assertEqual(len(ranks), 2)
                os.kill(ranks[1], signal.SIGSTOP)
                terminal.press(terminals.CTRL_C)
                self.assertFalse(support.wait_until(lambda: terminal.process.poll() is not None, 2))
                terminal.press(terminals.CTRL_C)
                self.assertEqual(terminal.wait(), INTERRUPTED, terminal.text)
                self.assertTrue(support.wait_until(lambda: support.ranks_of(run) == [], 20))

    def test_mpirun_is_named_where_it_ends_the_ranks(self):
        # Of Ctrl-C it makes a SIGTERM to its child processes; here this test is their parent.
        run = self.scratch / "run"
        environment = {"OMPI_COMM_WORLD_SIZE": "1", "OMPI_MCA_ess_singleton_isolated": "1", "OMPI_MCA_pml": "ob1",
                       "OMPI_MCA_btl": "self"}
        arguments = ["train", "--data", self.data, "--output", run, "--encoder", "dense:2", "--steps",
                     "100000000", "--time-limit", "300s", "--progress", "none"]
        rank = subprocess.Popen([support.PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE,
                                text=True, env={**os.environ, **environment})
        self.addCleanup(rank.wait)
        self.addCleanup(rank.kill)
        self.addCleanup(rank.stderr.close)
        metrics = run / "metrics.jsonl"
        self.assertTrue(support.wait_until(
            lambda: rank.poll() is not None or metrics.exists() and metrics.stat().st_size, 60))
        rank.send_signal(signal.SIGTERM)
        err = rank.communicate(timeout=60)[1]
        self.assertEqual(rank.returncode, STOPPED, err)
        self.assertIn("infomax: stopped by mpirun (Ctrl-C or SIGTERM to it) after step ", err)

    def test_other_commands_end_at_once(self):
        pipe = self.scratch / "options.ini"
        os.mkfifo(pipe)
        terminal = terminals.Terminal(
            LAUNCH / "local.sh", "-n", "1", "doctor", "--config", pipe, columns=80,
            environment={"INFOMAX_PROGRAM": support.PROGRAM, "INFOMAX_MPIEXEC": support.MPIEXEC})
        self.addCleanup(terminal.close)
        self.assertTrue(support.wait_until(lambda: support.ranks_of(pipe), 60), terminal.text)
        terminal.press(terminals.CTRL_C)
        self.assertEqual(terminal.wait(), INTERRUPTED, terminal.text)


if __name__ == "__main__":
    unittest.main()
