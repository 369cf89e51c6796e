#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The include rule: a file includes only from strictly lower floors or its own module.

usage: floors.py ROOT     checks ROOT/include and ROOT/src, one line for each violation
"""

import pathlib
import re
import sys

import tree

FLOORS = [
    {"core"},
    {"math", "mpi"},
    {"hdf5", "nn", "stats"},
    {"data", "measure", "objective", "optim"},
    {"generators", "importers", "model"},
    {"train", "analysis"},
    {"bench", "compare", "estimate", "exporters", "report"},
    {"cli", "examples", "python"},
    {"main"},
]
FLOOR = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}

# The two boundaries: a network knows nothing of ranks, an objective nothing of files.
WALLS = {"nn": {"mpi"}, "objective": {"hdf5"}}

# Headers of C libraries that are met in their own modules only; parallel HDF5 takes MPI's handles.
OWNERS = {"mpi.h": {"mpi", "hdf5"}, "hdf5.h": {"hdf5"}, "cblas.h": {"math"}}

# What a project that uses the installed library need not have.
NOT_PUBLIC = ("boost/", "fmt/", "nlohmann/", "spdlog/", "Random123/", "sleef.h", "zlib.h", "minizip/", "csv.h", "onnx/")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def module_of(path):
    """The module of a file, relative to the root: include/infomax/M/... or src/M/..., or main."""
    parts = path.parts
    if parts == ("src", "main.cpp"):
        return "main"
    inside = parts[2:] if parts[0] == "include" else parts[1:]
    return inside[0] if len(inside) > 1 else None


def target_of(header, root):
    """The file, relative to the root, that a quoted include means."""
    if header.startswith("infomax/"):
        path = pathlib.PurePath("include", header)
        generated = root / "include" / f"{header}.in"
        return path if (root / path).is_file() or generated.is_file() else None
    path = pathlib.PurePath("src", header)
    return path if (root / path).is_file() and ".." not in path.parts else None


def check_include(path, module, brackets, header, root):
    """What is wrong with one include, or nothing."""
    if brackets == "<":
        if header.startswith("infomax/"):
            return f"<{header}>: the project's own headers are quoted"
        if module not in OWNERS.get(header, {module}):
            return f"<{header}> belongs to {' and '.join(sorted(OWNERS[header]))}"
        if path.parts[0] == "include" and header.startswith(NOT_PUBLIC):
            return f"<{header}> in a public header: hide it behind a .cpp"
        return None

    target = target_of(header, root)
    if target is None:
        return f'"{header}" is neither include/{header} nor src/{header}'
    if path.parts[0] == "include" and target.parts[0] == "src":
        return f'"{header}" is private: a public header cannot include it'
    used = module_of(target)
    if used not in FLOOR:
        return f'"{header}" is in no module of the floor table'
    if used == module:
        return None
    if FLOOR[used] >= FLOOR[module]:
        return (f'"{header}": {module} (floor {FLOOR[module]}) must not include from '
                f"{used} (floor {FLOOR[used]})")
    if used in WALLS.get(module, ()):
        return f'"{header}": {module} must know nothing of {used}'
    return None


def sources(root):
    return (path for path in tree.files(root, "include", "src")
            if path.name.endswith((".cpp", ".hpp", ".hpp.in")))


def violations(root):
    """The violations below a root, and how many includes were looked at."""
    found = []
    looked_at = 0
    for file in sources(root):
        path = file.relative_to(root)
        module = module_of(path)
        if module not in FLOOR:
            found.append(f"{path}: in no module of the floor table")
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                looked_at += 1
                wrong = check_include(path, module, *match.groups(), root)
                if wrong:
                    found.append(f"{path}:{number}: {wrong}")
    return found, looked_at


def main():
    return tree.verdict(*violations(pathlib.Path(sys.argv[1])), "includes")


if __name__ == "__main__":
    sys.exit(main())
