# SPDX-License-Identifier: BSD-3-Clause
"""Every command of README.md, run as it stands where that is quick: a fresh folder has the launch
scripts, small images in place of Fashion-MNIST, and the files that the text calls the reader's own.
Training is cut to one epoch, benchmarks to one short repeat. A command that is new in the README and
not known here fails the test."""

import gzip
import os
import pathlib
import re
import shlex
import shutil
import struct
import subprocess
import unittest

import numpy
from support import MPIEXEC, PROGRAM, ProgramTest, QUIET, h5py

SOURCE = pathlib.Path(os.environ["INFOMAX_SOURCE"])

# Run by other tests, or what runs this one.
ELSEWHERE = {
    "launch/test.sh": "runs this",
    "launch/setup.sh": "ran before the build",
    "launch/python.sh": "installs; tests/python installs the package elsewhere",
    "cmake": "made the build; tests/install installs it and builds against it",
    "find_package(infomax": "tests/install",
    "target_link_libraries(mine": "tests/install",
    "sbatch": "tests/cluster",
    "qsub": "tests/cluster",
    "launch/hosts.sh": "tests/cluster",
    "kubectl": "tests/cluster checks the manifest",
    "apptainer": "needs an image",
    "tests/peers/side_by_side.py": "peers.agreement runs its parts",
}
# What shortens a command, by its first words; {} is the rest.
SHORTER = {
    "launch/demo.sh": "--epochs 1",
    "mpirun -n 4 infomax estimate": "--estimators ksg,infonce --encoder dense:16 --epochs 1",
    "launch/scaling.sh": "--repeats 1 --repeat-seconds 0.1 --encoder dense:16 --batch 512",
}


def code_blocks(text):
    """The indented blocks, each a list of lines without the indent."""
    blocks, block = [], []
    for line in [*text.splitlines(), "end"]:
        if line.startswith("    "):
            block.append(line[4:])
        elif block and line.strip():
            blocks.append(block)
            block = []
    return blocks


def commands(block):
    """A block's lines, those that a backslash continues joined, comments left out."""
    whole = re.sub(r"\\\n\s*", "", "\n".join(block))
    for line in whole.splitlines():
        if line := re.sub(r"(^|\s)#.*", "", line).strip():
            yield line


def shortened(command):
    for first, options in SHORTER.items():
        if command.startswith(first):
            return f"{command} {options}"
    return re.sub(r"--epochs \d+", "--epochs 1", command)


class ReadmeTest(ProgramTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(SOURCE / "launch", self.scratch / "launch")
        (self.scratch / "datasets").mkdir()
        (self.scratch / "bin").mkdir()
        (self.scratch / "bin/infomax").symlink_to(PROGRAM)
        (self.scratch / "bin/mpirun").symlink_to(MPIEXEC)
        self.environment = {
            **os.environ, **QUIET, "PATH": f"{self.scratch / 'bin'}:{os.environ['PATH']}",
            "INFOMAX_PROGRAM": PROGRAM, "INFOMAX_FASHION_MNIST": str(self.scratch / "idx")}
        self.write_images("train", 4200)
        self.write_images("t10k", 700)
        self.write_own_files()

    def write_images(self, part, count):
        """Ten kinds of noisy images in the files of Fashion-MNIST."""
        random = numpy.random.default_rng(count)
        kinds = numpy.random.default_rng(1).integers(0, 200, (10, 28, 28))
        labels = numpy.arange(count) % 10
        images = kinds[labels] + random.integers(0, 56, (count, 28, 28))
        directory = self.scratch / "idx"
        directory.mkdir(exist_ok=True)
        for name, values, axes in (("images-idx3", images, 3), ("labels-idx1", labels, 1)):
            head = struct.pack(f">BBBB{axes}I", 0, 0, 8, axes, *values.shape)
            with gzip.open(directory / f"{part}-{name}-ubyte.gz", "wb", 1) as file:
                file.write(head + values.astype(numpy.uint8).tobytes())

    def write_own_files(self):
        random = numpy.random.default_rng(3)
        for name, rows in (("mine.h5", 9000), ("held-out.h5", 500)):
            values = random.standard_normal((rows, 12)).astype(numpy.float32)
            self.write_data(name, x=values, measurements=values, y=numpy.arange(rows) % 3)
        (self.scratch / "parts").mkdir()
        for part in range(2):
            self.write_data(f"parts/part-{part}.h5", x=values)
        self.write_data("omics.h5", **{name: random.standard_normal((500, columns)) for name, columns in
                                       (("rna", 30), ("protein", 20), ("methyl", 12))})
        species = numpy.arange(600) % 3
        values = species[:, None] * [1.0, -1.0, 0.5, 0.0] + random.standard_normal((600, 4))
        lines = ["length,width,height,weight,species"]
        lines += [",".join([*(f"{v:.4f}" for v in row), ("setosa", "virginica", "versicolor")[kind]])
                  for row, kind in zip(values, species)]
        (self.scratch / "mine.csv").write_text("\n".join(lines) + "\n")

    def run_command(self, command):
        done = subprocess.run(["bash", "-c", f"set -euo pipefail\n{command}"], cwd=self.scratch,
                              env=self.environment, capture_output=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout.decode()}{done.stderr.decode()}")
        words = shlex.split(command)
        if "--output" in words:
            output = self.scratch / words[words.index("--output") + 1]
            self.assertTrue(output.exists(), command)

    def run_python(self, block):
        """Against the numbers that the program itself makes of the same rows."""
        x = h5py.File(self.scratch / "mine.h5")["measurements"][()]
        names = {"h5py": h5py, "numpy": numpy, "x": x, "rows": x}
        here = os.getcwd()
        os.chdir(self.scratch)
        try:
            exec(compile("\n".join(block), "README.md", "exec"), names)  # pylint: disable=exec-used
        finally:
            os.chdir(here)
        return names

    def test_every_command_runs(self):
        ran = 0
        for block in code_blocks((SOURCE / "README.md").read_text()):
            if block[0] == "import infomax":
                continue  # tests/python runs it, where the package is built
            if block[0].startswith(("with h5py", "import ")):
                self.run_python(block)
                ran += 1
                continue
            if block[0].startswith("@"):
                continue  # a BibTeX entry
            for command in commands(block):
                first = command.split()[0]
                if first in ELSEWHERE:
                    continue
                known = first in ("infomax", "mpirun") or (SOURCE / first).is_file()
                self.assertTrue(known, f"what is {command}?")
                with self.subTest(command=command):
                    self.run_command(shortened(command))
                    ran += 1
        self.assertGreater(ran, 20)


if __name__ == "__main__":
    unittest.main()
