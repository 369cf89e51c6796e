# SPDX-License-Identifier: BSD-3-Clause
"""`import --id`: two tables of the same samples, joined by their names."""

import json
import unittest

import h5py
import numpy

import support
from imports import DATA, USAGE, ImportTest, table


class Joins(ImportTest):
    def ids(self, name="out.h5"):
        with h5py.File(self.scratch / name) as file:
            self.assertEqual(h5py.check_string_dtype(file["ids"].dtype).encoding, "utf-8")
            return list(file["ids"].asstr())

    def content(self, path):
        with h5py.File(path) as file:
            names = {key: list(file[key].attrs["columns"]) for key in ("x", "y")
                     if key in file and "columns" in file[key].attrs}
            return file["x"][()], file["y"][()] if "y" in file else None, names

    def test_keeps_the_rows_of_both_in_the_order_of_x(self):
        x_path = self.write("x.csv", "sample,a,b\ns3,3,30\ns1,1,10\ns9,9,90\ns2,2,20\n")
        y_path = self.write("y.csv", "u,sample,v\n1.5,s1,-1\n2.5,s2,-2\n3.5,s3,-3\n4.5,s4,-4\n5.5,s5,-5\n")
        for ranks in (None, 2):
            x, y, names = self.imported("--x", x_path, "--y", y_path, "--id", "sample", ranks=ranks)
            numpy.testing.assert_array_equal(x, [[3, 30], [1, 10], [2, 20]])
            numpy.testing.assert_array_equal(y, [[3.5, -3], [1.5, -1], [2.5, -2]])
            self.assertEqual(names, {"x": ["a", "b"], "y": ["u", "v"]})
            self.assertEqual(self.ids(), ["s3", "s1", "s2"])
        done = self.succeed("import", "--x", x_path, "--y", y_path, "--id", "sample", "--output",
                            self.scratch / "out.h5", "--overwrite")
        self.assertIn(f"both files have 3 rows; 1 of {x_path} and 2 of {y_path} are not in the other",
                      done.err)
        shown = json.loads(self.succeed("inspect", self.scratch / "out.h5", "--json", ranks=None).out)
        self.assertEqual(shown["datasets"]["/ids"], {"rows": 3, "type": "text", "first": ["s3", "s1", "s2"]})
        self.assertEqual(shown["datasets"]["/y"]["columns"], ["u", "v"])

    def test_columns_of_other_names_and_by_number(self):
        x_path = self.write("x.csv", "sample,a\nü 1,1\n\"b, 2\",2\n")
        y_path = self.write("y.csv", "v,patient\n20,\"b, 2\"\n10,ü 1\n")
        for id_columns in ("sample,patient", "1,2", "sample,2"):
            x, y, _ = self.imported("--x", x_path, "--y", y_path, "--id", id_columns)
            numpy.testing.assert_array_equal(x, [[1], [2]])
            numpy.testing.assert_array_equal(y, [10, 20])
            self.assertEqual(self.ids(), ["ü 1", "b, 2"])
        # Row names of R and pandas have no name of their own.
        x_path = self.write("x.csv", "\"\",\"a\"\n\"r1\",1\n\"r2\",2\n")
        y_path = self.write("y.csv", "\"\",\"v\",\"w\"\n\"r2\",2,3\n\"r1\",1,2\n")
        x, y, _ = self.imported("--x", x_path, "--y", y_path, "--id", "1")
        numpy.testing.assert_array_equal(x, [[1], [2]])
        numpy.testing.assert_array_equal(y, [[1, 2], [2, 3]])

    def test_classes_of_another_file(self):
        x_path = self.write("x.csv", "id,a\n1,10\n2,20\n3,30\n")
        y_path = self.write("y.csv", "id,kind\n3,u\n1,v\n")
        x, y, _ = self.imported("--x", x_path, "--y", y_path, "--id", "id")
        numpy.testing.assert_array_equal(x, [[10], [30]])
        self.assertEqual(list(y), [1, 0])
        self.assertEqual(self.ids(), ["1", "3"])

    def test_a_table_alone_keeps_its_ids(self):
        path = self.write("x.csv", "id,a,kind\np,1,u\nq,,v\nr,3,u\n")
        x, y, _ = self.imported("--x", path, "--id", "id", "--label", "kind", "--missing", "drop")
        numpy.testing.assert_array_equal(x, [[1], [3]])
        self.assertEqual((list(y), self.ids()), ([0, 0], ["p", "r"]))

    def test_missing_cells(self):
        x_path = self.write("x.csv", "id,a\np,1\nq,\nr,3\ns,4\n")
        y_path = self.write("y.csv", "id,u,v\ns,1,2\nr,3,\nq,5,6\np,7,8\n")
        x, y, _ = self.imported("--x", x_path, "--y", y_path, "--id", "id", "--missing", "drop")
        numpy.testing.assert_array_equal(x, [[1], [4]])
        numpy.testing.assert_array_equal(y, [[7, 8], [1, 2]])
        self.assertEqual(self.ids(), ["p", "s"])
        x, y, _ = self.imported("--x", x_path, "--y", y_path, "--id", "id", "--missing", "mean")
        numpy.testing.assert_allclose(x, [[1], [8 / 3], [3], [4]])
        numpy.testing.assert_allclose(y, [[7, 8], [5, 6], [3, 16 / 3], [1, 2]])
        lacks = self.write("lacks.csv", "id,u\np,1\n,2\n")
        self.refuse(DATA, "--x", lacks, "--id", "id", words=["column 1 (\"id\")", "1 missing cell", "line 3"])
        self.refuse(DATA, "--x", lacks, "--id", "id", "--missing", "mean", words=["--id", "line 3"])

    def test_many_rows_in_another_order_and_a_split(self):
        random = numpy.random.default_rng(2)
        rows = 5000
        x_ids, y_ids = random.permutation(6000)[:rows], random.permutation(6000)[:rows]
        x_path = self.write("x.csv", table([["id", "a", "b"], *[[f"n{i}", i, -i] for i in x_ids]]))
        y_path = self.write("y.csv.gz", table([["id", "u", "v"], *[[f"n{i}", 2 * i, 3 * i] for i in y_ids]]))
        both = [i for i in x_ids if i in set(y_ids)]
        x, y, _ = self.imported("--x", x_path, "--y", y_path, "--id", "id")
        numpy.testing.assert_array_equal(x[:, 0], both)
        numpy.testing.assert_array_equal(y, numpy.outer(both, [2, 3]))
        self.assertEqual(self.ids(), [f"n{i}" for i in both])

        arguments = ["--x", x_path, "--y", y_path, "--id", "id", "--test-fraction", "0.3"]
        x, y, _ = self.imported(*arguments, "--test-output", self.scratch / "test.h5")
        test_x, test_y, _ = self.content(self.scratch / "test.h5")
        for rows_x, rows_y, ids in ((x, y, self.ids()), (test_x, test_y, self.ids("test.h5"))):
            numpy.testing.assert_array_equal(rows_y, numpy.outer(rows_x[:, 0], [2, 3]))
            self.assertEqual(ids, [f"n{i:.0f}" for i in rows_x[:, 0]])
        self.assertEqual(sorted([*x[:, 0], *test_x[:, 0]]), sorted(both))
        self.assertAlmostEqual(len(test_x), 0.3 * len(both), delta=0.5)

    def test_what_cannot_be_joined(self):
        good = self.write("good.csv", "id,a\np,1\nq,2\n")
        twice = self.write("twice.csv", "id,u\np,1\nq,2\np,3\n")
        for arguments in (["--x", good, "--y", twice], ["--x", twice, "--y", good], ["--x", twice]):
            self.refuse(DATA, *arguments, "--id", "id", words=["twice.csv", "\"p\"", "rows 1 and 3"])
        other = self.write("other.csv", "id,u\nP,1\nQ,2\n")
        self.refuse(DATA, "--x", good, "--y", other, "--id", "id", words=["no --id in common", "\"p\"", "\"P\""])
        self.refuse(DATA, "--x", good, "--y", self.write("n.csv", "name,u\np,1\n"), "--id", "id",
                    words=["n.csv", "--id", "\"id\""])
        self.refuse(USAGE, "--x", good, "--id", "a,b,c", words=["--id"])
        self.refuse(USAGE, "--x", good, "--id", "id", "--drop", "id", words=["--id", "--drop"])
        self.refuse(DATA, "--x", self.write("x.csv", "a\n1\n2\n"), "--y", self.write("y.csv", "b\n1\n"),
                    words=["2 rows", "has 1", "--id"])

    def test_arrays_have_no_ids(self):
        good = self.write("good.csv", "id,a\np,1\nq,2\n")
        array = self.save("x.npy", numpy.eye(2))
        hdf5 = self.write_data("x.h5", x=numpy.eye(2), ids=numpy.array([b"p", b"q"]))
        for x, y in ((array, good), (good, array), (hdf5, good), (good, f"{hdf5}:/x")):
            self.refuse(USAGE, "--x", x, "--y", y, "--id", "id", words=["--id is for tables", "order"])

    def test_trains_by_two_views(self):
        random = numpy.random.default_rng(4)
        shared = random.normal(size=(300, 1))
        values_x, values_y = (shared + 0.1 * random.normal(size=(300, 2)) for _ in range(2))
        order = random.permutation(300)
        x_path = self.write("x.csv", table([["id", "a", "b"], *[[i, *values_x[i]] for i in range(300)]]))
        y_path = self.write("y.csv", table([["id", "u", "v"], *[[i, *values_y[i]] for i in order]]))
        self.imported("--x", x_path, "--y", y_path, "--id", "id")
        run = self.train(self.scratch / "out.h5", "run", "--pair", "views", "--objective", "dcca",
                         "--encoder", "dense:1", "--batch", "0", "--optimizer", "lbfgs", "--steps", "20")
        found = self.evaluate(run / "model.h5", self.scratch / "out.h5")
        self.assertGreater(found["objective"], 0.97)


if __name__ == "__main__":
    unittest.main()
