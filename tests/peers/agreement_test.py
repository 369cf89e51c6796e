# SPDX-License-Identifier: BSD-3-Clause
"""The PyTorch peer computes what Infomax computes: from the same parameters and the same full batch,
one step of plain gradient ascent gives the same objective and moves every parameter alike, on one
process and on two with unequal shards."""

import importlib.util
import json
import pathlib
import subprocess
import sys
import unittest

import h5py
import numpy

if importlib.util.find_spec("torch") is None:
    print("skipped: PyTorch is not installed (Debian: python3-torch)")
    sys.exit(77)

PEERS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(PEERS.parent / "cli"))
sys.path.insert(0, str(PEERS))

import torch

import sides
import support

RATE = 0.125
ROWS = 241
# Of the largest movement. Covariances of images are all but singular, so what float products lose is
# magnified where they are inverted; Infomax multiplies them in double.
EXACT = {"double": 1e-10, "float": 1e-5}
# J is a small difference of scores of some 10, which float rounds.
CANCELLED = {"double": 1e-10, "float": 1e-4}
INVERTED = {"double": 1e-10, "float": 1e-3}


def peer(program, *arguments):
    done = subprocess.run([sys.executable, "-B", PEERS / program, *map(str, arguments)],
                          capture_output=True, timeout=300, check=False, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


class Agreement(support.ProgramTest):
    def check(self, networks, tolerances, options, only_infomax=(), only_peer=()):
        x = support.images(ROWS, size=8)
        # Pixels that do not vary, as the margins of images.
        x[:, 0, :2] = 0
        data = self.write_data(x=x)
        common = ["--encoder", "dense:12,tanh,dense:5", *options]
        for precision, tolerance in tolerances.items():
            ours = [*common, *only_infomax, "--normalize", "scale", "--precision", precision]
            before = self.train(data, f"before-{precision}", *ours, "--steps", "0") / "model.h5"
            step = ["--optimizer", "sgd", "--learning-rate", RATE, "--batch", "0", "--steps", "1"]
            run = self.train(data, f"after-{precision}", *ours, *step, ranks=2)
            said, = support.metrics(run)
            for processes in (1, 2):
                what = f"{options} in {precision} on {processes}"
                after = self.scratch / f"peer-{precision}-{processes}.h5"
                found = peer("torch_ddp.py", "--processes", processes, "--data", data, *common,
                             *only_peer, *step, "--dtype", precision, "--initial", before,
                             "--output", after)
                self.assert_close(found["objective"], said["objective"], tolerance, what)
                for name in networks:
                    start = support.parameters(before, name)
                    moved = support.parameters(run / "model.h5", name) - start
                    self.assertGreater(numpy.abs(moved).max(), 1e-4, what)
                    self.assert_close(support.parameters(after, name) - start, moved, tolerance,
                                      f"{what}, network {name}")

    def test_barlow(self):
        self.check("b", EXACT, ["--pair", "views", "--share", "--objective", "barlow"],
                   ["--split-image", "left,right"])

    def test_barlow_of_views_that_differ_by_next_to_nothing(self):
        self.check("b", EXACT, ["--pair", "augment", "--objective", "barlow"],
                   ["--augment", "noise:1e-14"], ["--noise", "1e-14"])

    def test_dcca(self):
        self.check("ab", INVERTED, ["--pair", "views", "--objective", "dcca"],
                   ["--split-image", "left,right"])

    def test_infomax(self):
        self.check("b", EXACT, ["--pair", "input", "--objective", "infomax", "--lambda", "0.1"])

    def test_infonce(self):
        self.check("b", CANCELLED, ["--pair", "views", "--share", "--objective", "infonce"],
                   ["--split-image", "left,right"])

    def test_correlations_of_test_data_under_the_fit_to_training_data(self):
        train = self.write_data("train.h5", x=support.images(ROWS, seed=1, size=8))
        test = self.write_data("test.h5", x=support.images(97, seed=2, size=8))
        encoder = ["--encoder", "dense:12,tanh,dense:5"]
        model = self.train(train, "run", "--pair", "views", "--split-image", "left,right",
                           "--objective", "dcca", *encoder, "--batch", "0", "--steps", "3",
                           "--normalize", "scale") / "model.h5"
        ours = self.evaluate(model, test, "--fit", train)
        found = peer("dcca_single.py", "--data", train, "--test", test, *encoder, "--epochs", "0",
                     "--initial", model)
        self.assertEqual(found["steps"], 0)
        self.assert_close(found["test_sum"], ours["dependence"], 1e-5)


class Noise(support.ProgramTest):
    def test_is_normal_of_the_same_deviation_and_new_in_each_view(self):
        pixels = 64
        data = self.write_data(x=support.images(500, size=8))
        model = self.scratch / "identity.h5"
        with h5py.File(model, "w") as file:
            file["networks/b/layers/0/weight"] = numpy.eye(pixels)
            file["networks/b/layers/0/bias"] = numpy.zeros(pixels)
        rows = sides.Rows(data, "augment", torch.double)
        peers = sides.Sides("augment", f"dense:{pixels}", rows, noise=0.1)
        peers.load(model)
        x, = rows.take(torch.arange(rows.count))
        first, second = (view.detach().numpy() - x.numpy() for view in peers(x))
        for noise in (first, second):
            self.assertLess(abs(noise.mean()), 0.002)
            self.assertLess(abs(noise.std() - 0.1), 0.002)
            self.assertLess(abs((noise ** 4).mean() / 0.1 ** 4 - 3), 0.3)
        self.assertLess(abs(numpy.corrcoef(first.ravel(), second.ravel())[0, 1]), 0.03)


if __name__ == "__main__":
    unittest.main()
