# SPDX-License-Identifier: BSD-3-Clause
"""The pair `augment`, and the layers that are otherwise in training than in evaluation."""

import unittest

import h5py
import numpy

import support


class Augment(support.ProgramTest):
    ENCODER = ("--pair", "augment", "--encoder", "dense:8,tanh,dense:3", "--objective", "barlow",
               "--precision", "double", "--batch", "40", "--steps", "4", "--optimizer", "sgd",
               "--learning-rate", "0.01")

    def test_training_is_the_same_at_any_number_of_ranks_and_micro_batch(self):
        data = self.write_data(x=support.images(90))
        words = ["--augment", "crop:0.8,rotate:15,shift:1,flip,scale:0.2,noise:0.05,mask:0.1"]
        alone = support.parameters(self.train(data, "one", *self.ENCODER, *words) / "model.h5")
        for ranks, micro in ((2, 0), (3, 7)):
            run = self.train(data, f"at-{ranks}", *self.ENCODER, *words, "--micro-batch",
                             str(micro), ranks=ranks)
            numpy.testing.assert_allclose(support.parameters(run / "model.h5"), alone, rtol=0,
                                          atol=1e-10)

    def test_without_a_change_both_sides_are_one(self):
        data = self.write_data(x=support.images(90))
        run = self.train(data, "run", *self.ENCODER, "--augment", "noise:0")
        outputs = support.encoded(run / "model.h5", support.images(90))
        centred = outputs - outputs.mean(axis=0)
        scaled = centred / numpy.sqrt(outputs.var(axis=0) + 1e-5)
        correlation = scaled.T @ scaled / len(scaled)
        diagonal = numpy.diag(correlation)
        off = correlation - numpy.diag(diagonal)
        expected = -(((1 - diagonal) ** 2).sum() + 5e-3 * (off ** 2).sum())
        found = self.evaluate(run / "model.h5", data, ranks=2)
        self.assertAlmostEqual(found["objective"], expected, delta=1e-10)

    def test_evaluation_draws_the_same_changes_each_time(self):
        data = self.write_data(x=support.images(90))
        run = self.train(data, "run", *self.ENCODER, "--augment", "noise:0.3,shift:1")
        once = self.evaluate(run / "model.h5", data)
        again = self.evaluate(run / "model.h5", data, ranks=3)
        self.assertLess(once["objective"], -1e-4)
        self.assertAlmostEqual(once["objective"], again["objective"], delta=1e-10)

    def test_colours_at_any_number_of_ranks_and_on_one_scale(self):
        pixels = numpy.random.default_rng(8).integers(0, 256, size=(60, 6, 8, 3)).astype("u1")
        data = self.write_data(x=pixels)
        words = ["--augment", "brightness:0.4,contrast:0.4,saturation:0.4,hue:0.1,grayscale:0.2,blur:1,"
                 "erase:0.3,crop:0.5,flip"]
        alone = support.parameters(self.train(data, "one", *self.ENCODER, *words) / "model.h5")
        run = self.train(data, "three", *self.ENCODER, *words, "--micro-batch", "7", ranks=3)
        numpy.testing.assert_allclose(support.parameters(run / "model.h5"), alone, rtol=0, atol=1e-10)
        for options, more in ((["--normalize", "standardize"], ["--normalize scale"]),
                              (["--image", "6x24"], ["three channels", "these have 1"])):
            done = support.run("train", "--data", data, "--output", self.scratch / "no", *self.ENCODER,
                               *words, *options, ranks=None)
            self.assert_refused(done, 2, "--augment", *more)

    def test_coloured_images_are_mirrored_in_their_width_wherever_the_channels_are(self):
        pixels = numpy.random.default_rng(8).normal(size=(30, 6, 8, 3))
        mirrored = pixels + pixels[:, :, ::-1]
        for name, images, words, shape in (
                ("pixels", mirrored, [], "6x8x3"),
                ("planes", mirrored.transpose(0, 3, 1, 2), [], "6x8"),
                ("said", mirrored, ["--image", "6x8"], "6x8x3"),
                ("flat", mirrored.reshape(30, -1), ["--image", "6x8x3"], "6x8x3")):
            with self.subTest(name):
                data = self.write_data(x=images)
                run = self.train(data, name, "--pair", "augment", "--augment", "flip", *words,
                                 "--objective", "mse", "--encoder", "dense:2", "--steps", "1",
                                 "--normalize", "none", "--precision", "double", ranks=None)
                said, = support.metrics(run)
                self.assertGreater(said["entropy_b"], 1.0)
                self.assertAlmostEqual(said["objective"], 0.0, delta=1e-20)
                with h5py.File(run / "model.h5") as file:
                    self.assertEqual(file["settings"].attrs["image"], shape)

    def test_targets_are_learned_from_changed_rows_and_evaluated_without_changes(self):
        x, y = support.images(90), numpy.arange(90) % 3
        data = self.write_data(x=x, y=y)
        arguments = ("--pair", "target", "--encoder", "dense:8,tanh,dense:3", "--rho", "cca",
                     "--precision", "double", "--batch", "40", "--optimizer", "sgd",
                     "--learning-rate", "0.01")
        change = ("--augment", "shift:1,flip,noise:0.3")
        plain = self.train(data, "plain", *arguments, "--steps", "4")
        alone = self.train(data, "alone", *arguments, *change, "--steps", "4")
        self.assertGreater(numpy.abs(support.parameters(plain / "model.h5") -
                                     support.parameters(alone / "model.h5")).max(), 1e-4)
        for ranks, micro in ((2, 0), (3, 7)):
            run = self.train(data, f"at-{ranks}", *arguments, *change, "--steps", "4",
                             "--micro-batch", str(micro), ranks=ranks)
            numpy.testing.assert_allclose(support.parameters(run / "model.h5"),
                                          support.parameters(alone / "model.h5"), rtol=0,
                                          atol=1e-10)
        untrained = [self.train(data, f"untrained-{len(words)}", *arguments, *words, "--steps", "0")
                     for words in ((), change)]
        found = [self.evaluate(run / "model.h5", data)["objective"] for run in untrained]
        self.assertEqual(found[0], found[1])

    def test_what_does_not_fit_is_refused(self):
        flat = self.write_data(x=support.images(30).reshape(30, -1))
        cases = [
            (("--augment", "shift:1"), 2, "--image"),
            (("--augment", "shift:1", "--image", "5x7"), 2, "36 features"),
            (("--augment", "sharpen:1"), 2, "not known"),
            (("--augment", "flip", "--image", "3x6x6"), 2, "height x width"),
            ((), 2, "--augment"),
        ]
        for words, code, hint in cases:
            done = support.run("train", "--data", flat, "--output", self.scratch / "refused",
                               *self.ENCODER, *words, ranks=2)
            self.assert_refused(done, code, hint)
        done = support.run("train", "--data", flat, "--output", self.scratch / "refused",
                           "--encoder", "dense:2", "--augment", "noise:1")
        self.assertEqual(done.code, 2)
        self.assertIn("--pair augment", done.complaints[0])
        labelled = self.write_data("labelled.h5", x=support.images(30), y=numpy.arange(30) % 2)
        for words, hint in ((("--image", "6x6"), "--image"),
                            (("--augment", "noise:1", "--init", "linear", "--objective", "dcca"),
                             "--augment"),
                            (("--augment", "sharpen:1"), "not known")):
            done = support.run("train", "--data", labelled, "--output", self.scratch / "refused",
                               "--pair", "target", "--encoder", "dense:2", *words)
            self.assert_refused(done, 2, hint)


class BatchNormalisation(support.ProgramTest):
    def test_full_batch_search_ends_with_the_data_sets_own_moments(self):
        x = numpy.random.default_rng(4).normal(size=(120, 5)) * [1, 2, 3, 4, 5] + 7
        data = self.write_data(x=x)
        run = self.train(data, "run", "--encoder", "dense:4,batchnorm,tanh,dense:2", "--optimizer",
                         "lbfgs", "--batch", "0", "--steps", "5", "--precision", "double",
                         "--micro-batch", "16", ranks=2)
        model = run / "model.h5"
        with h5py.File(model) as file:
            layers = file["networks/b/layers"]
            first = {name: layers["0"][name][()] for name in ("weight", "bias")}
            norm = {name: layers["1"][name][()] for name in ("scale", "shift", "mean", "variance")}
            last = {name: layers["2"][name][()] for name in ("weight", "bias")}
        z = support.preprocessed(model, x)
        h = z @ first["weight"] + first["bias"]
        numpy.testing.assert_allclose(norm["mean"], h.mean(axis=0), atol=1e-10)
        numpy.testing.assert_allclose(norm["variance"], h.var(axis=0), rtol=1e-10)
        h = (h - norm["mean"]) / numpy.sqrt(norm["variance"] + 1e-5) * norm["scale"] + norm["shift"]
        y = numpy.tanh(h) @ last["weight"] + last["bias"]
        found = self.evaluate(model, data, ranks=3)
        self.assertAlmostEqual(found["objective"], support.rv(z, y), delta=1e-10)
        # Training saw the same moments, so its last value is that of evaluation.
        self.assertAlmostEqual(support.metrics(run)[-1]["objective"], found["objective"],
                               delta=1e-9)


class Dropout(support.ProgramTest):
    def test_is_off_in_evaluation_and_the_same_on_any_number_of_ranks(self):
        x = support.images(90)
        data = self.write_data(x=x)
        # Not by Adam, which enlarges the rounding of the last bias's gradient, 0 in truth.
        arguments = ("--encoder", "dense:8,tanh,dropout:0.5,dense:3", "--precision", "double",
                     "--steps", "4", "--batch", "50", "--optimizer", "sgd", "--learning-rate", "0.5")
        run = self.train(data, "one", *arguments)
        other = self.train(data, "three", *arguments, ranks=3)
        numpy.testing.assert_allclose(support.parameters(other / "model.h5"),
                                      support.parameters(run / "model.h5"), rtol=0, atol=1e-12)
        with h5py.File(run / "model.h5") as file:
            layers = file["networks/b/layers"]
            z = support.preprocessed(run / "model.h5", x)
            h = numpy.tanh(z @ layers["0/weight"][()] + layers["0/bias"][()])
            y = h @ layers["1/weight"][()] + layers["1/bias"][()]
        found = self.evaluate(run / "model.h5", data)
        self.assertAlmostEqual(found["objective"], support.rv(z, y), delta=1e-10)


if __name__ == "__main__":
    unittest.main()
