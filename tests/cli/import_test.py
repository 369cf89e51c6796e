# SPDX-License-Identifier: BSD-3-Clause
"""`import` of tables, against Python's csv, and from a table to a probe's answer."""

import csv
import json
import os
import pathlib
import subprocess
import unittest

import numpy

import support
from imports import DATA, USAGE, ImportTest, table


class Tables(ImportTest):
    ROWS = [["id", "a", "b \"q\"", "c, d", "kind"],
            ["one", "0.1", "1e-300", "-3", "setosa"],
            ["two", "+1.5", "2", "7", "vir, \"g\""],
            ["three", "123456789.123456789", "-0.25", "1", "setosa"]]
    NUMBERS = numpy.array([[0.1, 1e-300, -3], [1.5, 2, 7], [123456789.123456789, -0.25, 1]])

    def check(self, path, ranks=None):
        x, y, names = self.imported("--x", path, "--label", "kind", "--drop", "id", ranks=ranks)
        self.assertEqual(x.dtype, numpy.float64)
        numpy.testing.assert_array_equal(x, self.NUMBERS)
        numpy.testing.assert_array_equal(y, [0, 1, 0])
        self.assertEqual(y.dtype, numpy.int64)
        self.assertEqual(names, {"x.columns": ["a", "b \"q\"", "c, d"], "y.columns": ["kind"],
                                 "y.classes": ["setosa", "vir, \"g\""]})

    def test_delimiters_quotes_line_ends_and_compression(self):
        for delimiter in ",;\t|":
            for end in ("\n", "\r\n"):
                for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
                    with self.subTest(delimiter=delimiter, end=end, quoting=quoting):
                        text = table(self.ROWS, delimiter, lineterminator=end, quoting=quoting)
                        self.check(self.write("t.csv", text))
        text = table(self.ROWS)
        self.check(self.write("t.csv.gz", text), ranks=2)
        self.check(self.write("t.csv", "\ufeff" + text + "\r\n"), ranks=3)
        self.check(self.write("t.csv", text.rstrip()))

    def test_headers(self):
        numbers = "1,2\n3,4\n5,6\n"
        x, y, names = self.imported("--x", self.write("t.csv", numbers))
        numpy.testing.assert_array_equal(x, [[1, 2], [3, 4], [5, 6]])
        self.assertIsNone(y)
        self.assertEqual(names, {})
        x, _, names = self.imported("--x", self.write("t.csv", numbers), "--header", "yes")
        self.assertEqual((x.shape, names), ((2, 2), {"x.columns": ["1", "2"]}))
        # Without a header, columns go by number; a text label alone does not tell.
        iris = self.write("iris.data", "5.1,3.5,setosa\n6.2,2.9,virginica\n")
        self.refuse(DATA, "--x", iris, "--label", "3", words=["--header yes", "--header no"])
        x, y, names = self.imported("--x", iris, "--label", "3", "--header", "no")
        numpy.testing.assert_array_equal(x, [[5.1, 3.5], [6.2, 2.9]])
        self.assertEqual((list(y), names), ([0, 1], {"y.classes": ["setosa", "virginica"]}))
        # What pandas writes above columns that have no names.
        self.refuse(DATA, "--x", self.write("t.csv", "0,1\n0.5,0.25\n"), words=["--header"])

    def test_a_first_row_with_a_gap_is_no_header(self):
        rows = "4.9,3.0,1.4,0.2,setosa\n6.2,2.9,4.3,1.3,versicolor\n"
        for first in ("5.1,,1.4,0.2,setosa", ",3.5,1.4,0.2,setosa", "5.1,NA,1.4,0.2,setosa",
                      "5.1,?,1.4,0.2,setosa", "5.1,-,1.4,0.2,setosa", ",,,,setosa",
                      "?,NA,n/a,null,setosa", "5.1,low,1.4,0.2,setosa"):
            with self.subTest(first=first):
                path = self.write("t.csv", f"{first}\n{rows}")
                self.refuse(DATA, "--x", path, "--label", "5", words=["--header yes", "--header no"])
        # Names and nothing else above numbers are a header, whatever the second line lacks.
        x, _, names = self.imported("--x", self.write("t.csv", "a,b,k\n,2,u\n3,4,v\n"), "--label",
                                    "k", "--drop", "a")
        numpy.testing.assert_array_equal(x, [[2], [4]])
        self.assertEqual(names["x.columns"], ["b"])
        x, _, names = self.imported("--x", self.write("t.csv", "a,2001\n1,2\n"), "--header", "yes")
        self.assertEqual((x.shape, names), ((1, 2), {"x.columns": ["a", "2001"]}))

    def test_a_first_column_without_a_name_is_an_index(self):
        path = self.write("t.csv", ",a\n0,1.5\n1,2.5\n")
        done = self.succeed("import", "--x", path, "--output", self.scratch / "out.h5", ranks=2)
        self.assertEqual(done.err.count("--index none"), 1, done.err)
        x, _, names = self.content(self.scratch / "out.h5")
        numpy.testing.assert_array_equal(x, [[1.5], [2.5]])
        self.assertEqual(names, {"x.columns": ["a"]})

    def test_labels(self):
        path = self.write("t.csv", "a,k,r,s\n1,3,0.5,9\n2,-1,7,1e3\n3,7,1,-2\n")
        x, y, names = self.imported("--x", path, "--label", "k", "--drop", "3,s")
        numpy.testing.assert_array_equal(x, [[1], [2], [3]])
        self.assertEqual((list(y), y.dtype, y.shape), ([3, -1, 7], numpy.int64, (3,)))
        self.assertNotIn("y.classes", names)
        _, y, _ = self.imported("--x", path, "--label", "3")
        self.assertEqual((list(y), y.dtype), ([0.5, 7, 1], numpy.float64))
        x, y, names = self.imported("--x", path, "--label", "s,r", "--element", "f32")
        self.assertEqual((x.dtype, y.dtype), (numpy.float32, numpy.float32))
        numpy.testing.assert_array_equal(y, [[9, 0.5], [1000, 7], [-2, 1]])
        self.assertEqual(names["y.columns"], ["s", "r"])
        self.assertEqual(names["x.columns"], ["a", "k"])

    def test_labels_in_a_file_of_their_own(self):
        x_path = self.write("x.csv", "1,2\n3,4\n5,6\n")
        y_path = self.write("y.csv", "kind\ncat\nant\ncat\n")
        array = self.save("x.npy", numpy.arange(6.0).reshape(3, 2))
        _, y, names = self.imported("--x", array, "--y", y_path, "--header", "yes")
        self.assertEqual((list(y), names["y.classes"]), ([1, 0, 1], ["ant", "cat"]))
        values = self.write("v.csv", "u,v\n1,2\n3,4.5\n5,6\n")
        x, y, _ = self.imported("--x", x_path, "--y", values)
        numpy.testing.assert_array_equal(x, [[1, 2], [3, 4], [5, 6]])
        numpy.testing.assert_array_equal(y, [[1, 2], [3, 4.5], [5, 6]])

    def test_numbers_are_the_nearest_doubles(self):
        values = numpy.random.default_rng(3).normal(size=(300, 4)) * 10.0 ** numpy.arange(-150, 250,
                                                                                          100)
        path = self.write("t.csv", "\n".join(",".join(map(repr, map(float, row)))
                                             for row in values))
        for locale in ("C", "de_DE.UTF-8"):
            output = self.scratch / f"{locale}.h5"
            self.succeed("import", "--x", path, "--output", output, ranks=None,
                         environment={"LC_ALL": locale})
            numpy.testing.assert_array_equal(self.content(output)[0], values)

    def test_tables_larger_than_a_slab_and_names_of_many_columns(self):
        columns = 9000
        x = numpy.random.default_rng(5).integers(-9, 9, size=(150, columns))
        self.assertGreater(x.size * 8, 8 * 2 ** 20)
        names = [f"gene {j}" for j in range(columns)]
        found, _, attributes = self.imported("--x", self.write("t.csv.gz", table([names, *x])))
        numpy.testing.assert_array_equal(found, x)
        self.assertEqual(attributes["x.columns"], names)

    def test_like_another_file(self):
        train = self.write("train.csv", "a,b,kind\n1,2,x\n3,4,z\n5,6,y\n")
        test = "a,b,kind\n1,2,z\n3,4,y\n"
        like = self.scratch / "train.h5"
        self.succeed("import", "--x", train, "--label", "kind", "--output", like, ranks=None)
        as_it = ["--label", "kind", "--like", like]
        _, y, names = self.imported("--x", self.write("test.csv", test), *as_it)
        self.assertEqual((list(y), names["y.classes"]), ([2, 1], ["x", "y", "z"]))
        for text, words in ((test + "1,2,w\n", ["line 4", "\"w\"", "not one of the 3 classes"]),
                            (test.replace("a,b", "a,c"), ["column 2", "\"c\"", "\"b\""]),
                            ("a,b,c,kind\n1,2,3,x\n", ["rows of 3", "of 2"])):
            self.refuse(DATA, "--x", self.write("other.csv", text), *as_it, words=words)

    def test_like_a_file_with_other_names_of_classes(self):
        x = self.save("x.npy", numpy.eye(3))
        paths = {}
        for name, kinds in (("names", "xyz"), ("others", "xyw"), ("numbers", "012")):
            y = self.write(f"{name}.csv", "kind\n" + "\n".join(kinds))
            paths[name] = self.scratch / f"{name}.h5"
            self.succeed("import", "--x", x, "--y", y, "--header", "yes", "--output", paths[name],
                         ranks=None)
        for here, like, words in (("names", "numbers", "names.h5 has names of classes, and --like"),
                                  ("numbers", "names", "numbers.h5 has none"),
                                  ("names", "others", "names.h5 has other names of classes than")):
            self.refuse(DATA, "--x", paths[here], "--y", paths[here], "--like", paths[like],
                        words=[words, str(paths[like])])

    def test_wrong_tables(self):
        x = "a,b,kind\n1,2,k\n"
        for text, words in (
                ("", ["empty"]), ("a,b\n", ["--header"]),
                (x + "3,4\n", ["line 3", "2 fields", "3"]),
                (x + "3,4,k,5\n", ["line 3", "4 fields"]),
                (x + "3,,k\n", ["line 3", "column 2 (\"b\")", "empty", "--drop", "--missing"]),
                (x + "3,4,\n", ["line 3", "column 3 (\"kind\")", "empty"]),
                (x + "3,nan,k\n", ["line 3", "column 2", "nan", "--missing"]),
                (x + "-inf,1,k\n", ["line 3", "column 1", "not finite"]),
                (x + "3,1e999,k\n", ["line 3", "1e999"]),
                (x + "3,\"a\nb\",k\n", ["line 3", "\"a?b\"", "not only numbers", "--drop", "--label"]),
                (x + "3,4,5\n", ["line 3", "numbers, or all text", "line 2"]),
                (x + "\n3,4,k\n", ["empty line 3"]),
                (x + "3,4\"5,k\n", ["line 3", "quote"]),
                (x + "3,4,\"k\n", ["line 3", "never closed"]),
                ("a;b;kind\n1,5;2;k\n", ["line 2", "1,5", "point"])):
            with self.subTest(text=text):
                self.refuse(DATA, "--x", self.write("bad.csv", text), "--label", "kind",
                            words=["bad.csv", *words])
        good = self.write("good.csv", x)
        self.refuse(DATA, "--x", good, "--drop", "kind,9", words=["\"9\"", "1 to 3"])
        self.refuse(DATA, "--x", good, "--label", "a,1", words=["twice"])
        self.refuse(DATA, "--x", good, "--drop", "a,b,kind", words=["no columns left"])
        double = self.write("t.csv", "a,a\n1,2\n")
        self.refuse(DATA, "--x", double, "--drop", "a", words=["several"])
        self.refuse(DATA, "--x", good, words=["column 3", "\"k\""], ranks=2)
        big = self.write("big.csv", "1,1e39\n2,3\n")
        self.refuse(DATA, "--x", big, "--element", "f32", words=["line 1", "--element f64"])
        cut = self.write("cut.csv.gz", table(numpy.random.default_rng(1).normal(size=(999, 9))))
        os.truncate(cut, cut.stat().st_size // 2)
        self.refuse(DATA, "--x", cut, words=["truncated"])


class Options(ImportTest):
    def test_misuse(self):
        path = self.write("t.csv", "a,b\n1,2\n3,4\n")
        array = self.save("x.npy", numpy.eye(3))
        for arguments in (["--x", path, "--y", path, "--label", "a"],
                          ["--x", array, "--label", "1"],
                          ["--x", array, "--drop", "1"], ["--x", array, "--element", "f32"],
                          ["--x", array, "--header", "no"], ["--x", path, "--element", "f16"],
                          ["--x", path, "--header", "maybe"], ["--x", path, "--label", "a,"],
                          ["--x", path, "--label", "a", "--drop", "1"], ["--x", f"{array}:/x"],
                          ["--x", path, "--test-fraction", "0.5"], ["--x", path, "--seed", "3"],
                          ["--x", path, "--test-output", self.scratch / "refused-test.h5"],
                          ["--x", path, "--test-fraction", "0.5", "--test-output",
                           self.scratch / "refused.h5"], []):
            with self.subTest(arguments=arguments):
                self.refuse(USAGE, *arguments)
        for fraction in ("0", "1", "-1", "nan"):
            self.refuse(USAGE, "--x", path, f"--test-fraction={fraction}", "--test-output",
                        self.scratch / "refused-test.h5", words=["between 0 and 1"])
        self.refuse(USAGE, "--x", path, "--test-fraction", "0.5", "--test-output", path, ranks=2,
                    words=["t.csv"])
        one = self.write("one.csv", "1,2\n")
        self.refuse(DATA, "--x", one, "--test-fraction", "0.5", "--test-output",
                    self.scratch / "refused-test.h5", words=["single row"])


class FromATableToAnAnswer(ImportTest):
    """The four commands of the README and of `import --help`."""

    KINDS = ["setosa", "versicolor", "virginica"]

    def table(self):
        random = numpy.random.default_rng(8)
        kinds = random.integers(0, 3, size=600)
        centres = random.normal(size=(3, 5)) * 2
        x = centres[kinds] + random.normal(size=(600, 5))
        rows = [[f"flower {i}", *x[i], self.KINDS[kinds[i]]] for i in range(600)]
        return self.write("flowers.csv", table([["id", *"abcde", "species"], *rows]))

    def test_import_train_probe(self):
        train, test, run = (self.scratch / name for name in ("train.h5", "test.h5", "run"))
        said = self.succeed("import", "--x", self.table(), "--label", "species", "--drop", "id",
                            "--output", train, "--test-fraction", "0.25", "--test-output", test,
                            ranks=2).err
        for word in ("600 x 5 f64", "3 classes: setosa, versicolor, virginica", "450", "150"):
            self.assertIn(word, said)
        self.train(train, "run", "--normalize", "standardize", "--encoder", "dense:16,tanh,dense:4",
                   "--pair", "target", "--rho", "cca", "--batch", "0", "--epochs", "60", ranks=2)
        arguments = ["probe", "--model", run / "model.h5", "--train", train, "--test", test]
        found = json.loads(self.succeed(*arguments, "--json", ranks=2).out)
        self.assertGreater(found["accuracy"], 0.9)
        self.assertEqual(found["classes"], 3)
        self.assertEqual(found["class_names"], self.KINDS)
        self.assertEqual([row["name"] for row in found["per_class"]], self.KINDS)
        self.assertRegex(self.succeed(*arguments).out, r"\n    1  versicolor +0\.\d{4}")

    def test_the_commands_in_the_help(self):
        text = self.succeed("import", "--help").out
        start = text.index("  infomax import --x flowers.csv")
        commands = text[start:text.index("\n\n", start)].replace("\\\n", " ").splitlines()
        self.assertEqual([command.split()[1] for command in commands], ["import", "train", "probe"])
        self.table()
        (self.scratch / "infomax").symlink_to(pathlib.Path(support.PROGRAM).resolve())
        path = f"{self.scratch}:{os.environ['PATH']}"
        for command in commands:
            done = subprocess.run(command, shell=True, cwd=self.scratch, timeout=60, check=False,
                                  capture_output=True, text=True, env={**os.environ, "PATH": path})
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(float(done.stdout.split("accuracy")[1].split()[0]), 0.9)


if __name__ == "__main__":
    unittest.main()
