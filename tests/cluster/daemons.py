# SPDX-License-Identifier: BSD-3-Clause
"""What the private clusters of these tests have in common: daemons that end with their test."""

import os
import shutil
import subprocess


def missing_programs(packages):
    """What is to be installed, in words, or nothing; `packages` says which has a program."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = sorted({package for program, package in packages.items()
                      if shutil.which(program) is None})
    if missing:
        return f"not installed: {', '.join(missing)} (launch/setup.sh --cluster-tests)"
    return None


class Daemons:
    def __init__(self):
        self.started = []

    def start(self, *command, output, environment=None):
        """In the foreground of its own kind, writing to the end of the file `output`. It is ended
        also where this process is killed."""
        with open(output, "ab") as log:
            self.started.append(subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *map(str, command)], env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        return self.started[-1]

    def stop(self):
        """All, the last one first."""
        for daemon in reversed(self.started):
            daemon.terminate()
        for daemon in self.started:
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
