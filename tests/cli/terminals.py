# SPDX-License-Identifier: BSD-3-Clause
"""A program in a terminal: a pseudo-terminal of a given width that is its controlling terminal, so that
Ctrl-C reaches it as it reaches what a user starts."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time

import support

CTRL_C = b"\x03"


class Terminal:
    """A running command, and all that it wrote to its terminal."""

    def __init__(self, *command, columns=0, environment=None):
        self.reader, writer = pty.openpty()
        self.resize(columns)
        self.written = b""
        variables = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
        self.process = subprocess.Popen(
            [*map(str, command)], stdin=writer, stdout=writer, stderr=writer,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**variables, **support.QUIET, **(environment or {})})
        os.close(writer)
        # A terminal that nobody reads would stop the program.
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while True:
            try:
                part = os.read(self.reader, 65536)
            except OSError:  # how Linux says that the last writer is gone
                return
            if not part:
                return
            self.written += part

    def resize(self, columns):
        fcntl.ioctl(self.reader, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def press(self, keys):
        os.write(self.reader, keys)

    @property
    def text(self):
        return self.written.decode(errors="replace").replace("\r\n", "\n")

    def wait(self, timeout_s=60):
        """The exit code."""
        code = self.process.wait(timeout_s)
        self.thread.join(timeout_s)
        return code

    def close(self):
        self.process.kill()
        self.process.wait()
        self.thread.join(10)
        os.close(self.reader)

    def live_lines(self):
        """The lines of progress, as far as they are whole; the last one may not be."""
        return [part for part in re.split(r"[\r\n]", self.text) if re.search(r" left *$", part)]
