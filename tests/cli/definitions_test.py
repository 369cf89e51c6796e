# SPDX-License-Identifier: BSD-3-Clause
"""Every objective on every pair does what its definition says: the value, in training and in
evaluation, and the gradient by which a step of plain ascent moves every parameter, at one rank and at
two, three and four, of which some hold no row."""

import concurrent.futures
import functools
import itertools
import unittest

import numpy

import support
from definitions import Definition

ROWS = 37
RATE = 1 / 64
STEP = ["--batch", "0", "--optimizer", "sgd", "--learning-rate", RATE, "--steps", "1"]
COMMON = ["--precision", "double", "--seed", "5", "--threads", "1"]

OBJECTIVES = {
    "rv": ["--lambda-a", "0.3", "--lambda-b=-0.2"],
    "pearson": ["--rho", "pearson", "--lambda", "0.1", "--bins", "9", "--histogram-range",
                "sigma:1.6"],
    "cca": ["--rho", "cca", "--lambda-b", "0.5", "--bins", "12", "--histogram-range",
            "fixed:-0.6,0.7"],
    "dcca of two": ["--objective", "dcca", "--components", "2", "--ridge", "0.03"],
    "dcca, shrunk": ["--objective", "dcca", "--shrinkage", "auto"],
    "vamp1": ["--objective", "vamp1", "--ridge-absolute", "0.01"],
    "vamp2": ["--objective", "vamp2", "--ridge", "0.01"],
    "gaussian-mi": ["--objective", "gaussian-mi", "--ridge", "0.02"],
    "barlow": ["--objective", "barlow"],
    "vicreg": ["--objective", "vicreg"],
    "histogram-mi": ["--objective", "histogram-mi", "--bins", "8", "--histogram-range", "sigma:2"],
    "coding-rate": ["--objective", "coding-rate", "--distortion", "0.3"],
    "mse": ["--objective", "mse"],
    "infonce": ["--objective", "infonce", "--temperature", "0.4"],
    "infonce of dot products": ["--objective", "infonce", "--critic", "dot", "--symmetric", "false",
                                "--temperature", "2"],
    "nt-xent": ["--objective", "nt-xent", "--temperature", "0.5"],
    "jsd": ["--objective", "jsd", "--critic", "dot", "--temperature", "1.5"],
    "smile": ["--objective", "smile", "--critic", "dot", "--temperature", "0.5", "--smile-clip", "2"],
}
# Those that have parameters of their own, which the start has too.
LEARNED = {
    "infonce, learned": ["--objective", "infonce", "--temperature", "0.4", "--learn-temperature"],
    "nt-xent, learned": ["--objective", "nt-xent", "--temperature", "0.4", "--learn-temperature"],
    "dv": ["--objective", "dv", "--critic", "bilinear"],
    "nwj": ["--objective", "nwj", "--critic", "cosine", "--learn-temperature", "--temperature", "0.8"],
    "sigmoid": ["--objective", "sigmoid", "--learn-temperature"],
    "mine, separable": ["--objective", "mine", "--critic", "separable:dense:4,tanh,dense:3"],
    "jsd, separable": ["--objective", "jsd", "--critic", "separable:dense:5,tanh,dense:2"],
    "infonce, separable": ["--objective", "infonce", "--critic", "separable:dense:3"],
    "nwj, concat": ["--objective", "nwj", "--critic", "concat:dense:4,tanh,dense:1"],
    "infonce, concat": ["--objective", "infonce", "--critic", "concat:dense:3,tanh,dense:1",
                        "--symmetric", "true"],
    "simsiam": ["--objective", "simsiam", "--predictor", "dense:4,tanh,dense:3"],
    "smile, concat": ["--objective", "smile", "--critic", "concat:dense:3,sigmoid,dense:1"],
}
OBJECTIVES |= LEARNED
# What pairs do to sides is the same for all objectives, and was seen with the others.
FEW_PAIRS = ("input", "two networks", "one network", "lag")


def pairs_of(objective):
    """The pairs with which an objective is seen."""
    if "separable" in objective or "concat" in objective or objective == "simsiam":
        return FEW_PAIRS[1:3]
    return FEW_PAIRS if objective in LEARNED else PAIRS


DEEP = ["--encoder", "dense:3,tanh,dense:3"]
PAIRS = {  # the arrays, and the options
    "input": ("x", ["--pair", "input", "--encoder", "dense:3,tanh,dense:5"]),
    "values": ("x values", ["--pair", "target", "--encoder", "dense:9,relu,dense:3"]),
    "classes": ("x classes", ["--pair", "target", "--encoder", "dense:3,sigmoid,dense:3"]),
    "two networks": ("x values", ["--pair", "views", *DEEP, "--encoder-b", "dense:3,sigmoid"]),
    "one network": ("x other", ["--pair", "views", "--share", *DEEP, "--normalize", "standardize"]),
    "columns": ("x", ["--pair", "views", "--split-columns", "3", *DEEP, "--encoder-b", "dense:3"]),
    "images": ("images", ["--pair", "views", "--split-image", "left,right", "--share", "--encoder",
                          "dense:3"]),
    "changes that change nothing": ("mirrored", ["--pair", "augment", "--augment", "flip", *DEEP]),
    "lag": ("x lengths", ["--pair", "lag", "--lag", "2", *DEEP]),
    "batchnorm": ("x other", ["--pair", "views", "--share", "--encoder",
                              "dense:3,batchnorm,tanh,dense:3"]),
}


def arrays():
    random = numpy.random.default_rng(17)
    shared = random.normal(size=(ROWS, 3))
    x = shared @ random.normal(size=(3, 5)) + 0.5 * random.normal(size=(ROWS, 5)) + 3
    images = support.images(ROWS, seed=18, size=4)
    return {"x": {"x": x}, "values": {"y": numpy.tanh(shared) @ random.normal(size=(3, 3)) - 1},
            "other": {"y": x + random.normal(size=x.shape)},
            "classes": {"y": (2 * shared[:, 0]).round().astype(int) % 3},
            "images": {"x": images}, "mirrored": {"x": numpy.maximum(images, images[:, :, ::-1])},
            # The second and the fourth are too short for any pair.
            "lengths": {"lengths": numpy.array([11, 2, 3, 1, 14, 6])}}


class Table(support.ProgramTest):
    def setUp(self):
        super().setUp()
        every = arrays()
        self.data = {}
        for pair, (names, _) in PAIRS.items():
            datasets = {key: array for name in names.split() for key, array in every[name].items()}
            self.data[pair] = (self.write_data(f"{pair}.h5", **datasets), datasets)

    @functools.cache
    def start(self, pair, learned):
        """The initial model, the same for every objective but those with parameters of their own."""
        return self.train(self.data[pair][0], f"start of {pair} for {learned}", *COMMON,
                          *PAIRS[pair][1], *LEARNED.get(learned, []), "--steps", "0",
                          ranks=None) / "model.h5"

    def step(self, cell, ranks):
        """A run of one step from the pair's start, and what it says of itself."""
        number, pair, objective = cell
        path, _ = self.data[pair]
        # At 60 blocks of 37 rows the last of four ranks holds none; at 150 all but the first.
        blocks = (5, 60, 150)[number // 4 % 3]
        return self.train(path, f"{number}-{ranks}", *COMMON, *STEP, *PAIRS[pair][1],
                          *OBJECTIVES[objective], "--blocks", blocks, "--micro-batch",
                          (0, 4)[number % 2], "--validation", path, ranks=ranks)

    def check(self, start, run, datasets):
        definition = Definition(run / "model.h5", **datasets)
        point, moved = definition.parameters(start), definition.parameters(run / "model.h5")
        if definition.settings["objective"] == "mine":
            # What it keeps of earlier steps has no gradient.
            self.assertAlmostEqual(moved[-2], numpy.log(definition.mean_of_others(point)), delta=1e-11)
            self.assertAlmostEqual(moved[-1], 0.1, delta=1e-12)
            moved[-2:] = point[-2:]
        expected = support.gradient(definition.climbed_from(point), point)
        if numpy.abs(expected).max() < 1e-9:  # of two sides that are one
            self.assertLess(numpy.abs(moved - point).max(), 1e-12)
        else:
            self.assert_close((moved - point) / RATE, expected, 1e-6, "gradient")
        (step,), (after,) = support.metrics(run), support.metrics(run, "validation")
        for found, value in ((step, definition.value(point)),
                             (after, definition.value(moved, training=False))):
            self.assertAlmostEqual(found["objective"], value, delta=1e-11 * max(1, abs(value)))

    def over_cells(self, work, cells):
        """(cell, what `work` made of it), some at a time, for a process waits more than it works."""
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            yield from zip(cells, pool.map(work, cells))

    def test_values_and_gradients_are_those_of_the_definitions(self):
        # A number is left out after each pair, so that each objective meets every number of ranks.
        cells = [(number + number // len(OBJECTIVES), *cell)
                 for number, cell in enumerate(itertools.product(PAIRS, OBJECTIVES))
                 if cell[0] in pairs_of(cell[1])]
        checked = 0
        for (_, pair, objective), run in self.over_cells(
                lambda cell: self.step(cell, (None, 2, 3, 4)[cell[0] % 4]), cells):
            with self.subTest(pair=pair, objective=objective):
                self.check(self.start(pair, objective if objective in LEARNED else None), run,
                           self.data[pair][1])
                checked += 1
        self.assertEqual(checked, len(cells))

    def test_a_step_is_the_same_at_any_number_of_ranks(self):
        cells = [(number, "lag" if objective == "simsiam" else pair, objective)
                 for number, (pair, objective) in enumerate(zip(itertools.cycle(PAIRS), OBJECTIVES))]
        for (_, pair, objective), runs in self.over_cells(
                lambda cell: [self.step(cell, ranks) for ranks in (None, 2, 3, 4)], cells):
            alone, *others = (Definition(run / "model.h5", **self.data[pair][1]).parameters(
                run / "model.h5") for run in runs)
            values = [support.metrics(run)[0]["objective"] for run in runs]
            for ranks, (found, value) in enumerate(zip(others, values[1:]), start=2):
                with self.subTest(pair=pair, objective=objective, ranks=ranks):
                    self.assert_close(found, alone, 1e-12, "parameters")
                    self.assertAlmostEqual(value / values[0], 1.0, delta=1e-12)


class Bound(support.ProgramTest):
    def test_a_value_near_its_bound_is_said_to_be_once(self):
        x = numpy.random.default_rng(19).normal(size=(200, 6))
        data = self.write_data(x=x)
        for temperature, said in ((0.01, 1), (2.0, 0)):
            run = self.train(data, f"at {temperature}", "--pair", "augment", "--augment", "noise:0.001",
                             "--objective", "infonce", "--temperature", temperature, "--encoder",
                             "dense:6", "--batch", "0", "--steps", "0")
            done = self.succeed("evaluate", "--model", run, "--data", data, ranks=2)
            self.assertEqual(done.err.count("it is at most ln N = 5.298"), said, done.err)

    def test_what_a_critic_learns_is_kept(self):
        def own(run):
            with support.h5py.File(run / "model.h5") as file:
                return file["objective/parameters"][()]

        data = self.write_data(x=numpy.random.default_rng(20).normal(size=(120, 5)))
        arguments = ["--pair", "augment", "--augment", "noise:0.3", "--objective", "sigmoid", "--critic",
                     "bilinear", "--encoder", "dense:4", *COMMON, "--batch", "50", "--optimizer", "sgd",
                     "--learning-rate", "0.05"]
        start = self.train(data, "start", *arguments, "--steps", "0")
        whole = self.train(data, "whole", *arguments, "--steps", "6")
        self.train(data, "half", *arguments, "--steps", "3", "--checkpoint-every", "1steps")
        half = self.train(data, "half", *arguments, "--steps", "6", "--resume", "--checkpoint-every",
                          "1steps", ranks=3)
        self.assertEqual(own(start)[0], -10.0)
        self.assertTrue(numpy.all(own(whole) != own(start)))
        self.assert_close(own(half), own(whole), 1e-10)
        newest = max((half / "checkpoints").iterdir(), key=lambda path: path.name)
        self.assertAlmostEqual(self.evaluate(newest, data)["objective"],
                               self.evaluate(whole, data, ranks=2)["objective"], delta=1e-9)

    def test_mine_divides_by_its_moving_average(self):
        x = numpy.random.default_rng(21).normal(size=(40, 4))
        y = x[:, :2] + 0.3 * numpy.random.default_rng(22).normal(size=(40, 2))
        data = self.write_data(x=x, y=y)
        arguments = ["--pair", "target", "--objective", "mine", "--critic", "separable:dense:3,tanh,dense:2",
                     "--mine-decay", "0.7", "--encoder", "dense:2", *COMMON, *STEP[:-2]]
        models = [self.train(data, f"after {steps}", *arguments, "--steps", steps,
                             ranks=ranks) / "model.h5"
                  for steps, ranks in ((0, None), (1, 2), (2, None), (3, 3))]
        total = weight = 0.0
        for before, after in zip(models, models[1:]):
            definition = Definition(before, x=x, y=y)
            point, moved = definition.parameters(before), definition.parameters(after)
            total = 0.7 * total + 0.3 * definition.mean_of_others(point)
            weight = 0.7 * weight + 0.3
            self.assert_close(moved[-2:], [numpy.log(total / weight), weight], 1e-11)
            expected = support.gradient(definition.climbed_by_mine(total / weight), point)
            self.assert_close((moved - point)[:-2] / RATE, expected[:-2], 1e-6)

    def test_a_critic_has_a_learning_rate_of_its_own(self):
        x = numpy.random.default_rng(23).normal(size=(30, 4))
        data = self.write_data(x=x)
        arguments = ["--pair", "augment", "--augment", "noise:0.3", "--objective", "jsd", "--critic",
                     "bilinear", "--encoder", "dense:3", *COMMON, "--batch", "0"]
        for optimizer in ("sgd", "adam", "lars"):
            with self.subTest(optimizer):
                changes = []
                for rate in ("0.02", "0.01"):
                    before, after = (self.train(
                        data, f"{optimizer} {rate} {steps}", *arguments, "--optimizer", optimizer,
                        "--learning-rate", "0.02", "--critic-learning-rate", rate, "--steps", steps)
                        for steps in (0, 1))
                    change = [support.parameters(after / "model.h5") - support.parameters(before / "model.h5")]
                    with support.h5py.File(after / "model.h5") as new, \
                            support.h5py.File(before / "model.h5") as old:
                        change.append(new["objective/parameters"][()] - old["objective/parameters"][()])
                    changes.append(change)
                self.assertGreater(numpy.abs(changes[0][1]).min(), 0.0)
                self.assert_close(changes[1][0], changes[0][0], 1e-14)
                self.assert_close(changes[1][1], changes[0][1] / 2, 1e-11)

    def test_what_a_critic_must_be(self):
        data = self.write_data(x=numpy.ones((8, 2)))
        for options, words in ((["jsd", "--critic", "round"], ["dot, cosine, bilinear, separable"]),
                               (["dv", "--critic", "bilinear", "--learn-temperature"], ["no temperature"]),
                               (["dv", "--critic", "separable:dens:3"], ["--critic", "did you mean dense?"]),
                               (["dv", "--critic", "separable:dense:3,batchnorm"], ["layernorm has"]),
                               (["dv", "--critic", "concat:dense:3"], ["end it in dense:1"]),
                               (["mine", "--optimizer", "lbfgs", "--batch", "0"], ["choose another --optimizer"]),
                               (["simsiam", "--predictor", "dense:3"], ["end it in dense:2"]),
                               (["barlow", "--critic-learning-rate", "0.1"], ["leave it out"]),
                               (["nt-xent", "--critic", "bilinear"], ["rows of one side"])):
            done = support.run("train", "--data", data, "--output", self.scratch / "no", "--encoder",
                               "dense:2", "--pair", "augment", "--augment", "noise:0.1", "--objective",
                               *options, ranks=None)
            self.assert_refused(done, 2, *words)
        done = support.run("train", "--data", data, "--output", self.scratch / "no", "--encoder", "dense:2",
                           "--objective", "simsiam", ranks=None)
        self.assert_refused(done, 2, "compares the outputs of networks", "use another --pair")


class Batch(support.ProgramTest):
    """A batch of some of the rows: those that the weights of one-hot rows show to be in it."""

    PLAN = ["--batch", "11", "--blocks", "4", "--optimizer", "sgd", "--learning-rate", RATE, *COMMON]

    def moved(self, data, name, *arguments, ranks=None):
        """The models before and after the first step."""
        return [self.train(data, f"{name}-{steps}", *self.PLAN, *arguments, "--steps", steps,
                           ranks=ranks) / "model.h5" for steps in (0, 1)]

    def test_the_objective_is_that_of_the_rows_of_the_batch(self):
        one_hot = self.write_data("one-hot.h5", x=numpy.eye(ROWS), y=numpy.ones((ROWS, 1)))
        before, after = self.moved(one_hot, "one-hot", "--pair", "target", "--objective", "mse",
                                   "--encoder", "dense:1", "--normalize", "none")
        change = support.parameters(after) - support.parameters(before)
        rows = numpy.flatnonzero(change[:ROWS])
        self.assertIn(len(rows), (9, 10))
        every = arrays()
        datasets = {**every["x"], **every["other"]}
        data = self.write_data("data.h5", **datasets)
        is_weight = numpy.repeat([1, 0, 1, 0], [15, 3, 9, 3])  # of 5 columns to 3 and 3
        for objective, ranks in (("rv", 3), ("dcca of two", 4), ("barlow", 2)):
            with self.subTest(objective):
                before, after = self.moved(data, objective, *PAIRS["one network"][1],
                                           *OBJECTIVES[objective], "--weight-decay", "0.3",
                                           ranks=ranks)
                definition = Definition(before, **datasets)
                point = definition.parameters(before)

                def penalty(flat):
                    return -0.3 / 2 * flat ** 2 @ is_weight

                def value(flat):
                    return definition.value(flat, rows) + penalty(flat)

                self.assert_close((definition.parameters(after) - point) / RATE,
                                  support.gradient(value, point), 1e-6)
                said, = support.metrics(after.parent)
                self.assertEqual(said["samples"], len(rows))
                self.assertAlmostEqual(said["objective"], value(point), delta=1e-11)
                self.assertAlmostEqual(said["penalty"], penalty(point), delta=1e-12)


if __name__ == "__main__":
    unittest.main()
