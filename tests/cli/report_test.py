# SPDX-License-Identifier: BSD-3-Clause
"""`report`: what its page says of a model's outputs, against NumPy from model.h5."""

import json
import unittest

import numpy

import report_page
import support

RIDGE = 1e-4
SPEC = "dense:6,tanh,dense:4"


def correlation(a, b):
    deviations = numpy.outer(a.std(axis=0), b.std(axis=0))
    return support.covariance(a, b) / numpy.where(deviations > 0, deviations, numpy.inf)


def directions(a, b, ridge):
    """The maps of two sides to canonical variates of variance 1, of any sign."""
    def root(c):
        values, vectors = numpy.linalg.eigh(c + ridge * numpy.trace(c) / len(c) * numpy.eye(len(c)))
        return vectors @ numpy.diag(values ** -0.5) @ vectors.T

    def unit(w, c):
        return w / numpy.sqrt(numpy.maximum(numpy.einsum("ic,ij,jc->c", w, c, w), 1e-30))

    c_aa, c_bb = support.covariance(a, a), support.covariance(b, b)
    u, sigma, vt = numpy.linalg.svd(root(c_aa) @ support.covariance(a, b) @ root(c_bb),
                                    full_matrices=False)
    return unit(root(c_aa) @ u, c_aa), unit(root(c_bb) @ vt.T, c_bb), sigma


def timescales(a, b, lag):
    return -lag / numpy.log(support.canonical_correlations(a, b, RIDGE))


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
        """`rows` are the file's, of the shown rows; `labels` what the page should colour them by."""
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
        self.assertNotIn("held_out", found)
        rows = numpy.arange(len(b)) if rows is None else rows
        if found["variates"]:
            u, v = self.variates(a, b)
            lag = "timescales" in found["values"]
            sides = {"a": u} if lag else {"a": u, "b": v} if encoded_a else {"b": v}
            self.check_histograms(found, sides, of_objective=False)
            self.check_projection(found["projection"], sides, rows, labels, variates=True)
        else:
            sides = {"a": a, "b": b} if encoded_a else {"b": b}
            self.check_histograms(found, sides)
            self.check_projection(found["projection"], sides, rows, labels)
        return found

    def variates(self, a, b):
        """Canonical variates of unit variance, with the sign by which the strongest loading of side a
        is positive, without those that do not correlate."""
        w_a, w_b, sigma = directions(a, b, RIDGE)
        u, v = (a - a.mean(axis=0)) @ w_a, (b - b.mean(axis=0)) @ w_b
        r = correlation(self.inputs_a, u)
        signs = numpy.sign(r[numpy.abs(r).argmax(axis=0), numpy.arange(u.shape[1])])
        return (u * signs)[:, sigma > 1e-5], (v * signs)[:, sigma > 1e-5]

    def check_loadings(self, each, inputs, variates, names=()):
        expected = correlation(inputs, variates)
        self.assertEqual((each["all_rows"], each["all_columns"]), expected.shape)
        numpy.testing.assert_allclose(each["matrix"], expected[each["inputs"]][:, :12], atol=2e-4)
        self.assertEqual(each["names"], list(names))

    def check_correlations(self, found, a, b):
        canonical = support.canonical_correlations(a, b, RIDGE)
        numpy.testing.assert_allclose(found["canonical"]["values"], canonical, atol=1e-7)
        self.assertEqual(found["variates"], found["canonical"]["of_objective"])
        if found["variates"]:
            self.assertEqual(found["correlations"], [])
            return
        matrices = {(each["rows"], each["columns"]): each for each in found["correlations"]}
        self.assertEqual(set(matrices), {("b", "b"), ("a", "b")})
        for (rows, columns), each in matrices.items():
            expected = correlation({"a": a, "b": b}[rows], {"a": a, "b": b}[columns])
            self.assertEqual((each["all_rows"], each["all_columns"]), expected.shape)
            numpy.testing.assert_allclose(each["matrix"], expected, atol=2e-5)

    def check_histograms(self, found, sides, of_objective=True):
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
            if of_objective:
                self.assertAlmostEqual(numpy.mean(entropies),
                                       found["values"][f"entropy_{each['side']}"], delta=1e-5)

    def check_projection(self, projection, sides, rows, labels, variates=False):
        chosen = projection["rows"]
        self.assertEqual(sorted(set(chosen)), chosen)
        places = numpy.searchsorted(rows, chosen)
        numpy.testing.assert_array_equal(rows[places], chosen)
        self.assertEqual([each["side"] for each in projection["sides"]], list(sides))
        for each in projection["sides"]:
            side = sides[each["side"]]
            if variates:
                plane, shares = numpy.eye(side.shape[1])[:, :2], []
            else:
                plane, shares = principal(side, min(2, side.shape[1]))
            numpy.testing.assert_allclose(each["shares"], shares, atol=1e-6)
            expected = ((side - side.mean(axis=0)) @ plane)[places]
            for points, wanted in zip(each["points"], expected.T, strict=True):
                sign = 1 if variates else numpy.sign(numpy.dot(points, wanted))
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
        a, b = support.one_hot(labels), support.encoded(run / "model.h5", x)
        self.inputs_a = a
        found = self.check(run, data, a, b, labels=("classes", labels))
        u, v = self.variates(a, b)
        self.assertEqual(v.shape[1], 2)
        self.assertEqual([each["side"] for each in found["loadings"]], ["a", "b"])
        self.check_loadings(found["loadings"][0], a, u)
        self.check_loadings(found["loadings"][1], x.reshape(len(x), -1), v)

    def test_views(self):
        random = numpy.random.default_rng(6)
        x = random.normal(size=(170, 7))
        y = x[:, :4] + random.normal(size=(170, 4))
        data = self.write_data(x=x, y=y)
        run = self.train(data, "run", "--pair", "views", "--objective", "dcca", "--encoder", SPEC,
                         "--encoder-b", "dense:3", "--steps", "5", "--precision", "double")
        model = run / "model.h5"
        self.inputs_a = x
        a, b = support.encoded(model, x, "a"), support.encoded(model, y, "b")
        found = self.check(run, data, a, b, encoded_a=True)
        u, v = self.variates(a, b)
        self.assertEqual([each["side"] for each in found["loadings"]], ["a", "b"])
        self.check_loadings(found["loadings"][0], x, u)
        self.check_loadings(found["loadings"][1], y, v)
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
        self.inputs_a = x[starts]
        found = self.check(run, data, z[starts], z[starts + 4], rows=starts,
                           labels=("classes", state))
        self.assertEqual(len(found["values"]["timescales"]), 2)
        u, _ = self.variates(z[starts], z[starts + 4])
        self.assertEqual([each["side"] for each in found["loadings"]], ["a"])
        self.check_loadings(found["loadings"][0], x[starts], u)

    def test_timescales_against_the_lag(self):
        random = numpy.random.default_rng(17)
        x = numpy.zeros((600, 3))
        for t in range(1, 600):
            x[t] = [0.95, 0.7, 0.2] * x[t - 1] + random.normal(size=3)
        lengths = [350, 6, 244]
        data = self.write_data(x=x, lengths=numpy.array(lengths))
        run = self.train(data, "run", "--pair", "lag", "--lag", "4", "--objective", "vamp2",
                         "--encoder", "dense:3,tanh,dense:2", "--precision", "double", "--steps", "5")
        z = support.encoded(run / "model.h5", x)
        page, _ = self.report(run, "--seed", "5", ranks=1)
        spread, _ = self.report(run, "--seed", "5", ranks=3)
        found = page.content["findings"]["timescales_by_lag"]
        self.alike(found, spread.content["findings"]["timescales_by_lag"])
        self.alike(page.content["findings"]["markov"], spread.content["findings"]["markov"])
        told = json.loads(self.succeed("markov", "--model", run, "--json", "--seed", "5").out)
        for name in ("koopman_matrix", "koopman_matrix_intervals"):
            self.assert_close(page.content["findings"]["markov"][name], told[name], 1e-4)
        self.assertEqual(len(page.content["findings"]["markov"]["chapman_kolmogorov"]), 5)
        self.assertFalse(found["without_shrinkage"])
        shrunk = self.train(data, "shrunk", "--config", run / "config.ini", "--shrinkage", "auto")
        page, _ = self.report(shrunk, "--lags", "4", ranks=1)
        self.assertTrue(page.content["findings"]["timescales_by_lag"]["without_shrinkage"])
        self.assertEqual(found["lag"], 4)
        self.assertEqual([each["lag"] for each in found["at"]], [1, 2, 4, 5, 10, 20])
        for each in found["at"]:
            lag = each["lag"]
            first = numpy.cumsum([0, *lengths[:-1]])
            starts = numpy.concatenate([start + numpy.arange(max(0, length - lag))
                                        for start, length in zip(first, lengths)])
            estimate = timescales(z[starts], z[starts + lag], lag)
            numpy.testing.assert_allclose(each["timescales"], estimate, rtol=1e-4)
            # Other draws of the same pieces, by NumPy, have an interval of about that width.
            edges = len(starts) * numpy.arange(33) // 32
            drawn = []
            for _ in range(100):
                chosen = numpy.concatenate([numpy.arange(edges[m], edges[m + 1])
                                            for m in random.integers(0, 32, size=32)])
                drawn.append(timescales(z[starts[chosen]], z[starts[chosen] + lag], lag))
            low, high = numpy.percentile(drawn, [2.5, 97.5], axis=0)
            ratio = (numpy.array(each["high"]) - each["low"]) / (high - low)
            self.assertTrue(((ratio > 0.5) & (ratio < 2)).all(), ratio)
            self.assertTrue((numpy.array(each["low"]) < estimate).all())
            self.assertTrue((numpy.array(each["high"]) > estimate).all())
        chosen, _ = self.report(run, "--lags", "3,7", "--replicates", "0")
        found = chosen.content["findings"]["timescales_by_lag"]
        self.assertEqual([(each["lag"], each["low"]) for each in found["at"]], [(3, []), (7, [])])
        without, _ = self.report(run, "--lags", "0")
        self.assertEqual(without.content["findings"]["timescales_by_lag"]["at"], [])

    def test_column_names(self):
        x = numpy.random.default_rng(12).normal(size=(80, 5))
        data = self.write_data(x=x, y=x[:, :3] + 1)
        names = ["age", "</script><b>", "ärger", "d", "e"]
        with support.h5py.File(data, "a") as file:
            file["x"].attrs["columns"] = names
            file["y"].attrs["columns"] = ["of another", "number"]
        run = self.train(data, "run", "--encoder", "dense:2", "--steps", "2")
        found = self.report(run, ranks=2)[0].content["findings"]
        own, both = found["correlations"]
        self.assertEqual((own["row_names"], own["column_names"]), ([], []))
        self.assertEqual((both["row_names"], both["column_names"]), (names, []))
        run = self.train(data, "views", "--pair", "views", "--objective", "dcca", "--encoder",
                         "dense:2", "--steps", "2")
        found = self.report(run, ranks=2)[0].content["findings"]
        self.assertEqual([each["names"] for each in found["loadings"]], [names, []])
        run = self.train(data, "split", "--pair", "views", "--split-columns", "2", "--objective",
                         "dcca", "--encoder", "dense:2", "--steps", "2")
        found = self.report(run, ranks=2)[0].content["findings"]
        self.assertEqual([each["names"] for each in found["loadings"]], [names[:2], names[2:]])
        labels = numpy.array([b"cat", b"dog"])[numpy.arange(80) % 2]
        data = self.write_data("labels.h5", x=x, y=labels)
        run = self.train(data, "target", "--pair", "target", "--objective", "dcca", "--encoder",
                         "dense:2", "--steps", "2")
        found = self.report(run, ranks=2)[0].content["findings"]
        self.assertEqual([(each["side"], each["names"]) for each in found["loadings"]],
                         [("a", ["cat", "dog"]), ("b", [])])

    def test_of_many_columns_those_with_the_largest_loadings(self):
        random = numpy.random.default_rng(3)
        x = random.normal(size=(150, 90))
        x[:, 70] = x[:, 70] * 0.1 + random.normal(size=150)
        data = self.write_data(x=x, y=x[:, [70]] + 0.1 * random.normal(size=(150, 1)))
        run = self.train(data, "run", "--pair", "views", "--objective", "dcca", "--encoder",
                         "linear:1", "--encoder-b", "linear:1")
        found = self.report(run, ranks=3)[0].content["findings"]["loadings"][0]
        self.assertEqual((len(found["inputs"]), found["all_rows"]), (40, 90))
        self.assertEqual(found["inputs"], sorted(found["inputs"]))
        strongest = numpy.abs(numpy.array(found["matrix"])[:, 0]).argmax()
        self.assertEqual(found["inputs"][strongest], 70)

    def test_held_out_values(self):
        random = numpy.random.default_rng(21)
        x = random.normal(size=(200, 6))
        y = x[:, :3] + random.normal(size=(200, 3))
        data = self.write_data(x=x, y=y)
        test = self.write_data("test.h5", x=x[:70] + 1, y=y[:70])
        for name, validation in (("share", "0.25"), ("file", test)):
            for objective in ("dcca", "infomax"):
                run = self.train(data, f"{name}-{objective}", "--pair", "views", "--objective",
                                 objective, "--encoder", "dense:4,tanh,dense:2", "--steps", "6",
                                 "--validation", validation, "--precision", "double", "--seed", "3",
                                 ranks=2)
                one, _ = self.report(run, ranks=1)
                found, _ = self.report(run, ranks=3)
                self.alike(report_page.without_invocation(one.content),
                           report_page.without_invocation(found.content))
                found = found.content["findings"]
                self.assertEqual(found["held_out_file"], "" if name == "share" else str(test))
                # A quarter of each of 12 blocks, rounded.
                kept, trained = (70, 200) if name == "file" else (48, 152)
                self.assertEqual(found["held_out"]["samples"], kept)
                self.assertEqual(found["values"]["samples"], trained)
                best = [line for line in support.metrics(run, "validation") if line["best"]][-1]
                if objective == "infomax":  # no map is fitted to either
                    self.assertAlmostEqual(found["held_out"]["objective"], best["objective"],
                                           delta=1e-9)
                elif name == "file":
                    model = run / "model.h5"
                    fitted = self.evaluate(model, test, "--fit", data)
                    numpy.testing.assert_allclose(found["held_out"]["canonical_correlations"],
                                                  fitted["canonical_correlations"], rtol=1e-7)
        # Data that the user names has no held-out part.
        other, _ = self.report(run, "--data", test)
        self.assertNotIn("held_out", other.content["findings"])
        test.unlink()
        done = self.report(run)[1]
        self.assertIn("no values on the validation data", done.err)

    def test_one_output(self):
        x = numpy.random.default_rng(8).normal(size=(60, 3))
        data = self.write_data(x=x)
        run = self.train(data, "run", "--encoder", "dense:1", "--steps", "3", "--precision", "double")
        model = run / "model.h5"
        self.check(run, data, support.preprocessed(model, x), support.encoded(model, x))


if __name__ == "__main__":
    unittest.main()
