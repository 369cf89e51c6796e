# SPDX-License-Identifier: BSD-3-Clause
"""Runs a command and writes the most memory it ever held, in bytes, to a file of its own in a
directory; for ranks that print at once may mix their lines.

usage: peak_memory.py DIRECTORY COMMAND...
"""

import os
import pathlib
import resource
import subprocess
import sys


def main():
    code = subprocess.run(sys.argv[2:], check=False).returncode
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    pathlib.Path(sys.argv[1], str(os.getpid())).write_text(str(peak))
    return code


if __name__ == "__main__":
    sys.exit(main())
