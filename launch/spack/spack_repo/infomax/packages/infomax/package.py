# SPDX-License-Identifier: BSD-3-Clause
# For Spack 1.0 or later; launch/README.md says how it is used.
from spack_repo.builtin.build_systems.cmake import CMakePackage, generator

from spack.package import *


class Infomax(CMakePackage):
    """Trains neural encoders that maximise statistical dependence, over MPI."""

    # There is no archive to download: `spack develop` or `spack dev-build` names the sources.
    version("0.1.0")

    license("BSD-3-Clause")

    variant("python", default=False, description="Build the Python package")
    variant("onnx", default=False, description="Let infomax export write files of ONNX")

    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("pkgconf", type="build")
    generator("ninja")

    depends_on("openmpi@4.1:")
    depends_on("hdf5+mpi")
    depends_on("openblas")
    depends_on("sleef")
    depends_on("random123")
    depends_on("boost+program_options")
    depends_on("nlohmann-json")
    depends_on("fmt")
    depends_on("spdlog")
    depends_on("zlib-api")
    depends_on("minizip")
    depends_on("libpng")
    depends_on("libsndfile")
    depends_on("fftw-api@3")
    depends_on("onednn")
    depends_on("onnx", when="+onnx")
    depends_on("protobuf", when="+onnx")

    # Spack has no packages of these, so that this repository names them, and packages.yaml says where they are.
    depends_on("lbfgsb")
    depends_on("libcsv")
    depends_on("chart-js", type="build")

    with when("+python"):
        extends("python")
        depends_on("py-pybind11", type="build")
        depends_on("py-numpy", type=("build", "run"))
        depends_on("py-mpi4py", type="run")
        depends_on("py-scikit-learn", type="run")

    conflicts("%gcc@:11", msg="Infomax is C++20, as g++ 12 has it")
    conflicts("%clang@:13", msg="Infomax is C++20, as clang 14 has it")

    def cmake_args(self):
        arguments = [
            self.define("INFOMAX_TESTS", False),
            self.define("INFOMAX_EXAMPLES", False),
            self.define_from_variant("INFOMAX_BUILD_PYTHON", "python"),
            self.define("INFOMAX_CHART_JS", self.spec["chart-js"].prefix.share.javascript.join("chart.js/chart.min.js")),
        ]
        if self.spec.satisfies("+python"):
            arguments.append(self.define("INFOMAX_PYTHON", python.path))
            arguments.append(self.define("INFOMAX_PYTHON_DIR", python_platlib))
        return arguments

    def test_doctor(self):
        """look at the machine, the libraries and the speed of one rank"""
        Executable(self.prefix.bin.infomax)("doctor")

    def test_train(self):
        """generate data and train on them"""
        infomax = Executable(self.prefix.bin.infomax)
        infomax("generate", "random", "--output", "random.h5", "--overwrite")
        infomax("train", "--data", "random.h5", "--encoder", "dense:5", "--steps", "2", "--output", "run",
                "--overwrite")
