#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""infomax.Model: encodes, evaluates and probes as the program does, and comes back from files and pickles."""

import copy
import json
import pickle
import unittest

import h5py
import infomax
import numpy
import package


class Model(package.PackageTest):
    def setUp(self):
        super().setUp()
        self.x = package.rows()
        self.y = (self.x[:, 0] > 0).astype(numpy.uint8)
        self.data = self.write("x.h5", x=self.x, y=self.y)
        self.run_ = self.scratch / "run"
        self.model = infomax.train(x=self.data, output=self.run_, **package.SETTINGS)

    def test_encodes_as_the_program_does(self):
        for keywords in ({}, {"layer": 0}, {"micro_batch": 7}):
            self.run_program("encode", "--model", self.run_, "--data", self.data, "--output", "codes.h5",
                             "--overwrite", *package.options(keywords))
            with h5py.File(self.scratch / "codes.h5") as file:
                expected = file["x"][()]
            for rows in (self.x, self.data):
                self.assertEqual(self.model.encode(rows, **keywords).tobytes(), expected.tobytes())
        self.assertEqual(self.model.encode(self.x).dtype, numpy.float32)

    def test_evaluates_as_the_program_does(self):
        expected = json.loads(self.run_program("evaluate", "--model", self.run_, "--data", self.data, "--json"))
        self.assertEqual(self.model.evaluate(self.x), expected)
        self.assertEqual(self.model.evaluate(self.data), expected)
        with self.assertRaisesRegex(infomax.UsageError, "`fit` is for objectives of canonical"):
            self.model.evaluate(self.x, fit=self.x)

    def test_evaluates_under_a_fit_as_the_program_does(self):
        views = self.write("views.h5", x=self.x, y=self.x[:, :3] ** 2)
        other = package.rows(seed=1)
        test = self.write("test.h5", x=other, y=other[:, :3] ** 2)
        run = self.scratch / "views"
        model = infomax.train(x=views, output=run, pair="views", objective="dcca", encoder="dense:8,tanh,dense:2",
                              epochs=5)
        expected = json.loads(self.run_program("evaluate", "--model", run, "--data", test, "--fit", views, "--json"))
        found = model.evaluate(other, other[:, :3] ** 2, fit=(self.x, self.x[:, :3] ** 2))
        self.assertEqual(found, expected)
        self.assertEqual(model.encode(other[:, :3] ** 2, network="b").shape, (400, 2))
        chance = {"permutations": 19, "bootstrap": 20, "confidence": 0.9}
        expected = json.loads(self.run_program("evaluate", "--model", run, "--data", test, "--json",
                                               *package.options(chance)))
        found = model.evaluate(other, other[:, :3] ** 2, **chance)
        self.assertEqual(found, expected)
        self.assertEqual((len(found["p_values"]), len(found["canonical_correlations_intervals"])), (2, 2))
        with self.assertRaisesRegex(infomax.UnknownOption, "did you mean .?permutations"):
            model.evaluate(other, other[:, :3] ** 2, permutation=9)
        second = other[:, :3] ** 2
        for fit in ({"x": self.x, "z": self.x, "y": second}, {"y": second}, (self.x, second, second)):
            with self.assertRaisesRegex(infomax.UsageError, "`fit` "):
                model.evaluate(other, second, fit=fit)

    def test_probes_as_the_program_does(self):
        test = self.write("test.h5", x=self.x[:100], y=self.y[:100])
        expected = json.loads(self.run_program("probe", "--model", self.run_, "--train", self.data, "--test", test,
                                               "--json"))
        for arguments in ((self.data, None, test), (self.x, self.y, self.x[:100], self.y[:100])):
            found = self.model.probe(*arguments)
            self.assertEqual({**found, "seconds": 0}, {**expected, "seconds": 0})
        folds = infomax.probe(self.x, self.x[:, 1] * 2, folds=3, groups=numpy.arange(400) // 4)
        self.assertGreater(folds["r2"], 0.99)
        with self.assertRaisesRegex(infomax.UsageError, "test rows"):
            self.model.probe(self.x, self.y)
        with self.assertRaisesRegex(infomax.UsageError, "group for each"):
            self.model.probe(self.x, self.y, folds=2, groups=[1, 2])

    def test_comes_back_from_files_and_pickles(self):
        codes = self.model.encode(self.x).tobytes()
        self.model.save(self.scratch / "saved.h5")
        checkpoint = max((self.run_ / "checkpoints").iterdir())
        for other in (infomax.Model.load(self.run_), infomax.Model.load(self.run_ / "model.h5"),
                      infomax.Model.load(checkpoint), infomax.Model.load(self.scratch / "saved.h5"),
                      pickle.loads(pickle.dumps(self.model)), copy.deepcopy(self.model)):
            self.assertEqual(other.encode(self.x).tobytes(), codes)
        self.assertEqual(len(infomax.Model.load(self.run_).metrics), 20)
        self.assertIsNone(infomax.Model.load(self.scratch / "saved.h5").metrics)
        self.assertIn("dense:12,tanh,dense:3", repr(self.model))
        with self.assertRaises(infomax.DataError):
            infomax.Model.load(self.data)
        told = json.loads(self.run_program("evaluate", "--model", "saved.h5", "--data", self.data, "--json"))
        self.assertEqual(told, self.model.evaluate(self.x))

    def test_tells_what_is_wrong_with_rows(self):
        with self.assertRaisesRegex(infomax.DataError, "5"):
            self.model.encode(self.x[:, :5])
        with self.assertRaisesRegex(infomax.UsageError, "read from"):
            self.model.evaluate(self.data, self.y)
        with self.assertRaisesRegex(infomax.UsageError, "network"):
            self.model.encode(self.x, network="a")

    def test_views_of_an_array_are_its_columns(self):
        model = infomax.train(x=self.x, pair="multi", views="/x[0:2],/x[2:6]", objective="maxvar",
                              encoder="dense:2", steps=2)
        self.assertEqual(len(model.evaluate(self.x)["eigenvalues"]), 2)
        outputs = model.encode(self.x)
        numpy.testing.assert_array_equal(model.encode(self.x[:, 2:6], network="/x[2:6]"), outputs[:, 2:])


if __name__ == "__main__":
    unittest.main()
