#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The tutorial runs from its first cell to its last, and shows what it says."""

import os
import pathlib
import re
import unittest

import package

SOURCE = pathlib.Path(os.environ["INFOMAX_SOURCE"])


class Tutorial(package.PackageTest):
    def test_runs(self):
        for name in ("sklearn", "ipykernel"):
            package.need(name)
        execute = package.need("nbconvert.preprocessors").ExecutePreprocessor
        nbformat = package.need("nbformat")
        # Nothing is left in the home of whoever runs the test, and the kernel is a process alone.
        os.environ.update({name: str(self.scratch) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR",
                                                                 "MPLCONFIGDIR", "OMPI_MCA_orte_tmpdir_base")})
        os.environ.update({"MPLBACKEND": "agg", **package.ALONE})
        notebook = nbformat.read(SOURCE / "src" / "python" / "tutorial.ipynb", as_version=4)
        self.assertTrue(all(not cell.get("outputs") for cell in notebook.cells), "outputs are not kept")
        execute(timeout=120, kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(self.scratch)}})
        said = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))
        codes, pixels = re.search(r"from codes: (\S+), from pixels: (\S+)", said).groups()
        self.assertGreater(float(codes), float(pixels))
        self.assertIn("'encoder__encoder': 'dense:64,tanh,dense:9'", said)
        self.assertGreater(float(re.search(r"accuracy (\S+) on the test images", said).group(1)), 0.95)


if __name__ == "__main__":
    unittest.main()
