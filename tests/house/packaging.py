# SPDX-License-Identifier: BSD-3-Clause
"""The recipes of launch/ for containers and package managers name the version that CMake has, and the libraries that
it asks for, each by its name there; and the container's files are those that the build reads."""

import ast
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(os.environ["INFOMAX_SOURCE"])
LAUNCH = ROOT / "launch"
CMAKE = (ROOT / "CMakeLists.txt").read_text()
DEPENDENCIES = (ROOT / "src/cmake/dependencies.cmake").read_text()
VERSION = re.search(r"project\(infomax VERSION (\S+)", CMAKE)[1]
MINIMUM_CMAKE = re.search(r"cmake_minimum_required\(VERSION ([\d.]+)\)", CMAKE)[1]
# What CMake says is missing, or is built without: its names in Debian, Spack, EasyBuild and conda-forge. None: the
# toolchain has it, or there is no package, which launch/README.md says.
LIBRARIES = {
    "MPI": ("libopenmpi-dev", "openmpi", None, "openmpi"),
    "HDF5": ("libhdf5-openmpi-dev", "hdf5", "HDF5", "hdf5"),
    "OpenBLAS": ("libopenblas-dev", "openblas", None, "openblas"),
    "SLEEF": ("libsleef-dev", "sleef", "libsleef-dev", "sleef"),
    "L-BFGS-B": ("liblbfgsb-dev", "lbfgsb", "liblbfgsb-dev", None),
    "libcsv": ("libcsv-dev", "libcsv", "libcsv-dev", None),
    "zlib": ("zlib1g-dev", "zlib-api", "zlib", "zlib"),
    "minizip": ("libminizip-dev", "minizip", "libminizip-dev", "minizip"),
    "fmt": ("libfmt-dev", "fmt", "fmt", "fmt"),
    "spdlog": ("libspdlog-dev", "spdlog", "spdlog", "spdlog"),
    "nlohmann/json": ("nlohmann-json3-dev", "nlohmann-json", "nlohmann_json", "nlohmann_json"),
    "Random123": ("librandom123-dev", "random123", "random123", None),
    "Boost.Program_options": ("libboost-program-options-dev", "boost", "Boost", "libboost-devel"),
    "Chart.js 3": ("libjs-chart.js", "chart-js", "libjs-chart.js", None),
    "png": ("libpng-dev", "libpng", "libpng", "libpng"),
    "sndfile": ("libsndfile1-dev", "libsndfile", "libsndfile", "libsndfile"),
    "fftw3": ("libfftw3-dev", "fftw-api", None, "fftw"),
    "dnnl": ("libdnnl-dev", "onednn", None, "onednn"),
    "onnx": ("libonnx-dev", "onnx", None, None),
}
DEBIAN, SPACK, EASYBUILD, CONDA = range(4)
# What builds, what the Python package needs, and what else a library comes with.
BESIDES = (
    {"g++", "cmake", "ninja-build", "pkg-config", "openmpi-bin", "openssh-client", "libprotobuf-dev"},
    {"cxx", "cmake", "pkgconf", "protobuf", "py-pybind11", "py-numpy", "py-mpi4py", "py-scikit-learn"},
    {"CMake", "Ninja", "pkgconf", "Python", "SciPy-bundle", "mpi4py", "scikit-learn", "pybind11"},
    {"cmake", "ninja", "pkg-config", "python", "pybind11", "numpy", "mpi4py", "scikit-learn"},
)


def names_of(column):
    return {names[column] for names in LIBRARIES.values()} - {None} | BESIDES[column]


def calls(tree, name):
    """The arguments of all calls of a function."""
    return [[ast.literal_eval(argument) for argument in node.args] for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]


def calls_of_method(tree, name):
    return [[argument.value for argument in node.args[:1]] for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == name]


def numbers(version):
    return [int(number) for number in version.split(".")]


def said_by(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


class Packaging(unittest.TestCase):

    def test_every_library_that_cmake_asks_for_is_in_the_table(self):
        required = set(re.findall(r'infomax_missing\("([^"]+?) (?:is|are) missing', CMAKE + DEPENDENCIES))
        optional = set(re.findall(r"^infomax_optional\((\w+)", CMAKE, re.MULTILINE))
        self.assertEqual(required | optional, set(LIBRARIES))

    def test_setup_installs_them(self):
        listed, = re.findall(r"^packages=\(\n(.*?)^\)", (LAUNCH / "setup.sh").read_text(), re.MULTILINE | re.DOTALL)
        self.assertEqual(set(re.sub(r"#.*", "", listed).split()), names_of(DEBIAN))

    def test_spack(self):
        repository = LAUNCH / "spack/spack_repo/infomax"
        self.assertIn("namespace: infomax", (repository / "repo.yaml").read_text())
        classes = {"infomax": "Infomax", "lbfgsb": "Lbfgsb", "libcsv": "Libcsv", "chart_js": "ChartJs"}
        self.assertEqual({path.name for path in (repository / "packages").iterdir()}, set(classes))
        for folder, name in classes.items():
            tree = ast.parse((repository / "packages" / folder / "package.py").read_text())
            self.assertEqual([node.name for node in tree.body if isinstance(node, ast.ClassDef)], [name])
        tree = ast.parse((repository / "packages/infomax/package.py").read_text())
        self.assertEqual(calls(tree, "version"), [[VERSION]])
        specs = [arguments[0] for arguments in calls(tree, "depends_on")]
        self.assertEqual({re.match(r"[\w-]+", spec)[0] for spec in specs}, names_of(SPACK))
        self.assertIn(f"cmake@{MINIMUM_CMAKE}:", specs)
        self.assert_options_exist({arguments[0] for arguments in
                                   calls_of_method(tree, "define") + calls_of_method(tree, "define_from_variant")})

    def test_easybuild(self):
        recipe, = (LAUNCH / "easybuild").iterdir()
        self.assertEqual(recipe.name, f"Infomax-{VERSION}-foss-2023b.eb")
        said = {"SOURCELOWER_TAR_GZ": f"infomax-{VERSION}.tar.gz", "SYSTEM": "system"}
        exec(compile(recipe.read_text(), recipe, "exec"), said)  # EasyBuild reads it so
        self.assertEqual((said["name"], said["version"]), ("Infomax", VERSION))
        named = {entry[0] for entry in said["dependencies"] + said["builddependencies"]}
        named |= {entry[-1] for entry in said["osdependencies"]}
        self.assertEqual(named, names_of(EASYBUILD))
        cmake, = (entry[1] for entry in said["builddependencies"] if entry[0] == "CMake")
        self.assertGreaterEqual(numbers(cmake), numbers(MINIMUM_CMAKE))
        self.assert_options_exist(set(re.findall(r"-D(\w+)=", said["configopts"])))

    def test_conda(self):
        text = (LAUNCH / "conda/recipe.yaml").read_text()
        self.assertIn(f'\n  version: "{VERSION}"\n', text)
        requirements = text.split("\nrequirements:\n")[1].split("\ntests:")[0]
        self.assertEqual(set(re.findall(r"^    - ([\w-]+)", requirements, re.MULTILINE)), names_of(CONDA))
        self.assertIn(f"cmake >={MINIMUM_CMAKE}\n", requirements)
        self.assert_options_exist(set(re.findall(r"-D(\w+)=", text)))

    def assert_options_exist(self, options):
        self.assertGreaterEqual(len(options), 3)
        cmake = CMAKE + DEPENDENCIES + (ROOT / "src/cmake/python.cmake").read_text()
        for option in options:
            if option.startswith("INFOMAX_"):
                self.assertRegex(cmake, rf"\((?:CACHE )?{option}\b", option)


class Container(unittest.TestCase):

    def setUp(self):
        text = re.sub(r"^#.*\n", "", (LAUNCH / "Containerfile").read_text(), flags=re.MULTILINE)
        self.lines = [line.split(maxsplit=1) for line in text.replace("\\\n", " ").splitlines() if line]

    def values(self, instruction):
        return [value for name, value in self.lines if name == instruction]

    def test_is_of_the_base_that_an_argument_names(self):
        self.assertEqual(self.lines[0], ["ARG", "BASE=docker.io/library/debian:bookworm-slim"])
        self.assertEqual(self.values("FROM"),
                         ["${BASE} AS build", "${BASE} AS runtime", "runtime AS hosts", "runtime"])
        self.assertEqual(self.values("ENTRYPOINT"), ['["infomax"]'])
        self.assertIn(f"org.opencontainers.image.version={VERSION}", self.values("LABEL"))

    def test_copies_what_exists_and_what_the_image_of_apptainer_has(self):
        copied = set()
        for value in self.values("COPY"):
            if not value.startswith("--from=build "):
                *sources, _ = value.split()
                copied |= set(sources)
        for source in copied:
            self.assertTrue((ROOT / source).exists(), source)
        apptainer = re.findall(r"^    (\S+) /opt/infomax/\S+$", (LAUNCH / "infomax.def").read_text(), re.MULTILINE)
        self.assertGreater(len(apptainer), 4)
        self.assertEqual(copied - {"launch/setup.sh", "launch/common.sh"}, set(apptainer))

    def test_its_commands_are_those_of_a_shell_and_its_options_exist(self):
        commands = self.values("RUN")
        self.assertGreaterEqual(len(commands), 5)
        for command in commands:
            done = said_by("sh", "-n", "-c", command)
            self.assertEqual(done.returncode, 0, done.stderr)
        script, option = re.search(r"/opt/infomax/(launch/setup\.sh) (--[\w-]+)", commands[0]).groups()
        self.assertIn(f"  {option} ", said_by(ROOT / script, "--help").stdout)
        presets = (ROOT / "CMakePresets.json").read_text()
        for preset in re.findall(r"--preset (\w+)", " ".join(commands)):
            self.assertIn(f'"name": "{preset}"', presets)


if __name__ == "__main__":
    unittest.main()
