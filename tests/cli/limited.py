# SPDX-License-Identifier: BSD-3-Clause
"""Becomes a command whose address space is limited.

usage: limited.py BYTES COMMAND...
"""

import os
import resource
import sys


def main():
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
