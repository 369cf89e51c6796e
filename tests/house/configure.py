#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Configuring says in one line what is missing: no MPI, a serial HDF5, a BLAS that is not OpenBLAS.

The wrong libraries are stubs made here, with pkg-config files that lead to them.
usage: configure.py (environment: INFOMAX_SOURCE, INFOMAX_CMAKE, INFOMAX_CXX)
"""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["INFOMAX_SOURCE"])
CXX = os.environ["INFOMAX_CXX"]


class Configure(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def stub(self, module, header, declarations):
        """A library of that name in a place of its own; its header declares what the library has."""
        (self.folder / header).write_text(f'extern "C" {{\n{declarations}\n}}\n')
        source = self.folder / f"{module}.cpp"
        source.write_text('extern "C" int stub() { return 0; }\n')
        subprocess.run([CXX, "-shared", "-fPIC", source, "-o", self.folder / f"lib{module}.so"],
                       check=True)
        (self.folder / f"{module}.pc").write_text(
            f"Name: {module}\nDescription: stub\nVersion: 1.0\n"
            f"Cflags: -I{self.folder}\nLibs: -L{self.folder} -l{module}\n")

    def configure(self, *definitions, **environment):
        path = f"{self.folder}:{os.environ.get('PKG_CONFIG_PATH', '')}"
        return subprocess.run(
            [os.environ["INFOMAX_CMAKE"], "-S", SOURCE, "-B", self.folder / "build",
             f"-DCMAKE_CXX_COMPILER={CXX}", "-DINFOMAX_TESTS=OFF", *definitions],
            capture_output=True, text=True, check=False,
            env={**os.environ, "PKG_CONFIG_PATH": path, **environment})

    def failure(self, *definitions, **environment):
        """The text of the one error that configuring with these definitions ends in."""
        result = self.configure(*definitions, **environment)
        self.assertNotEqual(result.returncode, 0, result.stdout)
        errors = re.findall(r"CMake Error at [^\n]*\n(.*?)\n(?:Call Stack|\n\S)",
                            result.stderr, flags=re.DOTALL)
        self.assertEqual(len(errors), 1, result.stderr)
        return " ".join(errors[0].split())

    def test_no_mpi(self):
        # Every way in which CMake looks for one is closed: wrappers, guesses and pkg-config.
        text = self.failure("-DMPI_SKIP_COMPILER_WRAPPER=ON", "-DMPI_SKIP_GUESSING=ON",
                            PKG_CONFIG_LIBDIR=self.folder, PKG_CONFIG_PATH=self.folder)

        self.assertTrue(text.startswith("MPI is missing. Install "), text)
        self.assertIn("launch/setup.sh", text)

    def test_serial_hdf5(self):
        self.stub("hdf5-stub", "hdf5.h", "typedef long hid_t;")

        text = self.failure("-DINFOMAX_HDF5_MODULE=hdf5-stub")

        self.assertTrue(text.startswith("HDF5 is not a parallel build (pkg-config hdf5-stub). "
                                        "Install "), text)
        self.assertIn("libhdf5-openmpi-dev", text)

    def test_no_hdf5(self):
        text = self.failure("-DINFOMAX_HDF5_MODULE=hdf5-nowhere")

        self.assertTrue(text.startswith("HDF5 is missing. Install "), text)

    def test_other_blas(self):
        self.stub("blas-stub", "cblas.h", "double cblas_ddot(int, double*, int, double*, int);")

        text = self.failure("-DINFOMAX_BLAS_MODULE=blas-stub")

        self.assertTrue(text.startswith("BLAS is not OpenBLAS with its LAPACK (pkg-config "
                                        "blas-stub). Install OpenBLAS "), text)
        self.assertIn("libopenblas-dev", text)

    def test_other_packages(self):
        for package in ("Boost", "ZLIB", "fmt", "nlohmann_json", "spdlog"):
            with self.subTest(package):
                text = self.failure(f"-DCMAKE_DISABLE_FIND_PACKAGE_{package}=ON")

                self.assertRegex(text, r"^\S+ is missing\. Install it \(Debian: [^ ]+-dev, ")

    def test_no_png_is_no_failure(self):
        result = self.configure("-DCMAKE_DISABLE_FIND_PACKAGE_PNG=ON")

        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("infomax is built without libpng, which launch/setup.sh installs",
                      result.stdout)

    def test_no_csv(self):
        text = self.failure("-DINFOMAX_CSV_LIBRARY=")

        self.assertTrue(text.startswith("libcsv is missing. Install it (Debian: libcsv-dev, "),
                        text)

    def test_no_minizip(self):
        text = self.failure("-DINFOMAX_MINIZIP_LIBRARY=")

        self.assertTrue(text.startswith("minizip is missing. Install it (Debian: libminizip-dev, "),
                        text)

    def test_no_chart_js(self):
        other = self.folder / "chart.min.js"
        other.write_text("/*! Chart.js v2.9.4 */")
        for file in (other, self.folder / "nowhere.js", ""):
            with self.subTest(file):
                text = self.failure(f"-DINFOMAX_CHART_JS={file}")

                self.assertTrue(text.startswith("Chart.js 3 is missing. Install it (Debian: "
                                                "libjs-chart.js; "), text)
                self.assertIn("-DINFOMAX_CHART_JS=", text)

    def test_no_lbfgsb(self):
        text = self.failure("-DINFOMAX_LBFGSB_LIBRARY=")

        self.assertTrue(text.startswith("L-BFGS-B is missing. Install it (Debian: liblbfgsb-dev; "),
                        text)


if __name__ == "__main__":
    unittest.main()
