# SPDX-License-Identifier: BSD-3-Clause
"""`import` of tables as pandas, R and spreadsheets write them: separators, decimal signs, comments and
row names; missing cells; columns of text."""

import unittest

import numpy

import support
from imports import DATA, USAGE, ImportTest, table


class TableTest(ImportTest):
    def lines(self, *arguments):
        """What an import says."""
        return self.succeed("import", "--output", self.scratch / "out.h5", "--overwrite", *arguments,
                            ranks=None).err

    def refuse_after_lines(self, *arguments, words):
        """As refuse(), where lines on what was found precede the complaint."""
        done = support.run("import", "--output", self.scratch / "refused.h5", *arguments, ranks=None)
        self.assert_refused(done, DATA, *words)
        self.assertEqual([path for path in self.scratch.iterdir() if "refused" in path.name], [])


class Formats(TableTest):
    NUMBERS = [[1.5, 2.25], [-3.0, 4.0], [5.125, 6e3]]

    def check(self, text, *options, names=("a", "b")):
        x, y, found = self.imported("--x", self.write("t.csv", text), *options)
        numpy.testing.assert_array_equal(x, self.NUMBERS)
        self.assertIsNone(y)
        self.assertEqual(found, {"x.columns": list(names)} if names else {})

    def test_separators(self):
        rows = [["a", "b"], *self.NUMBERS]
        for sign, name in ((",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe"),
                           (" ", "space"), ("~", "~"), ("\t", "\\t")):
            with self.subTest(name=name):
                if sign not in " ~":
                    self.check(table(rows, sign))
                self.check(table(rows, sign), "--separator", name)
        # The sign that the option names, and not the one that the file would suggest.
        x, _, names = self.imported("--x", self.write("t.csv", "a;b|c\n1|2\n3|4\n"), "--separator", "|")
        numpy.testing.assert_array_equal(x, [[1, 2], [3, 4]])
        self.assertEqual(names["x.columns"], ["a;b", "c"])
        for wrong in ("ab", "1", ".", "", "\""):
            self.refuse(USAGE, "--x", self.scratch / "t.csv", "--separator", wrong,
                        words=["--separator"])

    def test_the_separator_is_found_over_many_lines(self):
        # The first two lines alone would suggest the semicolon.
        text = "a;b,c\nu;v,1\nw,2\n"
        x, _, names = self.imported("--x", self.write("t.csv", text), "--drop", "1")
        numpy.testing.assert_array_equal(x, [[1], [2]])
        # One in quotes does not count.
        text = "name,with comma;a\n\"x, y; z\";1\nu,v;2\nplain;3\n"
        x, _, names = self.imported("--x", self.write("t.csv", text), "--drop", "1")
        numpy.testing.assert_array_equal(x, [[1], [2], [3]])
        # One column has none.
        x, _, _ = self.imported("--x", self.write("t.csv", "a\n1\n2\n"))
        numpy.testing.assert_array_equal(x, [[1], [2]])

    def test_decimal_commas(self):
        text = "a;b\n1,5;2,25\n-3;4\n5,125;6e3\n"
        self.check(text, "--decimal", ",")
        self.check("\ufeff" + text.replace("\n", "\r\n"), "--decimal", ",", "--separator", ";")
        self.check(text.replace(";", "\t"), "--decimal", ",")
        self.check("a,b\n\"1,5\",\"2,25\"\n-3,4\n\"5,125\",6e3\n", "--decimal", ",", "--separator", ",")
        path = self.write("t.csv", text)
        self.refuse(DATA, "--x", path, words=["column 1 (\"a\")", "\"1,5\" at line 2", "--decimal ,"])
        self.refuse(DATA, "--x", path, "--categories", "one-hot", words=["--decimal ,"])
        for number, options in (("1,234", []), ("-12.345", ["--decimal", ","])):
            self.refuse(DATA, "--x", self.write("k.csv", f"a;b\n{number};2\n3;4\n"), *options,
                        words=["--decimal", "separates thousands"])
        points = self.write("p.csv", text.replace(",", "."))
        self.refuse(DATA, "--x", points, "--decimal", ",", words=["\"1.5\" at line 2", "--decimal ."])
        # A single column of them is not torn apart.
        x, _, _ = self.imported("--x", self.write("t.csv", "a\n1,5\n2,5\n"), "--decimal", ",")
        numpy.testing.assert_array_equal(x, [[1.5], [2.5]])
        self.refuse(USAGE, "--x", path, "--decimal", "x", words=["--decimal"])

    def test_comments(self):
        text = ("# made by a machine; with, signs\n"
                "a,b # the names\n"
                "#\n"
                "1.5,2.25\n"
                "  # 7,8,9\n"
                "-3,4#end\n"
                "5.125,6000\n"
                "# last")
        for end in ("\n", "\r\n"):
            self.check(text.replace("\n", end), "--comment", "#")
        x, _, names = self.imported("--x", self.write("t.csv", "a,\"b # c\"\n1,\"2\"# d\n\"3\",4\n"),
                                    "--comment", "#")
        numpy.testing.assert_array_equal(x, [[1, 2], [3, 4]])
        self.assertEqual(names["x.columns"], ["a", "b # c"])
        # Lines are counted with those of comments.
        path = self.write("t.csv", "# one\na,b\n# three\n1,2\n3,4,5\n")
        self.refuse(DATA, "--x", path, "--comment", "#", words=["line 5", "3 fields"])
        path = self.write("t.csv", "# one\na,b\n1,2\n\n3,4\n")
        self.refuse(DATA, "--x", path, "--comment", "#", words=["empty line 4"])
        self.refuse(USAGE, "--x", path, "--comment", "##", words=["--comment"])

    def test_row_names(self):
        shapes = {
            "pandas": ",a,b\n0,1.5,2.25\n1,-3.0,4.0\n2,5.125,6000.0\n",
            "pandas, read and written again": "Unnamed: 0,a,b\n0,1.5,2.25\n1,-3.0,4.0\n2,5.125,6e3\n",
            "R, write.csv": "\"\",\"a\",\"b\"\n\"1\",1.5,2.25\n\"2\",-3,4\n\"3\",5.125,6e+03\n",
            "R, write.csv with names": "\"\",\"a\",\"b\"\n\"Mazda RX4\",1.5,2.25\n\"Datsun, 710\",-3,4\n"
                                       "\"x\ny\",5.125,6e+03\n",
            "R, write.csv2": "\"\";\"a\";\"b\"\n\"1\";1,5;2,25\n\"2\";-3;4\n\"3\";5,125;6e+03\n",
            "R, write.table": "\"a\" \"b\"\n\"1\" 1.5 2.25\n\"2\" -3 4\n\"3\" 5.125 6000\n",
            "R, write.table with tabs": "\"a\"\t\"b\"\n\"r 1\"\t1.5\t2.25\n\"r 2\"\t-3\t4\n"
                                        "\"r 3\"\t5.125\t6000\n"}
        for name, text in shapes.items():
            with self.subTest(name=name):
                options = (["--decimal", ","] if "csv2" in name else
                           ["--separator", "space"] if name == "R, write.table" else [])
                self.check(text, *options)
                said = self.lines("--x", self.scratch / "t.csv", *options)
                self.assertIn("left out as the index of the rows; --index none", said)
        pandas = self.write("t.csv", shapes["pandas"])
        x, _, names = self.imported("--x", pandas, "--index", "none")
        numpy.testing.assert_array_equal(x[:, 0], [0, 1, 2])
        self.assertEqual(names["x.columns"], ["", "a", "b"])
        x, _, names = self.imported("--x", pandas, "--index", "b")
        numpy.testing.assert_array_equal(x, [[0, 1.5], [1, -3], [2, 5.125]])
        self.assertNotIn("--index", self.lines("--x", pandas, "--drop", "1"))
        _, y, _ = self.imported("--x", pandas, "--label", "1")
        numpy.testing.assert_array_equal(y, [0, 1, 2])
        self.refuse(DATA, "--x", pandas, "--index", "c", words=["--index", "\"c\""])
        self.refuse(USAGE, "--x", pandas, "--index", "a", "--label", "a", words=["--index", "--label"])

    def test_row_names_in_both_files(self):
        x_path = self.write("x.csv", ",a\n0,1\n1,2\n")
        y_path = self.write("y.csv", ",kind\n0,u\n1,v\n")
        x, y, names = self.imported("--x", x_path, "--y", y_path, "--header", "yes")
        numpy.testing.assert_array_equal(x, [[1], [2]])
        self.assertEqual((list(y), names["y.classes"]), ([0, 1], ["u", "v"]))

    def test_rows_of_other_lengths(self):
        for text, line, fields in (("a,b,c\n1,2,3\n4,5\n", 3, 2), ("a,b,c\n1,2,3\n4,5,6,7\n", 3, 4),
                                   ("1,2\n3,4\n5,6,\n", 3, 3), ("a,b,c\n1,2\n3,4\n", 2, 2)):
            with self.subTest(text=text):
                self.refuse(DATA, "--x", self.write("t.csv", text), words=[f"line {line}",
                                                                           f"{fields} fields"])
        # The first row decides that the names are those of R, which has none for the names of rows.
        self.refuse_after_lines("--x", self.write("t.csv", "a,b\n1,2,3\n4,5\n"),
                                words=["line 3", "2 fields", "have 3"])

    def test_text_in_latin_1(self):
        path = self.write("t.csv", "größe;farbe\n1;grün\n2;rot\n".encode("latin-1"))
        x, y, names = self.imported("--x", path, "--label", "farbe")
        self.assertEqual((names["x.columns"], names["y.classes"]), (["größe"], ["grün", "rot"]))
        said = self.lines("--x", path, "--label", "2")
        self.assertEqual(said.count("Latin-1"), 1, said)


class Missing(TableTest):
    HEAD = "a,b,c\n"
    WORDS = ("", "NA", "NaN", "nan", "null", "NULL", "?", "N/A", "#N/A", "<NA>", "na")

    def test_are_counted_over_the_whole_file(self):
        rows = [[i, i * 0.5, -i] for i in range(1000)]
        for i, word in enumerate(self.WORDS):
            rows[500 + 10 * i][1] = word
        rows[999][2] = ""
        rows[600][2] = "NA"
        path = self.write("t.csv", table([["a", "b", "c"], *rows]))
        self.refuse(DATA, "--x", path, words=[
            "13 missing cells in 12 of 1000 rows", "column 2 (\"b\") has 11, the first empty at line 502",
            "column 3 (\"c\") has 2, the first \"NA\" at line 602", "--missing drop", "mean or median",
            "--drop leaves columns out"], ranks=2)
        x, _, _ = self.imported("--x", path, "--drop", "b,c")
        self.assertEqual(x.shape, (1000, 1))

    def test_drop_leaves_rows_out(self):
        text = self.HEAD + "1,2,u\nNA,3,v\n4,5,\n6,nan,u\n7,8,v\n"
        path = self.write("t.csv", text)
        x, y, names = self.imported("--x", path, "--label", "c", "--missing", "drop", ranks=2)
        numpy.testing.assert_array_equal(x, [[1, 2], [7, 8]])
        self.assertEqual((list(y), names["y.classes"]), ([0, 1], ["u", "v"]))
        said = self.lines("--x", path, "--label", "c", "--missing", "drop")
        self.assertIn("3 missing cells in 3 of 5 rows, which are left out", said)
        # What is not imported lacks nothing.
        x, _, _ = self.imported("--x", path, "--drop", "a,c", "--missing", "drop")
        numpy.testing.assert_array_equal(x, [[2], [3], [5], [8]])
        x, _, _ = self.imported("--x", path, "--categories", "drop", "--missing", "drop")
        numpy.testing.assert_array_equal(x, [[1, 2], [4, 5], [7, 8]])
        self.refuse(DATA, "--x", self.write("t.csv", "a,b\n1,\nNA,2\n"), "--missing", "drop",
                    words=["in every row", "column 1", "column 2"])

    def test_drop_goes_through_both_files(self):
        x_path = self.write("x.csv", "a,b\n1,2\n,3\n4,5\n6,7\n")
        y_path = self.write("y.csv", "u,v\n10,20\n30,40\n50,\n70,80\n")
        x, y, _ = self.imported("--x", x_path, "--y", y_path, "--missing", "drop")
        numpy.testing.assert_array_equal(x, [[1, 2], [6, 7]])
        numpy.testing.assert_array_equal(y, [[10, 20], [70, 80]])
        array = self.save("x.npy", numpy.arange(8.0).reshape(4, 2))
        x, y, _ = self.imported("--x", array, "--y", y_path, "--missing", "drop")
        numpy.testing.assert_array_equal(x, [[0, 1], [2, 3], [6, 7]])
        numpy.testing.assert_array_equal(y, [[10, 20], [30, 40], [70, 80]])
        y_path = self.write("y.csv", "u,v\n,20\n30,40\n50,\nNA,80\n")
        self.refuse_after_lines("--x", x_path, "--y", y_path, "--missing", "drop",
                                words=["every row lacks a cell", "x.csv", "y.csv"])

    def with_gaps(self, rows=997, columns=4):
        random = numpy.random.default_rng(12)
        values = random.normal(size=(rows, columns)) * [1, 100, 1e-6, 3] + [0, 50, 1, 1e6]
        values[random.random(size=values.shape) < 0.2] = numpy.nan
        values[0] = [1, 2, 3, 4]
        return values

    def test_mean_and_median_are_those_of_numpy(self):
        values = self.with_gaps()
        path = self.write("t.csv", table([list("abcd"), *[["" if numpy.isnan(v) else repr(float(v))
                                                           for v in row] for row in values]]))
        for how, statistic in (("mean", numpy.nanmean), ("median", numpy.nanmedian)):
            for element, kind, tolerance in (("f64", numpy.float64, 1e-13), ("f32", numpy.float32, 2e-7)):
                with self.subTest(how=how, element=element):
                    x, _, names = self.imported("--x", path, "--missing", how, "--element", element)
                    fills = statistic(values, axis=0)
                    expected = numpy.where(numpy.isnan(values), fills, values).astype(kind)
                    self.assertEqual(x.dtype, kind)
                    self.assertTrue(numpy.isfinite(x).all())
                    numpy.testing.assert_allclose(x, expected, rtol=tolerance)
                    numpy.testing.assert_allclose(names["x.fill_values"], fills, rtol=1e-13)
                    said = self.lines("--x", path, "--missing", how)
                    self.assertIn(f"filled by the {how} of their columns", said)

    def test_medians_of_odd_and_even_counts(self):
        path = self.write("t.csv", "a,b\n1,7\n9,\n,3\n4,5\n5,1\n")
        x, _, names = self.imported("--x", path, "--missing", "median")
        numpy.testing.assert_array_equal(x, [[1, 7], [9, 4], [4.5, 3], [4, 5], [5, 1]])

    def test_what_cannot_be_filled(self):
        path = self.write("t.csv", self.HEAD + "1,2,u\n3,,v\n4,5,\n")
        for how in ("mean", "median"):
            self.refuse(DATA, "--x", path, "--label", "c", "--missing", how,
                        words=["column 3 (\"c\")", "--label", "1 cell", "line 4", "--missing drop"])
            self.refuse(DATA, "--x", self.write("e.csv", "a,b\n1,\n2,NA\n"), "--missing", how,
                        words=["column 2 (\"b\")", "all cells", "--drop"])

    def test_several_labels_are_never_filled(self):
        path = self.write("t.csv", "a,b,c\n1,,3\n,5,6\n7,8,9\n")
        for how in ("mean", "median"):
            self.refuse(DATA, "--x", path, "--label", "b,c", "--missing", how,
                        words=["column 2 (\"b\")", "a --label", "1 cell", "line 2", "--missing drop"])
        _, y, _ = self.imported("--x", path, "--label", "b,c", "--missing", "drop")
        self.assertEqual(y.tolist(), [[8, 9]])
        x, y, names = self.imported("--x", self.write("f.csv", "a,b,c\n1,4,3\n,5,6\n7,8,9\n"),
                                    "--label", "b,c", "--missing", "mean")
        self.assertEqual((x.tolist(), y.tolist()), ([[1], [4], [7]], [[4, 3], [5, 6], [8, 9]]))
        self.assertEqual(list(names["x.fill_values"]), [4])
        self.assertNotIn("y.fill_values", names)

    def test_words(self):
        path = self.write("t.csv", "a,b\n1,-999\n2,none\n-9.99e2,4\nNA,5\n6,7\n")
        words = ["--missing-words=none,-999,na", "--missing", "drop"]
        x, _, _ = self.imported("--x", path, *words)
        numpy.testing.assert_array_equal(x, [[6, 7]])
        # Without NA in the list it is text; empty cells and NaN are missing always.
        self.refuse(DATA, "--x", path, "--missing-words=none", "--missing", "drop",
                    words=["\"NA\" at line 5", "--missing-words"])
        x, _, _ = self.imported("--x", self.write("t.csv", "a,b\n1,\n2,NaN\n3,4\n"),
                                "--missing-words=none", "--missing", "drop")
        numpy.testing.assert_array_equal(x, [[3, 4]])
        infinite = self.write("t.csv", "a,b\n1,2\ninf,3\n")
        for how in ("drop", "mean"):
            self.refuse(DATA, "--x", infinite, "--missing", how, words=["column 1", "line 3", "not finite"])
        x, _, _ = self.imported("--x", infinite, "--missing", "drop", "--missing-words=inf")
        numpy.testing.assert_array_equal(x, [[1, 2]])

    def test_like_fills_with_the_values_of_the_training_file(self):
        train = self.scratch / "train.h5"
        self.succeed("import", "--x", self.write("a.csv", "a,b,k\n1,10,u\n3,20,v\n,30,u\n"), "--missing",
                     "mean", "--categories", "one-hot", "--output", train, ranks=None)
        test = self.write("b.csv", "a,b,k\n100,,v\n,200,\n")
        arguments = ["--x", test, "--like", train, "--categories", "one-hot", "--missing", "mean"]
        x, _, names = self.imported(*arguments)
        self.assertEqual(names["x.columns"], ["a", "b", "k=u", "k=v"])
        numpy.testing.assert_allclose(x, [[100, 20, 0, 1], [2, 200, 2 / 3, 1 / 3]], rtol=1e-15)
        self.assertIn("as those of --like", self.lines(*arguments))

    def test_with_a_split(self):
        values = self.with_gaps(200)
        rows = [["" if numpy.isnan(v) else repr(float(v)) for v in row] for row in values]
        path = self.write("t.csv", table([list("abcd"), *rows]))
        test = self.scratch / "test.h5"
        x, _, _ = self.imported("--x", path, "--missing", "drop", "--test-fraction", "0.25",
                                "--test-output", test)
        whole = values[~numpy.isnan(values).any(axis=1)]
        y, _, _ = self.content(test)
        self.assertAlmostEqual(len(y), len(whole) / 4, delta=0.5)
        both = {tuple(row) for row in whole}
        self.assertEqual({tuple(row) for row in x} | {tuple(row) for row in y}, both)
        self.assertEqual(len(x) + len(y), len(whole))

    def test_arrays_have_no_such_options(self):
        array = self.save("x.npy", numpy.eye(3))
        for option in (["--missing", "drop"], ["--categories", "drop"], ["--separator", ";"],
                       ["--decimal", ","], ["--comment", "#"], ["--index", "none"],
                       ["--missing-words", "x"], ["--id", "1"]):
            self.refuse(USAGE, "--x", array, *option, words=[option[0], "tables"])


class Categories(TableTest):
    TEXT = ("colour,n,flag,when\n"
            "red,1,True,2024-05-31\n"
            "blue,2,False,2024-06-01\n"
            "red,3,True,2024-05-31\n"
            "\"dark, green\",4,False,2024-05-31\n")
    NAMES = ["colour=blue", "colour=dark, green", "colour=red", "n", "flag=False", "flag=True",
             "when=2024-05-31", "when=2024-06-01"]
    ROWS = [[0, 0, 1, 1, 0, 1, 1, 0], [1, 0, 0, 2, 1, 0, 0, 1], [0, 0, 1, 3, 0, 1, 1, 0],
            [0, 1, 0, 4, 1, 0, 1, 0]]

    def test_are_refused_and_named(self):
        self.refuse(DATA, "--x", self.write("t.csv", self.TEXT), ranks=2, words=[
            "3 columns", "column 1 (\"colour\") holds text, such as \"red\" at line 2",
            "column 3 (\"flag\") holds true or false, such as \"True\"",
            "column 4 (\"when\") holds dates, such as \"2024-05-31\"", "--categories one-hot", "drop"])

    def test_one_hot_keeps_the_names(self):
        path = self.write("t.csv", self.TEXT)
        for ranks in (None, 2):
            x, _, names = self.imported("--x", path, "--categories", "one-hot", ranks=ranks)
            numpy.testing.assert_array_equal(x, self.ROWS)
            self.assertEqual(names["x.columns"], self.NAMES)
        said = self.lines("--x", path, "--categories", "one-hot")
        for words in ("becomes 3 columns, colour=blue to colour=red", "the dates in column 4 (\"when\")"):
            self.assertIn(words, said)
        x, _, names = self.imported("--x", path, "--categories", "one-hot", "--element", "f32", "--drop",
                                    "4")
        self.assertEqual((x.dtype, names["x.columns"]), (numpy.float32, self.NAMES[:6]))
        numpy.testing.assert_array_equal(x, numpy.array(self.ROWS)[:, :6])
        shown = self.succeed("inspect", self.scratch / "out.h5", ranks=None).out
        self.assertIn("colour=dark, green", shown)

    def test_without_a_header(self):
        path = self.write("t.csv", "red,1\nblue,2\n")
        x, _, names = self.imported("--x", path, "--categories", "one-hot", "--header", "no")
        numpy.testing.assert_array_equal(x, [[0, 1, 1], [1, 0, 2]])
        self.assertEqual(names["x.columns"], ["1=blue", "1=red", "2"])

    def test_drop_leaves_them_out(self):
        path = self.write("t.csv", self.TEXT)
        x, _, names = self.imported("--x", path, "--categories", "drop")
        numpy.testing.assert_array_equal(x, [[1], [2], [3], [4]])
        self.assertEqual(names["x.columns"], ["n"])
        said = self.lines("--x", path, "--categories", "drop")
        for column in ("column 1 (\"colour\")", "column 3 (\"flag\")", "column 4 (\"when\")"):
            self.assertIn(column, said)
        self.refuse(DATA, "--x", path, "--drop", "n", "--categories", "drop", words=["no column of numbers"])

    def test_of_a_second_view_and_several_labels(self):
        x_path = self.write("x.csv", "a\n1\n2\n3\n4\n")
        x, y, names = self.imported("--x", x_path, "--y", self.write("t.csv", self.TEXT), "--categories",
                                    "one-hot")
        numpy.testing.assert_array_equal(y, self.ROWS)
        self.assertEqual((names["x.columns"], names["y.columns"]), (["a"], self.NAMES))
        x, y, names = self.imported("--x", self.scratch / "t.csv", "--label", "n,colour", "--categories",
                                    "one-hot")
        numpy.testing.assert_array_equal(y, [[1, 0, 0, 1], [2, 1, 0, 0], [3, 0, 0, 1], [4, 0, 1, 0]])
        self.assertEqual(names["y.columns"], ["n", *self.NAMES[:3]])
        self.assertEqual(names["x.columns"], self.NAMES[4:])

    def test_missing_ones(self):
        path = self.write("t.csv", "k,n\nu,1\nv,2\nu,3\n,4\nu,5\n")
        self.refuse(DATA, "--x", path, "--categories", "one-hot", words=["1 missing cell in 1 of 5 rows"])
        x, _, _ = self.imported("--x", path, "--categories", "one-hot", "--missing", "mean")
        numpy.testing.assert_array_equal(x[3], [0.75, 0.25, 4])
        x, _, _ = self.imported("--x", path, "--categories", "one-hot", "--missing", "median")
        numpy.testing.assert_array_equal(x[3], [1, 0, 4])
        x, _, _ = self.imported("--x", path, "--categories", "one-hot", "--missing", "drop")
        numpy.testing.assert_array_equal(x, [[1, 0, 1], [0, 1, 2], [1, 0, 3], [1, 0, 5]])

    def test_a_column_that_is_numeric_until_row_100000(self):
        rows = "".join(f"{i % 7},{i}\n" for i in range(100_000))
        path = self.write("t.csv", "a,b\n" + rows + "x1,5\n")
        where = "column 1 (\"a\") holds a text, \"x1\" at line 100002, and 100000 numbers"
        self.refuse(DATA, "--x", path, words=[where, "--missing-words"])
        x, _, _ = self.imported("--x", path, "--missing-words=x1", "--missing", "drop")
        self.assertEqual(x.shape, (100_000, 2))
        x, _, names = self.imported("--x", path, "--categories", "one-hot")
        self.assertEqual(names["x.columns"], [*[f"a={i}" for i in range(7)], "a=x1", "b"])
        numpy.testing.assert_array_equal(x[:, :8].sum(axis=1), numpy.ones(100_001))
        numpy.testing.assert_array_equal(x[:, :7].argmax(axis=1)[:-1], numpy.arange(100_000) % 7)
        self.assertEqual(list(x[-1]), [0] * 7 + [1, 5])
        # As many texts as rows are no categories.
        late = self.write("t.csv", "a,b\n" + "".join(f"{i},1\n" for i in range(100_000)) + "x1,5\n")
        self.refuse(DATA, "--x", late, "--categories", "one-hot", words=["column 1", "4096"])
        self.assertIn(where, self.lines("--x", late, "--categories", "drop"))

    def test_like_another_file(self):
        train = self.scratch / "train.h5"
        self.succeed("import", "--x", self.write("a.csv", self.TEXT), "--categories", "one-hot", "--output",
                     train, "--drop", "when", ranks=None)
        as_it = ["--like", train, "--categories", "one-hot", "--drop", "when"]
        head = "colour,n,flag,when\n"
        x, _, names = self.imported("--x", self.write("b.csv", head + "blue,5,True,x\n"), *as_it)
        numpy.testing.assert_array_equal(x, [[1, 0, 0, 5, 0, 1]])
        self.assertEqual(names["x.columns"], self.NAMES[:6])
        self.refuse(DATA, "--x", self.write("b.csv", head + "blue,5,True,x\npink,6,True,x\n"), *as_it,
                    words=["line 3", "\"pink\"", "3 categories", "--like"])


if __name__ == "__main__":
    unittest.main()
