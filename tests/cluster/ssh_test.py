# SPDX-License-Identifier: BSD-3-Clause
"""launch/hosts.sh over two hosts of its own, network namespaces with an sshd each: trains over both
with the parameters of one host, to the last bit, hears signals, and says in one line what is wrong with
a host."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest

import numpy

CLUSTER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(CLUSTER.parent / "cli"))
sys.path.insert(0, str(CLUSTER))

import private_hosts
import support

if reason := private_hosts.missing():
    print(f"skipped: {reason}")
    sys.exit(77)

SCRIPT = pathlib.Path(os.environ["INFOMAX_SOURCE"]) / "launch/hosts.sh"
SYSTEM, STOPPED = 5, 75
FIRST, SECOND = private_hosts.ADDRESSES


class HostsTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.hosts = private_hosts.Hosts()
        cls.addClassCleanup(cls.hosts.stop)

    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=support.images(600, size=8))

    def start(self, host_file, *arguments, options=()):
        """The script on the first host, with a host file of these lines and these options of its
        own."""
        file = self.scratch / "hosts.txt"
        file.write_text("# the hosts\n" + "".join(f"{line}\n" for line in host_file))
        environment = {name: value for name, value in os.environ.items()
                       if name != "INFOMAX_MPIEXEC"}
        job = subprocess.Popen(
            self.hosts.command_on_first(SCRIPT, *options, file, *arguments), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={**environment, "INFOMAX_SSH": self.hosts.ssh, "OMPI_MCA_mpi_yield_when_idle": "1"})
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.stderr.close)
        self.addCleanup(job.wait)
        self.addCleanup(job.kill)
        return job

    def run_script(self, host_file, *arguments, options=()):
        job = self.start(host_file, *arguments, options=options)
        out, err = job.communicate(timeout=90)
        return support.Finished(job.returncode, out, err)

    def train_options(self, run, *more, data=None):
        return ["train", "--data", data or self.data, "--output", self.scratch / run, "--encoder",
                "dense:24,tanh,dense:3", "--precision", "double", "--batch", "240", "--blocks", "4",
                "--optimizer", "sgd", "--learning-rate", "0.05", "--reproducible", "--time-limit",
                "300s", *more]

    def check_like_one_host(self, run, steps):
        one = f"{run}-one"
        self.succeed(*self.train_options(one, "--steps", steps))
        numpy.testing.assert_array_equal(support.parameters(self.scratch / run / "model.h5"),
                                         support.parameters(self.scratch / one / "model.h5"))

    def test_trains_over_both_hosts(self):
        done = self.run_script([f"{FIRST} slots=2", f"{SECOND} slots=1"],
                               *self.train_options("both", "--steps", "40"))
        self.assertEqual(done.code, 0, done.err)
        self.assertRegex(done.err, r"ranks +3 on 2 nodes")
        self.check_like_one_host("both", 40)
        self.assertEqual(list(self.scratch.glob(".infomax-*")), [])

    def test_ranks_run_under_the_name_of_their_host(self):
        done = self.run_script([FIRST, SECOND], "doctor")
        self.assertEqual(done.code, 0, done.err)
        for name in self.hosts.names:
            self.assertRegex(done.out, rf"\n\d+ +{name} ")

    def test_gives_every_host_its_part_of_the_ranks(self):
        first, second = self.hosts.names
        for file, options, expected in (([FIRST, SECOND], ["-n", "2", "-t", "1"], [1, 1]),
                                        ([FIRST, FIRST, SECOND], [], [2, 1])):
            done = self.run_script(file, "doctor", options=options)
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual([len(re.findall(rf"\n\d+ +{name} ", done.out))
                              for name in (first, second)], expected, done.out)

    def test_stops_on_a_signal_and_goes_on(self):
        options = self.train_options("stopped", "--resume", "--progress", "none")
        job = self.start([FIRST, SECOND], *options, "--steps", "100000000")
        metrics = self.scratch / "stopped/metrics.jsonl"
        self.assertTrue(support.wait_until(
            lambda: metrics.exists() and metrics.read_bytes().count(b"\n") > 20, 60))
        os.kill(job.pid, signal.SIGTERM)
        _, err = job.communicate(timeout=60)
        self.assertEqual(job.returncode, STOPPED, err)
        self.assertIn("stopped by SIGUSR1", err)
        steps = len(support.metrics(self.scratch / "stopped")) + 10
        done = self.run_script([FIRST, SECOND], *options, "--steps", steps)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn(f"goes on after step {steps - 10}", done.err)
        self.check_like_one_host("stopped", steps)

    def refuse(self, host_file, arguments, *words):
        done = self.run_script(host_file, *arguments)
        self.assertEqual(done.code, SYSTEM, done.err)
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        self.assertTrue(done.err.startswith("hosts.sh: "), done.err)
        for word in words:
            self.assertIn(word, done.err)
        self.assertFalse((self.scratch / "refused").exists())
        return done

    def test_says_which_host_cannot_be_reached(self):
        nobody = private_hosts.NOBODY
        self.refuse([FIRST, SECOND, nobody], self.train_options("refused"),
                    f"{nobody} cannot be reached by ssh without a password: ",
                    f"ssh_config -o BatchMode=yes -o ConnectTimeout=10 {nobody} true")

    def test_says_which_host_lacks_the_data(self):
        hidden = self.hosts.hidden / "data.h5"
        shutil.copy(self.data, hidden)
        self.refuse([FIRST, SECOND], self.train_options("refused", data=hidden),
                    f"{SECOND} cannot read {hidden}")

    def test_says_which_host_has_other_directories(self):
        self.refuse([FIRST, SECOND], self.train_options(self.hosts.hidden / "runs/refused"),
                    f"{SECOND} does not see what is written to {self.hosts.hidden}", "share")
        self.assertEqual(list(self.hosts.hidden.glob(".infomax-*")), [])

    def test_refuses_what_is_no_host_file(self):
        done = self.run_script([], *self.train_options("refused"))
        self.assertEqual((done.code, done.complaints), (2, []), done.err)
        self.assertIn("hosts.txt names no host", done.err)


if __name__ == "__main__":
    unittest.main()
