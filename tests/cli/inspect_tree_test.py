# SPDX-License-Identifier: BSD-3-Clause
"""Files of HDF5 with groups: what `inspect` shows of them, and what is said where a data set is missing."""

import json
import unittest

import h5py
import numpy

import support
from imports import DATA, ImportTest


class Trees(ImportTest):
    def setUp(self):
        super().setUp()
        self.path = self.scratch / "tree.h5"
        with h5py.File(self.path, "w") as file:
            file["data/images"] = numpy.zeros((500, 8, 8), "f4")
            file["data/labels"] = numpy.zeros(500, "i8")
            file["data/names"] = [b"one", b"two"]
            file["records"] = numpy.zeros(3, [("a", "f8")])
            file.create_group("empty/inner")
            file["again"] = file["data"]  # a cycle
            file["data/up"] = file["/"]
            file["soft"] = h5py.SoftLink("/data/images")
            file["gone"] = h5py.SoftLink("/nothing")

    def test_inspect_shows_groups_as_a_tree(self):
        said = json.loads(self.succeed("inspect", self.path, "--json").out)
        found = {name: what.get("shape") for name, what in said["datasets"].items()}
        place = "/again" if "/again/images" in found else "/data"
        self.assertEqual(found, {f"{place}/images": [500, 8, 8], f"{place}/labels": [500],
                                 f"{place}/names": None, "/records": None, "/soft": [500, 8, 8],
                                 "/gone": None})
        self.assertEqual(said["datasets"]["/soft"]["link"], "/data/images")
        lines = self.succeed("inspect", self.path).out.splitlines()
        for line in (["images", "500", "x", "8", "x", "8", "f32,", "64", "features"],
                     ["labels", "500", "i64"], ["names", "2", "strings"],
                     ["/records", "3", "compound", "records"], ["/empty", "group"],
                     ["inner", "group"], ["/gone", "link", "to", "/nothing"]):
            self.assertIn(line, [line.split() for line in lines])
        indented = next(line for line in lines if "images" in line and "500 x" in line)
        self.assertTrue(indented.startswith("  images"), indented)

    def test_the_length_is_bounded(self):
        path = self.scratch / "many.h5"
        with h5py.File(path, "w") as file:
            for k in range(12_000):
                file.create_group(f"g{k:05}")
        done = self.succeed("inspect", path)
        self.assertLess(len(done.out.splitlines()), 220)
        self.assertIn("and at least 9800 more", done.out)
        self.assertFalse(json.loads(self.succeed("inspect", path, "--json").out)["complete"])

    def test_the_depth_is_bounded(self):
        path = self.scratch / "deep.h5"
        with h5py.File(path, "w") as file:
            group = file
            for _ in range(9_000):
                group = group.create_group("g")
            group["x"] = numpy.zeros((3, 2))
        done = self.succeed("inspect", path)
        self.assertLess(len(done.out), 2 ** 16)
        self.assertIn("and more, in groups that lie deeper", done.out)
        self.assertFalse(json.loads(self.succeed("inspect", path, "--json").out)["complete"])
        self.refuse(DATA, "--x", path, words=["none among its first groups"])

    def test_errors_list_what_there_is_and_guess(self):
        done = support.run("train", "--data", self.path, "--encoder", "dense:2", "--output",
                           self.scratch / "run", ranks=2)
        place = "/again/images" if "/again/images 500" in done.err else "/data/images"
        self.assert_refused(done, DATA, f"{place} 500 x 8 x 8 f32", f"did you mean --x {place}?")
        self.refuse(DATA, "--x", self.path, words=[f"did you mean {self.path}:{place}?"])
        self.refuse(DATA, "--x", f"{self.path}:/data/image",
                    words=["/data/image in", f"did you mean {place}?"])
        self.refuse(DATA, "--x", f"{self.path}:/data", words=["a group", "such as /data"])


class Statistics(ImportTest):
    def test_each_data_set_is_read_once_by_all_ranks(self):
        random = numpy.random.default_rng(4)
        x = random.normal(1e6, 3.0, size=(101, 2, 3))
        x[:, 0, 1] = 7.5
        x[20, 1, 2], x[21, 1, 2], x[100, 1, 0] = numpy.nan, numpy.inf, -numpy.inf
        labels = numpy.arange(101) % 4 - 1
        path = self.scratch / "data.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=x, chunks=(10, 2, 2), compression="gzip", shuffle=True)
            file["y"] = labels
            file["none"] = numpy.zeros((0, 3))
            file["names"] = [b"a", b"b"]
        whole = json.loads(self.succeed("inspect", path, "--statistics", "--json").out)
        for ranks in (2, 3, 4):
            shared = json.loads(self.succeed("inspect", path, "--statistics", "--json", ranks=ranks).out)
            for name in ("/x", "/y", "/none"):
                a, b = (said["datasets"][name]["statistics"] for said in (whole, shared))
                for key in ("finite", "min", "max", "constant_columns", "columns_not_finite", "histogram"):
                    self.assertEqual(a.get(key), b.get(key), (name, key))
                for key in ("mean", "deviation"):
                    if key in a:
                        self.assertAlmostEqual(a[key], b[key], delta=1e-12 * abs(a[key]))
        found = whole["datasets"]["/x"]["statistics"]
        self.assertEqual(whole["datasets"]["/x"]["chunks"], [10, 2, 2])
        self.assertEqual(found["constant_columns"], [1])
        self.assertEqual(found["columns_not_finite"], [3, 5])
        self.assertEqual((found["nan"], found["infinite"], found["finite"]), (1, 2, 603))
        flat = x.reshape(101, 6)
        for j, column in enumerate(found["columns"]):
            values = flat[:, j][numpy.isfinite(flat[:, j])]
            for key, value in (("min", values.min()), ("max", values.max()), ("mean", values.mean()),
                               ("deviation", values.std())):
                self.assertAlmostEqual(column[key], value, delta=1e-9 * (1 + abs(value)), msg=(j, key))
        values = x[numpy.isfinite(x)]
        self.assertAlmostEqual(found["deviation"], values.std(), delta=1e-9 * values.std())
        histogram = found["histogram"]
        edges = histogram["start"] + histogram["width"] * numpy.arange(len(histogram["counts"]) + 1)
        self.assertEqual(numpy.histogram(values, edges)[0].tolist(), histogram["counts"])
        self.assertEqual(whole["datasets"]["/y"]["statistics"]["histogram"]["counts"][0], 26)

        lines = self.succeed("inspect", path, "--statistics").out
        for words in ("10 x 2 x 2, shuffle", "deflate", "constant       columns, 1: 1",
                      "1 nan and 2 infinite, in columns, 2: 3, 5", "-1 to 2, mean 0.485"):
            self.assertIn(words, lines)

    def test_only_rows_of_data_have_them(self):
        data = self.scratch / "data.h5"
        with h5py.File(data, "w") as file:
            file["x"] = numpy.random.default_rng(1).normal(size=(50, 3))
        run = self.train(data, "run", "--encoder", "dense:2", "--epochs", "1")
        done = support.run("inspect", run, "--statistics", ranks=2)
        self.assert_refused(done, 2, "--statistics", "is a model")


if __name__ == "__main__":
    unittest.main()
