#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs the missing packages that Infomax needs for its build, its tests and its demo.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

packages=(
  g++ cmake ninja-build pkg-config                     # build
  openmpi-bin libopenmpi-dev openssh-client libhdf5-openmpi-dev  # ranks and files
  libopenblas-dev libsleef-dev librandom123-dev liblbfgsb-dev libdnnl-dev  # numbers
  libboost-program-options-dev nlohmann-json3-dev libfmt-dev libspdlog-dev zlib1g-dev libminizip-dev libcsv-dev
  libpng-dev libsndfile1-dev libfftw3-dev  # images, sounds and spectra for infomax import
  libonnx-dev libprotobuf-dev  # infomax export
  libjs-chart.js  # the pages of infomax report
)
# The build does not need these.
demo_packages=(dataset-fashion-mnist gnuplot-nox fonts-dejavu-core jq)
# Neither does the demo.
test_packages=(libgtest-dev libgmock-dev clang-format python3 python3-numpy python3-h5py python3-pil
  python3-scipy python3-sklearn python3-anndata python3-tables python3-onnx python3-opencv shellcheck)
# Only on request: further checks of continuous integration.
check_packages=(clang clang-tidy libclang-rt-14-dev doxygen zsh fish groff-base)
# Only on request: what the Python package is built from and used with.
python_packages=(pybind11-dev python3-dev python3-numpy python3-mpi4py python3-sklearn)
# Only on request: what its tests and its tutorial need besides.
python_test_packages=(python3-h5py python3-nbconvert python3-ipykernel python3-matplotlib)
# Only on request: what the recipes need beyond the demo.
recipe_packages=(espeak-ng)
# Only on request: tests/cluster starts its own Slurm and sshd from them.
cluster_packages=(slurm-wlm munge openssh-server iproute2 python3-yaml)
services=(munge.service slurmctld.service slurmd.service ssh.service)

usage() {
  cat <<TEXT
usage: launch/setup.sh [--check] [--without-tests | --only-build] [--python] [--recipes] [--checks] [--cluster-tests]

Installs the missing packages that Infomax needs, on Debian and its derivatives. With --check it only
lists them, and exits with 1 if there are any. On other systems it lists what to install.

  --without-tests  leave out what only the tests need
  --only-build     leave out that and what the demo needs (${demo_packages[*]})
  --python         add what the Python package needs (${python_packages[*]})
  --recipes        add what launch/recipes needs (${recipe_packages[*]})
  --checks         add both, and what CI's further checks need (${check_packages[*]}
                   ${python_test_packages[*]})
  --cluster-tests  add what the tests with the label cluster need (${cluster_packages[*]});
                   their services are not started, now or at boot
TEXT
}

elsewhere() {
  cat <<TEXT
This system has no apt. Install these packages, all for the same MPI, and run cmake --preset release:
  Fedora, RHEL  dnf install gcc-c++ cmake ninja-build pkgconf openmpi-devel hdf5-openmpi-devel
                openblas-devel sleef-devel Random123-devel boost-devel json-devel fmt-devel
                spdlog-devel zlib-devel minizip-ng-compat-devel libcsv-devel libpng-devel
                libsndfile-devel fftw-devel onednn-devel onnx-devel protobuf-devel gtest-devel gmock-devel
                jq gnuplot clang-tools-extra python3-numpy python3-h5py; then: module load mpi
  Arch          pacman -S gcc cmake ninja pkgconf openmpi hdf5-openmpi openblas boost nlohmann-json
                fmt spdlog zlib minizip protobuf libpng libsndfile fftw onednn gtest jq gnuplot clang
                python-numpy python-h5py; sleef, random123 and onnx from the AUR
  conda         conda install -c conda-forge cxx-compiler cmake ninja pkg-config openmpi
                'hdf5=*=mpi_openmpi*' openblas sleef libboost-devel nlohmann_json fmt spdlog zlib minizip
                libpng libsndfile fftw onednn gtest jq gnuplot numpy h5py; Random123 as below
  Spack         spack install openmpi hdf5+mpi openblas sleef random123 boost+program_options
                nlohmann-json fmt spdlog zlib minizip libpng libsndfile fftw googletest+gmock cmake ninja; spack load them
  from source   L-BFGS-B (as liblbfgsb.so) and libcsv, if they are not packaged
                (users.iems.northwestern.edu/~nocedal/lbfgsb.html, github.com/rgamble/libcsv);
                Random123 is headers only (github.com/DEShawResearch/random123:
                -DINFOMAX_RANDOM123_INCLUDE_DIR=DIR/include); HDF5 with -DHDF5_ENABLE_PARALLEL=ON;
                OpenBLAS with its LAPACK and DYNAMIC_ARCH=1;
                Chart.js 3 is one file, dist/chart.min.js of its release 3.9.1
                (github.com/chartjs/Chart.js): -DINFOMAX_CHART_JS=FILE
The Python package needs pybind11, Python's headers, numpy and, for several ranks and for its estimators, mpi4py
(built for the same MPI) and scikit-learn.
The demo needs the four .gz files of Fashion-MNIST (github.com/zalandoresearch/fashion-mnist). Set
INFOMAX_FASHION_MNIST=DIR to their directory.
TEXT
}

# Packages that provide another one count: libopenblas-dev itself only selects one of several builds.
installed() {
  case $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true) in
    installed) return 0 ;;
  esac
  case $1 in
    libopenblas-dev) installed libopenblas-pthread-dev || installed libopenblas-openmp-dev ;;
    pkg-config) installed pkgconf ;;
    gnuplot-nox) installed gnuplot-qt || installed gnuplot-x11 ;;
    *) return 1 ;;
  esac
}

check=no
tests=yes
demo=yes
for option in "$@"; do
  case $option in
    --check) check=yes ;;
    --without-tests) tests=no ;;
    --only-build) tests=no demo=no ;;
    --recipes) packages+=("${recipe_packages[@]}") ;;
    --python) packages+=("${python_packages[@]}") ;;
    --checks)
      packages+=("${recipe_packages[@]}" "${check_packages[@]}" "${python_packages[@]}" "${python_test_packages[@]}")
      ;;
    --cluster-tests) packages+=("${cluster_packages[@]}") ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $demo == no ]] || packages+=("${demo_packages[@]}")
[[ $tests == no ]] || packages+=("${test_packages[@]}")

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  elsewhere
  [[ $check == no ]] || exit 1
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  installed "$package" || missing+=("$package")
done

if [[ ${#missing[@]} -eq 0 ]]; then
  say "setup: all ${#packages[@]} packages are installed"
  exit 0
fi
if [[ $check == yes ]]; then
  say "setup: missing: ${missing[*]}"
  exit 1
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null ||
    fail "you are not root, and sudo is not installed; run as root: apt-get install ${missing[*]}" 5
  as_root=(sudo)
fi

# Installed services stay off: their units are masked during the installation and then disabled.
new_services=()
for service in "${services[@]}"; do
  if command -v systemctl >/dev/null && [[ ! -e /lib/systemd/system/$service ]]; then
    new_services+=("$service")
  fi
done
keep_off() {
  [[ " ${missing[*]} " =~ " "(slurm-wlm|munge|openssh-server)" " && ${#new_services[@]} -gt 0 ]] || return 0
  "${as_root[@]}" systemctl "$@" "${new_services[@]}" >/dev/null 2>&1 || true
}

say "setup: installing ${#missing[@]} packages: ${missing[*]}"
keep_off mask
trap 'keep_off unmask; keep_off disable' EXIT
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
  fail "apt-get could not install: ${missing[*]}" 5
say "setup: installed"
