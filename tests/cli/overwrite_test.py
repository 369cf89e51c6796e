# SPDX-License-Identifier: BSD-3-Clause
"""`train --overwrite` replaces a run when the new one has made its first step, and not before: whatever
fails earlier, and whenever the process is killed, the run that was there loses nothing."""

import os
import shutil
import signal
import subprocess
import unittest

import numpy

import support

USAGE, DATA, NUMERIC, SYSTEM = 2, 3, 4, 5
RUN_FILES = {"config.ini", "metrics.jsonl", "model.h5", "checkpoints", "report.html"}


def content(run):
    """Every file below a run directory, by its path."""
    return {str(path.relative_to(run)): path.read_bytes()
            for path in sorted(run.rglob("*")) if path.is_file()}


class Overwrite(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(5)
        self.x = random.normal(size=(120, 6))
        self.good = self.write_data("good.h5", x=self.x, y=random.normal(size=(120, 4)))
        self.run_directory = self.train(self.good, "run", "--encoder", "dense:3", "--steps", "4",
                                        "--checkpoint-every", "2steps", "--seed", "3")
        (self.run_directory / "report.html").write_text("the page of the old run")
        (self.run_directory / "notes.txt").write_text("mine")
        self.before = content(self.run_directory)
        self.assertLessEqual({"config.ini", "metrics.jsonl", "model.h5",
                              "checkpoints/step-000000000002.h5"}, self.before.keys())

    def fail(self, code, *arguments, data=None, encoder="dense:2", ranks=None, **options):
        given = ["--data", data or self.good] + (["--encoder", encoder] if encoder else [])
        done = support.run("train", *given, "--output", self.run_directory, "--overwrite",
                           *arguments, ranks=ranks, **options)
        self.assertEqual(done.code, code, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)
        self.assertEqual(content(self.run_directory), self.before)
        self.assertEqual([path.name for path in self.run_directory.iterdir()
                          if path.name.startswith(".")], [])

    def test_a_command_that_fails_before_its_first_step_destroys_nothing(self):
        holed = self.x.copy()
        holed[7, 2] = numpy.nan
        constant = self.write_data("huge.h5", x=numpy.full((120, 6), 1e200) * self.x)
        unequal = self.write_data("unequal.h5", x=self.x, y=self.x[:50])
        truncated = self.write_data("truncated.h5", x=self.x)
        os.truncate(truncated, truncated.stat().st_size // 2)
        labels = self.write_data("labels.h5", x=self.x, y=numpy.repeat([-1, 1], 60))
        absent = self.scratch / "absent.h5"
        cases = (
            (USAGE, ["--bacth", "3"], {}),
            (USAGE, ["--batch", "ten"], {}),
            (USAGE, ["--batch", "121"], {}),
            (USAGE, ["--objective", "infomin"], {}),
            (USAGE, ["--resume"], {}),
            (USAGE, ["--config", self.scratch / "absent.ini"], {}),
            (USAGE, [], {"encoder": None}),
            (USAGE, [], {"encoder": "dense:2,tahn"}),
            (USAGE, ["--steps", "1"], {"encoder": "tanh"}),
            (USAGE, ["--rho", "pearson"], {}),
            (USAGE, ["--objective", "mse"], {}),
            (USAGE, ["--pair", "lag", "--lag", "500"], {}),
            (USAGE, ["--pair", "augment"], {}),
            (USAGE, ["--early-stop", "2"], {}),
            (USAGE, ["--reproducible", "--threads", "2"], {}),
            (USAGE, ["--pair", "views", "--share"], {}),
            (DATA, [], {"data": absent}),
            (DATA, ["--x", "/z"], {}),
            (DATA, [], {"data": self.scratch}),
            (DATA, [], {"data": truncated}),
            (DATA, [], {"data": self.write_data("holed.h5", x=holed)}),
            (DATA, ["--pair", "target"], {"data": unequal}),
            (DATA, ["--pair", "target"], {"data": labels}),
            (DATA, ["--validation", absent], {}),
            (NUMERIC, ["--normalize", "none", "--precision", "double"], {"data": constant}),
        )
        for number, (code, arguments, options) in enumerate(cases):
            with self.subTest(arguments=arguments, **options):
                # By several ranks for some of either kind.
                self.fail(code, *arguments, **options, ranks=3 if number % 8 == 0 else None)

    def test_after_the_first_step_it_holds_the_new_run_only(self):
        self.train(self.good, "run", "--encoder", "dense:2", "--steps", "3", "--overwrite",
                   "--checkpoint-every", "never", ranks=2)
        after = content(self.run_directory)
        self.assertEqual(set(after), {"config.ini", "metrics.jsonl", "model.h5", "notes.txt"})
        self.assertEqual(after["notes.txt"], b"mine")
        for name in ("config.ini", "metrics.jsonl", "model.h5"):
            self.assertNotEqual(after[name], self.before[name])
        self.assertEqual([line["step"] for line in support.metrics(self.run_directory)], [1, 2, 3])

    def test_a_run_without_steps_replaces_it_too(self):
        self.train(self.good, "run", "--encoder", "linear:2", "--pair", "target", "--overwrite")
        after = content(self.run_directory)
        self.assertEqual(set(after), {"config.ini", "metrics.jsonl", "model.h5", "notes.txt"})
        self.assertEqual(support.metrics(self.run_directory), [])

    def test_a_later_failure_leaves_the_new_run(self):
        done = support.run("train", "--data", self.good, "--encoder", "dense:4", "--pair", "target",
                           "--objective", "mse", "--optimizer", "sgd", "--learning-rate", "1e30",
                           "--batch", "0", "--epochs", "20", "--output", self.run_directory,
                           "--overwrite")
        self.assertEqual(done.code, NUMERIC, done.err)
        after = content(self.run_directory)
        self.assertLessEqual(set(after), {"config.ini", "metrics.jsonl", "notes.txt", "model.h5"})
        self.assertGreater(len(support.metrics(self.run_directory)), 0)
        self.assertNotEqual(after.get("model.h5"), self.before["model.h5"])

    def test_a_first_run_that_fails_leaves_no_directory(self):
        fresh = self.scratch / "fresh"
        done = support.run("train", "--data", self.good, "--x", "/z", "--encoder", "dense:2",
                           "--output", fresh, ranks=2)
        self.assertEqual(done.code, DATA, done.err)
        self.assertFalse(fresh.exists())

    def standing(self, run):
        """Which run's files are in their places: old, new, or neither's."""
        now = {name: data for name, data in content(run).items()
               if name.split("/")[0] in RUN_FILES}
        old = {name for name, data in now.items() if self.before.get(name) == data}
        self.assertIn(old, (set(), set(now)), "files of two runs lie side by side")
        if old == set(self.before) - {"notes.txt"}:
            return "old"
        return "new" if now and not old else "neither"

    def test_a_kill_at_any_instant_leaves_the_one_run_or_the_other(self):
        seen = []
        for instant in range(1, 400):
            run = self.scratch / f"killed{instant}"
            shutil.copytree(self.run_directory, run)
            done = support.run(
                "train", "--data", self.good, "--encoder", "dense:2", "--steps", "1", "--progress",
                "none", "--checkpoint-every", "never", "--output", run, "--overwrite", ranks=None,
                environment={"LD_PRELOAD": os.environ["INFOMAX_KILL_AT"], "INFOMAX_KILL_IN": str(run),
                             "INFOMAX_KILL_AT": str(instant)})
            self.assertIn(done.code, (0, -signal.SIGKILL), done.err)
            standing = self.standing(run)
            self.assertEqual((run / "notes.txt").read_text(), "mine")
            # What opens the directory next finds a run in it, and a whole one.
            again = support.run("train", "--data", self.good, "--encoder", "dense:2", "--output", run,
                                ranks=None)
            recovered = self.standing(run)
            if standing == "neither":
                self.assertIn(recovered, ("old", "new"), instant)
            else:
                self.assertEqual(recovered, standing, instant)
            self.assertEqual(again.code, USAGE, again.err)
            self.assertIn("already holds a run", again.complaints[0])
            seen.append(recovered)
            shutil.rmtree(run)
            if done.code == 0:
                break
        self.assertEqual(seen, sorted(seen, reverse=True), "the old run came back")
        self.assertGreater(seen.count("old"), 5)
        self.assertGreater(seen.count("new"), 1)
        self.assertEqual(done.code, 0)

    def test_a_replacement_that_fails_midway_is_undone(self):
        checkpoints = self.run_directory / "checkpoints"
        # What another file system is mounted on cannot be renamed.
        if os.geteuid() != 0 or subprocess.run(["mount", "--bind", checkpoints, checkpoints],
                                               check=False, capture_output=True).returncode != 0:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", checkpoints], check=True)
        self.fail(SYSTEM, "--steps", "2", ranks=2)

    def test_resume_after_a_kill_finds_the_old_run(self):
        run = self.run_directory
        aside = run / ".run-before"
        aside.mkdir()
        for name in ("model.h5", "checkpoints"):
            (run / name).rename(aside / name)
        self.succeed("train", "--output", run, "--resume", "--steps", "6", "--progress", "none",
                     ranks=2)
        self.assertEqual([line["step"] for line in support.metrics(run)], [1, 2, 3, 4, 5, 6])
        self.assertFalse(aside.exists())


if __name__ == "__main__":
    unittest.main()
