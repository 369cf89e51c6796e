# SPDX-License-Identifier: BSD-3-Clause
"""What the house tests share: the files of a tree, and the verdict on what was found in them."""


def files(root, *folders):
    """Every file below these folders of `root`, in order; a folder that is missing has none."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                yield path


def verdict(found, count, what):
    """Prints the violations that were found in `count` things; returns the exit code, which is 1
    where nothing was looked at."""
    for violation in found:
        print(violation)
    print(f"{count} {what}, {len(found)} violations")
    return 1 if found or count == 0 else 0
