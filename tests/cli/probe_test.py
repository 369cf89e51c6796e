# SPDX-License-Identifier: BSD-3-Clause
"""`probe` against its definitions in NumPy: the optimum of the same regression, all-pairs neighbours."""

import json
import unittest

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


def logistic_regression(x, labels, l2, iterations=100):
    """Newton's method on the mean loss and l2 / 2 times the squared weights: [D + 1, C]."""
    rows, columns = x.shape
    z = with_ones(x)
    penalty = numpy.append(numpy.full(columns, l2), 0.0)
    weights = numpy.zeros((columns + 1, CLASSES))
    truth = numpy.eye(CLASSES)[labels]
    for _ in range(iterations):
        p = numpy.exp(z @ weights - (z @ weights).max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        gradient = z.T @ (p - truth) / rows + penalty[:, None] * weights
        if numpy.abs(gradient).max() < 1e-13:
            break
        hessian = numpy.zeros((columns + 1, CLASSES, columns + 1, CLASSES))
        for c in range(CLASSES):
            for d in range(CLASSES):
                w = p[:, c] * ((c == d) - p[:, d])
                hessian[:, c, :, d] = z.T @ (w[:, None] * z) / rows
            hessian[:, c, :, c] += numpy.diag(penalty)
        size = weights.size
        # Biases are free up to a constant, which leaves the matrix singular.
        step = numpy.linalg.pinv(hessian.reshape(size, size), rcond=1e-12) @ gradient.ravel()
        weights -= step.reshape(weights.shape)
    loss = -numpy.log((p * truth).sum(axis=1)).mean() + 0.5 * (penalty[:, None] * weights ** 2).sum()
    return weights, loss


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

    def probe(self, *arguments, train=None, test=None, ranks=1):
        done = self.succeed("probe", "--train", train or self.train_data, "--test",
                            test or self.test_data, "--json", *arguments, ranks=ranks)
        return json.loads(done.out)

    def check_same(self, found, expected):
        """To float's rounding, which may move a row on the edge of two classes."""
        self.assertAlmostEqual(found["loss"], expected["loss"], delta=1e-6 * expected["loss"])
        moved = numpy.array(found["confusion"]) - numpy.array(expected["confusion"])
        self.assertLessEqual(numpy.abs(moved).sum(), 2)

    def check_classes(self, found, train, test, l2):
        weights, loss = logistic_regression(train, self.labels, l2)
        predicted = (with_ones(test) @ weights).argmax(axis=1)
        confusion = numpy.zeros((CLASSES, CLASSES), dtype=int)
        numpy.add.at(confusion, (self.test_labels, predicted), 1)
        self.assertAlmostEqual(found["loss"], loss, delta=1e-6 * loss)
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
                    found = self.probe("--l2", l2, "--tolerance", "1e-6", ranks=ranks)
                    self.assertTrue(found["converged"])
                    self.assertEqual((found["train_samples"], found["test_samples"]), (400, 301))
                    self.assertEqual((found["features"], found["classes"]), (6, CLASSES))
                    self.assertEqual(found["ranks"], ranks)
                    self.check_classes(found, train, test, l2)

    def test_the_same_on_any_number_of_ranks(self):
        first = self.probe("--neighbours", "7", "--tolerance", "1e-6")
        self.assertGreater(first["accuracy"], 0.6)
        for ranks in (2, 3, 4):
            other = self.probe("--neighbours", "7", "--tolerance", "1e-6", ranks=ranks)
            self.check_same(other, first)
            self.assertEqual(other["neighbour_accuracy"], first["neighbour_accuracy"])

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
            expected = self.probe("--tolerance", "1e-6", train=encoded["train"],
                                  test=encoded["test"])
            found = self.probe("--tolerance", "1e-6", "--model", model, *arguments, ranks=3)
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

    def test_tables_for_people(self):
        done = self.succeed("probe", "--train", self.train_data, "--test", self.test_data,
                            "--neighbours", "3", ranks=2)
        found = self.probe("--neighbours", "3", ranks=2)
        for words in (f"accuracy          {found['accuracy']:.4f}",
                      f"{found['neighbour_accuracy']:.4f}  euclidean", "converged", "precision",
                      "truth \\ predicted", "400 training and 301 test rows"):
            self.assertIn(words, done.out)

    def test_one_that_did_not_converge_says_so(self):
        done = self.succeed("probe", "--train", self.train_data, "--test", self.test_data,
                            "--iterations", "2", "--json", ranks=2)
        self.assertIn("warning: the regression stopped", done.err)
        self.assertFalse(json.loads(done.out)["converged"])

    def refuse(self, code, *words, arguments=(), train=None, test=None):
        ranks = self.refusing_ranks(3) if code == USAGE else 3
        done = support.run("probe", "--train", train or self.train_data, "--test",
                           test or self.test_data, *arguments, ranks=ranks)
        self.assert_refused(done, code, *words)

    def test_refuses_a_wrong_command_line(self):
        self.refuse(USAGE, "--layer", "--model", arguments=["--layer", "1"])
        self.refuse(USAGE, "--l2", arguments=["--l2=-1"])
        self.refuse(USAGE, "--metric", arguments=["--metric", "hamming"])
        self.refuse(USAGE, "--target", arguments=["--target", "numbers"])
        self.refuse(USAGE, "--neighbours", "400", arguments=["--neighbours", "401"])
        self.refuse(USAGE, "--neighbours", arguments=["--neighbours", "3", "--target", "values"])
        self.refuse(USAGE, "--normalize", arguments=["--normalize", "whiten"])
        done = support.run("probe", "--test", self.test_data, ranks=2)
        self.assertEqual(done.code, USAGE)
        self.assertIn("--train is missing", done.err)

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
        negative = self.write_data("negative.h5", x=self.x, y=self.labels - 1)
        self.refuse(DATA, "negative label", train=negative)

    def test_features_that_do_not_vary_have_no_ridge_regression_without_penalty(self):
        train = self.write_data("flat.h5", x=numpy.ones((40, 3)), y=numpy.arange(40.0))
        self.refuse(NUMERIC, "--l2", train=train, test=train, arguments=["--l2", "0"])


if __name__ == "__main__":
    unittest.main()
