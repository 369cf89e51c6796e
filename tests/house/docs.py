#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The public headers render as API documentation, without a warning or a member without comment.

usage: docs.py CMAKE BUILD DOXYGEN     exit code 77 (a skip) where there is no Doxygen, but not in CI
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HEADER = """/// A module.
namespace module {{
/// A pair.
struct Pair {{
  int first = 0;  ///< the first number
  {comment}
  int second = 0;
}};
}}  // namespace module
"""


def renders(doxygen, settings, comment):
    """Whether a made-up header passes by the settings of the target."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "pair.hpp").write_text(HEADER.format(comment=comment))
        made_up = f'{settings}\nINPUT = "{folder}"\nOUTPUT_DIRECTORY = "{folder}/docs"\n'
        done = subprocess.run([doxygen, "-"], input=made_up, text=True, capture_output=True,
                              cwd=folder, check=False)
        return done.returncode == 0


def main():
    cmake, build, doxygen = sys.argv[1:4]
    if not os.path.isfile(doxygen):
        print("skipped: doxygen is not installed (Debian: doxygen)")
        return 1 if os.environ.get("CI") == "true" else 77
    done = subprocess.run([cmake, "--build", build, "--target", "docs"], check=False)
    pages = list((pathlib.Path(build) / "docs/html").glob("*.html"))
    print(f"{len(pages)} pages")
    settings = (pathlib.Path(build) / "Doxyfile.docs").read_text()
    strict = (renders(doxygen, settings, "/// The second number.")
              and not renders(doxygen, settings, ""))
    if not strict:
        print("the settings of the target docs do not tell a documented member from another")
    return 1 if done.returncode != 0 or not pages or not strict else 0


if __name__ == "__main__":
    sys.exit(main())
