#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every file that can have a comment names its licence, and every header guards itself.

usage: tags.py ROOT     one line for each file that lacks either
"""

import pathlib
import sys

import tree

TAG = "SPDX-License-Identifier: BSD-3-Clause"
FOLDERS = ("include", "src", "launch", "datasets", "tests", ".ci", ".github")
# What has no comments: pictures, data, and JSON.
WITHOUT = {".svg", ".png", ".h5", ".json", ".pyc"}
# What is included once for each instruction set is no header of its own.
REPEATED = "kernels_"
# Lines within which the tag stands: after an interpreter's or a document's own first line.
FIRST_LINES = 3


def files(root):
    for path in sorted(root.iterdir()):
        if path.is_file() and path.name in ("CMakeLists.txt", "README.md", ".clang-format",
                                            ".clang-tidy", ".editorconfig", ".gitignore"):
            yield path
    yield from (path for path in tree.files(root, *FOLDERS) if path.suffix not in WITHOUT)


def violations(root):
    found = []
    for path in files(root):
        lines = path.read_text(errors="replace").splitlines()
        name = path.relative_to(root).as_posix()
        if not any(TAG in line for line in lines[:FIRST_LINES]):
            found.append(f"{name}: no {TAG!r} in its first {FIRST_LINES} lines")
        if (path.suffix == ".hpp" and not path.name.startswith(REPEATED)
                and "#pragma once" not in lines):
            found.append(f"{name}: a header without #pragma once")
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    return tree.verdict(violations(root), len(list(files(root))), "files")


if __name__ == "__main__":
    sys.exit(main())
