# SPDX-License-Identifier: BSD-3-Clause
"""Generalised canonical correlations of several views: the linear ones against NumPy's projections, those
of networks against their definition, and what all commands make of such models."""

import itertools
import json
import unittest

import h5py
import numpy
import sklearn.datasets

import support

ROWS = 601
VIEWS = {"rna": 7, "protein": 5, "methyl": 4}
PATHS = ",".join(f"/{name}" for name in VIEWS)


def views(seed=3, rows=ROWS, columns=tuple(VIEWS.values())):
    """Views with three directions in common, whose columns have unlike units."""
    random = numpy.random.default_rng(seed)
    shared = random.normal(size=(rows, 3)) * [2, 1.2, 0.8]

    def view(count):
        mixed = shared @ random.normal(size=(3, count)) + random.normal(size=(rows, count))
        return mixed * 10.0 ** numpy.linspace(-2, 2, count) + random.normal(size=count)

    return [view(count) for count in columns]


def eigenvalues(parts, relative=0.0, absolute=0.0):
    """Those of the mean of the projections on the columns of each view, by the definition."""
    rows = len(parts[0])
    mean = numpy.zeros((rows, rows))
    for part in parts:
        z = part - part.mean(axis=0)
        c = z.T @ z / rows
        ridge = absolute + relative * numpy.trace(c) / len(c)
        mean += z @ numpy.linalg.solve(c + ridge * numpy.eye(len(c)), z.T) / rows / len(parts)
    return numpy.linalg.eigvalsh(mean)[::-1]


def by_qr(parts):
    """The same without a ridge, by orthonormal bases."""
    bases = [numpy.linalg.qr(part - part.mean(axis=0))[0] for part in parts]
    return numpy.linalg.svd(numpy.hstack(bases), compute_uv=False) ** 2 / len(parts)


def correlations(a, b, relative):
    """Canonical correlations with the ridge of the objectives."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)

    def root(z):
        c = z.T @ z / len(z)
        return numpy.linalg.cholesky(c + relative * numpy.trace(c) / len(c) * numpy.eye(len(c)))

    t = numpy.linalg.solve(root(a), a.T @ b / len(a))
    return numpy.linalg.svd(numpy.linalg.solve(root(b), t.T), compute_uv=False)


class Multi(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.parts = views()
        labels = (self.parts[0][:, 0] > numpy.median(self.parts[0][:, 0])).astype("u1")
        self.data = self.write_data(**dict(zip(VIEWS, self.parts)), y=labels)

    def train_views(self, output, *arguments, data=None, ranks=1, paths=PATHS):
        return self.train(data or self.data, output, "--pair", "multi", "--views", paths,
                          "--precision", "double", *arguments, ranks=ranks)

    def encoded(self, run, *arguments, data=None, ranks=1):
        path = self.scratch / "encoded.h5"
        self.succeed("encode", "--model", run / "model.h5", "--data", data or self.data, "--output", path,
                     "--overwrite", *arguments, ranks=ranks)
        with h5py.File(path) as file:
            return file["x"][()]

    def outputs(self, run, widths, **options):
        return numpy.split(self.encoded(run, **options), numpy.cumsum(widths)[:-1], axis=1)


class Linear(Multi):
    def test_maxvar_has_the_eigenvalues_of_the_projections(self):
        expected = by_qr(self.parts)
        self.assert_close(eigenvalues(self.parts)[:4], expected[:4], 1e-10)
        for ranks in (1, 3):
            run = self.train_views(f"linear-{ranks}", "--objective", "maxvar", "--encoder", "linear:3",
                                   "--ridge", "0", ranks=ranks)
            found = self.evaluate(run / "model.h5", self.data, ranks=ranks)
            self.assert_close(found["eigenvalues"], expected[:3], 1e-10)
            self.assertAlmostEqual(found["objective"], expected[:3].sum(), delta=1e-9)
            with h5py.File(run / "model.h5") as file:
                self.assert_close(json.loads(file["settings"].attrs["linear_eigenvalues"]), expected[:3], 1e-10)
        made = self.outputs(run, [3, 3, 3])
        for one, other in itertools.combinations(range(3), 2):
            self.assert_close(found[f"canonical_correlations_{one + 1}_{other + 1}"],
                              correlations(made[one], made[other], 0.0), 1e-9)
        # Component j of a view is what its columns have of what all views have in common.
        common = numpy.linalg.eigh(sum(
            q @ q.T for q in (numpy.linalg.qr(p - p.mean(axis=0))[0] for p in self.parts)))[1][:, ::-1]
        for part, outputs in zip(self.parts, made):
            basis = numpy.linalg.qr(part - part.mean(axis=0))[0]
            for j in range(3):
                projected = basis @ (basis.T @ common[:, j])
                self.assertAlmostEqual(abs(numpy.corrcoef(projected, outputs[:, j])[0, 1]), 1, delta=1e-9)
            self.assert_close(outputs.std(axis=0), numpy.ones(3), 1e-9)

    def test_outputs_of_networks_of_their_own_are_all_components(self):
        """Of as many as each has; those that only some views have do not become copies of others."""
        run = self.train_views("unequal", "--objective", "maxvar", "--encoder", "linear:2|linear:3|linear:1", ranks=2)
        self.assertEqual(len(self.evaluate(run / "model.h5", self.data)["eigenvalues"]), 3)
        for outputs in self.outputs(run, [2, 3, 1]):
            correlations = numpy.atleast_2d(numpy.corrcoef(outputs.T))
            self.assertLess(abs(correlations - numpy.eye(len(correlations))).max(), 0.2)

    def test_after_random_features_it_is_that_of_the_features(self):
        run = self.train_views("fourier", "--objective", "maxvar", "--encoder", "fourier:20:scale=3,linear:2",
                               "--ridge", "0")
        random, first = [], 0
        with h5py.File(run / "model.h5") as file:
            layers = file["networks/b/layers"]
            phases = []
            layers.visititems(lambda name, item: phases.append(item.parent) if name.endswith("/phase") else None)
            shift, scale = file["networks/b/preprocess/shift"][()], file["networks/b/preprocess/scale"][()]
            for part, layer in zip(self.parts, sorted(phases, key=lambda layer: layer.name)):
                columns = slice(first, first + part.shape[1])
                z = (part - shift[columns]) * scale[columns]
                random.append(numpy.cos(z @ layer["weight"][()] + layer["phase"][()]))
                first = columns.stop
        found = self.evaluate(run / "model.h5", self.data)
        self.assert_close(found["eigenvalues"], by_qr(random)[:2], 1e-9)

    def test_views_of_real_measurements(self):
        """The thirteen of 178 wines, which scikit-learn has, as three ranges of one data set's columns."""
        x = sklearn.datasets.load_wine().data
        data = self.write_data("wine.h5", x=x)
        run = self.train_views("wine", "--objective", "maxvar", "--encoder", "linear:4", "--ridge", "0", data=data,
                               paths="/x[0:5],/x[5:9],/x[9:13]", ranks=2)
        found = self.evaluate(run / "model.h5", data, ranks=3)
        self.assert_close(found["eigenvalues"], by_qr([x[:, :5], x[:, 5:9], x[:, 9:]])[:4], 1e-9)

    def test_with_a_ridge_nothing_linear_is_better(self):
        for objective, options in (("maxvar", []), ("maxvar", ["--ridge", "0.1", "--components", "2"]),
                                   ("sumcor", []), ("sumcor", ["--components", "2"])):
            shared = ["--objective", objective, *options]
            run = self.train_views("start", *shared, "--encoder", "linear:3", "--overwrite")
            found = self.evaluate(run / "model.h5", self.data)
            made = self.outputs(run, [3, 3, 3])
            ridge = 0.1 if "0.1" in options else 1e-4
            k = 2 if "2" in options else 3
            expected = (eigenvalues(made, ridge)[:k].sum() if objective == "maxvar" else
                        sum(correlations(a, b, ridge)[:k].sum() for a, b in itertools.combinations(made, 2)))
            self.assertAlmostEqual(found["objective"], expected, delta=1e-9)
            on = self.train_views("on", *shared, "--encoder", "dense:3", "--init", "linear", "--optimizer",
                                  "lbfgs", "--batch", "0", "--steps", "30", "--overwrite")
            better = self.evaluate(on / "model.h5", self.data)["objective"]
            self.assertLess(better - found["objective"], 1e-8, shared)
            self.assertGreater(better - found["objective"], -1e-9, shared)

    def test_of_two_views_it_is_canonical_correlation_analysis(self):
        pair = ["--pair", "views", "--x", "/rna", "--y", "/protein", "--precision", "double",
                "--objective", "dcca"]
        for objective, ridge in (("maxvar", "0"), ("sumcor", "0.0001")):
            two = self.train(self.data, "two", *pair, "--encoder", "linear:3", "--ridge", ridge,
                             "--overwrite")
            expected = self.evaluate(two / "model.h5", self.data)
            run = self.train_views("multi", "--objective", objective, "--encoder", "linear:3", "--ridge",
                                   ridge, "--overwrite", paths="/rna,/protein")
            found = self.evaluate(run / "model.h5", self.data)
            if objective == "maxvar":
                s = numpy.array(expected["canonical_correlations"])
                self.assert_close(found["eigenvalues"], (1 + s) / 2, 1e-10)
            else:
                self.assertAlmostEqual(found["objective"], expected["objective"], delta=1e-9)

    def test_regularised_of_more_columns_than_rows(self):
        parts = views(seed=5, rows=40, columns=(95, 9, 45))
        data = self.write_data("wide.h5", **dict(zip(VIEWS, parts)))
        run = self.train_views("wide", "--objective", "maxvar", "--encoder", "linear:2", "--linear-ridge",
                               "0.7", data=data, ranks=2)
        scaled = [(part - part.mean(axis=0)) / part.std(axis=0) for part in parts]
        with h5py.File(run / "model.h5") as file:
            self.assert_close(json.loads(file["settings"].attrs["linear_eigenvalues"]),
                              eigenvalues(scaled, absolute=0.7)[:2], 1e-9)
        # Outputs follow from the first eigenvectors g as Z (Z^T Z / N + L I)^-1 Z^T g.
        mean = sum(z @ numpy.linalg.solve(z.T @ z / 40 + 0.7 * numpy.eye(z.shape[1]), z.T) for z in scaled)
        common = numpy.linalg.eigh(mean)[1][:, ::-1]
        for z, outputs in zip(scaled, self.outputs(run, [2, 2, 2], data=data)):
            weights = numpy.linalg.solve(z.T @ z / 40 + 0.7 * numpy.eye(z.shape[1]), z.T)
            for j in range(2):
                expected = z @ weights @ common[:, j]
                self.assertAlmostEqual(abs(numpy.corrcoef(expected, outputs[:, j])[0, 1]), 1, delta=1e-9)


class Networks(Multi):
    DEEP = ["--objective", "maxvar", "--components", "1", "--learning-rate", "0.01", "--batch", "300"]

    def test_rise_above_linear_ones_where_views_are_linked_by_curves(self):
        random = numpy.random.default_rng(8)
        t = random.uniform(-2, 2, size=(1000, 1))
        noise = [random.normal(size=(1000, 3)) for _ in range(3)]
        curves = [numpy.hstack([f(t), own]) @ random.normal(size=(4, 4)) for f, own in
                  zip((lambda t: t, lambda t: t ** 2 - 1.3, lambda t: numpy.cos(2 * t)), noise)]
        data = self.write_data("curves.h5", **dict(zip(VIEWS, curves)))
        flat = self.train_views("flat", "--objective", "maxvar", "--components", "1", "--encoder",
                                "linear:1", data=data)
        deep = self.train_views("deep", *self.DEEP, "--encoder", "dense:24,tanh,dense:1", "--epochs", "150",
                                "--validation", "0.2", data=data)
        linear = self.evaluate(flat / "model.h5", data)["objective"]
        found = self.evaluate(deep / "model.h5", data)["objective"]
        self.assertLess(linear, 0.7)
        self.assertGreater(found, 0.85)
        self.assertGreater(support.metrics(deep, "validation")[-1]["objective"], 0.8)
        made = self.outputs(deep, [1, 1, 1], data=data)
        self.assertAlmostEqual(found, eigenvalues(made, 1e-4)[0], delta=1e-9)

    def test_are_the_same_at_any_number_of_ranks_and_after_a_stop(self):
        steps = [*self.DEEP, "--encoder", "dense:6,tanh,batchnorm,dense:2 | dense:2 | dense:3,dense:4",
                 "--steps", "6", "--reproducible", "--blocks", "12"]
        content = {}
        for ranks in (1, 2, 3, 4):
            run = self.train_views(f"ranks-{ranks}", *steps, ranks=ranks)
            content[ranks] = support.parameters(run / "model.h5")
            self.assertTrue((content[ranks] == content[1]).all(), ranks)
        close = self.train_views("close", *steps[:-3], "--blocks", "12", "--micro-batch", "37", ranks=3)
        self.assert_close(support.parameters(close / "model.h5"), content[1], 1e-8)
        stopped = self.train_views("stopped", *steps[:-4], "3", *steps[-3:], "--checkpoint-every", "3steps")
        self.succeed("train", "--data", self.data, "--output", stopped, "--resume", "--steps", "6", ranks=2)
        self.assertTrue((support.parameters(stopped / "model.h5") == content[1]).all())

    def test_have_their_own_shapes_and_column_ranges(self):
        random = numpy.random.default_rng(4)
        images = random.integers(0, 255, size=(ROWS, 1, 6, 6)).astype("u1")
        images[:, 0, :3] //= 2
        images[:, 0, 0, 0] = numpy.clip(128 + 40 * self.parts[0][:, 0] / self.parts[0][:, 0].std(), 0, 255)
        everything = numpy.hstack(self.parts)
        data = self.write_data("shapes.h5", images=images, rna=self.parts[0].astype("f4"), all=everything)
        run = self.train_views("shapes", "--objective", "sumcor", "--encoder",
                               "conv:3:3,relu,globalpool,dense:2|dense:2|dense:2", "--steps", "3",
                               paths="/images, /rna, /all[7:12]", data=data)
        found = self.evaluate(run / "model.h5", data, ranks=2)
        made = self.outputs(run, [2, 2, 2], data=data)
        self.assertAlmostEqual(found["objective"], sum(
            correlations(a, b, 1e-4).sum() for a, b in itertools.combinations(made, 2)), delta=1e-9)
        options = ["--objective", "maxvar", "--encoder", "linear:2", "--ridge", "0"]
        ranges = self.train_views("ranges", *options, data=data, paths="/all[:7],/all[7:12],/all[12:]")
        self.assertAlmostEqual(self.evaluate(ranges / "model.h5", data)["objective"],
                               by_qr(self.parts)[:2].sum(), delta=1e-9)

    def test_of_one_view_are_used_alone(self):
        run = self.train_views("alone", *self.DEEP, "--encoder", "dense:6,tanh,dense:2|dense:3|dense:2",
                               "--steps", "4")
        made = dict(zip(VIEWS, self.outputs(run, [2, 3, 2])))
        with h5py.File(self.data) as file:
            only = self.write_data("only.h5", protein=file["protein"][()], y=file["y"][()])
        self.assert_close(self.encoded(run, "--network", "/protein", data=only, ranks=2), made["protein"],
                          1e-12)
        hidden = self.encoded(run, "--network", "/rna", "--layer", "0")
        z = support.preprocessed(run / "model.h5", numpy.hstack(self.parts))[:, :7]
        with h5py.File(run / "model.h5") as file:
            first = file["networks/b/layers/0"]
            self.assert_close(hidden, numpy.tanh(z @ first["weight"][()] + first["bias"][()]), 1e-12)
        # Layers count on from view to view where all views are encoded.
        self.assert_close(self.encoded(run, "--layer", "2"), made["protein"], 1e-12)
        found = {}
        for network in ([], ["--network", "/methyl"]):
            probed = self.succeed("probe", "--model", run / "model.h5", "--train", self.data, "--test",
                                  self.data, "--json", *network)
            found[len(network)] = json.loads(probed.out)["accuracy"]
        self.assertGreater(found[0], 0.5)
        archive = self.scratch / "view.npz"
        self.succeed("export", "--model", run / "model.h5", "--network", "/protein", "--output", archive)
        with numpy.load(archive) as arrays:
            self.assertIn((5, 3), [array.shape for array in arrays.values()])
        self.assertIn("views(view:7(dense:6,tanh,dense:2),view:5(dense:3),view:4(dense:2))",
                      self.succeed("inspect", run / "model.h5").out)
        self.succeed("report", run, "--output", self.scratch / "page.html")


class Refusals(Multi):
    def test_are_one_clear_line(self):
        base = ["train", "--data", self.data, "--progress", "none", "--output", self.scratch / "run"]
        multi = [*base, "--pair", "multi", "--objective", "maxvar", "--encoder", "dense:2"]
        short = self.write_data("short.h5", rna=self.parts[0], protein=self.parts[1][:-1])
        for code, words, arguments in (
                (2, ["--views"], multi),
                (2, ["--views"], [*multi, "--views", "/rna"]),
                (2, ["/rna", "two commas"], [*multi, "--views", "/rna,,/protein"]),
                (2, ["/protein[9]", "FIRST:END"], [*multi, "--views", "/rna,/protein[9]"]),
                (3, ["/protein[2:9]", "5 columns"], [*multi, "--views", "/rna,/protein[2:9]"]),
                (3, ["/nothing"], [*multi, "--views", "/rna,/nothing"]),
                (2, ["--pair multi"], [*base, "--encoder", "dense:2", "--objective", "maxvar"]),
                (2, ["--views", "--pair multi"], [*base, "--encoder", "dense:2", "--views", "/rna,/y"]),
                (2, ["maxvar and sumcor"], [*base, "--pair", "multi", "--objective", "dcca", "--views", PATHS,
                                            "--encoder", "dense:2"]),
                (2, ["2 networks", "3 data sets"], [*base, "--pair", "multi", "--objective", "maxvar",
                                                    "--views", PATHS, "--encoder", "dense:2|dense:2"]),
                (2, ["--shrinkage"], [*multi, "--views", PATHS, "--shrinkage", "auto"]),
                (2, ["--x", "--views"], [*multi, "--views", PATHS, "--x", "/rna"]),
                (2, ["1073741824"], [*multi[:-1], "views(view:1073741824:8(dense:2))", "--views", PATHS]),
                (2, ["--projector"], [*multi, "--views", PATHS, "--projector", "dense:2"]),
                (2, ["--normalize scale"], [*multi, "--views", PATHS, "--normalize", "scale"]),
                (2, ["--components", "2 outputs"], [*multi, "--views", PATHS, "--components", "3"]),
                (2, ["--linear-ridge"], [*multi, "--views", PATHS, "--linear-ridge", "1"]),
                (2, ["view 3", "4 directions"], [*multi[:-1], "linear:5", "--views", PATHS]),
                (3, ["--data-mode"], [*multi, "--views", PATHS, "--data-mode", "stream"])):
            done = support.run(*arguments, ranks=self.refusing_ranks(3))
            self.assert_refused(done, code, *words)
        unequal = support.run("train", "--data", short, "--output", self.scratch / "run", "--pair", "multi", "--objective", "maxvar",
                              "--encoder", "dense:2", "--views", "/rna,/protein", ranks=2)
        self.assert_refused(unequal, 3, "/rna", "601", "600")

    def test_of_models_name_the_view(self):
        run = self.train_views("run", "--objective", "maxvar", "--encoder", "linear:2")
        model = run / "model.h5"
        other = self.write_data("other.h5", rna=self.parts[0], protein=self.parts[2], methyl=self.parts[1])
        self.assert_refused(support.run("evaluate", "--model", model, "--data", other), 3, "/protein",
                            "view 2")
        self.assert_refused(support.run("encode", "--model", model, "--data", self.data, "--network", "a",
                                        "--output", self.scratch / "o.h5"), 2, "--network", "/methyl")
        self.assert_refused(support.run("evaluate", "--model", model, "--data", self.data, "--fit", self.data),
                            2, "--fit")
        self.assert_refused(support.run("evaluate", "--model", model, "--data", self.data, "--permutations",
                                        "9"), 2, "--permutations")
        self.assert_refused(support.run("evaluate", "--model", model, "--data", self.data, "--tests"), 2, "--tests")
        self.assert_refused(support.run("encode", "--model", model, "--data", self.data, "--canonical",
                                        "--output", self.scratch / "o.h5"), 2, "--canonical")


if __name__ == "__main__":
    unittest.main()
