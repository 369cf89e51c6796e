# SPDX-License-Identifier: BSD-3-Clause
"""`generate`, `import` and `inspect`, and the small run that the help of `generate` shows."""

import gzip
import json
import os
import pathlib
import struct
import subprocess
import unittest

import numpy

import support


class Generate(support.ProgramTest):
    def test_the_example_in_the_help_runs_and_improves_the_objective(self):
        text = self.succeed("generate", "--help").out
        lines = iter(text[text.index("  infomax generate random"):].splitlines())
        command = []
        for line in lines:
            command.append(line.rstrip("\\"))
            if not line.endswith("\\"):
                break
        command = " ".join(command)
        for word in ("--encoder dense:50,tanh,dense:5", "--batch 0", "--steps 1000",
                     "--optimizer sgd"):
            self.assertIn(word, command)
        (self.scratch / "infomax").symlink_to(pathlib.Path(support.PROGRAM).resolve())
        done = subprocess.run(["sh", "-ec", command], cwd=self.scratch, timeout=60,
                              capture_output=True, text=True, check=False,
                              env={**os.environ, "PATH": f"{self.scratch}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stderr)
        with support.h5py.File(self.scratch / "example.h5") as file:
            self.assertEqual(file["x"].shape, (100, 10))
            self.assertEqual(file["y"].shape, (100, 5))
        steps = support.metrics(self.scratch / "runs/example")
        self.assertEqual(len(steps), 1000)
        objectives = [line["objective"] for line in steps]
        self.assertGreater(objectives[-1], objectives[0] + 0.01)
        self.assertEqual({line["samples"] for line in steps}, {100})

    def test_random_samples_are_standard_normal_and_independent(self):
        path = self.scratch / "random.h5"
        self.succeed("generate", "random", "--rows", "20000", "--x-columns", "4", "--y-columns",
                     "3", "--seed", "3", "--output", path)
        with support.h5py.File(path) as file:
            both = numpy.hstack([file["x"][()], file["y"][()]]).astype(float)
        self.assertEqual(both.shape, (20000, 7))
        self.assertLess(numpy.abs(both.mean(axis=0)).max(), 5 / 20000 ** 0.5)
        self.assertLess(numpy.abs(support.covariance(both, both) - numpy.eye(7)).max(),
                        10 / 20000 ** 0.5)

    def test_gaussian_views_have_the_correlations_they_claim(self):
        path = self.scratch / "views.h5"
        self.succeed("generate", "gaussian-views", "--rows", "20000", "--x-columns", "6",
                     "--y-columns", "5", "--correlations", "0.6,0.9,0.3", "--output", path, ranks=2)
        truth = numpy.array([0.9, 0.6, 0.3])
        with support.h5py.File(path) as file:
            self.assertEqual(list(file.attrs["canonical_correlations"]), list(truth))
            information = -0.5 * numpy.log(1 - truth ** 2).sum()
            self.assertAlmostEqual(float(file.attrs["mutual_information"]), information, delta=1e-12)
            x, y = file["x"][()], file["y"][()]
        self.assertEqual((x.shape, y.shape), ((20000, 6), (20000, 5)))
        sample = support.canonical_correlations(x, y, 0.0)
        self.assertLess(numpy.abs(sample[:3] - truth).max(), 0.03)
        self.assertLess(sample[3:].max(), 0.05)
        said = json.loads(self.succeed("inspect", path, "--json").out)
        self.assertEqual(said["canonical_correlations"], list(truth))
        self.assertAlmostEqual(numpy.ravel(said["mutual_information"])[0], information, delta=1e-12)

    def test_a_file_that_is_there_stays_unless_told(self):
        path = self.scratch / "random.h5"
        generate = ["generate", "random", "--output", path]
        self.succeed(*generate)
        before = path.read_bytes()
        self.assertEqual(support.run(*generate, "--seed", "2").code, 2)
        self.assertEqual(path.read_bytes(), before)
        self.succeed(*generate, "--seed", "2", "--overwrite")
        self.assertNotEqual(path.read_bytes(), before)


class Import(support.ProgramTest):
    def idx(self, name, array):
        path = self.scratch / name
        head = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
        opened = gzip.open(path, "wb") if name.endswith(".gz") else open(path, "wb")
        with opened as file:
            file.write(head + array.tobytes())
        return path

    def test_idx_plain_and_compressed(self):
        images = support.images(40, size=5)
        labels = numpy.arange(40, dtype=numpy.uint8) % 10
        for suffix in ("", ".gz"):
            with self.subTest(suffix=suffix):
                output = self.scratch / f"data{suffix}.h5"
                self.succeed("import", "--x", self.idx("images" + suffix, images), "--y",
                             self.idx("labels" + suffix, labels), "--output", output, ranks=3)
                with support.h5py.File(output) as file:
                    numpy.testing.assert_array_equal(file["x"][()], images)
                    numpy.testing.assert_array_equal(file["y"][()], labels)
                said = json.loads(self.succeed("inspect", output, "--json", ranks=2).out)
                self.assertEqual(said["kind"], "data")
                self.assertEqual(said["datasets"]["/x"],
                                 {"shape": [40, 5, 5], "type": "u8", "rows": 40, "features": 25})
                self.assertEqual(said["datasets"]["/y"]["shape"], [40])
                plain = self.succeed("inspect", output).out
                for word in ("/x", "u8", "40", "25"):
                    self.assertIn(word, plain)


class InspectModel(support.ProgramTest):
    def test_says_networks_and_settings(self):
        data = self.write_data(x=support.images(30))
        run = self.train(data, "run", "--encoder", "dense:4,tanh,dense:2", "--steps", "0", "--rho",
                         "cca", "--lambda", "0.5")
        said = json.loads(self.succeed("inspect", run / "model.h5", "--json").out)
        self.assertEqual(said["kind"], "model")
        self.assertEqual(said["networks"], {"b": {"encoder": "dense:4,tanh,dense:2", "inputs": 36,
                                                  "parameters": 36 * 4 + 4 + 4 * 2 + 2}})
        self.assertEqual(said["settings"]["rho"], "cca")
        self.assertEqual(float(said["settings"]["lambda-b"]), 0.5)
        self.assertEqual(said["settings"]["normalize"], "scale")

    def test_says_what_a_checkpoint_holds_and_checks_it(self):
        data = self.write_data(x=support.images(30))
        run = self.train(data, "run", "--encoder", "dense:2", "--steps", "3")
        checkpoint = run / "checkpoints/step-000000000003.h5"
        said = json.loads(self.succeed("inspect", checkpoint, "--json").out)
        self.assertEqual((said["kind"], said["step"], said["samples"]), ("checkpoint", 3, 90))
        self.assertEqual(said["arrays"]["parameters"], {"elements": 36 * 2 + 2, "type": "f32"})
        self.assertEqual(said["settings"]["encoder"], "dense:2")
        damaged = bytearray(checkpoint.read_bytes())
        damaged[-9] ^= 4
        checkpoint.write_bytes(damaged)
        done = support.run("inspect", checkpoint, ranks=2)
        self.assertEqual(done.code, 3, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)


class Help(support.ProgramTest):
    COMMANDS = ("import", "generate", "inspect", "train", "evaluate")

    def test_is_printed_once_and_names_what_there_is(self):
        for arguments in (["--help"], ["-h"], ["help"]):
            said = self.succeed(*arguments, ranks=3)
            for command in self.COMMANDS:
                self.assertEqual(said.out.count(f"\n  {command} "), 1, said.out)
            self.assertEqual(said.err, "")

    def test_of_each_command(self):
        for command in self.COMMANDS:
            said = self.succeed(command, "--help", ranks=2)
            self.assertTrue(said.out.startswith(f"infomax {command} "), said.out)
            self.assertEqual(said.out.count("--config FILE"), 1, said.out)

    def test_of_train_names_every_option_of_its_config_file(self):
        data = self.write_data(x=support.images(30))
        run = self.train(data, "run", "--encoder", "dense:2", "--steps", "0")
        text = self.succeed("train", "--help").out
        names = [line.split(" = ")[0] for line in (run / "config.ini").read_text().splitlines()]
        self.assertGreater(len(names), 20)
        for name in names:
            self.assertIn(f"--{name}", text)

    def test_version(self):
        said = self.succeed("--version", ranks=3)
        self.assertRegex(said.out, r"\Ainfomax \d+\.\d+\.\d+\n\Z")


if __name__ == "__main__":
    unittest.main()
