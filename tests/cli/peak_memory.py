"""Runs a command and prints the most memory it ever held, in bytes.

usage: peak_memory.py COMMAND...
"""

import resource
import subprocess
import sys


def main():
    code = subprocess.run(sys.argv[1:], check=False).returncode
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
