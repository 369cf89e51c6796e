#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What README.md shows of the package runs as it stands."""

import os
import pathlib
import unittest

import infomax
import numpy
import package


class Readme(package.PackageTest):
    def test_shows_what_runs(self):
        text = (pathlib.Path(os.environ["INFOMAX_SOURCE"]) / "README.md").read_text()
        block = text[text.index("    import infomax\n"):].split("\n\nKeywords")[0]
        rows = package.rows()
        infomax.train(x=rows, output=self.scratch / "runs" / "first", **package.SETTINGS)
        self.write("test.h5", x=rows)
        here = os.getcwd()
        os.chdir(self.scratch)
        self.addCleanup(os.chdir, here)
        names = {"rows": rows, "labels": (rows[:, 0] > 0).astype(numpy.int64)}
        exec("\n".join(line[4:] for line in block.splitlines()), names)  # pylint: disable=exec-used
        self.assertEqual(names["codes"].shape, (400, 16))


if __name__ == "__main__":
    unittest.main()
