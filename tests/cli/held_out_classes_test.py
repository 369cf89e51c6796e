# SPDX-License-Identifier: BSD-3-Clause
"""Class labels where a share of the rows is held out: classes are those of all rows of the data set,
and messages name rows by their number in the file."""

import unittest

import numpy

import support

DATA = 3
ROWS, BLOCKS, SHARE = 30, 6, 0.2  # one row of every block is held out


class HeldOutClasses(support.ProgramTest):
    def held_out_rows(self):
        """Asks the program: of different powers of two, the mean of the kept rows tells which they are."""
        data = self.write_data("powers.h5", x=2.0 ** numpy.arange(ROWS).reshape(ROWS, 1))
        run = self.train(data, "powers", "--encoder", "dense:1", "--normalize", "center", "--blocks",
                         BLOCKS, "--validation", SHARE, "--steps", "0")
        with support.h5py.File(run / "model.h5") as file:
            mean = file["networks/b/preprocess/shift"][0]
        kept = round(mean * (ROWS - BLOCKS))
        rows = [row for row in range(ROWS) if not kept >> row & 1]
        self.assertEqual([row // (ROWS // BLOCKS) for row in rows], list(range(BLOCKS)))
        return rows

    def write_labelled(self, name, labels):
        x = numpy.random.default_rng(7).normal(size=(ROWS, 4))
        return self.write_data(name, x=x, y=labels)

    def train_on(self, data, name, *arguments, ranks):
        return support.run("train", "--data", data, "--output", self.scratch / name, "--encoder", "dense:3",
                           "--pair", "target", "--blocks", BLOCKS, "--validation", SHARE, "--batch", "8",
                           "--epochs", "2", "--precision", "double", *arguments, ranks=ranks)

    def test_a_class_may_occur_among_held_out_rows_only(self):
        held_out = self.held_out_rows()
        labels = numpy.arange(ROWS, dtype=numpy.int32) % 2
        labels[held_out[4]] = 2
        data = self.write_labelled("rare.h5", labels)
        objectives = []
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                done = self.train_on(data, f"run{ranks}", "--optimizer", "sgd", ranks=ranks)
                self.assertEqual(done.code, 0, done.err)
                lines = support.metrics(self.scratch / f"run{ranks}", "validation")
                self.assertEqual([line["samples"] for line in lines], [BLOCKS] * 2)
                with support.h5py.File(self.scratch / f"run{ranks}" / "model.h5") as file:
                    self.assertEqual(int(file["settings"].attrs["classes"]), 3)
                objectives.append([line["objective"] for line in lines])
        self.assert_close(objectives[1], objectives[0], 1e-10)

    def test_a_wrong_label_is_named_by_its_row_in_the_file(self):
        held_out = self.held_out_rows()
        for wrong in (held_out[3], next(row for row in range(25, ROWS) if row not in held_out)):
            labels = numpy.arange(ROWS, dtype=numpy.int32) % 3
            labels[wrong] = -1
            data = self.write_labelled("wrong.h5", labels)
            for ranks in (1, 3):
                with self.subTest(row=wrong, ranks=ranks):
                    done = self.train_on(data, "refused", "--overwrite", ranks=ranks)
                    self.assert_refused(done, DATA, f"negative label at row {wrong};")


if __name__ == "__main__":
    unittest.main()
