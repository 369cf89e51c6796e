#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every shell script passes shellcheck and says by --help what it does.

usage: scripts.py ROOT     exit code 77 (a skip) where shellcheck is not installed, but not in CI
"""

import os
import pathlib
import shutil
import subprocess
import sys

import tree

SOURCED = {"common.sh", "shared.sh"}
# Takes its options from Slurm; what it does is said in its first lines.
WITHOUT_HELP = {"slurm.sbatch"}


def scripts(root):
    return [path for path in tree.files(root, "launch", "tests", ".ci")
            if path.suffix in (".sh", ".sbatch") or path.parent.name == ".ci"]


def main():
    root = pathlib.Path(sys.argv[1])
    files = scripts(root)
    wrong = 0
    for path in files:
        place = path.relative_to(root)
        if place.parts[0] != "launch" or path.name in SOURCED | WITHOUT_HELP:
            continue
        done = subprocess.run([path, "--help"], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0 or not done.stdout.startswith(f"usage: {place}"):
            print(f"{place} --help: exit code {done.returncode}, {done.stdout[:80]!r}")
            wrong += 1
    if not files:
        print(f"no scripts under {root}")
        return 1
    program = shutil.which("shellcheck")
    if program is None:
        print("skipped: shellcheck is not installed (Debian: shellcheck)")
        return 1 if wrong or os.environ.get("CI") == "true" else 77
    done = subprocess.run([program, "--external-sources", *files], cwd=root, check=False)
    print(f"{len(files)} scripts, {wrong} without help")
    return 1 if wrong or done.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
