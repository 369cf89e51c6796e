# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of `import` share: making its inputs, and looking at its outputs or its refusals."""

import csv
import gzip
import io

import h5py
import numpy

import support

USAGE, DATA = 2, 3


def table(rows, delimiter=",", **options):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, **options).writerows(rows)
    return text.getvalue()


class ImportTest(support.ProgramTest):
    def write(self, name, content):
        path = self.scratch / name
        content = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    def save(self, name, array, **options):
        bytes_ = io.BytesIO()
        numpy.lib.format.write_array(bytes_, array, **options)
        return self.write(name, bytes_.getvalue())

    def imported(self, *arguments, ranks=None):
        """x, y and the names of what an import makes."""
        output = self.scratch / "out.h5"
        self.succeed("import", "--output", output, "--overwrite", *arguments, ranks=ranks)
        return self.content(output)

    def content(self, path):
        with h5py.File(path) as file:
            names = {f"{key}.{name}": list(value) for key in file
                     for name, value in file[key].attrs.items()}
            return file["x"][()], file["y"][()] if "y" in file else None, names

    def refuse(self, code, *arguments, words=(), ranks=None, lines=1):
        """`lines` counts what is said before the refusal too."""
        output = self.scratch / "refused.h5"
        done = support.run("import", "--output", output, *arguments, ranks=ranks)
        self.assert_refused(done, code, *words)
        self.assertEqual(len(done.err.splitlines()), lines, done.err)
        left = [path.name for path in self.scratch.iterdir() if "refused" in path.name]
        self.assertEqual(left, [])
