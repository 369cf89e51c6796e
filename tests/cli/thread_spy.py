"""Runs a command and prints the processor time of the busiest of its threads but the first, in units
of the first's.

usage: thread_spy.py COMMAND...
"""

import json
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
    with subprocess.Popen(sys.argv[1:]) as process:
        seen = {}
        while process.poll() is None:
            for thread, ticks in ticks_of_threads(process.pid).items():
                seen[thread] = max(ticks, seen.get(thread, 0))
            time.sleep(0.02)
    first = seen.pop(process.pid)
    print(json.dumps(max(seen.values(), default=0) / max(1, first)), flush=True)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
