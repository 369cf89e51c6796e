# SPDX-License-Identifier: BSD-3-Clause
"""`report`: what its page says of a model's outputs, against NumPy from model.h5."""

import unittest

import numpy

import report_page
import support

RIDGE = 1e-4
SPEC = "dense:6,tanh,dense:4"


def correlation(a, b):
    deviations = numpy.outer(a.std(axis=0), b.std(axis=0))
    return support.covariance(a, b) / numpy.where(deviations > 0, deviations, numpy.inf)


def histogram(column, bins=32, spread=4.0):
    if numpy.ptp(column) == 0:
        return numpy.zeros(bins)
    z = numpy.clip((column - column.mean()) / column.std(), -spread, spread)
    u = 1 + (bins - 3) * (z + spread) / (2 * spread)
    return support.spline(u[:, None] - numpy.arange(bins)).mean(axis=0)


def principal(b, count):
    values, vectors = numpy.linalg.eigh(support.covariance(b, b))
    return vectors[:, ::-1][:, :count], values[::-1][:count] / values.sum()


class Numbers(report_page.ReportTest):
    """Of each pair: sides a and b by NumPy, whatever the page says of them."""

    def check(self, run, data, a, b, *arguments, encoded_a=False, rows=None, labels=None):
        """`rows` are the file's, of b's rows; `labels` what the page should colour them by."""
        page, _ = self.report(run, *arguments, ranks=1)
        spread, _ = self.report(run, *arguments, ranks=3)
        self.alike(report_page.without_invocation(page.content),
                   report_page.without_invocation(spread.content))
        found = spread.content["findings"]
        evaluated = self.evaluate(run / "model.h5", data, ranks=3)
        self.assertEqual(list(found["values"]), list(evaluated))
        for name, value in evaluated.items():
            numpy.testing.assert_allclose(found["values"][name], value, rtol=1e-9, err_msg=name)
        self.check_correlations(found, a, b)
        self.check_histograms(found, {"a": a, "b": b} if encoded_a else {"b": b})
        self.check_projection(found["projection"], {"a": a, "b": b} if encoded_a else {"b": b},
                              numpy.arange(len(b)) if rows is None else rows, labels)
        return found

    def check_correlations(self, found, a, b):
        canonical = support.canonical_correlations(a, b, RIDGE)
        numpy.testing.assert_allclose(found["canonical"]["values"], canonical, atol=1e-7)
        matrices = {(each["rows"], each["columns"]): each for each in found["correlations"]}
        self.assertEqual(set(matrices), {("b", "b"), ("a", "b")})
        for (rows, columns), each in matrices.items():
            expected = correlation({"a": a, "b": b}[rows], {"a": a, "b": b}[columns])
            self.assertEqual((each["all_rows"], each["all_columns"]), expected.shape)
            numpy.testing.assert_allclose(each["matrix"], expected, atol=2e-5)

    def check_histograms(self, found, sides):
        self.assertEqual([each["side"] for each in found["histograms"]], list(sides))
        for each in found["histograms"]:
            side = sides[each["side"]]
            self.assertEqual(each["all_columns"], side.shape[1])
            self.assertEqual(len(each["columns"]), side.shape[1])
            entropies = []
            for column, said in zip(side.T, each["columns"]):
                self.assertAlmostEqual(said["mean"], column.mean(), delta=1e-4)
                self.assertAlmostEqual(said["deviation"], column.std(), delta=1e-4)
                self.assertAlmostEqual(sum(said["p"]), float(numpy.ptp(column) > 0), delta=1e-4)
                numpy.testing.assert_allclose(said["p"], histogram(column), atol=1e-5)
                entropies.append(said["entropy"])
            self.assertAlmostEqual(numpy.mean(entropies),
                                   found["values"][f"entropy_{each['side']}"], delta=1e-5)

    def check_projection(self, projection, sides, rows, labels):
        chosen = projection["rows"]
        self.assertEqual(sorted(set(chosen)), chosen)
        places = numpy.searchsorted(rows, chosen)
        numpy.testing.assert_array_equal(rows[places], chosen)
        self.assertEqual([each["side"] for each in projection["sides"]], list(sides))
        for each in projection["sides"]:
            side = sides[each["side"]]
            directions, shares = principal(side, min(2, side.shape[1]))
            numpy.testing.assert_allclose(each["shares"], shares, atol=1e-6)
            expected = ((side - side.mean(axis=0)) @ directions)[places]
            for points, wanted in zip(each["points"], expected.T, strict=True):
                sign = numpy.sign(numpy.dot(points, wanted))
                numpy.testing.assert_allclose(sign * numpy.array(points), wanted,
                                              atol=2e-4 * numpy.abs(wanted).max())
        kind = "none" if labels is None else labels[0]
        self.assertEqual(projection["labels"]["kind"], kind)
        if labels is not None:
            numpy.testing.assert_allclose(projection["labels"]["values"], labels[1][chosen],
                                          rtol=1e-5)

    def test_input_coloured_by_class(self):
        x = support.images(211, seed=3)
        x[:, 0, 0] = 7  # a pixel that never changes
        labels = numpy.random.default_rng(4).integers(0, 5, size=211).astype(numpy.uint8)
        data = self.write_data(x=x, y=labels)
        run = self.train(data, "run", "--encoder", SPEC, "--lambda", "0.1", "--epochs", "3",
                         "--batch", "50", "--precision", "double", ranks=2)
        model = run / "model.h5"
        found = self.check(run, data, support.preprocessed(model, x), support.encoded(model, x),
                           labels=("classes", labels))
        self.assertTrue(found["is_training_data"])
        self.assertEqual(found["projection"]["labels"]["names"], [])
        self.assertEqual(len(found["projection"]["rows"]), 211)
        self.assertFalse(found["canonical"]["of_objective"])

    def test_classes_that_have_names(self):
        labels = numpy.arange(60) % 3
        data = self.write_data(x=support.images(60), y=labels)
        names = ["one", "</script>", "three & more"]
        with support.h5py.File(data, "a") as file:
            file["y"].attrs["classes"] = names
        run = self.train(data, "run", "--encoder", "dense:2", "--steps", "2")
        content = self.report(run, ranks=2)[0].content
        self.assertEqual(content["findings"]["projection"]["labels"]["names"], names)

    def test_some_rows_of_other_data_coloured_by_value(self):
        x = numpy.random.default_rng(5).normal(size=(300, 5))
        value = x[:, 0] * 2 + 1
        data = self.write_data(x=x, y=value)
        run = self.train(data, "run", "--encoder", SPEC, "--steps", "4", "--precision", "double")
        test = self.write_data("test.h5", rows=x[::-1][:137] ** 3, depth=value[:137])
        page, _ = self.report(run, "--data", test, "--x", "/rows", "--y", "/depth", "--points", "40",
                              "--seed", "3", ranks=3)
        found = page.content["findings"]
        self.assertFalse(found["is_training_data"])
        model = run / "model.h5"
        b = support.encoded(model, x[::-1][:137] ** 3)
        self.assertEqual(len(found["projection"]["rows"]), 40)
        self.check_projection(found["projection"], {"b": b}, numpy.arange(137),
                              ("values", value[:137]))
        self.check_histograms(found, {"b": b})
        other, _ = self.report(run, "--data", test, "--x", "/rows", "--points", "40", "--seed", "4")
        self.assertNotEqual(other.content["findings"]["projection"]["rows"],
                            found["projection"]["rows"])

    def test_target(self):
        x = support.images(160, seed=9)
        labels = numpy.random.default_rng(10).integers(0, 3, size=160)
        data = self.write_data(x=x, y=labels)
        run = self.train(data, "run", "--pair", "target", "--rho", "cca", "--encoder", SPEC,
                         "--steps", "5", "--precision", "double")
        self.check(run, data, support.one_hot(labels), support.encoded(run / "model.h5", x),
                   labels=("classes", labels))

    def test_views(self):
        random = numpy.random.default_rng(6)
        x = random.normal(size=(170, 7))
        y = x[:, :4] + random.normal(size=(170, 4))
        data = self.write_data(x=x, y=y)
        run = self.train(data, "run", "--pair", "views", "--objective", "dcca", "--encoder", SPEC,
                         "--encoder-b", "dense:3", "--steps", "5", "--precision", "double")
        model = run / "model.h5"
        found = self.check(run, data, support.encoded(model, x, "a"), support.encoded(model, y, "b"),
                           encoded_a=True)
        self.assertTrue(found["canonical"]["of_objective"])
        self.assertEqual(found["canonical"]["values"], found["values"]["canonical_correlations"])

    def test_augment(self):
        x = support.images(90, seed=11)
        data = self.write_data(x=x)
        run = self.train(data, "run", "--pair", "augment", "--augment", "noise:0", "--objective",
                         "barlow", "--encoder", SPEC, "--steps", "5", "--precision", "double")
        outputs = support.encoded(run / "model.h5", x)
        self.check(run, data, outputs, outputs)

    def test_lag_coloured_by_state(self):
        x = numpy.random.default_rng(7).normal(size=(120, 3)).cumsum(axis=0)
        state = (x[:, 0] > 0).astype(numpy.int32)
        data = self.write_data(x=x, y=state, lengths=numpy.array([50, 3, 67]))
        run = self.train(data, "run", "--pair", "lag", "--lag", "4", "--objective", "vamp2",
                         "--encoder", "dense:3,tanh,dense:2", "--precision", "double", "--steps", "5")
        starts = numpy.array([first + t for first, length in ((0, 50), (50, 3), (53, 67))
                              for t in range(max(0, length - 4))])
        z = support.encoded(run / "model.h5", x)
        found = self.check(run, data, z[starts], z[starts + 4], rows=starts + 4,
                           labels=("classes", state))
        self.assertEqual(len(found["values"]["timescales"]), 2)

    def test_one_output(self):
        x = numpy.random.default_rng(8).normal(size=(60, 3))
        data = self.write_data(x=x)
        run = self.train(data, "run", "--encoder", "dense:1", "--steps", "3", "--precision", "double")
        model = run / "model.h5"
        self.check(run, data, support.preprocessed(model, x), support.encoded(model, x))


if __name__ == "__main__":
    unittest.main()
