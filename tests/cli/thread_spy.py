# SPDX-License-Identifier: BSD-3-Clause
"""Runs a command and writes the processor time of the busiest of its threads but the first, in units
of the first's, to a file of its own in a directory; for ranks that print at once may mix their lines.

usage: thread_spy.py DIRECTORY COMMAND...
"""

import os
import pathlib
import subprocess
import sys
import time


def ticks_of_threads(process):
    """User and system time of every thread, by its id."""
    ticks = {}
    for stat in pathlib.Path(f"/proc/{process}/task").glob("*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            ticks[int(stat.parent.name)] = int(fields[11]) + int(fields[12])
        except OSError:
            continue
    return ticks


def main():
    with subprocess.Popen(sys.argv[2:]) as process:
        seen = {}
        while process.poll() is None:
            for thread, ticks in ticks_of_threads(process.pid).items():
                seen[thread] = max(ticks, seen.get(thread, 0))
            time.sleep(0.02)
    first = seen.pop(process.pid)
    work = max(seen.values(), default=0) / max(1, first)
    pathlib.Path(sys.argv[1], str(os.getpid())).write_text(str(work))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
