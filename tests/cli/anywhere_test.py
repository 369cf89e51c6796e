# SPDX-License-Identifier: BSD-3-Clause
"""Runs that were given relative paths are used from any directory, and after they have moved together
with their data. Folders that are missing or cannot be written end a command with one line."""

import json
import shutil
import unittest

import numpy

import support

USAGE, DATA, SYSTEM = 2, 3, 5


class Anywhere(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.project = self.scratch / "project"
        (self.project / "sets").mkdir(parents=True)
        random = numpy.random.default_rng(8)
        x = random.normal(size=(150, 6))
        self.write_data("project/sets/train.h5", x=x, y=x[:, :3] ** 2)
        self.write_data("project/sets/held.h5", x=x[:60] + 0.1, y=x[:60, :3] ** 2)
        self.succeed("train", "--data", "sets/train.h5", "--validation", "sets/held.h5", "--pair",
                     "target", "--encoder", "dense:3", "--steps", "4", "--output", "runs/first",
                     "--progress", "none", directory=self.project, ranks=2)
        self.run_directory = self.project / "runs" / "first"
        self.elsewhere = self.scratch / "elsewhere"
        self.elsewhere.mkdir()

    def use(self, run, *, directory, steps):
        """Everything that finds the data by itself."""
        said = self.succeed("report", run, "--overwrite", directory=directory, ranks=2)
        self.assertNotIn("warning", said.err)
        self.succeed("train", "--output", run, "--resume", "--steps", steps, "--progress", "none",
                     directory=directory, ranks=2)
        self.assertEqual(support.metrics(directory / run)[-1]["step"], steps)
        checkpoint = sorted((directory / run / "checkpoints").iterdir())[-1]
        for model in (directory / run / "model.h5", run, checkpoint):
            with self.subTest(model=model):
                found = self.succeed("evaluate", "--model", model, "--json", directory=directory,
                                     ranks=2)
                self.assertEqual(json.loads(found.out)["samples"], 150)

    def test_from_another_directory(self):
        self.use("../project/runs/first", directory=self.elsewhere, steps=6)
        said = (self.run_directory / "config.ini").read_text().splitlines()
        for line in (f"data = {self.project}/sets/train.h5", f"output = {self.run_directory}",
                     f"validation = {self.project}/sets/held.h5"):
            self.assertIn(line, said)

    def test_paths_with_signs_of_ini_files(self):
        project = self.scratch / "run #1 = new"
        project.mkdir()
        data = project / "my#data #2.h5"
        shutil.copyfile(self.project / "sets/train.h5", data)
        first = self.train(data, project / "first#1", "--steps", "2", "--encoder", "dense:2")
        again = self.train(data, project / "again", "--config", first / "config.ini")
        self.assertEqual((first / "config.ini").read_text().replace("first#1", "again"),
                         (again / "config.ini").read_text())
        self.assertEqual(self.evaluate(first, data)["samples"], 150)
        settings = self.scratch / "own.ini"
        settings.write_text(f'# all of it\ndata = "{data}"  \nsteps = 3 # few\n\n; encoder = dense:9\n')
        run = self.train(data, "own", "--config", settings, "--encoder", "dense:2")
        self.assertEqual(len(support.metrics(run)), 3)
        settings.write_text("steps\n")
        done = support.run("train", "--data", data, "--output", run, "--config", settings)
        self.assert_refused(done, USAGE, "steps", "name = value")

    def test_what_must_stay_may_be_named_in_another_way(self):
        self.succeed("train", "--output", "../project/runs/first", "--resume", "--steps", "5",
                     "--validation", "../project/sets/held.h5", "--data",
                     "../project/sets/train.h5", "--progress", "none", directory=self.elsewhere)
        refused = support.run("train", "--output", self.run_directory, "--resume", "--steps", "6",
                              "--validation", "sets/train.h5", directory=self.project)
        self.assertEqual(refused.code, USAGE, refused.err)
        self.assertIn("--validation", refused.complaints[0])

    def test_after_it_has_moved_with_its_data(self):
        moved = self.scratch / "archive"
        self.project.rename(moved)
        self.use("../archive/runs/first", directory=self.elsewhere, steps=7)

    def make_old(self):
        """As runs of earlier versions were: with the paths as they were given."""
        run = self.run_directory
        prefix = f"{self.project}/"
        config = run / "config.ini"
        config.write_text(config.read_text().replace(prefix, ""))
        self.assertIn("data = sets/train.h5\n", config.read_text())
        with support.editable(run / "model.h5") as file:
            for name in ("data", "run"):
                del file["settings"].attrs[name]

    def test_an_old_run_with_relative_paths(self):
        self.make_old()
        for directory, run in ((self.project, "runs/first"),
                               (self.elsewhere, "../project/runs/first")):
            with self.subTest(directory=directory):
                said = self.succeed("report", run, "--overwrite", directory=directory)
                self.assertNotIn("warning", said.err)
        refused = support.run("evaluate", "--model", self.run_directory / "model.h5", ranks=3)
        self.assertEqual(refused.code, USAGE, refused.err)
        self.assertEqual(len(refused.complaints), 1, refused.err)
        self.assertIn("--data is missing", refused.complaints[0])

    def test_data_that_is_gone_is_named(self):
        shutil.rmtree(self.project / "sets")
        said = self.succeed("report", self.run_directory, "--overwrite")
        self.assertIn(f"{self.project}/sets/train.h5", said.err)
        refused = support.run("train", "--output", self.run_directory, "--resume", ranks=3)
        self.assertEqual(refused.code, DATA, refused.err)
        self.assertIn("train.h5", refused.complaints[0])


class Folders(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=numpy.random.default_rng(4).normal(size=(50, 4)))
        self.table = self.scratch / "table.csv"
        self.table.write_text("a,b\n1,2\n3,4\n")
        self.trained = self.train(self.data, "run", "--encoder", "dense:2", "--steps", "1")

    def commands(self):
        model = self.trained / "model.h5"
        return {"generate": ["generate", "random"],
                "import": ["import", "--x", self.table],
                "encode": ["encode", "--model", model, "--data", self.data],
                "encode to npy": ["encode", "--model", model, "--data", self.data, "--format",
                                  "npy"],
                "report": ["report", self.trained],
                "bench": ["bench", "--encoder", "dense:2", "--batch", "8", "--rows", "16"]}

    def refuse(self, code, output, *words):
        for name, command in self.commands().items():
            for ranks in (1, 3):
                with self.subTest(command=name, ranks=ranks):
                    done = support.run(*command, "--output", output, ranks=ranks)
                    self.assertEqual(done.code, code, done.err)
                    self.assertEqual(len(done.complaints), 1, done.err)
                    for word in words:
                        self.assertIn(word, done.complaints[0])
                    self.assertNotIn(".part-", done.complaints[0])
                    self.assertNotIn("HDF5", done.complaints[0])

    def test_a_folder_that_is_missing(self):
        self.refuse(SYSTEM, self.scratch / "missing" / "file", "there is no folder", "missing;")

    def test_a_file_in_the_place_of_a_folder(self):
        self.refuse(SYSTEM, self.table / "file", "is no folder")

    def test_a_folder_that_cannot_be_written(self):
        self.refuse(SYSTEM, "/proc/infomax", "cannot write /proc/infomax")

    def test_a_directory_in_the_place_of_the_file(self):
        self.refuse(USAGE, self.scratch, "is a directory")

    def test_train_into_what_cannot_be_a_run_directory(self):
        for output in ("/proc/infomax/run", self.table / "run"):
            for ranks in (1, 3):
                with self.subTest(output=output, ranks=ranks):
                    done = support.run("train", "--data", self.data, "--encoder", "dense:2", "--output",
                                       output, ranks=ranks)
                    self.assertEqual(done.code, SYSTEM, done.err)
                    self.assertEqual(len(done.complaints), 1, done.err)
                    self.assertIn(str(output), done.complaints[0])
        deep = self.scratch / "a" / "b" / "run"
        self.train(self.data, "a/b/run", "--encoder", "dense:2", "--steps", "1")
        self.assertTrue((deep / "model.h5").exists())

    def test_inputs_in_a_missing_folder(self):
        missing = self.scratch / "missing" / "file"
        model = self.trained / "model.h5"
        for command in (["evaluate", "--model", missing, "--data", self.data],
                        ["evaluate", "--model", model, "--data", missing],
                        ["encode", "--model", missing, "--data", self.data, "--output",
                         self.scratch / "o.h5"],
                        ["probe", "--train", missing, "--test", missing],
                        ["inspect", missing], ["report", missing],
                        ["import", "--x", missing, "--output", self.scratch / "o.h5"]):
            for ranks in (1, 3):
                with self.subTest(command=command, ranks=ranks):
                    done = support.run(*command, ranks=ranks)
                    self.assertEqual(done.code, DATA, done.err)
                    self.assertEqual(len(done.complaints), 1, done.err)
                    self.assertIn(str(missing), done.complaints[0])


if __name__ == "__main__":
    unittest.main()
