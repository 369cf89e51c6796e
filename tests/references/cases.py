# SPDX-License-Identifier: BSD-3-Clause
"""The cases: each returns what the reference says and what Infomax says, numbers or arrays of them."""

import dataclasses
import typing

import numpy

import laboratory
from laboratory import standardised

# Of canonical correlations, views are the first columns and the others.
WINE_COLUMNS, CANCER_COLUMNS = 6, 15
EXACT = ["--ridge", "0", "--precision", "double", "--normalize", "standardize"]


@dataclasses.dataclass
class Case:
    name: str
    reference: str
    needs: tuple
    bound: float
    compute: typing.Callable


CASES = []


def case(name, reference, needs, bound):
    """`bound`: of the difference, as a share of the reference's largest number."""
    def add(compute):
        CASES.append(Case(name, reference, tuple(needs), bound, compute))
        return compute
    return add


def cut(x, k):
    return x[:, :k], x[:, k:]


# Canonical correlations.

@case("savings: canonical correlations", "R cancor", ["R"], 1e-9)
def savings_exact(lab):
    x = lab.r_data("LifeCycleSavings")[:, [1, 2, 0, 3, 4]]
    return lab.r("cancor", *cut(x, 2)), lab.canonical_correlations(x, 2, *EXACT)


@case("savings: by default options", "R cancor", ["R"], 1e-3)
def savings_default(lab):
    x = lab.r_data("LifeCycleSavings")[:, [1, 2, 0, 3, 4]]
    return lab.r("cancor", *cut(x, 2)), lab.canonical_correlations(x, 2)


@case("wine: canonical correlations", "R cancor", ["R", "scikit-learn"], 1e-9)
def wine_exact(lab):
    x = laboratory.wine().data
    return (lab.r("cancor", *cut(x, WINE_COLUMNS)),
            lab.canonical_correlations(x, WINE_COLUMNS, *EXACT))


@case("wine: by default options", "R cancor", ["R", "scikit-learn"], 1e-3)
def wine_default(lab):
    x = laboratory.wine().data
    return lab.r("cancor", *cut(x, WINE_COLUMNS)), lab.canonical_correlations(x, WINE_COLUMNS)


@case("cancer: canonical correlations", "R cancor", ["R", "scikit-learn"], 1e-8)
def cancer_exact(lab):
    x = laboratory.cancer().data
    return (lab.r("cancor", *cut(x, CANCER_COLUMNS)),
            lab.canonical_correlations(x, CANCER_COLUMNS, *EXACT))


@case("cancer: by default options", "R cancor", ["R", "scikit-learn"], 1e-3)
def cancer_default(lab):
    x = laboratory.cancer().data
    return lab.r("cancor", *cut(x, CANCER_COLUMNS)), lab.canonical_correlations(x, CANCER_COLUMNS)


@case("wine: canonical correlations", "statsmodels CanCorr", ["statsmodels", "scikit-learn"], 1e-9)
def wine_statsmodels(lab):
    from statsmodels.multivariate.cancorr import CanCorr
    x = laboratory.wine().data
    a, b = cut(standardised(x), WINE_COLUMNS)
    return CanCorr(a, b).cancorr, lab.canonical_correlations(x, WINE_COLUMNS, *EXACT)


@case("wine: first two pairs of variates", "scikit-learn CCA", ["scikit-learn"], 1e-6)
def wine_sklearn(lab):
    from sklearn.cross_decomposition import CCA
    x = laboratory.wine().data
    a, b = cut(x, WINE_COLUMNS)
    variates = CCA(n_components=2, tol=1e-14, max_iter=100_000).fit(a, b).transform(a, b)
    theirs = [abs(numpy.corrcoef(u, v)[0, 1]) for u, v in zip(*(side.T for side in variates))]
    return theirs, lab.canonical_correlations(x, WINE_COLUMNS, *EXACT)[:2]


def regularised(lab, x, k, lambda_x, lambda_y):
    """Of the weights of both encoders, under the ridges of the inputs: whatever scale they have."""
    import support
    x = standardised(x)
    data = lab.write(x=x)
    # R's covariances have the divisor N - 1.
    shrink = (len(x) - 1) / len(x)
    ridges = lambda_x * shrink, lambda_y * shrink
    outputs = min(k, x.shape[1] - k)
    model = lab.train(data, "--pair", "views", "--split-columns", k, "--objective", "dcca",
                      "--encoder", f"linear:{outputs}", "--linear-ridge-a", ridges[0],
                      "--linear-ridge-b", ridges[1], *EXACT)
    a, b = cut(x, k)
    u, v = (support.parameters(model, side)[:columns * outputs].reshape(columns, outputs)
            for side, columns in (("a", k), ("b", x.shape[1] - k)))
    lengths = [numpy.einsum("ij,ik,kj->j", w, support.covariance(z, z) + ridge * numpy.eye(len(w)), w)
               for w, z, ridge in ((u, a, ridges[0]), (v, b, ridges[1]))]
    return numpy.diag(u.T @ support.covariance(a, b) @ v) / numpy.sqrt(lengths[0] * lengths[1])


@case("wine: regularised, 0.1 and 0.2", "R, CCA::rcc's definition", ["R", "scikit-learn"], 1e-9)
def wine_regularised(lab):
    x = laboratory.wine().data
    theirs = lab.r("rcc", *cut(standardised(x), WINE_COLUMNS), 0.1, 0.2)
    return theirs, regularised(lab, x, WINE_COLUMNS, 0.1, 0.2)


@case("cancer: regularised, 0.01 and 0.5", "R, CCA::rcc's definition", ["R", "scikit-learn"], 1e-9)
def cancer_regularised(lab):
    x = laboratory.cancer().data
    theirs = lab.r("rcc", *cut(standardised(x), CANCER_COLUMNS), 0.01, 0.5)
    return theirs, regularised(lab, x, CANCER_COLUMNS, 0.01, 0.5)


# Sums over canonical correlations.

@case("cancer: sum with shrinkage", "scikit-learn ledoit_wolf", ["scikit-learn"], 1e-9)
def shrinkage(lab):
    import support
    from sklearn.covariance import ledoit_wolf
    x = laboratory.cancer().data
    data = lab.write(x=x)
    model = lab.train(data, "--pair", "views", "--split-columns", CANCER_COLUMNS, "--encoder",
                      "dense:8,tanh,dense:6", "--steps", "0", "--objective", "dcca",
                      "--shrinkage", "auto", *EXACT)
    a, b = (support.encoded(model, z, side) for z, side in zip(cut(x, CANCER_COLUMNS), "ab"))
    roots = [numpy.linalg.cholesky(numpy.linalg.inv(ledoit_wolf(z)[0])) for z in (a, b)]
    theirs = numpy.linalg.svd(roots[0].T @ support.covariance(a, b) @ roots[1],
                              compute_uv=False).sum()
    return theirs, lab.evaluate(model, data)["objective"]


@case("wine: Gaussian mutual information", "R cancor", ["R", "scikit-learn"], 1e-9)
def gaussian_information(lab):
    x = laboratory.wine().data
    theirs = lab.r("cancor", *cut(x, WINE_COLUMNS))
    data = lab.write(x=x)
    model = lab.train(data, "--pair", "views", "--split-columns", WINE_COLUMNS, "--encoder",
                      f"linear:{WINE_COLUMNS}", "--objective", "gaussian-mi", *EXACT)
    return -0.5 * numpy.log(1 - theirs ** 2).sum(), lab.evaluate(model, data)["objective"]


@case("mutual information, 0.8 correlated", "scikit-learn, by neighbours", ["scikit-learn"], 0.05)
def information_by_neighbours(lab):
    from sklearn.feature_selection import mutual_info_regression
    random = numpy.random.default_rng(4)
    a, noise = random.normal(size=(2, 20_000))
    x = numpy.stack([a, 0.8 * a + 0.6 * noise], axis=1)
    theirs = mutual_info_regression(x[:, :1], x[:, 1], random_state=1)[0]
    data = lab.write(x=x)
    model = lab.train(data, "--pair", "views", "--split-columns", "1", "--encoder", "linear:1",
                      "--objective", "gaussian-mi", *EXACT)
    return theirs, lab.evaluate(model, data)["objective"]


# Principal components and the RV coefficient.

def variances_along_encoder(lab, x, outputs):
    """Variances of standardised x along the principal axes within the encoder's subspace, and rv."""
    import support
    data = lab.write(x=x)
    model = lab.train(data, "--encoder", f"linear:{outputs}", "--rho", "rv", *EXACT)
    weight = support.parameters(model)[:x.shape[1] * outputs].reshape(-1, outputs)
    axes = numpy.linalg.qr(weight)[0]
    z = standardised(x)
    return numpy.linalg.eigvalsh(axes.T @ support.covariance(z, z) @ axes)[::-1], \
        lab.evaluate(model, data)["dependence"]


@case("arrests: principal variances, rv", "R prcomp", ["R"], 1e-9)
def arrests_components(lab):
    x = lab.r_data("USArrests")
    # Of correlations, whatever the divisor.
    theirs = lab.r("prcomp", x)
    ours, rv = variances_along_encoder(lab, x, 3)
    best = ((theirs[:3] ** 2).sum() / (theirs ** 2).sum()) ** 0.25
    return numpy.append(theirs[:3], best), numpy.append(ours, rv)


@case("cancer: principal variances", "scikit-learn PCA", ["scikit-learn"], 1e-9)
def cancer_components(lab):
    from sklearn.decomposition import PCA
    x = laboratory.cancer().data
    theirs = PCA(n_components=4).fit(standardised(x)).explained_variance_
    return theirs * (len(x) - 1) / len(x), variances_along_encoder(lab, x, 4)[0]


@case("wine: RV of inputs and outputs", "ade4 RV.rtest", ["R", "ade4", "scikit-learn"], 1e-9)
def rv_coefficient(lab):
    import support
    x = laboratory.wine().data
    data = lab.write(x=x)
    model = lab.train(data, "--encoder", "dense:6,tanh,dense:3", "--rho", "rv", "--steps", "0",
                      "--precision", "double", "--normalize", "standardize")
    theirs = lab.r("rv", standardised(x), support.encoded(model, x))
    return theirs, lab.evaluate(model, data)["dependence"] ** 2


# Probes.

def halves(lab, x, y):
    """Data set files of every other row, and these rows: of training and of test."""
    parts = [(x[k::2], y[k::2]) for k in (0, 1)]
    return [lab.write(x=rows, y=labels) for rows, labels in parts], parts


def logistic(lab, data, penalty):
    """The optimum's loss and the accuracy on test rows."""
    from sklearn.linear_model import LogisticRegression
    files, ((x, y), (test_x, test_y)) = halves(lab, data.data, data.target.astype("i4"))
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    x, test_x = (x - mean) / deviation, (test_x - mean) / deviation
    classes = y.max() + 1
    # Of two classes scikit-learn has one vector of weights, where ours are half of it and its negative.
    share = penalty / 2 if classes == 2 else penalty
    # The loss is as near to the optimum as the square of the gradient.
    fit = LogisticRegression(C=1 / (share * len(x)), tol=1e-6, max_iter=100_000,
                             solver="newton-cg").fit(x, y)
    loss = -numpy.log(fit.predict_proba(x)[numpy.arange(len(x)), y]).mean() \
        + 0.5 * share * (fit.coef_ ** 2).sum()
    ours = lab.probe(*files, "--l2", penalty)
    return numpy.array([loss, fit.score(test_x, test_y)]), \
        numpy.array([ours["loss"], ours["accuracy"]])


@case("wine: logistic loss, accuracy", "scikit-learn", ["scikit-learn"], 1e-8)
def wine_logistic(lab):
    return logistic(lab, laboratory.wine(), 1e-2)


@case("cancer: logistic loss, accuracy", "scikit-learn", ["scikit-learn"], 1e-8)
def cancer_logistic(lab):
    return logistic(lab, laboratory.cancer(), 1e-3)


@case("diabetes: ridge regression, R^2", "scikit-learn Ridge", ["scikit-learn"], 1e-9)
def ridge(lab):
    from sklearn.linear_model import Ridge
    data = laboratory.diabetes()
    files, ((x, y), (test_x, test_y)) = halves(lab, data.data, data.target)
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    fit = Ridge(alpha=0.01 * len(x)).fit((x - mean) / deviation, y)
    return fit.score((test_x - mean) / deviation, test_y), lab.probe(*files, "--l2", 0.01)["r2"]


# VAMP scores.

# How often state j follows state i. The first is the chain of deeptime's tests, [[.7 .2 .1] [.1 .8 .1]
# [.1 .1 .8]], in its equilibrium. The other has the same states as often, before and after, so that it does
# not matter about which means its covariances are.
CHAIN = numpy.array([[210, 60, 30], [50, 400, 50], [40, 40, 320]])
OTHER_CHAIN = numpy.array([[200, 50, 50], [60, 420, 20], [40, 30, 330]])


def pairs_of(counts):
    """Trajectories of two frames, whose features are all but one of the states' indicators."""
    i, j = numpy.indices(counts.shape).reshape(2, -1)
    states = numpy.repeat(numpy.stack([i, j], axis=1), counts.ravel(), axis=0)
    return numpy.eye(len(counts))[states.ravel()][:, :-1], numpy.full(len(states), 2)


def chain_model(lab, objective):
    x, lengths = pairs_of(CHAIN)
    data = lab.write(x=x, lengths=lengths)
    return data, lab.train(data, "--pair", "lag", "--objective", objective, "--encoder", "linear:2",
                           "--ridge", "0", "--precision", "double", "--normalize", "none")


def normalised(counts):
    p0, p1 = counts.sum(axis=1) / counts.sum(), counts.sum(axis=0) / counts.sum()
    return p0, p1, counts / counts.sum()


@case("three states: VAMP-1, VAMP-2", "deeptime's tests, by the chain", [], 1e-9)
def chain_scores(lab):
    p0, p1, joint = normalised(CHAIN)
    singular = numpy.linalg.svd(joint / numpy.sqrt(numpy.outer(p0, p1)), compute_uv=False)
    ours = []
    for objective in ("vamp1", "vamp2"):
        data, model = chain_model(lab, objective)
        ours.append(lab.evaluate(model, data)["objective"])
    return numpy.array([singular.sum(), (singular ** 2).sum()]), numpy.array(ours)


@case("three states: held-out VAMP-2, VAMP-E", "Wu and Noe's definition", [], 1e-9)
def chain_held_out(lab):
    p0, p1, joint = normalised(CHAIN)
    u, s, vt = numpy.linalg.svd(joint / numpy.sqrt(numpy.outer(p0, p1)))
    # All functions of three states, of which the first is the constant.
    u, v = u / numpy.sqrt(p0)[:, None], vt.T / numpy.sqrt(p1)[:, None]
    q0, q1, other = normalised(OTHER_CHAIN)
    c00, c01, c11 = u.T @ numpy.diag(q0) @ u, u.T @ other @ v, v.T @ numpy.diag(q1) @ v
    vamp_2 = numpy.trace(numpy.linalg.solve(c00, c01) @ numpy.linalg.solve(c11, c01.T))
    k = numpy.diag(s)
    vamp_e = numpy.trace(2 * k @ c01 - k @ c00 @ k @ c11)
    x, lengths = pairs_of(OTHER_CHAIN)
    data, model = chain_model(lab, "vamp2")
    found = lab.evaluate(model, lab.write(x=x, lengths=lengths), "--fit", data)
    return numpy.array([vamp_2, vamp_e]), numpy.array([found["objective"], found["vamp_e"]])


@case("rotation: VAMP-2, held-out VAMP-2", "deeptime", ["deeptime"], 1e-9)
def deeptime_scores(lab):
    from deeptime.decomposition import VAMP
    random = numpy.random.default_rng(5)
    turn = 0.9 * numpy.linalg.qr(random.normal(size=(4, 4)))[0]
    x = numpy.zeros((2400, 4))
    for t in range(1, len(x)):
        x[t] = x[t - 1] @ turn + random.normal(size=4)
    parts = x[:1200], x[1200:]
    models = [VAMP(lagtime=1, epsilon=1e-12).fit(part).fetch_model() for part in parts]
    theirs = [models[0].score(2), models[0].score(2, test_model=models[1])]
    files = [lab.write(x=part) for part in parts]
    model = lab.train(files[0], "--pair", "lag", "--objective", "vamp2", "--encoder", "linear:4",
                      "--ridge", "0", "--precision", "double", "--normalize", "center")
    ours = [lab.evaluate(model, files[0]), lab.evaluate(model, files[1], "--fit", files[0])]
    return numpy.array(theirs), numpy.array([found["objective"] for found in ours])
