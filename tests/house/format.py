#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every C++ file is as clang-format leaves it.

usage: format.py ROOT     exit code 77 (a skip) where clang-format is not installed, but not in CI
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import tree

VERSION = 14  # versions differ in what they make of the same settings


def main():
    root = pathlib.Path(sys.argv[1])
    program = shutil.which(f"clang-format-{VERSION}") or shutil.which("clang-format")
    if program is None:
        print(f"skipped: clang-format is not installed (Debian: clang-format, version {VERSION})")
        return 1 if os.environ.get("CI") == "true" else 77
    files = [str(path) for path in tree.files(root, "include", "src", "tests")
             if path.suffix in (".cpp", ".hpp")]
    if not files:
        print(f"no C++ files under {root}")
        return 1
    result = subprocess.run([program, "--dry-run", "--Werror", *files], check=False)
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    print(f"{len(files)} files, {version.stdout.strip()}")
    if result.returncode != 0 and not re.search(rf"version {VERSION}\.", version.stdout):
        print(f"this is not version {VERSION}, which the settings are made for")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
