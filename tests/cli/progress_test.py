# SPDX-License-Identifier: BSD-3-Clause
"""Progress: one line that is rewritten on a terminal, plain lines elsewhere; results are results
alone, wherever they go."""

import json
import os
import pathlib
import pty
import re
import subprocess
import time
import unittest

import support
import terminals

FIELDS = (r"epoch \d+/\d+", r"\bJ -?\d", r"dependence -?\d", r"H\(a\) \d", r"H\(b\) \d",
          r"[\d,]+ samples/s", r"\d+:\d\d left")


def through_terminal(*command, stream="stderr", timeout_s=60):
    """What a command writes to `stream`, which is a terminal; the other is a pipe. Also its code."""
    reader, writer = pty.openpty()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writer}
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **streams,
                               env={**os.environ, **support.QUIET})
    os.close(writer)
    written = b""
    end = time.monotonic() + timeout_s
    try:
        while time.monotonic() < end:
            try:
                part = os.read(reader, 65536)
            except OSError:  # how Linux says that the last writer is gone
                break
            if not part:
                break
            written += part
        process.communicate(timeout=max(1.0, end - time.monotonic()))
    finally:
        process.kill()
        process.communicate()
        os.close(reader)
    return written.decode(), process.returncode


class Progress(support.ProgramTest):
    STEPS = 3000

    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=support.images(500))

    def arguments(self, *more, steps=STEPS):
        name = f"run{len(list(self.scratch.iterdir()))}"
        return ["train", "--data", str(self.data), "--output", str(self.scratch / name),
                "--encoder", "dense:16,tanh,dense:2", "--batch", "100", "--steps", str(steps),
                "--lambda", "0.1", *more]

    def assert_live(self, text):
        parts = text.replace("\r\n", "\n").split("\r")
        shown = [part for part in parts if part.startswith("epoch ")]
        self.assertGreater(len(shown), 1, text)
        for part in shown:
            for field in FIELDS:
                self.assertRegex(part, field)
        # All but the last are rewritten: no line ends between them.
        for part in shown[:-1]:
            self.assertNotIn("\n", part)
        self.assertRegex(shown[-1], rf"step {self.STEPS}/{self.STEPS}\b.* 0:00 left *\n")
        # Each covers the one before to its end.
        for before, after in zip(shown, shown[1:]):
            self.assertGreaterEqual(len(after.split("\n")[0]), len(before.rstrip()))

    def test_is_one_line_rewritten_on_a_terminal(self):
        for command in ([support.MPIEXEC, "-n", "2", support.PROGRAM], [support.PROGRAM]):
            with self.subTest(command=command[0]):
                text, code = through_terminal(*command, *self.arguments())
                self.assertEqual(code, 0, text)
                self.assert_live(text)

    def start_in_terminal(self, launcher, columns, steps, *more):
        terminal = terminals.Terminal(*launcher, *self.arguments(*more, steps=steps), columns=columns)
        self.addCleanup(terminal.close)
        return terminal

    LAUNCHERS = {"mpirun": [support.MPIEXEC, "-n", "2", support.PROGRAM], "alone": [support.PROGRAM]}

    def test_fits_the_terminal(self):
        # What is left of FIELDS; the step is left at all widths.
        fields = {200: FIELDS, 80: (r"\bJ -?\d", r"held out -?\d", r"[\d,]+ samples/s", r"\d+:\d\d left"),
                  40: (r"\bJ -?\d", r"\d+:\d\d left")}
        for name, launcher in self.LAUNCHERS.items():
            for columns, left in fields.items():
                with self.subTest(launcher=name, columns=columns):
                    # The first and the last step are always shown.
                    terminal = self.start_in_terminal(launcher, columns, 100, "--validation", "0.2",
                                                      "--validate-every", "30steps")
                    self.assertEqual(terminal.wait(), 0, terminal.text)
                    shown = terminal.live_lines()
                    self.assertGreater(len(shown), 1, terminal.text)
                    self.assertLess(max(map(len, shown)), columns)
                    for line in shown:
                        self.assertRegex(line, r"step \d+/100\b")
                    for field in left:
                        self.assertRegex(shown[-1], field)
                    if columns < 200:
                        self.assertNotIn("H(a)", shown[-1])
                    # One line: what is shown first begins a line, and the last alone ends one.
                    self.assertEqual(sum(terminal.text.count(line + "\n") for line in {shown[-1]}), 1)
                    for line in shown[:-1]:
                        self.assertNotIn(line + "\n", terminal.text)

    def test_follows_a_resize(self):
        for name, launcher in self.LAUNCHERS.items():
            with self.subTest(launcher=name):
                terminal = self.start_in_terminal(launcher, 100, 100_000_000, "--time-limit",
                                                  "300s")
                self.assertTrue(support.wait_until(lambda: len(terminal.live_lines()) > 2, 60))
                self.assertGreater(max(map(len, terminal.live_lines())), 60)
                for columns in (40, 120):
                    terminal.resize(columns)
                    # The line that is under way, and the next one, may be of the width before.
                    before = len(terminal.live_lines()) + 2
                    self.assertTrue(support.wait_until(
                        lambda count=before + 3: len(terminal.live_lines()) > count, 60))
                    lengths = [len(line) for line in terminal.live_lines()[before:]]
                    self.assertLess(max(lengths), columns)
                    self.assertGreater(max(lengths), columns - 25)
                terminal.press(terminals.CTRL_C)
                terminal.wait()

    def test_is_plain_lines_elsewhere(self):
        done = self.succeed(*self.arguments(), ranks=2)
        self.assertNotIn("\r", done.err)
        lines = [line for line in done.err.splitlines() if line.startswith("epoch ")]
        self.assertGreaterEqual(len(lines), 11)  # the first step, and each tenth
        self.assertLess(len(lines), 20)
        for line in lines:
            for field in FIELDS:
                self.assertRegex(line, field)
        steps = [int(re.search(r"step (\d+)/", line)[1]) for line in lines]
        self.assertEqual((steps[0], steps[-1]), (1, self.STEPS))
        self.assertEqual(steps, sorted(set(steps)))
        self.assertEqual(done.out, "")

    def test_may_be_chosen(self):
        self.assert_live(self.succeed(*self.arguments("--progress", "live")).err)
        silent = self.succeed(*self.arguments("--progress", "none")).err
        self.assertNotIn("samples/s  ", silent)
        self.assertNotIn("\r", silent)
        self.assertEqual([line for line in silent.splitlines() if line.startswith("epoch ")], [])
        text, code = through_terminal(support.MPIEXEC, "-n", "2", support.PROGRAM,
                                      *self.arguments("--progress", "plain"))
        self.assertEqual(code, 0)
        self.assertNotIn("\r", text.replace("\r\n", "\n"))

    def test_the_header_says_what_runs_where(self):
        done = self.succeed(*self.arguments("--progress", "none"), ranks=2)
        for word in ("ranks ", "libraries ", "OpenBLAS", "HDF5", "500 rows"):
            self.assertEqual(done.err.count(word), 1, f"{word}: {done.err}")

    def settings(self, done):
        line, = [line for line in done.err.splitlines() if line.startswith("settings ")]
        return dict(word.split("=", 1) for word in line.split() if "=" in word)

    def test_the_settings_are_those_that_are_not_defaults(self):
        arguments = self.arguments("--progress", "none", "--seed", "1", "--blocks", "7", steps=20)
        run = arguments[arguments.index("--output") + 1]
        done = self.succeed(*arguments, ranks=2)
        expected = {"data": str(self.data), "encoder": "dense:16,tanh,dense:2",
                    "objective": "infomax", "lambda": "0.1", "batch": "100",
                    "steps": "20", "blocks": "7", "output": run}
        self.assertEqual(self.settings(done), expected)
        # The file has all, whatever they are.
        kept = (pathlib.Path(run) / "config.ini").read_text()
        for line in ("learning-rate = 0.001", "seed = 1", "rho = rv", "normalize = scale"):
            self.assertIn(f"{line}\n", kept)
        # Of a run that goes on, its own are shown.
        done = self.succeed("train", "--output", run, "--resume", "--progress", "none", "--steps",
                            "21")
        again = self.settings(done)
        self.assertNotIn("seed", again)
        for name, value in {**expected, "steps": "21"}.items():
            self.assertEqual(again.get(name), value, name)

    def test_results_on_standard_output_are_json_alone(self):
        run = self.train(self.data, "run", "--encoder", "dense:2", "--steps", "1")
        command = [support.PROGRAM, "evaluate", "--json", "--model", str(run / "model.h5"), "--data",
                   str(self.data)]
        piped = self.evaluate(run / "model.h5", self.data, ranks=2)
        text, code = through_terminal(support.MPIEXEC, "-n", "2", *command, stream="stdout")
        self.assertEqual(code, 0)
        self.assertEqual(json.loads(text), piped)
        self.assertLessEqual({"objective", "dependence", "entropy_a", "entropy_b", "samples",
                              "ranks"}, piped.keys())
        self.assertEqual(len(text.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
