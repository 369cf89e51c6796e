#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs the Python package infomax for this user, or into the active virtual environment.
set -euo pipefail
# shellcheck source=launch/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<TEXT
usage: launch/python.sh [--prefix DIR]

Installs missing packages, builds the Python package infomax in build/release, and installs it below DIR:
by default the active virtual environment, else ~/.local. It is for the Python of that environment, else
for /usr/bin/python3; INFOMAX_PYTHON=FILE names another one.
TEXT
}

prefix=''
while [[ $# -gt 0 ]]; do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a directory}; shift 2 ;;
    --prefix=*) prefix=${1#--prefix=}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

[[ -z $prefix ]] || prefix=$(realpath -m -- "$prefix")  # before the folder changes
python=${INFOMAX_PYTHON:-${VIRTUAL_ENV:+$VIRTUAL_ENV/bin/python3}}
python=${python:-/usr/bin/python3}
prefix=${prefix:-$("$python" -c 'import site, sys
print(site.getuserbase() if sys.prefix == sys.base_prefix else sys.prefix)')}
cores=$(physical_cores)
cd "$infomax_root"
if command -v apt-get >/dev/null; then
  launch/setup.sh --without-tests --python
fi
without=()
[[ -e build/release/CMakeCache.txt ]] || without=(-DINFOMAX_TESTS=OFF)
timed "configure" cmake --preset release --log-level=WARNING -DINFOMAX_BUILD_PYTHON=ON \
  -DINFOMAX_PYTHON="$python" "${without[@]}"
timed "build on $cores cores" cmake --build --preset release --parallel "$cores" --target infomax_python
cmake --install build/release --component python --prefix "$prefix"
allow_root
cd /
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
PYTHONPATH=$prefix/lib/python$version/site-packages${PYTHONPATH:+:$PYTHONPATH} \
  "$python" -c 'import infomax; print("installed infomax", infomax.__version__, "as", infomax.__file__)'
