#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The top level of the repository is fixed; longer texts have their places too.

usage: layout.py ROOT     one line for each entry that does not belong
"""

import fnmatch
import pathlib
import sys

import tree

TOP_LEVEL = {"src", "include", "launch", "datasets", "tests", "CMakeLists.txt", "CMakePresets.json",
             "README.md", "LICENSE"}
TEXTS = {"README.md", "src/README.md", "launch/README.md", "datasets/README.md", "tests/README.md",
         ".github/CONTRIBUTING.md", ".github/CHANGELOG.md"}


def ignored(root):
    """Patterns of .gitignore that concern the top level."""
    file = root / ".gitignore"
    lines = file.read_text().splitlines() if file.is_file() else []
    return [line.strip("/") for line in lines if line and "/" not in line.strip("/")]


def violations(root):
    patterns = ignored(root)
    found = []
    for entry in sorted(root.iterdir()):
        name = entry.name
        if name.startswith(".") or name in TOP_LEVEL:
            continue
        if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            found.append(f"{name}: not one of {', '.join(sorted(TOP_LEVEL))}")
    for file in tree.files(root, "src", "include", "launch", "datasets", "tests", ".github"):
        path = file.relative_to(root).as_posix()
        if file.suffix == ".md" and path not in TEXTS:
            found.append(f"{path}: texts are {', '.join(sorted(TEXTS))}")
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    entries = [entry for entry in root.iterdir() if entry.name in TOP_LEVEL]
    return tree.verdict(violations(root), len(entries), "entries")


if __name__ == "__main__":
    sys.exit(main())
