# SPDX-License-Identifier: BSD-3-Clause
"""Whatever is wrong with what a user passes: every rank ends, with one line that says what, where
and what to do, and the exit code that scripts rely on."""

import os
import unittest

import h5py
import numpy

import support

USAGE, DATA, NUMERIC, SYSTEM = 2, 3, 4, 5


class BadInput(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(1)
        self.good = self.write_data("good.h5", x=random.normal(size=(200, 5)),
                                    y=random.normal(size=(200, 4)))

    def refuse(self, code, *words, data=None, encoder="dense:3", output=None, arguments=(), ranks=3):
        """With ranks=None by the program alone, which is sooner done: for more of what has been refused
        by several ranks before."""
        done = support.run("train", "--data", data or self.good, "--encoder", encoder, "--output",
                           output or self.scratch / "run", *arguments, ranks=ranks)
        self.assert_refused(done, code, *words)
        return done

    # files

    def test_no_file(self):
        self.refuse(DATA, "absent.h5", data=self.scratch / "absent.h5")

    def test_not_hdf5(self):
        path = self.scratch / "text.h5"
        path.write_text("this is not a data set\n" * 100)
        self.refuse(DATA, "text.h5", data=path)

    def test_truncated_file(self):
        path = self.write_data("whole.h5", x=numpy.ones((1000, 50)))
        os.truncate(path, path.stat().st_size // 2)
        self.refuse(DATA, "whole.h5", data=path)

    def test_directory_as_file(self):
        self.refuse(DATA, data=self.scratch)

    def test_no_such_data_set_lists_what_there_is(self):
        self.refuse(DATA, "/z", "x", "y", arguments=["--x", "/z"])

    # what is in them

    def test_strings(self):
        path = self.scratch / "strings.h5"
        with h5py.File(path, "w") as file:
            file["x"] = [b"one", b"two"]
        self.refuse(DATA, "/x", data=path)

    def test_scalar(self):
        self.refuse(DATA, "/x", data=self.write_data("scalar.h5", x=3.0))

    def test_no_rows(self):
        self.refuse(DATA, "/x", data=self.write_data("empty.h5", x=numpy.zeros((0, 5))))

    def test_one_row(self):
        self.refuse(DATA, "one row", data=self.write_data("one.h5", x=numpy.zeros((1, 5))))

    def test_not_a_number_is_named_by_row_and_column(self):
        x = numpy.random.default_rng(2).normal(size=(100, 5))
        x[17, 3] = numpy.nan
        x[60, 0] = numpy.inf
        self.refuse(DATA, "nan", "row 17", "column 3", data=self.write_data("nan.h5", x=x))

    def test_infinity_in_float32(self):
        x = numpy.zeros((100, 5), dtype=numpy.float32)
        x[99, 4] = -numpy.inf
        self.refuse(DATA, "inf", "row 99", "column 4", data=self.write_data("inf.h5", x=x))

    def test_unequal_lengths(self):
        path = self.write_data("unequal.h5", x=numpy.zeros((100, 5)), y=numpy.zeros((99, 2)))
        self.refuse(DATA, "100", "99", data=path, arguments=["--pair", "target"])

    def test_negative_label(self):
        path = self.write_data("labels.h5", x=numpy.zeros((100, 5)),
                               y=numpy.array([0] * 42 + [-1] + [1] * 57))
        self.refuse(DATA, "negative label", "row 42", data=path, arguments=["--pair", "target"])

    # the command line

    def test_unknown_option(self):
        self.refuse(USAGE, "--bacth", arguments=["--bacth", "10"])

    def test_abbreviated_option(self):
        self.refuse(USAGE, "--epoch", arguments=["--epoch", "10"])

    def test_unknown_command(self):
        done = support.run("trian", ranks=3)
        self.assertEqual(done.code, USAGE)
        self.assertEqual(len(done.complaints), 1, done.err)

    def test_no_command(self):
        self.assertEqual(support.run(ranks=3).code, USAGE)

    def test_missing_options(self):
        ranks = 3
        for missing in ("--data", "--encoder", "--output"):
            given = {"--data": self.good, "--encoder": "dense:3", "--output": self.scratch / "run"}
            del given[missing]
            words = [word for pair in given.items() for word in pair]
            done = support.run("train", *words, ranks=ranks)
            ranks = None
            self.assert_refused(done, USAGE, missing)

    def test_negative_batch(self):
        self.refuse(USAGE, "--batch", "-5", arguments=["--batch=-5"])

    def test_batch_above_the_rows(self):
        self.refuse(USAGE, "--batch", "201", "200", arguments=["--batch", "201"])

    def test_bad_numbers(self):
        ranks = 3
        for arguments in (["--learning-rate", "fast"], ["--learning-rate", "0"],
                          ["--learning-rate", "nan"], ["--batch", "1e3"], ["--epochs=-1"],
                          ["--micro-batch=-1"], ["--bins", "3"], ["--blocks", "0"],
                          ["--histogram-range", "sigma:0"], ["--histogram-range", "fixed:2,1"],
                          ["--clip-norm=-1"], ["--weight-decay=-1"], ["--momentum", "1"],
                          ["--ridge=-1"], ["--threads=-1"], ["--warmup", "fast"]):
            with self.subTest(arguments=arguments):
                self.refuse(USAGE, arguments[0].split("=")[0], arguments=arguments, ranks=ranks)
            ranks = None

    def test_contradictions(self):
        ranks = 3
        for arguments, words in (
                (["--pair", "views", "--share", "--encoder-b", "dense:2"], ["--encoder-b", "--share"]),
                (["--pair", "views", "--split-columns", "2", "--split-image", "left,right"],
                 ["--split-columns", "--split-image"]),
                (["--share"], ["--share", "views"]),
                (["--pair", "lag", "--lag", "199"], ["--lag 199", "one pair"]),
                (["--pair", "lag", "--lag", "200"], ["--lag is 200", "good.h5"]),
                (["--weight-decay", "inf"], ["--weight-decay is inf"]),
                (["--lambda", "nan"], ["--lambda is nan"])):
            with self.subTest(arguments=arguments):
                self.refuse(USAGE, *words, arguments=arguments, ranks=ranks)
            ranks = None

    def test_bad_choices(self):
        ranks = 3
        for option in ("--objective", "--rho", "--pair", "--optimizer", "--schedule", "--normalize",
                       "--precision", "--progress", "--target"):
            with self.subTest(option=option):
                self.refuse(USAGE, option, "no-such", arguments=[option, "no-such"], ranks=ranks)
            ranks = None

    def test_bad_encoder(self):
        self.refuse(USAGE, "tahn", "character 9", encoder="dense:3,tahn")

    def test_pearson_of_unequal_widths(self):
        self.refuse(USAGE, "pearson", "5", "3", arguments=["--rho", "pearson"])

    def test_mse_of_unequal_widths(self):
        self.refuse(USAGE, "mse", "5", "3", arguments=["--objective", "mse"])

    def test_config_file_that_is_not_there(self):
        self.refuse(USAGE, "absent.ini", arguments=["--config", self.scratch / "absent.ini"])

    def test_unknown_name_in_config_file(self):
        path = self.scratch / "bad.ini"
        path.write_text("bacth = 10\n")
        self.refuse(USAGE, "bacth", arguments=["--config", path])

    # numbers

    def test_divergence(self):
        self.refuse(NUMERIC, "step", "--learning-rate", encoder="dense:5",
                    arguments=["--objective", "mse", "--optimizer", "sgd", "--learning-rate", "1e30",
                               "--batch", "0", "--epochs", "20"])

    # the output directory

    def test_output_that_cannot_be_written(self):
        self.refuse(SYSTEM, "/proc/infomax", output="/proc/infomax")

    def test_output_that_is_a_file(self):
        path = self.scratch / "file"
        path.write_text("")
        self.refuse(USAGE, "file", output=path)

    def test_output_that_exists(self):
        directory = self.train(self.good, "run", "--encoder", "dense:3", "--steps", "1")
        before = (directory / "model.h5").read_bytes()
        self.refuse(USAGE, "--overwrite", output=directory)
        self.assertEqual((directory / "model.h5").read_bytes(), before)
        (directory / "notes.txt").write_text("mine")
        self.train(self.good, "run", "--encoder", "dense:4", "--steps", "1", "--overwrite")
        self.assertNotEqual((directory / "model.h5").read_bytes(), before)
        self.assertEqual((directory / "notes.txt").read_text(), "mine")

    # what sounds wrong and is not

    def test_more_ranks_than_blocks_works(self):
        directory = self.train(self.good, "run", "--encoder", "dense:3", "--steps", "2", "--blocks",
                               "2", ranks=4)
        self.assertTrue((directory / "model.h5").exists())

    def test_more_ranks_than_rows_works(self):
        path = self.write_data("few.h5", x=numpy.arange(6.0).reshape(3, 2) ** 2)
        directory = self.train(path, "run", "--encoder", "dense:1", "--steps", "2", "--batch", "0",
                               ranks=4)
        self.assertTrue((directory / "model.h5").exists())

    # other commands

    def test_evaluate_refuses_what_is_no_model_and_data_of_another_width(self):
        done = support.run("evaluate", "--model", self.good, "--data", self.good, ranks=3)
        self.assertEqual(done.code, DATA, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)
        directory = self.train(self.good, "run", "--encoder", "dense:3", "--steps", "1")
        wide = self.write_data("wide.h5", x=numpy.zeros((10, 6)))
        done = support.run("evaluate", "--model", directory / "model.h5", "--data", wide, ranks=3)
        self.assertEqual(done.code, DATA, done.err)
        self.assertIn("6", done.complaints[0])

    def test_import_refuses_what_is_not_idx(self):
        path = self.scratch / "text"
        path.write_text("neither")
        done = support.run("import", "--x", path, "--output", self.scratch / "out.h5")
        self.assertEqual(done.code, DATA, done.err)
        self.assertFalse((self.scratch / "out.h5").exists())

    def test_generate_refuses_unknown_kinds_and_correlations(self):
        for arguments in (["chaos"], ["gaussian-views", "--correlations", "0.5,1.5"],
                          ["gaussian-views", "--correlations", "0.5,,0.2"],
                          ["gaussian-views", "--x-columns", "1"],
                          ["nonlinear-views", "--y-columns", "2"],
                          ["metastable", "--wells", "1"], ["metastable", "--barrier", "50"],
                          ["metastable", "--rows", "5"], ["random", "--correlations", "0.5"],
                          ["random", "--wells", "3"], ["metastable", "--x-columns", "1"],
                          ["metastable", "--timescale", "nan"]):
            with self.subTest(arguments=arguments):
                done = support.run("generate", *arguments, "--output", self.scratch / "out.h5",
                                   ranks=None)
                self.assertEqual(done.code, USAGE, done.err)
                self.assertEqual(len(done.complaints), 1, done.err)


if __name__ == "__main__":
    unittest.main()
