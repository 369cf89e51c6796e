# SPDX-License-Identifier: BSD-3-Clause
"""The pairs `views` and `lag`: what evaluate and a step of training make of them, against NumPy."""

import json
import unittest

import h5py
import numpy

import support

RIDGE = 1e-4


def correlated_views(rows, seed):
    random = numpy.random.default_rng(seed)
    shared = random.normal(size=(rows, 3))
    x = numpy.tanh(shared @ random.normal(size=(3, 7))) + 0.5 * random.normal(size=(rows, 7))
    y = shared @ random.normal(size=(3, 5)) + 0.5 * random.normal(size=(rows, 5))
    return x, y


def both_networks(model):
    return numpy.concatenate([support.parameters(model, "a"), support.parameters(model, "b")])


def directions(a, b):
    """What takes centred sides to their canonical variables."""
    def inverse_root(c):
        values, vectors = numpy.linalg.eigh(c + RIDGE * numpy.trace(c) / len(c) * numpy.eye(len(c)))
        return vectors @ numpy.diag(values ** -0.5) @ vectors.T

    roots = [inverse_root(support.covariance(side, side)) for side in (a, b)]
    u, _, vt = numpy.linalg.svd(roots[0] @ support.covariance(a, b) @ roots[1],
                                full_matrices=False)
    return roots[0] @ u, roots[1] @ vt.T


class Views(support.ProgramTest):
    def test_two_networks_are_those_of_the_file(self):
        x, y = correlated_views(203, 1)
        data = self.write_data(x=x, y=y)
        run = self.train(data, "run", "--pair", "views", "--objective", "dcca", "--encoder",
                         "dense:6,tanh,dense:3", "--encoder-b", "dense:4", "--precision", "double",
                         "--steps", "3", ranks=3)
        a = support.encoded(run / "model.h5", x, "a")
        b = support.encoded(run / "model.h5", y, "b")
        expected = support.canonical_correlations(a, b, RIDGE)
        for ranks in (1, 3):
            found = self.evaluate(run / "model.h5", data, ranks=ranks)
            self.assertAlmostEqual(found["objective"], expected.sum(), delta=1e-9)
            numpy.testing.assert_allclose(found["canonical_correlations"], expected, atol=1e-9)
            self.assertAlmostEqual(found["entropy_a"], support.entropy(a), delta=1e-9)

    def test_labels_as_a_second_view_are_warned_of(self):
        x, y = correlated_views(60, 1)
        for name, second, warned in (("labels", (y[:, 0] > 0).astype("u1"), 1), ("values", y[:, 0], 0)):
            data = self.write_data(f"{name}.h5", x=x, y=second)
            done = self.succeed("train", "--data", data, "--output", self.scratch / name, "--pair", "views",
                                "--encoder", "dense:1", "--steps", "0", ranks=2)
            self.assertEqual(done.err.count("give --pair target"), warned, done.err)

    def test_a_step_follows_the_gradient_of_both_networks_at_any_number_of_ranks(self):
        x, y = correlated_views(60, 2)
        data = self.write_data(x=x, y=y)
        arguments = ["--pair", "views", "--objective", "vamp2", "--encoder", "dense:3,tanh,dense:2",
                     "--encoder-b", "dense:2", "--precision", "double", "--batch", "0",
                     "--optimizer", "sgd", "--learning-rate", "0.1"]
        start = self.train(data, "start", *arguments, "--steps", "0") / "model.h5"
        point = both_networks(start)
        inputs = (support.preprocessed(start, x, "a"), support.preprocessed(start, y, "b"))
        size_a = len(support.parameters(start, "a"))

        def objective(flat):
            a = support.encode("dense:3,tanh,dense:2", flat[:size_a], inputs[0])
            b = support.encode("dense:2", flat[size_a:], inputs[1])
            return 1 + (support.canonical_correlations(a, b, RIDGE) ** 2).sum()

        expected = point + 0.1 * support.gradient(objective, point)
        for ranks, micro in ((1, 0), (3, 7)):
            moved = self.train(data, f"moved{ranks}", *arguments, "--steps", "1", "--micro-batch",
                               micro, ranks=ranks) / "model.h5"
            numpy.testing.assert_allclose(both_networks(moved), expected, atol=1e-7)
            self.assertGreater(numpy.abs(both_networks(moved) - point).max(), 1e-3)

    def test_halves_of_images_are_two_views(self):
        images = support.images(150)
        data = self.write_data(x=images)
        run = self.train(data, "run", "--pair", "views", "--split-image", "left,right", "--rho",
                         "rv", "--encoder", "dense:3", "--precision", "double", "--steps", "2",
                         ranks=2)
        a = support.encoded(run / "model.h5", images[:, :, :3], "a")
        b = support.encoded(run / "model.h5", images[:, :, 3:], "b")
        found = self.evaluate(run / "model.h5", data, ranks=2)
        self.assertAlmostEqual(found["objective"], support.rv(a, b), delta=1e-9)

    def test_halves_of_colour_images_hold_all_channels(self):
        channels = [support.images(60, seed) for seed in (5, 6, 7)]
        for images, at, more in (
                (numpy.stack(channels, -1), lambda x, half: x[:, :, half, :], ()),
                (numpy.stack(channels, 1), lambda x, half: x[:, :, :, half], ("--image", "6x6"))):
            data = self.write_data(x=images)
            run = self.train(data, "run", "--overwrite", "--pair", "views", "--split-image",
                             "left,right", "--encoder", "dense:3", "--steps", "1", "--precision",
                             "double", *more, ranks=2)
            halves = [support.encoded(run / "model.h5", at(images, half), side)
                      for half, side in ((slice(0, 3), "a"), (slice(3, 6), "b"))]
            flat = self.write_data("flat.h5", x=images.reshape(len(images), -1))
            for file in (data, flat):
                found = self.evaluate(run / "model.h5", file)
                self.assertAlmostEqual(found["objective"], support.rv(*halves), delta=1e-9)

    def test_a_shared_network_encodes_both(self):
        x, _ = correlated_views(80, 3)
        data = self.write_data(x=x[:, :3], y=x[:, 3:6])
        run = self.train(data, "run", "--pair", "views", "--share", "--rho", "cca", "--encoder",
                         "dense:2", "--precision", "double", "--steps", "2", ranks=2)
        with h5py.File(run / "model.h5") as file:
            self.assertEqual(list(file["networks"]), ["b"])
        a, b = (support.encoded(run / "model.h5", side) for side in (x[:, :3], x[:, 3:6]))
        found = self.evaluate(run / "model.h5", data, ranks=3)
        self.assertAlmostEqual(found["objective"], support.cca(a, b), delta=1e-9)

    def test_a_fit_to_training_data_is_applied_to_test_data_as_it_is(self):
        x, y = correlated_views(400, 4)
        train = self.write_data("train.h5", x=x[:200], y=y[:200])
        test = self.write_data("test.h5", x=x[200:], y=y[200:])
        run = self.train(train, "run", "--pair", "views", "--objective", "dcca", "--encoder",
                         "dense:4", "--precision", "double", "--steps", "2")
        sides = [support.encoded(run / "model.h5", side, network)
                 for side, network in ((x, "a"), (y, "b"))]
        fitted = directions(*(side[:200] for side in sides))
        projected = [(side[200:] - side[:200].mean(axis=0)) @ way
                     for side, way in zip(sides, fitted)]
        expected = [numpy.corrcoef(u, v)[0, 1] for u, v in zip(projected[0].T, projected[1].T)]
        for ranks in (1, 3):
            found = self.evaluate(run / "model.h5", test, "--fit", train, ranks=ranks)
            numpy.testing.assert_allclose(found["canonical_correlations"], expected, atol=1e-9)
            self.assertAlmostEqual(found["objective"], sum(expected), delta=1e-9)
            self.assertEqual(found["samples"], 200)


class Lag(support.ProgramTest):
    def test_pairs_never_cross_the_end_of_a_trajectory(self):
        random = numpy.random.default_rng(5)
        x = random.normal(size=(120, 3)).cumsum(axis=0)
        lengths = [50, 3, 67]
        data = self.write_data(x=x, lengths=numpy.array(lengths))
        run = self.train(data, "run", "--pair", "lag", "--lag", "4", "--objective", "vamp1",
                         "--encoder", "dense:3,tanh,dense:2", "--precision", "double", "--steps",
                         "2", "--batch", "40", ranks=3)
        starts = [first + t for first, length in zip((0, 50, 53), lengths)
                  for t in range(max(0, length - 4))]
        z = support.encoded(run / "model.h5", x)
        a, b = z[starts], z[numpy.array(starts) + 4]
        expected = support.canonical_correlations(a, b, RIDGE)
        for ranks in (1, 2, 4):
            found = self.evaluate(run / "model.h5", data, ranks=ranks)
            self.assertEqual(found["samples"], len(starts))
            self.assertAlmostEqual(found["objective"], 1 + expected.sum(), delta=1e-9)
            numpy.testing.assert_allclose(found["timescales"], -4 / numpy.log(expected), rtol=1e-7)

    def test_steps_are_the_same_at_any_number_of_ranks(self):
        x = numpy.random.default_rng(6).normal(size=(101, 3)).cumsum(axis=0)
        data = self.write_data(x=x)
        models = []
        for ranks in (1, 2, 4):
            run = self.train(data, f"run{ranks}", "--pair", "lag", "--lag", "2", "--rho", "cca",
                             "--encoder", "dense:4,tanh,dense:2", "--precision", "double",
                             "--batch", "30", "--epochs", "3", "--optimizer", "sgd",
                             "--learning-rate", "0.1", ranks=ranks)
            models.append(support.parameters(run / "model.h5"))
            lines = [json.loads(line) for line in (run / "metrics.jsonl").open()]
            self.assertEqual(sum(line["samples"] for line in lines if line["kind"] == "step"),
                             3 * 99)
        numpy.testing.assert_allclose(models[1], models[0], rtol=1e-8, atol=1e-10)
        numpy.testing.assert_allclose(models[2], models[0], rtol=1e-8, atol=1e-10)

    def test_lags_and_lengths_that_do_not_fit_are_refused(self):
        data = self.write_data(x=numpy.zeros((10, 2)), lengths=numpy.array([4, 5]),
                               reals=numpy.array([4.0, 6.0]))
        for arguments, code in ((["--lag", "10"], 3), ([], 3), (["--lengths", "/reals"], 3),
                                (["--lag", "0"], 2), (["--lengths", "/none", "--lag", "10"], 2)):
            with self.subTest(arguments=arguments):
                done = support.run("train", "--data", data, "--pair", "lag", "--encoder", "dense:1",
                                   "--output", self.scratch / "run", *arguments, ranks=2)
                self.assertEqual(done.code, code, done.err)
                self.assertEqual(len(done.complaints), 1, done.err)


if __name__ == "__main__":
    unittest.main()
