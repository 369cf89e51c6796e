# SPDX-License-Identifier: BSD-3-Clause
"""`encode --canonical`: canonical variates and singular functions against NumPy."""

import json
import unittest

import h5py
import numpy

import support

USAGE, DATA = 2, 3
SPEC = "dense:6,tanh,dense:3"


def directions(a, b, ridge):
    """The maps of two sides to their canonical variates of unit variance; signs are left open."""
    def root(c):
        values, vectors = numpy.linalg.eigh(c + ridge * numpy.trace(c) / len(c) * numpy.eye(len(c)))
        return vectors @ numpy.diag(values ** -0.5) @ vectors.T

    def unit(w, c):
        return w / numpy.sqrt(numpy.einsum("ic,ij,jc->c", w, c, w))

    c_aa, c_bb, c_ab = support.covariance(a, a), support.covariance(b, b), support.covariance(a, b)
    u, sigma, vt = numpy.linalg.svd(root(c_aa) @ c_ab @ root(c_bb), full_matrices=False)
    return unit(root(c_aa) @ u, c_aa), unit(root(c_bb) @ vt.T, c_bb), sigma


def correlations(x, u):
    """[columns of x, columns of u]"""
    with numpy.errstate(invalid="ignore"):
        r = support.covariance(x, u) / numpy.outer(x.std(axis=0), u.std(axis=0))
    return numpy.nan_to_num(r)


class Canonical(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(1)
        common = random.normal(size=(180, 3))
        self.x = numpy.hstack([common + 0.4 * random.normal(size=(180, 3)),
                               random.normal(size=(180, 3))]) * [1, 2, 3, 1, 5, 1] + 7
        self.y = numpy.hstack([common @ random.normal(size=(3, 3)) + 0.6 * random.normal(size=(180, 3)),
                               random.normal(size=(180, 1))]) - 3
        self.data = self.write_data(x=self.x, y=self.y)
        self.new_x = random.normal(size=(53, 6)) * 2 + 6
        self.new = self.write_data("new.h5", x=self.new_x, y=random.normal(size=(53, 4)))

    def views(self, output="run", *arguments, spec=SPEC, spec_b="dense:4", data=None):
        return self.train(data or self.data, output, "--pair", "views", "--objective", "dcca",
                          "--encoder", spec, "--encoder-b", spec_b, "--precision", "double",
                          *([] if spec.startswith("linear") else ["--steps", "5"]), *arguments)

    def canonical(self, model, output, *arguments, data=None, ranks=1):
        path = self.scratch / output
        self.succeed("encode", "--model", model, "--data", data or self.data, "--output", path,
                     "--canonical", "--overwrite", "--labels", "none", *arguments, ranks=ranks)
        with h5py.File(path) as file:
            return {name: file[name][()] for name in file}, dict(file.attrs)

    def expect(self, found, side, mean, w, inputs, reference, tolerance=1e-8):
        """`found` is side's variates by the map w, with the sign that the inputs of side a decide;
        `reference` [rows, k] are side a's variates on the fit."""
        signs = numpy.sign(reference[1][numpy.abs(reference[1]).argmax(axis=0),
                                        numpy.arange(reference[1].shape[1])])
        self.assert_close(found, (side - mean) @ w * signs, tolerance)

    def test_both_views_at_any_number_of_ranks(self):
        run = self.views()
        model = run / "model.h5"
        a, b = support.encoded(model, self.x, "a"), support.encoded(model, self.y, "b")
        w_a, w_b, sigma = directions(a, b, 1e-4)
        reference = None, correlations(self.x, (a - a.mean(axis=0)) @ w_a)
        # The same as evaluate has, and of the fit, not of the file that is encoded.
        evaluated = self.evaluate(model, self.data)["canonical_correlations"]
        for ranks in (1, 2, 3, 4):
            for network, side, w, rows in (("a", a, w_a, self.new_x), ("b", b, w_b, None)):
                with self.subTest(network=network, ranks=ranks):
                    with h5py.File(self.new) as file:
                        rows = rows if rows is not None else file["y"][()]
                    found, said = self.canonical(model, "u.h5", "--network", network, data=self.new,
                                                 ranks=ranks)
                    self.expect(found["x"], support.encoded(model, rows, network),
                                side.mean(axis=0), w, None, reference)
                    numpy.testing.assert_allclose(found["canonical_correlations"], sigma, atol=1e-9)
                    numpy.testing.assert_allclose(found["canonical_correlations"], evaluated,
                                                  atol=1e-9)
                    self.assertEqual(said["canonical_side"], network)
                    self.assertEqual(said["fit"], str(self.data))
                    # dense:4 of side b is linear, and the network of side a is not.
                    self.assertEqual(sorted(found), ["canonical_correlations", "shift_b", "weights_b",
                                                     "x"])

    def test_on_the_fit_they_are_of_mean_0_and_variance_1(self):
        run = self.views()
        u, _ = self.canonical(run, "u.h5", "--network", "a", ranks=3)
        v, _ = self.canonical(run, "v.h5", "--network", "b", ranks=2)
        for found in (u["x"], v["x"]):
            numpy.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-9)
            numpy.testing.assert_allclose(found.std(axis=0), 1, atol=1e-9)
        pairs = [numpy.corrcoef(one, other)[0, 1] for one, other in zip(u["x"].T, v["x"].T)]
        # But for the ridge, these are the canonical correlations.
        numpy.testing.assert_allclose(pairs, u["canonical_correlations"], atol=1e-3)
        self.assertGreater(min(pairs[:2]), 0.3)

    def test_another_fit(self):
        run = self.views()
        model = run / "model.h5"
        with h5py.File(self.new) as file:
            new_y = file["y"][()]
        a, b = support.encoded(model, self.new_x, "a"), support.encoded(model, new_y, "b")
        w_a, _, sigma = directions(a, b, 1e-4)
        reference = None, correlations(self.new_x, (a - a.mean(axis=0)) @ w_a)
        found, said = self.canonical(model, "u.h5", "--fit", self.new, ranks=2)
        self.expect(found["x"], support.encoded(model, self.x, "a"), a.mean(axis=0), w_a, None,
                    reference)
        numpy.testing.assert_allclose(found["canonical_correlations"], sigma, atol=1e-9)
        self.assertEqual(said["fit"], str(self.new))

    def test_rows_that_were_kept_for_validation_are_not_fitted_to(self):
        run = self.views("held-out", "--validation", "0.25", "--checkpoint-every", "5steps")
        self.succeed("report", run)
        page = (run / "report.html").read_text(encoding="utf-8")
        shown = json.loads(page.partition('id="content">')[2].partition("</script>")[0])["findings"]
        self.assertLess(shown["values"]["samples"], 180)
        fitted = shown["canonical"]["values"]
        everywhere = self.evaluate(run, self.data)["canonical_correlations"]
        self.assertGreater(numpy.abs(numpy.subtract(fitted, everywhere)).max(), 1e-3)
        checkpoint, = (run / "checkpoints").iterdir()
        for model in (run, run / "model.h5", checkpoint):
            found, _ = self.canonical(model, "u.h5", ranks=2)
            if model != checkpoint:  # which is not of the best step
                numpy.testing.assert_allclose(found["canonical_correlations"], fitted, atol=1e-9)
        found, _ = self.canonical(run, "u.h5", "--fit", self.data)
        numpy.testing.assert_allclose(found["canonical_correlations"], everywhere, atol=1e-9)
        # A model without its run is fitted to all rows of the file that it names.
        alone = self.scratch / "alone.h5"
        alone.write_bytes((run / "model.h5").read_bytes())
        found, _ = self.canonical(alone, "u.h5", ranks=3)
        numpy.testing.assert_allclose(found["canonical_correlations"], everywhere, atol=1e-9)

    def test_weights_of_linear_encoders(self):
        with h5py.File(self.data, "a") as file:
            file["x"].attrs["columns"] = names = ["age", "height", "</b>", "d", "e", "f"]
        for spec, spec_b in (("linear:3", "linear:3"), ("dense:5,dense:3", "dense:4")):
            run = self.views(f"run-{spec[:3]}", spec=spec, spec_b=spec_b)
            for ranks in (1, 3):
                u, _ = self.canonical(run, "u.h5", "--network", "a", ranks=ranks)
                v, _ = self.canonical(run, "v.h5", "--network", "b", ranks=ranks)
                self.assert_close((self.x - u["shift_a"]) @ u["weights_a"], u["x"], 1e-9)
                self.assert_close((self.y - u["shift_b"]) @ u["weights_b"], v["x"], 1e-9)
                numpy.testing.assert_allclose(u["shift_a"], self.x.mean(axis=0), rtol=1e-9)
                self.assertEqual(u["weights_a"].shape, (6, 3))
            with h5py.File(self.scratch / "u.h5") as file:
                self.assertEqual(list(file["weights_a"].attrs["rows"]), names)
                self.assertNotIn("rows", file["weights_b"].attrs)
        # The variates of the linear solution are those of the inputs themselves, but for ridges.
        run = self.scratch / "run-lin"
        w, _, sigma = directions(self.x, self.y, 0.0)
        u, _ = self.canonical(run, "u.h5", "--network", "a")
        numpy.testing.assert_allclose(u["canonical_correlations"], sigma[:3], atol=1e-3)
        expected = (self.x - self.x.mean(axis=0)) @ w[:, :3]
        for one, other in zip(u["x"].T, expected.T):
            self.assertGreater(abs(numpy.corrcoef(one, other)[0, 1]), 0.999)

    def test_singular_functions_of_a_lag(self):
        random = numpy.random.default_rng(7)
        x = numpy.zeros((240, 3))
        for t in range(1, 240):
            x[t] = [0.95, 0.8, 0.2] * x[t - 1] + random.normal(size=3)
        data = self.write_data("lag.h5", x=x, lengths=numpy.array([100, 2, 138]))
        run = self.train(data, "lag", "--pair", "lag", "--lag", "3", "--objective", "vamp2",
                         "--encoder", SPEC, "--precision", "double", "--steps", "5")
        starts = numpy.array([first + t for first, length in ((0, 100), (102, 138))
                              for t in range(length - 3)])
        z = support.encoded(run / "model.h5", x)
        left, right, sigma = directions(z[starts], z[starts + 3], 1e-4)
        reference = None, correlations(x[starts], (z[starts] - z[starts].mean(axis=0)) @ left)
        for arguments, rows, w in (([], starts, left), (["--network", "a"], starts, left),
                                   (["--network", "b"], starts + 3, right)):
            found, said = self.canonical(run, "psi.h5", *arguments, data=data, ranks=3)
            self.expect(found["x"], z, z[rows].mean(axis=0), w, None, reference)
            numpy.testing.assert_allclose(found["canonical_correlations"], sigma, atol=1e-9)
            numpy.testing.assert_allclose(found["timescales"], -3 / numpy.log(sigma), rtol=1e-6)
            self.assertEqual(said["canonical_side"], arguments[1] if arguments else "a")
            numpy.testing.assert_array_equal(found["lengths"], [100, 2, 138])

    def test_classes_and_npy(self):
        labels = numpy.arange(180) % 3
        data = self.write_data("classes.h5", x=self.x + labels[:, None] * [1, 0, 2, 0, 0, 0], y=labels)
        run = self.train(data, "target", "--pair", "target", "--objective", "dcca", "--encoder", SPEC,
                         "--steps", "5")
        path = self.scratch / "u.npy"
        self.succeed("encode", "--model", run, "--data", data, "--output", path, "--canonical",
                     ranks=2)
        found = numpy.load(path)
        # Three one-hot columns add up to 1, so that there are two correlations.
        self.assertEqual((found.shape, found.dtype), ((180, 2), numpy.float32))
        numpy.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-4)
        numpy.testing.assert_allclose(found.std(axis=0), 1, atol=1e-4)

    def test_refuses_what_cannot_be(self):
        run = self.train(self.data, "rv", "--encoder", SPEC, "--steps", "2")

        def refuse(code, *words, model=run, arguments=("--canonical",)):
            output = self.scratch / "refused.h5"
            done = support.run("encode", "--model", model, "--data", self.data, "--output", output,
                               *arguments, ranks=self.refusing_ranks(3) if code == USAGE else 3)
            self.assert_refused(done, code, *words)
            self.assertFalse(output.exists())

        refuse(USAGE, "--canonical", "dcca", "infomax")
        views = self.views()
        refuse(USAGE, "--fit", "--canonical", model=views, arguments=["--fit", self.new])
        refuse(USAGE, "--canonical", "--layer", model=views,
               arguments=["--canonical", "--layer", "0"])
        refuse(USAGE, "--network", model=views, arguments=["--canonical", "--network", "c"])
        refuse(DATA, "nowhere.h5", model=views,
               arguments=["--canonical", "--fit", self.scratch / "nowhere.h5"])
        with support.editable(views / "model.h5") as file:
            del file["settings"].attrs["data"]
        refuse(USAGE, "--fit is missing", model=views)


if __name__ == "__main__":
    unittest.main()
