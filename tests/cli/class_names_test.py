# SPDX-License-Identifier: BSD-3-Clause
"""Attributes that name columns and classes: what encode, inspect and probe make of them."""

import json
import unittest

import h5py
import numpy

import support

DATA = 3
KINDS = ["setosa", "versicolor, \"v\"", "virgínica"]
COLUMNS = [f"gene {j}" for j in range(5000)]  # above 64 KiB of attribute


class ClassNames(support.ProgramTest):
    def data(self, name, kinds=None, columns=None, seed=1):
        random = numpy.random.default_rng(seed)
        labels = random.integers(0, 3, size=90)
        path = self.scratch / name
        with h5py.File(path, "w", libver="v108") as file:
            file["x"] = labels[:, None] * 3 + random.normal(size=(90, 4))
            file["y"] = labels
            if kinds:
                file["y"].attrs["classes"] = kinds
            if columns:
                file["y"].attrs["columns"] = columns
        return path

    def probe(self, train, test, *arguments, ranks=2):
        return support.run("probe", "--train", train, "--test", test, *arguments, ranks=ranks)

    def test_probe_says_them(self):
        train, test = self.data("train.h5", KINDS), self.data("test.h5", KINDS, seed=2)
        found = json.loads(self.probe(train, test, "--json").out)
        self.assertEqual(found["classes"], 3)
        self.assertEqual(found["class_names"], KINDS)
        self.assertEqual([row["name"] for row in found["per_class"]], KINDS)
        lines = self.probe(train, test).out.splitlines()
        figures = [line for line in lines if KINDS[1] in line]
        self.assertEqual(len(figures), 2, lines)
        # Of its figures and of its row of the confusion matrix; both tables in line.
        self.assertRegex(figures[0], r"\A    1  versicolor, \"v\" +\d\.\d{4}")
        header = next(line for line in lines if line.startswith("class"))
        self.assertEqual({len(line) for line in lines[lines.index(header):][:4]}, {len(header)})

    def test_probe_without_names_is_as_it_was(self):
        found = self.probe(self.data("train.h5"), self.data("test.h5", KINDS, seed=2))
        self.assertIn("\nclass  precision  recall      f1  support\n    0  ", found.out)
        json_of = json.loads(self.probe(self.data("train.h5"), self.data("test.h5"), "--json").out)
        self.assertNotIn("class_names", json_of)
        self.assertNotIn("name", json_of["per_class"][0])

    def test_probe_refuses_other_names(self):
        train = self.data("train.h5", KINDS)
        for other in ([KINDS[0], KINDS[2]], [KINDS[0], KINDS[2], KINDS[1]]):
            done = self.probe(train, self.data("test.h5", other), ranks=3)
            self.assertEqual(done.code, DATA)
            self.assertEqual(len(done.complaints), 1, done.err)
            for word in ("train.h5", "test.h5", "class 1", KINDS[1], KINDS[2], "--like"):
                self.assertIn(word, done.complaints[0])

    def test_encode_takes_them_along_and_inspect_shows_them(self):
        data = self.data("data.h5", KINDS, COLUMNS)
        run = self.train(data, "run", "--encoder", "dense:2", "--steps", "1")
        codes = self.scratch / "codes.h5"
        self.succeed("encode", "--model", run / "model.h5", "--data", data, "--output", codes,
                     ranks=3)
        with h5py.File(codes) as file:
            self.assertEqual(list(file["y"].attrs["classes"]), KINDS)
            self.assertEqual(list(file["y"].attrs["columns"]), COLUMNS)
        said = json.loads(self.succeed("inspect", codes, "--json").out)["datasets"]["/y"]
        self.assertEqual((said["classes"], said["columns"]), (KINDS, COLUMNS))
        text = self.succeed("inspect", codes).out
        self.assertIn("setosa", text)
        self.assertRegex(text, r"gene 11\"\] and 4988 more")

    def test_attributes_of_other_content_do_not_matter(self):
        train = self.data("train.h5")
        with h5py.File(train, "a") as file:
            file["y"].attrs["classes"] = 3
        self.assertEqual(self.probe(train, train).code, 0)


if __name__ == "__main__":
    unittest.main()
