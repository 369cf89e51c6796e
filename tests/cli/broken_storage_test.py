# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoints on storage that fails: full, read-only, cut off, with bits turned over."""

import os
import pathlib
import random
import shutil
import subprocess
import unittest

import numpy

import support

DATA, SYSTEM = 3, 5


class BrokenStorage(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=support.images(300))
        self.arguments = ["--encoder", "dense:32,tanh,dense:2", "--batch", "90", "--precision",
                          "double", "--optimizer", "sgd"]

    def run_of(self, name, *arguments):
        return self.train(self.data, name, *self.arguments, *arguments)

    def damage(self, path, chance):
        """One bit, or the end, at a random place."""
        content = bytearray(path.read_bytes())
        place = chance.randrange(len(content))
        if chance.random() < 0.5:
            content[place] ^= 1 << chance.randrange(8)
        else:
            del content[place:]
        path.write_bytes(content)

    def test_of_a_damaged_checkpoint_the_one_before_is_used(self):
        whole = self.run_of("whole", "--steps", "12", "--checkpoint-every", "4steps")
        chance = random.Random(3)
        # Hundreds of places are the unit test's; INFOMAX_DAMAGES=100 takes as many of the program.
        for number in range(int(os.environ.get("INFOMAX_DAMAGES", "6"))):
            with self.subTest(number=number):
                run = self.scratch / f"run{number}"
                shutil.copytree(whole, run)
                self.damage(run / "checkpoints" / "step-000000000012.h5", chance)
                done = self.succeed("train", "--output", run, "--resume", "--progress", "none",
                                    ranks=2 if number == 0 else 1)
                warnings = [line for line in done.err.splitlines() if "set aside" in line]
                self.assertEqual(len(warnings), 1, done.err)
                self.assertIn("goes on after step 8", done.err)
                expected = support.parameters(whole / "model.h5")
                self.assert_close(support.parameters(run / "model.h5"), expected, 1e-9)
                if number > 0:
                    numpy.testing.assert_array_equal(support.parameters(run / "model.h5"), expected)

    def test_where_all_are_damaged_it_says_so(self):
        run = self.run_of("run", "--steps", "12", "--checkpoint-every", "4steps")
        for path in (run / "checkpoints").iterdir():
            path.write_bytes(b"")
        before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
        for attempt in range(3):
            if attempt == 2:  # as earlier versions left them
                for path in (run / "checkpoints").iterdir():
                    path.rename(f"{path}.damaged")
                before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
            done = support.run("train", "--data", self.data, "--output", run, *self.arguments,
                               "--steps", "12", "--resume", ranks=2)
            self.assertEqual(done.code, DATA, done.err)
            self.assertEqual(len(done.complaints), 1, done.err)
            self.assertIn("none of the 3 checkpoints", done.complaints[0])
            self.assertIn("--overwrite", done.complaints[0])
            self.assertEqual({path: path.read_bytes() for path in run.rglob("*") if path.is_file()},
                             before)

    def test_a_checkpoint_that_cannot_be_read_is_no_damaged_one(self):
        run = self.run_of("run", "--steps", "12", "--checkpoint-every", "4steps")
        newest = run / "checkpoints" / "step-000000000012.h5"
        newest.unlink()
        newest.symlink_to(newest)
        done = support.run("train", "--output", run, "--resume", ranks=2)
        self.assertEqual(done.code, SYSTEM, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)
        self.assertIn(str(newest), done.complaints[0])
        self.assertTrue(newest.is_symlink())

    def test_a_disk_that_fills_up(self):
        if os.geteuid() != 0:
            self.skipTest("only root may mount a small disk")
        disk = self.scratch / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", disk], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("a small disk cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        # 40,000 parameters and Adam's state are some 1 MB: one checkpoint fits, and no second.
        done = support.run("train", "--data", self.data, "--output", disk / "run", "--encoder",
                           "dense:1000,tanh,dense:2", "--batch", "90", "--precision", "double",
                           "--steps", "40", "--checkpoint-every", "10steps", "--progress", "none",
                           ranks=2)
        self.assertNotIn("goes on after", done.err)
        warnings = [line for line in done.err.splitlines() if "no checkpoint was written" in line]
        self.assertGreater(len(warnings), 0, done.err)
        self.assertIn("No space left", warnings[0])
        self.assertLessEqual(len(done.complaints), 1, done.err)
        self.assertIn(done.code, (0, SYSTEM))
        # What there is is whole.
        files = list((disk / "run" / "checkpoints").glob("step-*.h5"))
        self.assertEqual(len(files), 1)
        for path in (disk / "run" / "checkpoints").iterdir():
            self.assertIn(path, files)
        rest = self.scratch / "rest"
        shutil.copytree(disk / "run", rest)
        again = self.succeed("train", "--output", rest, "--resume", "--progress", "none")
        self.assertIn(f"goes on after step {int(files[0].name[5:-3])}", again.err)

    def test_a_directory_that_cannot_be_written(self):
        run = self.run_of("run", "--steps", "6")
        checkpoints = run / "checkpoints"
        if os.geteuid() != 0:
            checkpoints.chmod(0o555)
            self.addCleanup(checkpoints.chmod, 0o755)
        else:
            # Root may write to any directory, but not to a disk that is mounted for reading.
            shutil.copytree(checkpoints, self.scratch / "copy")
            if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", checkpoints],
                              check=False, capture_output=True).returncode != 0:
                self.skipTest("nothing can be mounted here")
            self.addCleanup(subprocess.run, ["umount", checkpoints], check=True)
            shutil.copytree(self.scratch / "copy", checkpoints, dirs_exist_ok=True)
            subprocess.run(["mount", "-o", "remount,ro", checkpoints], check=True)
        # Training goes on, as its model can still be written.
        done = self.succeed("train", "--output", run, "--resume", "--steps", "8", "--progress",
                            "none", ranks=2)
        warnings = [line for line in done.err.splitlines() if "no checkpoint was written" in line]
        self.assertEqual(len(warnings), 1, done.err)
        self.assertEqual(len(support.metrics(run)), 8)


class Supervised(support.ProgramTest):
    """launch/supervise.sh, of a stand-in for the launcher whose exit codes are a list."""

    def supervise(self, codes, *options):
        calls = self.scratch / "calls"
        script = self.scratch / "launcher"
        script.write_text(f"""#!/usr/bin/env bash
printf '%s\\n' "$*" >>{calls}
codes=({' '.join(map(str, codes))})
exit "${{codes[$(wc -l <{calls}) - 1]}}"
""")
        script.chmod(0o755)
        calls.unlink(missing_ok=True)
        done = subprocess.run(
            [pathlib.Path(os.environ["INFOMAX_SOURCE"]) / "launch/supervise.sh", "--delay", "0",
             *options, "train", "--output", self.scratch / "run", "--steps", "3"],
            env={**os.environ, "INFOMAX_LAUNCH": str(script)}, capture_output=True, text=True,
            timeout=60, check=False)
        self.assertTrue(calls.exists(), done.stderr)
        return done.returncode, calls.read_text().splitlines()

    def test_restarts_after_failures_and_not_after_mistakes(self):
        for codes, options, code, calls in (
                ([0], [], 0, 1), ([5, 137, 0], [], 0, 3), ([2], [], 2, 1), ([3], [], 3, 1),
                ([5, 4], [], 4, 2), ([75], [], 75, 1), ([75, 75, 0], ["--after-stop"], 0, 3),
                ([1] * 9, ["--restarts", "3"], 1, 4)):
            with self.subTest(codes=codes, options=options):
                found, said = self.supervise(codes, *options)
                self.assertEqual((found, len(said)), (code, calls))
                for line in said:
                    self.assertRegex(line, r"^train .*--resume$")


if __name__ == "__main__":
    unittest.main()
