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
# Lines within which the tag stands: after an interpreter's or a document's own first line, and in the first
# cell of a notebook.
FIRST_LINES = 3
FIRST_LINES_OF_NOTEBOOKS = 10


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
        first = FIRST_LINES_OF_NOTEBOOKS if path.suffix == ".ipynb" else FIRST_LINES
        if not any(TAG in line for line in lines[:first]):
            found.append(f"{name}: no {TAG!r} in its first {first} lines")
        if (path.suffix == ".hpp" and not path.name.startswith(REPEATED)
                and "#pragma once" not in lines):
            found.append(f"{name}: a header without #pragma once")
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    return tree.verdict(violations(root), len(list(files(root))), "files")


if __name__ == "__main__":
    sys.exit(main())
