# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of linear encoders share: data whose best linear encoder NumPy knows."""

import itertools

import h5py
import numpy

import support


def weights(model, layer, network="b"):
    with h5py.File(model) as file:
        return file[f"networks/{network}/layers/{layer}/weight"][()]


def principal_sines(u, v):
    """Sines of the angles between two subspaces, spanned by columns."""
    u, v = numpy.linalg.qr(u)[0], numpy.linalg.qr(v)[0]
    return numpy.linalg.svd(v - u @ (u.T @ v), compute_uv=False)


def principal_components(x, count):
    return numpy.linalg.eigh(support.covariance(x, x))[1][:, ::-1][:, :count]


def best_rv(a, h, count):
    """The greatest rv of a and a linear map of h to `count` columns."""
    values, vectors = numpy.linalg.eigh(support.covariance(h, h))
    singular = numpy.linalg.svd(support.covariance(a, h) @ vectors / numpy.sqrt(values),
                                compute_uv=False)
    fourth = (singular[:count] ** 4).sum()
    return (fourth / numpy.linalg.norm(support.covariance(a, a)) ** 2) ** 0.25


def cancor(x, y):
    """Canonical correlations as R's cancor computes them, by QR decompositions."""
    bases = [numpy.linalg.qr(side - side.mean(axis=0))[0] for side in (x, y)]
    return numpy.linalg.svd(bases[0].T @ bases[1], compute_uv=False)


def mixed_views(rows, seed):
    """Two views with three directions in common, [rows, 5] and [rows, 4], whose columns have units as
    unlike as those of measured quantities."""
    random = numpy.random.default_rng(seed)
    shared = random.normal(size=(rows, 3))

    def view(columns):
        mixed = shared * [2, 1, 0.6] @ random.normal(size=(3, columns))
        mixed += random.normal(size=(rows, columns))
        return mixed * 10.0 ** numpy.linspace(-3, 3, columns) + random.normal(size=columns)

    return view(5), view(4)


class LinearTest(support.ProgramTest):
    def views(self):
        path = self.scratch / "views.h5"
        self.succeed("generate", "gaussian-views", "--rows", "1501", "--x-columns", "7",
                     "--y-columns", "6", "--output", path)
        with h5py.File(path) as file:
            return path, file["x"][()], file["y"][()]

    def anisotropic(self):
        random = numpy.random.default_rng(5)
        turn = numpy.linalg.qr(random.normal(size=(8, 8)))[0]
        x = random.normal(size=(1501, 8)) * 1.4 ** -numpy.arange(8.0) @ turn + random.normal(size=8)
        return self.write_data("anisotropic.h5", x=x), x

    def reversible(self):
        """Monomials of metastable frames, forwards and backwards, so that the linear model has
        something to find and no direction of time."""
        path = self.scratch / "metastable.h5"
        self.succeed("generate", "metastable", "--trajectories", "2", "--frames", "1501",
                     "--x-columns", "3", "--output", path)
        with h5py.File(path) as file:
            frames = file["x"][()].reshape(2, 1501, 3)
        products = itertools.combinations_with_replacement(range(3), 2)
        features = numpy.concatenate(
            [frames, *(frames[..., i:i + 1] * frames[..., j:j + 1] for i, j in products)], axis=2)
        x = numpy.concatenate([features, features[:, ::-1]])
        data = self.write_data("reversible.h5", x=x.reshape(-1, x.shape[2]),
                               lengths=numpy.full(len(x), 1501))
        ahead, behind = x[:, :-10].reshape(-1, x.shape[2]), x[:, 10:].reshape(-1, x.shape[2])
        return data, support.canonical_correlations(ahead, behind, 0.0)

    def objective(self, run, data, ranks=1):
        return self.evaluate(run / "model.h5", data, ranks=ranks)["objective"]

    def check_value(self, run, data, expected, relative):
        found = self.objective(run, data, ranks=2)
        self.assertLess(abs(found / expected - 1.0), relative, f"{found}, not {expected}")
