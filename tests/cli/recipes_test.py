# SPDX-License-Identifier: BSD-3-Clause
"""The scripts of launch/recipes, each as a quick try on data of the test's own."""

import gzip
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import h5py
import numpy

import support

RECIPES = pathlib.Path(os.environ["INFOMAX_SOURCE"]) / "launch" / "recipes"


class Recipe(support.ProgramTest):
    def quick_try(self, name, **environment):
        """What a quick try of a recipe said."""
        done = subprocess.run(
            [RECIPES / f"{name}.sh", "--quick", "-n", "2"], capture_output=True, text=True,
            timeout=300, check=False, cwd=self.scratch,
            env={**os.environ, "INFOMAX_RUNS": str(self.scratch), **environment})
        self.assertEqual(done.returncode, 0, done.stderr[-2000:] + done.stdout[-1000:])
        self.runs = self.scratch / f"{name}-quick"
        return done.stdout

    def run_recipe(self, name, rows, **environment):
        """The same of one that ends with a table of `rows`, of which the last is the baseline."""
        said = self.quick_try(name, **environment)
        table = re.findall(r"^(\S.*?)  +([01]\.\d{4})  +(\S+)", said, re.MULTILINE)
        self.assertEqual([row[0] for row in table], rows)
        self.assertEqual([row[2] for row in table].count("baseline"), 1)
        self.assertEqual(table[-1][2], "baseline")
        self.assertGreaterEqual(len(self.reports(said)), 2)
        return said

    def reports(self, said):
        """The runs that a recipe names, which have models and reports."""
        reports = re.findall(r"^run (\S+), report (\S+)$", said, re.MULTILINE)
        for run, report in reports:
            self.assertTrue(pathlib.Path(run, "model.h5").is_file() and pathlib.Path(report).is_file())
        return reports


class Images(Recipe):
    def test_images(self):
        folder = self.scratch / "fashion"
        folder.mkdir()
        random = numpy.random.default_rng(9)
        for prefix, count in (("train", 60), ("t10k", 40)):
            labels = numpy.arange(count, dtype="u1") % 10
            images = random.integers(0, 256, (count, 28, 28)).astype("u1") // 2
            images[numpy.arange(count), labels * 2] = 255
            for name, array in ((f"{prefix}-images-idx3-ubyte.gz", images),
                                (f"{prefix}-labels-idx1-ubyte.gz", labels)):
                header = bytes([0, 0, 8, array.ndim]) + numpy.array(array.shape, ">i4").tobytes()
                (folder / name).write_bytes(gzip.compress(header + array.tobytes()))
        self.run_recipe("images", ["two convolutions, with labels", "residual network, with labels",
                                   "convolutions, without labels", "the pixels"],
                        INFOMAX_FASHION_MNIST=str(folder))


class Text(Recipe):
    def test_text(self):
        pages = self.scratch / "man"
        words = {"de": "das der Datei wird gelesen und nicht geschrieben", "fr":
                 "le fichier est lu mais il ne sera pas modifié", "pt_BR": "o arquivo é lido mas não"}
        for language, text in words.items():
            folder = pages / language / "man1"
            folder.mkdir(parents=True)
            for page in range(12):
                lines = [".TH X 1", r'.\" A comment of four words is none of this.', ".SH NAME"]
                lines += [rf"{text} \fB\-o{page}\fP seite{page}x{k}. Short one." for k in range(4)]
                lines += [".nf", f"{text} in an example of page {page}", ".fi", "",
                          "The rest of this page was never translated by anybody.",
                          "Universalis sententia omnium linguarum eadem est semper.", ".PP", f"{text} again",
                          "and again on every page."]
                with gzip.open(folder / f"p{page}.1.gz", "wt", encoding="utf-8") as file:
                    file.write("\n".join(lines) + "\n")
        self.run_recipe("text", ["recurrent encoder", "how often each character occurs"],
                        INFOMAX_MANPAGES=str(pages))
        found = {}
        for part in ("train", "test"):
            lines = (self.runs / f"{part}.txt").read_text(encoding="utf-8").splitlines()
            labels = (self.runs / f"{part}.csv").read_text(encoding="utf-8").splitlines()
            self.assertEqual(len(lines), len(labels))
            self.assertEqual(set(labels), set(words))
            for line, label in zip(lines, labels):
                self.assertTrue(line.startswith(words[label]), line)
            found[part] = {re.search(r"seite(\d+)x", line)[1] for line in lines if "seite" in line}
            with h5py.File(self.runs / f"languages-{part}.h5") as file:
                self.assertEqual(file["x"].shape, (len(lines), 100))
                self.assertEqual(list(file["y"].attrs["classes"]), sorted(words))
            text = "\n".join(lines)
            for absent in ("\\", "example", "translated", "Universalis", "Short one", "comment"):
                self.assertNotIn(absent, text)
        self.assertEqual(found["train"] & found["test"], set())
        self.assertEqual(len(found["test"]), 2)


@unittest.skipUnless(shutil.which("espeak-ng") or os.environ.get("CI") == "true",
                     "espeak-ng is not installed (Debian: espeak-ng)")
class Speech(Recipe):
    def test_speech(self):
        self.run_recipe("speech", ["recurrent encoder, with labels",
                                   "convolutions over time, without labels", "the mean spectrum"])
        for part, count in (("train", 40), ("test", 20)):
            with h5py.File(self.runs / f"digits-{part}.h5") as file:
                self.assertEqual(file["x"].shape[::2], (count, 40))
                self.assertEqual(numpy.bincount(file["y"][()]).tolist(), [count // 10] * 10)
                self.assertGreater(len(set(file["x_lengths"][()])), 3)


@unittest.skipUnless(shutil.which("gmx"), "GROMACS is not installed (Debian: gromacs)")
class Dipeptide(Recipe):
    def test_dipeptide(self):
        said = self.quick_try("dipeptide")
        self.assertEqual(len(self.reports(said)), 1)
        for part in ("train", "test"):
            with h5py.File(self.runs / f"dipeptide-{part}.h5") as file:
                rows = file["x"][()]
            self.assertEqual(rows.shape, (401, 30))
            # Atoms stay together, turned and moved onto the first frame.
            self.assertLess(numpy.abs(rows - rows.mean(axis=0)).max(), 0.6)
        self.assertRegex(said, r"state 3  population 0\.\d{3}  phi +-?\d+  psi +-?\d+")
        self.assertEqual(len(re.findall(r"^ +\d+\.\d +[12]  .* to .* to .*$", said, re.MULTILINE)), 12, said)

    def test_without_gromacs(self):
        folder = self.scratch / "bin"
        folder.mkdir()
        for name in ("bash", "dirname", "basename", "cat"):
            (folder / name).symlink_to(shutil.which(name))
        done = subprocess.run([RECIPES / "dipeptide.sh"], capture_output=True, text=True, timeout=60,
                              check=False, env={**os.environ, "PATH": str(folder)})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("apt install gromacs", done.stderr)
