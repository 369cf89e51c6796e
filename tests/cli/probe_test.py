# SPDX-License-Identifier: BSD-3-Clause
"""`probe` against its definitions in NumPy: the optimum of the same regression, all-pairs neighbours."""

import json
import unittest

import h5py
import numpy

import support

USAGE, DATA, NUMERIC = 2, 3, 4
CLASSES = 4


def standardised(train, test):
    deviation = train.std(axis=0)
    scale = numpy.where(deviation > 0, deviation, 1)
    return (train - train.mean(axis=0)) / scale, (test - train.mean(axis=0)) / scale


def with_ones(x):
    return numpy.hstack([x, numpy.ones((len(x), 1))])


def softmax(scores):
    p = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def log_loss(scores, labels):
    """Of each row -ln p[y], also where it is far below 1."""
    own = scores[numpy.arange(len(labels)), labels]
    others = numpy.array(scores)
    likeliest = others.argmax(axis=1)
    largest = others.max(axis=1)
    others[numpy.arange(len(labels)), likeliest] = -numpy.inf
    return numpy.log1p(numpy.exp(others - largest[:, None]).sum(axis=1)) + (largest - own)


def logistic_regression(x, labels, l2, classes=CLASSES, iterations=200):
    """Newton's method with the whole Hessian on the mean loss and l2 / 2 times the squared weights,
    halving steps that go too far: weights [D + 1, C] and the loss. In units of the deviations of the
    features, so that LAPACK sees numbers of one size."""
    rows, columns = x.shape
    unit = x.std(axis=0)
    z = with_ones((x - x.mean(axis=0)) / unit)
    penalty = numpy.append(l2 / unit ** 2, 0.0)
    weights = numpy.zeros((columns + 1, classes))
    own = numpy.arange(rows), labels

    def objective(w):
        return log_loss(z @ w, labels).mean() + 0.5 * (penalty[:, None] * w ** 2).sum()

    value = objective(weights)
    for _ in range(iterations):
        p = softmax(z @ weights)
        rest = 1.0 - p
        rest[own] = numpy.where(numpy.arange(classes) == labels[:, None], 0.0, p).sum(axis=1)
        residual = p.copy()
        residual[own] = -rest[own]
        gradient = z.T @ residual / rows + penalty[:, None] * weights
        hessian = numpy.zeros((columns + 1, classes, columns + 1, classes))
        for c in range(classes):
            for d in range(classes):
                w = p[:, c] * (rest[:, c] if c == d else -p[:, d])
                hessian[:, c, :, d] = z.T @ (w[:, None] * z) / rows
            hessian[:, c, :, c] += numpy.diag(penalty)
        size = weights.size
        # Biases are free up to a constant, which leaves the matrix singular.
        hessian = hessian.reshape(size, size)
        root = 1.0 / numpy.sqrt(numpy.diag(hessian))
        step = root * numpy.linalg.lstsq(hessian * root * root[:, None], root * gradient.ravel(),
                                         rcond=1e-15)[0]
        step = step.reshape(weights.shape)
        gain = (step * gradient).sum()
        while gain > 1e-18 and objective(weights - step) > value:
            step, gain = step / 2, gain / 2
        if gain <= 1e-15 * value:
            break
        weights, value = weights - step, objective(weights - step)
    weights[:-1] /= unit[:, None]
    weights[-1] -= x.mean(axis=0) @ weights[:-1]
    return weights, value


def neighbours(train, labels, test, count, metric):
    predicted = []
    for row in test:
        if metric == "euclidean":
            distance = ((train - row) ** 2).sum(axis=1)
        else:
            distance = -(train @ row) / numpy.linalg.norm(train, axis=1)
        nearest = numpy.argsort(distance, kind="stable")[:count]
        predicted.append(numpy.bincount(labels[nearest], minlength=CLASSES).argmax())
    return numpy.array(predicted)


def held_out_losses(x, labels, groups, path):
    """The mean loss of the rows of each group under the regression of all others, along a path."""
    found = []
    for l2 in path:
        total = 0.0
        for group in numpy.unique(groups):
            kept = groups != group
            weights, _ = logistic_regression(x[kept], labels[kept], l2)
            total += log_loss(with_ones(x[~kept]) @ weights, labels[~kept]).sum()
        found.append(total / len(labels))
    return numpy.array(found)


def ridge(x, y, l2):
    """Means of x and y, and weights."""
    dx, dy = x - x.mean(axis=0), y - y.mean(axis=0)
    weights = numpy.linalg.solve(dx.T @ dx / len(x) + l2 * numpy.eye(x.shape[1]), dx.T @ dy / len(x))
    return x.mean(axis=0), y.mean(axis=0), weights


def hard_data(classes, seed, apart, scales):
    """Clouds, the farther `apart` the more separable, in features of these scales."""
    random = numpy.random.default_rng(seed)
    centres = random.normal(size=(classes, len(scales)))
    labels = numpy.append(numpy.arange(classes), random.integers(0, classes, size=150 - classes))
    x = (apart * centres[labels] + random.normal(size=(150, len(scales)))) * scales
    return x, labels.astype(numpy.int32)


def clouds(rows, seed, columns=6):
    random = numpy.random.default_rng(seed)
    centres = numpy.random.default_rng(77).normal(size=(CLASSES, columns))
    labels = random.integers(0, CLASSES, size=rows)
    x = (centres[labels] + 0.9 * random.normal(size=(rows, columns))) * 3.0 ** numpy.arange(columns)
    return x + 10.0, labels.astype(numpy.int32)


class Probe(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.x, self.labels = clouds(400, 1)
        self.test_x, self.test_labels = clouds(301, 2)
        self.train_data = self.write_data("train.h5", x=self.x, y=self.labels)
        self.test_data = self.write_data("test.h5", x=self.test_x, y=self.test_labels)

    def probe(self, *arguments, train=None, test=None, ranks=1, threads=None):
        """What it found; `test` False: no test file."""
        tested = [] if test is False else ["--test", test or self.test_data]
        limits = ["--threads", threads] if threads else []
        done = self.succeed("probe", "--train", train or self.train_data, *tested, "--json",
                            *arguments, *limits, ranks=ranks)
        return json.loads(done.out)

    def check_same(self, found, expected):
        """To the rounding of the features, which may move a row on the edge of two classes."""
        self.assertAlmostEqual(found["loss"], expected["loss"], delta=1e-6 * expected["loss"])
        moved = numpy.array(found["confusion"]) - numpy.array(expected["confusion"])
        self.assertLessEqual(numpy.abs(moved).sum(), 2)

    def check_classes(self, found, train, test, l2):
        weights, loss = logistic_regression(train, self.labels, l2)
        predicted = (with_ones(test) @ weights).argmax(axis=1)
        confusion = numpy.zeros((CLASSES, CLASSES), dtype=int)
        numpy.add.at(confusion, (self.test_labels, predicted), 1)
        self.assertAlmostEqual(found["loss"], loss, delta=1e-8 * loss)
        # A row on the edge of two classes may fall to either side.
        self.assertLess(numpy.abs(numpy.array(found["confusion"]) - confusion).sum(), 4)
        self.assertAlmostEqual(found["accuracy"], (predicted == self.test_labels).mean(),
                               delta=0.002 + 1e-12)
        trained = (with_ones(train) @ weights).argmax(axis=1)
        self.assertAlmostEqual(found["train_accuracy"], (trained == self.labels).mean(), delta=0.003)
        said = numpy.array(found["confusion"])
        for c, of_class in enumerate(found["per_class"]):
            self.assertEqual(of_class["class"], c)
            self.assertEqual(of_class["support"], (self.test_labels == c).sum())
            precision, recall = said[c, c] / said[:, c].sum(), said[c, c] / said[c].sum()
            self.assertAlmostEqual(of_class["precision"], precision)
            self.assertAlmostEqual(of_class["recall"], recall)
            self.assertAlmostEqual(of_class["f1"], 2 * precision * recall / (precision + recall))

    def test_classes_from_features_as_they_are(self):
        train, test = standardised(self.x, self.test_x)
        for l2 in (1e-3, 0.1):
            for ranks in (1, 3):
                with self.subTest(l2=l2, ranks=ranks):
                    found = self.probe("--l2", l2, ranks=ranks)
                    self.assertTrue(found["converged"])
                    self.assertEqual((found["train_samples"], found["test_samples"]), (400, 301))
                    self.assertEqual((found["features"], found["classes"]), (6, CLASSES))
                    self.assertEqual(found["ranks"], ranks)
                    self.check_classes(found, train, test, l2)

    def assert_optimal(self, found, x, labels, l2, classes):
        _, least = logistic_regression(x, labels, l2, classes)
        self.assertLessEqual(abs(found["loss"] - least), 1e-8 * least,
                             f"{found['loss']} is not {least}, l2 {l2}, {classes} classes")
        self.assertTrue(found["converged"])
        self.assertLessEqual(found["relative_gap"], 1e-10)
        self.assertGreaterEqual(found["passes"], 2 * found["iterations"])

    def test_the_optimum_of_problems_that_are_hard(self):
        even, uneven = numpy.ones(5), 1000.0 ** numpy.arange(-2, 3)
        mixed = 10.0 ** numpy.arange(-2, 3)
        for classes, ranks in ((2, 1), (3, 2), (6, 3), (10, 4)):
            for apart, l2, scales, normalize in ((0.5, 1e-6, uneven, "none"),
                                                 (0.5, 1e-4, uneven, "standardize"),
                                                 (10.0, 1e-8, even, "none"),
                                                 (10.0, 1e-6, mixed, "center")):
                with self.subTest(classes=classes, apart=apart, normalize=normalize):
                    x, labels = hard_data(classes, classes, apart, scales)
                    data = self.write_data("hard.h5", x=x, y=labels)
                    found = self.probe("--l2", l2, "--normalize", normalize, train=data, test=data,
                                       ranks=ranks)
                    if normalize == "standardize":
                        x, _ = standardised(x, x)
                    self.assert_optimal(found, x, labels, l2, classes)

    def test_separable_classes_without_a_penalty_have_no_optimum(self):
        x, labels = hard_data(2, 4, 10.0, numpy.ones(5))
        data = self.write_data("apart.h5", x=x, y=labels)
        done = self.succeed("probe", "--train", data, "--test", data, "--json", "--l2", "0")
        self.assertFalse(json.loads(done.out)["converged"])
        self.assertIn("warning: the features separate the classes", done.err)

    def test_the_same_on_any_number_of_ranks(self):
        """To the bit, choices included."""
        small = self.write_data("small.h5", x=self.x, y=self.labels, patient=numpy.arange(400) // 7)
        # Above 1 MiB, so that ranks share the work: each has its own rows.
        x, labels = clouds(3100, 6, columns=50)
        x /= 3.0 ** numpy.arange(50)
        large = self.write_data("large.h5", x=x, y=labels, patient=numpy.arange(3100) // 7)
        for data, test, arguments in (
                (small, None, ["--neighbours", "7"]),
                (small, None, ["--folds", "4", "--neighbours", "3", "--seed", "5"]),
                (small, None, ["--folds", "3", "--groups", "/patient"]),
                (small, None, ["--target", "values"]),
                (large, False, ["--folds", "2", "--groups", "/patient", "--neighbours", "3"]),
                (large, large, ["--target", "values", "--folds", "3"])):
            first = None
            for ranks in (1, 2, 3, 4):
                found = self.probe(*arguments, train=data, test=test, ranks=ranks, threads=1)
                self.assertEqual(found.pop("ranks"), ranks)
                del found["seconds"]
                first = first or found
                self.assertEqual(found, first, arguments)
            self.assertGreater(first.get("accuracy", 1.0), 0.6)

    def test_neighbours(self):
        train, test = standardised(self.x, self.test_x)
        for metric, count, ranks in (("euclidean", 1, 1), ("euclidean", 9, 3), ("cosine", 5, 2)):
            with self.subTest(metric=metric, count=count, ranks=ranks):
                predicted = neighbours(train, self.labels, test, count, metric)
                found = self.probe("--neighbours", count, "--metric", metric, ranks=ranks)
                self.assertEqual(found["neighbours"], count)
                self.assertAlmostEqual(found["neighbour_accuracy"],
                                       (predicted == self.test_labels).mean(), delta=1e-12)

    def test_a_layer_of_a_model_is_what_encode_writes_of_it(self):
        model = self.train(self.train_data, "run", "--encoder", "dense:12,tanh,dense:2", "--steps",
                           "20", ranks=2) / "model.h5"
        for arguments in ([], ["--layer", "0"]):
            encoded = {}
            for name, data in (("train", self.train_data), ("test", self.test_data)):
                encoded[name] = self.scratch / f"{name}{len(arguments)}.h5"
                self.succeed("encode", "--model", model, "--data", data, "--output", encoded[name],
                             *arguments, ranks=2)
            expected = self.probe(train=encoded["train"],
                                  test=encoded["test"])
            found = self.probe("--model", model, *arguments, ranks=3)
            self.assertEqual(found["features"], 12 if arguments else 2)
            self.check_same(found, expected)

    def test_values(self):
        random = numpy.random.default_rng(5)
        mix = random.normal(size=(6, 2)) / 3.0 ** numpy.arange(6)[:, None]
        y = self.x @ mix + random.normal(size=(400, 2))
        test_y = self.test_x @ mix + random.normal(size=(301, 2))
        train_data = self.write_data("values.h5", x=self.x, y=y)
        test_data = self.write_data("test-values.h5", x=self.test_x, y=test_y)
        train, test = standardised(self.x, self.test_x)
        l2 = 0.02
        weights = numpy.linalg.solve(train.T @ train / 400 + l2 * numpy.eye(6),
                                     train.T @ (y - y.mean(axis=0)) / 400)
        errors = ((test_y - (y.mean(axis=0) + test @ weights)) ** 2).mean(axis=0)
        r2 = 1 - errors / test_y.var(axis=0)
        for ranks in (1, 3):
            found = self.probe("--l2", l2, train=train_data, test=test_data, ranks=ranks)
            self.assert_close(found["r2_per_target"], r2, 1e-10)
            self.assert_close(found["mse_per_target"], errors, 1e-10)
            self.assertAlmostEqual(found["r2"], r2.mean(), delta=1e-10)
            self.assertAlmostEqual(found["mse"], errors.mean(), delta=1e-10)

    def test_labels_may_be_probed_as_values(self):
        found = self.probe("--target", "values", ranks=2)
        self.assertEqual(found["targets"], 1)
        self.assertGreater(found["r2"], 0.0)

    def check_path(self, found, expected):
        """Eight penalties, and the one with the least loss is chosen."""
        path, losses = zip(*((trial["l2"], trial["held_out_loss"]) for trial in found["l2_path"]))
        self.assertTrue(found["l2_is_chosen"])
        self.assertEqual(len(path), 8)
        self.assertEqual(list(path), sorted(path, reverse=True))
        self.assert_close(losses, expected(path), 2e-3)
        self.assertEqual(found["l2"], path[int(numpy.argmin(losses))])

    def test_the_penalty_that_predicts_held_out_rows_best(self):
        """Two groups can be held out in one way only, which NumPy can do too."""
        groups = numpy.random.default_rng(8).integers(0, 2, size=400)
        data = self.write_data("grouped.h5", x=self.x, y=self.labels, group=groups)
        train, test = standardised(self.x, self.test_x)
        for ranks in (1, 3):
            found = self.probe("--groups", "/group", train=data, ranks=ranks)
            self.assertEqual((found["l2_splits"], found["groups"]), (2, "/group"))
            self.check_path(found, lambda path: held_out_losses(train, self.labels, groups, path))
            self.check_classes(found, train, test, found["l2"])  # refitted to all rows

    def test_the_path_follows_the_scale_of_the_features(self):
        raw = self.probe("--normalize", "center", test=self.train_data)
        variance = 10.0 ** numpy.round(numpy.log10(self.x.var(axis=0).mean()))
        self.assert_close([trial["l2"] for trial in raw["l2_path"]],
                          variance * 10.0 ** numpy.arange(1, -7, -1), 1e-12)

    def test_a_given_penalty_is_not_chosen(self):
        found = self.probe("--l2", "0.25")
        self.assertEqual((found["l2"], found["l2_is_chosen"]), (0.25, False))
        self.assertNotIn("l2_path", found)
        self.assertEqual(self.probe("--l2", "AUTO")["l2"], self.probe()["l2"])

    def test_folds(self):
        for ranks in (1, 3):
            found = self.probe("--folds", "5", "--l2", "0.01", "--neighbours", "3", test=False,
                               ranks=ranks)
            folds = found["folds"]
            self.assertEqual(folds["samples"], [80] * 5)
            self.assert_close(folds["mean"], numpy.mean(folds["scores"]), 1e-14)
            self.assert_close(folds["standard_deviation"], numpy.std(folds["scores"], ddof=1), 1e-12)
            self.assert_close(found["accuracy"], folds["mean"], 1e-14)
            self.assert_close(found["neighbour_accuracy"], folds["neighbours"]["mean"], 1e-14)
            self.assertEqual(numpy.sum(found["confusion"]), 400)
            self.assertEqual(found["test_samples"], 400)
            self.assertEqual(folds["l2"], [0.01] * 5)
            self.assertGreater(found["accuracy"], 0.6)
            self.assertLess(found["accuracy"], found["train_accuracy"] + 0.05)
        other = self.probe("--folds", "5", "--l2", "0.01", "--seed", "1", test=False)
        self.assertNotEqual(other["folds"]["scores"], folds["scores"])
        both = self.probe("--folds", "5", "--l2", "0.01")
        self.assertEqual(both["folds"]["scores"], folds["scores"])
        self.assertEqual(both["accuracy"], self.probe("--l2", "0.01")["accuracy"])

    def test_groups_are_never_on_both_sides(self):
        """With as many folds as groups each is one, so that NumPy has the same folds. The features
        say which group a row is of, and each group has labels of its own sense: rows beside others
        of their group are easily predicted, and those of an unseen group are not."""
        random = numpy.random.default_rng(12)
        groups = random.integers(0, 4, size=400)
        labels = random.integers(0, 2, size=400)
        x = numpy.hstack([8.0 * numpy.eye(4)[groups] * (2 * labels - 1)[:, None],
                          random.normal(size=(400, 2))])
        names = numpy.array(["Ada", "Böll", "Čapek", "ada"], dtype=object)[groups]
        data = self.write_data("grouped.h5", x=x, y=labels, number=groups, real=groups - 1.0,
                               words=names)
        expected = []
        for group in range(4):
            kept = groups != group
            train, test = standardised(x[kept], x[~kept])
            # A feature that does not vary among the others says nothing.
            train, test = train[:, x[kept].std(axis=0) > 0], test[:, x[kept].std(axis=0) > 0]
            weights, _ = logistic_regression(train, labels[kept], 0.1, 2)
            expected.append(((with_ones(test) @ weights).argmax(axis=1) == labels[~kept]).mean())
        for path, ranks in (("/number", 1), ("/number", 3), ("/real", 2), ("/words", 2)):
            found = self.probe("--folds", "4", "--l2", "0.1", "--groups", path, train=data,
                               test=False, ranks=ranks)
            self.assert_close(sorted(found["folds"]["scores"]), sorted(expected), 0.01)
            self.assertEqual(sorted(found["folds"]["samples"]), sorted(numpy.bincount(groups)))
            self.assertLess(found["accuracy"], 0.65)
        free = self.probe("--folds", "4", "--l2", "0.1", train=data, test=False)
        self.assertGreater(free["accuracy"], 0.95)

    def test_folds_of_values(self):
        random = numpy.random.default_rng(6)
        groups = numpy.arange(400) % 3
        y = numpy.stack([self.x @ random.normal(size=6), random.normal(size=400)], axis=1)
        data = self.write_data("values.h5", x=self.x, y=y, site=groups)
        scores = []
        for group in range(3):
            kept = groups != group
            train, test = standardised(self.x[kept], self.x[~kept])
            mean_x, mean_y, weights = ridge(train, y[kept], 0.5)
            errors = ((y[~kept] - mean_y - (test - mean_x) @ weights) ** 2).mean(axis=0)
            scores.append((1 - errors / y[~kept].var(axis=0)).mean())
        for ranks in (1, 3):
            found = self.probe("--folds", "3", "--groups", "/site", "--l2", "0.5", train=data,
                               test=False, ranks=ranks)
            self.assert_close(sorted(found["folds"]["scores"]), sorted(scores), 1e-9)
            self.assert_close(found["r2"], numpy.mean(scores), 1e-9)

    def test_the_penalty_of_values(self):
        random = numpy.random.default_rng(9)
        groups = random.integers(0, 2, size=60)
        x = random.normal(size=(60, 25))
        y = (x @ random.normal(size=(25, 2)) + 8.0 * random.normal(size=(60, 2))) * [1.0, 1000.0]
        data = self.write_data("values.h5", x=x, y=y, group=groups)
        train, _ = standardised(x, x)

        def losses(path):
            found = []
            for l2 in path:
                total = 0.0
                for group in (0, 1):
                    kept = groups != group
                    mean_x, mean_y, weights = ridge(train[kept], y[kept], l2)
                    errors = (y[~kept] - mean_y - (train[~kept] - mean_x) @ weights) ** 2
                    total += (errors.sum(axis=0) / y[kept].var(axis=0)).mean()
                found.append(total / 60)
            return numpy.array(found)

        for ranks in (1, 4):
            found = self.probe("--groups", "/group", train=data, test=data, ranks=ranks)
            self.check_path(found, losses)
            self.assertGreater(found["l2"], 1e-3)  # with so much noise
            mean_x, mean_y, weights = ridge(train, y, found["l2"])
            errors = ((y - mean_y - (train - mean_x) @ weights) ** 2).mean(axis=0)
            self.assert_close(found["mse_per_target"], errors, 1e-10)

    def test_labels_of_any_type(self):
        """Two classes, stored in several ways, are the same two classes."""
        labels, test_labels = self.labels % 2, self.test_labels % 2
        expected = self.probe(train=self.write_data("a.h5", x=self.x, y=labels),
                              test=self.write_data("b.h5", x=self.test_x, y=test_labels))
        signs = lambda y: 2 * y - 1
        words = lambda y: numpy.array(["no", "yes"], dtype=object)[y]
        for name, store, names, said in (
                ("floats", lambda y: y.astype(float), None, "the whole numbers 0, 1: taken for 2 classes"),
                ("singles", lambda y: y.astype(numpy.float32)[:, None], None, "taken for 2 classes"),
                ("signs", signs, ["-1", "1"], "the whole numbers -1, 1: taken for 2 classes"),
                ("floating signs", lambda y: signs(y).astype(float), ["-1", "1"], "-1, 1"),
                ("strings", words, ["no", "yes"], "2 classes")):
            for ranks in (1, 3):
                with self.subTest(name=name, ranks=ranks):
                    train = self.write_data("train2.h5", x=self.x, y=store(labels))
                    test = self.write_data("test2.h5", x=self.test_x, y=store(test_labels))
                    done = self.succeed("probe", "--train", train, "--test", test, "--json",
                                        ranks=ranks)
                    found = json.loads(done.out)
                    self.check_same(found, expected)
                    self.assertEqual(found.get("class_names"), names)
                    self.assertIn(said, done.err)
        # The numbers count, not their type.
        self.check_same(self.probe(
            train=self.write_data("train2.h5", x=self.x, y=labels),
            test=self.write_data("test2.h5", x=self.test_x, y=test_labels.astype(float))), expected)
        train = self.write_data("train2.h5", x=self.x, y=signs(labels).astype(float))
        self.assertIn("r2", self.probe("--target", "values", train=train, test=train))
        self.refuse(DATA, "row ", "-1, 1", train=train, test=self.test_data)

    def test_names_that_are_stored_with_numbers(self):
        for values, names in (([0.0, 1.0], ["sick", "well"]), ([-1, 1], ["sick", "well"]),
                              ([0.0, 2.0], ["sick", "unknown", "well"])):
            data = self.write_data("named.h5", x=self.x, y=numpy.array(values)[self.labels % 2])
            with h5py.File(data, "a") as file:
                file["y"].attrs["classes"] = names
            found = self.probe(train=data, test=data, ranks=2)
            self.assertEqual(found["class_names"], names)
            self.assertEqual([row["name"] for row in found["per_class"]], names)

    def test_numbers_of_many_kinds_are_values(self):
        y = numpy.arange(400.0) % 21
        data = self.write_data("many.h5", x=self.x, y=y)
        self.assertIn("r2", self.probe(train=data, test=data))
        self.assertEqual(self.probe("--target", "classes", train=data, test=data)["classes"], 21)
        halves = self.write_data("halves.h5", x=self.x, y=self.labels / 2)
        self.assertIn("r2", self.probe(train=halves, test=halves))
        self.refuse(DATA, "not whole", train=halves, arguments=["--target", "classes"])

    def test_a_class_that_is_once_there(self):
        """It cannot be on both sides of a split."""
        labels = self.labels.copy()
        labels[7] = CLASSES
        data = self.write_data("rare.h5", x=self.x, y=labels)
        found = self.probe("--folds", "3", train=data, test=False, ranks=3)
        self.assertEqual(found["classes"], CLASSES + 1)
        self.assertTrue(found["converged"])
        self.assertEqual(found["per_class"][CLASSES]["recall"], 0.0)

    def test_memory_is_that_of_the_rows(self):
        """Neither folds nor choices copy rows: what one rank holds grows by its list of rows and by
        vectors of weights, far less than by a copy of the rows in double."""
        x = numpy.random.default_rng(3).integers(0, 256, size=(20_000, 512), dtype=numpy.uint8)
        data = self.write_data("large.h5", x=x, y=numpy.arange(20_000) % 3)
        arguments = ["probe", "--train", data, "--progress", "none", "--iterations", "1"]
        least = max(self.measure("peak_memory.py", *arguments, "--test", data, "--l2", "1", ranks=2))
        most = max(self.measure("peak_memory.py", *arguments, "--folds", "2", ranks=2))
        self.assertLess(most - least, x.size // 2 // 4)

    def test_tables_for_people(self):
        done = self.succeed("probe", "--train", self.train_data, "--test", self.test_data,
                            "--neighbours", "3", ranks=2)
        found = self.probe("--neighbours", "3", ranks=2)
        for words in (f"accuracy          {found['accuracy']:.4f}",
                      f"{found['neighbour_accuracy']:.4f}  euclidean", "converged", "precision",
                      "truth \\ predicted", "400 training and 301 test rows",
                      f"l2                {found['l2']:g}  chosen of 8 from 10 to 1e-06"):
            self.assertIn(words, done.out)
        done = self.succeed("probe", "--train", self.train_data, "--folds", "3", "--l2", "0.1",
                            "--neighbours", "3")
        found = self.probe("--folds", "3", "--l2", "0.1", "--neighbours", "3", test=False)
        for of in (found["folds"], found["folds"]["neighbours"]):
            self.assertIn(f"of folds          {of['mean']:.4f} +- {of['standard_deviation']:.4f}  mean "
                          "and standard deviation of 3 folds: "
                          + " ".join(f"{score:.4f}" for score in of["scores"]), done.out)
        self.assertIn("400 training rows in 3 folds", done.out)
        self.assertIn("l2                0.1\n", done.out)

    def test_one_that_did_not_converge_says_so(self):
        done = self.succeed("probe", "--train", self.train_data, "--test", self.test_data,
                            "--iterations", "2", "--json", ranks=2)
        self.assertIn("warning: the regression stopped", done.err)
        found = json.loads(done.out)
        self.assertFalse(found["converged"])
        self.assertEqual(found["iterations"], 2)
        self.assertGreater(found["relative_gap"], 1e-10)

    def refuse(self, code, *words, arguments=(), train=None, test=None):
        ranks = self.refusing_ranks(3) if code == USAGE else 3
        done = support.run("probe", "--train", train or self.train_data, "--test",
                           test or self.test_data, *arguments, ranks=ranks)
        self.assert_refused(done, code, *words)

    def test_refuses_a_wrong_command_line(self):
        self.refuse(USAGE, "--layer", "--model", arguments=["--layer", "1"])
        self.refuse(USAGE, "--l2", "auto or a number", arguments=["--l2=-1"])
        self.refuse(USAGE, "--l2", arguments=["--l2", "best"])
        self.refuse(USAGE, "--folds", arguments=["--folds", "1"])
        self.refuse(USAGE, "--folds", "400 rows", arguments=["--folds", "401"])
        self.refuse(USAGE, "--groups", arguments=["--groups", "/y", "--l2", "1"])
        self.refuse(USAGE, "--folds", "4 groups", arguments=["--groups", "/y", "--folds", "5"])
        self.refuse(USAGE, "--metric", arguments=["--metric", "hamming"])
        self.refuse(USAGE, "--target", arguments=["--target", "numbers"])
        self.refuse(USAGE, "--neighbours", "400", arguments=["--neighbours", "401"])
        self.refuse(USAGE, "--neighbours", arguments=["--neighbours", "3", "--target", "values"])
        self.refuse(USAGE, "--normalize", arguments=["--normalize", "whiten"])
        done = support.run("probe", "--test", self.test_data, ranks=2)
        self.assertEqual(done.code, USAGE)
        self.assertIn("--train is missing", done.err)
        done = support.run("probe", "--train", self.train_data, ranks=None)
        self.assert_refused(done, USAGE, "--test is missing", "--folds")

    def test_refuses_data_that_does_not_fit(self):
        self.refuse(DATA, "absent.h5", test=self.scratch / "absent.h5")
        bare = self.write_data("bare.h5", x=self.test_x)
        self.refuse(DATA, "/y", "bare.h5", test=bare)
        narrow = self.write_data("narrow.h5", x=self.test_x[:, :5], y=self.test_labels)
        self.refuse(DATA, "6 columns", "has 5", test=narrow)
        unseen = self.write_data("unseen.h5", x=self.test_x,
                                 y=numpy.append(self.test_labels[:-1], 9))
        self.refuse(DATA, "row 300", test=unseen)
        short = self.write_data("short.h5", x=self.x, y=self.labels[:-1])
        self.refuse(DATA, "400 rows", "399", train=short)
        negative = self.write_data("negative.h5", x=self.x, y=numpy.arange(400) - 7)
        self.refuse(DATA, "negative label at row 0", "--target values", train=negative)
        self.refuse(DATA, "/sites", arguments=["--groups", "/sites"])
        grouped = self.write_data("grouped.h5", x=self.x, y=self.labels, short=numpy.arange(399),
                                  wide=numpy.ones((400, 2)), words=["a"] * 399)
        self.refuse(DATA, "400 rows", "399", train=grouped, arguments=["--groups", "/short"])
        self.refuse(DATA, "400 rows", "399", train=grouped, arguments=["--groups", "/words"])
        self.refuse(DATA, "2 numbers a row", train=grouped, arguments=["--groups", "/wide"])

    def test_features_that_do_not_vary_have_no_ridge_regression_without_penalty(self):
        train = self.write_data("flat.h5", x=numpy.ones((40, 3)), y=numpy.arange(40.0))
        self.refuse(NUMERIC, "--l2", train=train, test=train, arguments=["--l2", "0"])


if __name__ == "__main__":
    unittest.main()
