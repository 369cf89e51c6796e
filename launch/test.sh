#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds everything, in continuous integration with warnings as errors, and runs the tests.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/test.sh [CTEST-OPTION...]

Installs what is missing, builds the preset "release" (\$INFOMAX_PRESET: another one), where CI=true with
warnings as errors, and runs CTest, to which all options go:
  launch/test.sh -L unit          one kind: unit, mpi, cli, cluster or house
  launch/test.sh -R Sampler       tests whose name matches
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
timed "configure ($preset)" cmake --preset "$preset" -DINFOMAX_TESTS=ON -DINFOMAX_WERROR=$strict
timed "build on $cores cores" cmake --build --preset "$preset" --parallel "$cores"
say "== test"
exec ctest --preset "$preset" --parallel "$cores" "$@"
