#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds everything and runs the tests. In continuous integration, warnings are errors.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/test.sh [CTEST-OPTION...]

Installs missing packages, builds the preset "release" (or \$INFOMAX_PRESET) and runs CTest with the given
options. The Python package is built too where the packages of launch/setup.sh --python are installed. If
CI=true, warnings are errors.
  launch/test.sh -L unit          tests of one kind: unit, mpi, cli, python, cluster or house
  launch/test.sh -R Sampler       tests whose names match
TEXT
}

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac

preset=${INFOMAX_PRESET:-release}
cores=$(physical_cores)
cd "$infomax_root"
if command -v apt-get >/dev/null; then
  launch/setup.sh
fi
strict=OFF
if [[ ${CI:-} == true ]]; then
  strict=ON
fi
python=OFF
if [[ $preset == release ]] && launch/setup.sh --check --python >/dev/null; then
  python=ON
fi
timed "configure ($preset)" cmake --preset "$preset" -DINFOMAX_TESTS=ON -DINFOMAX_WERROR=$strict \
  -DINFOMAX_BUILD_PYTHON=$python
timed "build on $cores cores" cmake --build --preset "$preset" --parallel "$cores"
say "== test"
exec ctest --preset "$preset" --parallel "$cores" "$@"
