# SPDX-License-Identifier: BSD-3-Clause
"""Every objective and every pair in NumPy, from their definitions: what anyone can compute of a
model.h5 and a data set, all of whose settings the model says."""

import h5py
import numpy

import support


def settings_of(model):
    with h5py.File(model) as file:
        return dict(file["settings"].attrs)


def histogram_options(settings):
    kind, _, numbers = settings["histogram-range"].partition(":")
    numbers = [float(number) for number in numbers.split(",")]
    options = {"bins": int(settings["bins"])}
    return {**options, "spread": numbers[0]} if kind == "sigma" else {**options, "fixed": numbers}


def correlations(a, b, settings):
    absolute = settings.get("ridge-absolute")
    found = support.canonical_correlations(a, b, float(settings["ridge"]),
                                           None if absolute is None else float(absolute),
                                           settings["shrinkage"] == "auto")
    return found[:int(settings["components"]) or None]


def infomax(a, b, settings):
    rho = {"rv": lambda: support.rv(a, b), "pearson": lambda: support.pearson(a, b),
           "cca": lambda: correlations(a, b, settings).mean()}[settings["rho"]]()
    histogram = histogram_options(settings)
    return (rho - float(settings["lambda-a"]) * support.entropy(a, **histogram)
            - float(settings["lambda-b"]) * support.entropy(b, **histogram))


def squares_off_diagonal(matrix):
    return (matrix ** 2).sum() - (numpy.diag(matrix) ** 2).sum()


def barlow(a, b, settings):
    scales = [numpy.sqrt(side.var(axis=0) + 1e-5) for side in (a, b)]
    r = support.covariance(a, b) / numpy.outer(*scales)
    return -(((1 - numpy.diag(r)) ** 2).sum()
             + float(settings["barlow-lambda"]) * squares_off_diagonal(r))


def vicreg(a, b, settings):
    weight = {word: float(settings[f"vicreg-{word}"])
              for word in ("similarity", "variance", "covariance")}
    unbiased = [numpy.cov(side.T, ddof=1).reshape(side.shape[1], -1) for side in (a, b)]
    lacking = sum(numpy.maximum(0, 1 - numpy.sqrt(numpy.diag(c) + 1e-4)).mean() for c in unbiased)
    return -(weight["similarity"] * ((a - b) ** 2).mean() + weight["variance"] * lacking / 2
             + weight["covariance"] * sum(squares_off_diagonal(c) / len(c) for c in unbiased))


def histogram_information(a, b, settings):
    histogram = histogram_options(settings)
    found = []
    for columns in zip(a.T, b.T):
        shares = [support.windows(column, **histogram) for column in columns]
        if any(share is None for share in shares):
            found.append(0.0)
            continue
        joint = shares[0].T @ shares[1] / len(a)
        found.append(support.nats(joint.sum(axis=0)) + support.nats(joint.sum(axis=1))
                     - support.nats(joint))
    return numpy.mean(found)


def coding_rate(_, b, settings):
    q = b.shape[1]
    inside = numpy.eye(q) + q / float(settings["distortion"]) * support.covariance(b, b)
    return 0.5 * numpy.linalg.slogdet(inside)[1]


def dense_parameters(spec, inputs):
    """How many parameters the dense layers of a network from so many inputs have."""
    count = 0
    for item in spec.split(","):
        name, _, units = item.partition(":")
        if name == "dense":
            count, inputs = count + (inputs + 1) * int(units), int(units)
    return count


def network_scores(form, spec, own, a, b):
    """g(a_i) . h(b_j) of two networks, or f([a_i, b_j]) of one."""
    if form == "separable":
        of_g = dense_parameters(spec, a.shape[1])
        return support.encode(spec, own[:of_g], a) @ support.encode(spec, own[of_g:], b).T
    pairs = numpy.concatenate([numpy.repeat(a, len(b), axis=0), numpy.tile(b, (len(a), 1))], axis=1)
    return support.encode(spec, own, pairs).reshape(len(a), len(b))


def scores(a, b, settings):
    """u, with the parameters that the objective has of its own: the logarithm of the temperature,
    the shift of sigmoid, the matrix or the networks of the critic, as far as they are learned, and
    of mine what it keeps of earlier steps."""
    own = numpy.asarray(settings.get("own", ()))
    critic, _, network = settings.get("critic", "cosine").partition(":")
    shift = 0.0
    if settings["objective"] == "mine":
        own = own[:-2]
    if network:
        return network_scores(critic, network, own, a, b)
    temperature = 1.0 if critic == "bilinear" else float(settings["temperature"])
    if settings.get("learn-temperature") == "true":
        temperature, own = numpy.exp(own[0]), own[1:]
    if settings["objective"] == "sigmoid":
        shift, own = own[0], own[1:]
    if critic == "cosine":
        a, b = (side / numpy.linalg.norm(side, axis=1, keepdims=True) for side in (a, b))
    if critic == "bilinear":
        b = b @ own.reshape(a.shape[1], b.shape[1]).T
    return a @ b.T / temperature + shift


def softplus(u):
    return numpy.logaddexp(0.0, u)


def of_pairs(positive, others, combine=lambda p, q: p - q):
    """An objective of P of pairs that belong together and Q of all others."""
    def value(a, b, settings):
        u = scores(a, b, settings)
        n = len(u)
        q = others(u[~numpy.eye(n, dtype=bool)], settings).sum() / (n * (n - 1))
        return combine(positive(numpy.diag(u)).mean(), q)
    return value


def clipped(u, settings):
    clip = float(settings["smile-clip"])
    return numpy.exp(numpy.clip(u, -clip, clip))


def sigmoid_loss(a, b, settings):
    u = scores(a, b, settings)
    return -softplus(numpy.where(numpy.eye(len(u), dtype=bool), -u, u)).sum() / len(u)


def log_sums(u):
    top = u.max(axis=1)
    return top + numpy.log(numpy.exp(u - top[:, None]).sum(axis=1))


def infonce(a, b, settings):
    u = scores(a, b, settings)
    both = [(numpy.diag(u) - log_sums(v)).mean() + numpy.log(len(u)) for v in (u, u.T)]
    return numpy.mean(both) if settings["symmetric"] == "true" else both[0]


def nt_xent(a, b, settings):
    c = numpy.concatenate([a, b])
    u = scores(c, c, settings)
    positive = numpy.concatenate([numpy.diag(u, len(a)), numpy.diag(u, -len(a))])
    numpy.fill_diagonal(u, -numpy.inf)
    return (positive - log_sums(u)).mean()


def simsiam(a, b, settings):
    """The cosines of what a predictor makes of either side with the other; "held" are both sides where
    they are what it is compared with."""
    spec, own = settings["predictor"], numpy.asarray(settings["own"])
    held_a, held_b = settings.get("held", (a, b))
    unit = lambda rows: rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    cosines = [(unit(support.encode(spec, own, z)) * unit(held)).sum(axis=1)
               for z, held in ((a, held_b), (b, held_a))]
    return numpy.mean(cosines)


OBJECTIVES = {
    "infonce": infonce, "simsiam": simsiam, "byol": simsiam, "nt-xent": nt_xent, "sigmoid": sigmoid_loss,
    "jsd": of_pairs(lambda u: -softplus(-u), lambda u, _: softplus(u),
                    lambda p, q: 2 * numpy.log(2) + p - q),
    "dv": of_pairs(lambda u: u, lambda u, _: numpy.exp(u), lambda p, q: p - numpy.log(q)),
    "mine": of_pairs(lambda u: u, lambda u, _: numpy.exp(u), lambda p, q: p - numpy.log(q)),
    "nwj": of_pairs(lambda u: u, lambda u, _: numpy.exp(u - 1)),
    "smile": of_pairs(lambda u: u, clipped, lambda p, q: p - numpy.log(q)),
    "infomax": infomax, "barlow": barlow, "vicreg": vicreg, "coding-rate": coding_rate,
    "histogram-mi": histogram_information,
    "dcca": lambda a, b, settings: correlations(a, b, settings).sum(),
    "vamp1": lambda a, b, settings: 1 + correlations(a, b, settings).sum(),
    "vamp2": lambda a, b, settings: 1 + (correlations(a, b, settings) ** 2).sum(),
    "gaussian-mi":
        lambda a, b, settings: -0.5 * numpy.log(1 - correlations(a, b, settings) ** 2).sum(),
    "mse": lambda a, b, _: support.DEPENDENCES["mse"](a, b),
}


def lagged(x, lag, lengths):
    """x_t and x_t+lag of every pair within a trajectory."""
    ends = numpy.cumsum(lengths)
    starts = [t for end, length in zip(ends, lengths) for t in range(end - length, end - lag)]
    return x[starts], x[numpy.array(starts) + lag]


def halves(x, split):
    """The two views of one data set."""
    kind, _, how = split.partition(":")
    if kind == "columns":
        return x[:, :int(how)], x[:, int(how):]
    middle = x.shape[2 if how == "left,right" else 1] // 2
    return (x[:, :, :middle], x[:, :, middle:]) if how == "left,right" else (x[:, :middle],
                                                                             x[:, middle:])


class Definition:
    """The sides and the objective that a model's settings speak of, on a data set's arrays x, y and
    lengths, with all networks' parameters in one vector, a's first."""

    def __init__(self, model, x, y=None, lengths=None):
        self.settings = settings_of(model)
        with h5py.File(model) as file:
            self.specs = {name: file[f"networks/{name}"].attrs["spec"]
                          for name in sorted(file["networks"])}
        self.running = {name: support.layer_parts(model, name, ("mean", "variance"))
                        for name in self.specs}
        pair = self.settings["pair"]
        rows = {"input": lambda: (x,), "augment": lambda: (x, x), "views": lambda: (x, y),
                "lag": lambda: lagged(x, int(self.settings["lag"]), lengths),
                "target": lambda: (x,)}[pair]()
        if self.settings["split"]:
            rows = halves(x, self.settings["split"])
        # Each encoded side has its network; the other, where there is one, is what it is.
        self.names = [("b", "b"), ("a", "b")]["a" in self.specs][-len(rows):]
        self.inputs = [support.preprocessed(model, side, name)
                       for side, name in zip(rows, self.names)]
        self.given = None
        if pair == "input":
            self.given = self.inputs[0]
        elif pair == "target":
            classes = int(self.settings["classes"])
            self.given = numpy.eye(classes)[y] if classes else y
        self.sizes = {name: len(support.parameters(model, name)) for name in self.specs}

    def parameters(self, model):
        """Of the networks, and then the objective's own."""
        with h5py.File(model) as file:
            own = file["objective/parameters"][()] if "objective" in file else []
        return numpy.concatenate([*(support.parameters(model, name) for name in self.specs), own])

    def climbed_from(self, point):
        """What a first step from a point climbs: J, but for smile that of jsd, and for simsiam and
        byol J with what predictions are compared with as it is at the point."""
        name = self.settings["objective"]
        if name not in ("simsiam", "byol"):
            return lambda flat: self.value(flat, objective={"smile": "jsd"}.get(name))
        held = []
        self.value(point, objective=lambda a, b, _: held.extend((a, b)))
        return lambda flat: self.value(
            flat, objective=lambda a, b, settings: simsiam(a, b, {**settings, "held": held}))

    def climbed_by_mine(self, average):
        """What a step of mine climbs, whose moving average of Q e^u is `average`."""
        def value(flat):
            return self.value(flat, objective=of_pairs(
                lambda u: u, lambda u, _: numpy.exp(u), lambda p, q: p - q / average))
        return value

    def mean_of_others(self, flat):
        """Q e^u."""
        return self.value(flat, objective=of_pairs(lambda u: u, lambda u, _: numpy.exp(u),
                                                   lambda _, q: q))

    def value(self, flat, rows=slice(None), training=True, objective=None):
        """J of these rows as one global batch, in training or in evaluation; or another objective,
        by name or as a function."""
        *flats, own = numpy.split(flat, numpy.cumsum(list(self.sizes.values())))
        flats = dict(zip(self.specs, flats))
        encoded = [support.encode(self.specs[name], flats[name], z[rows],
                                  () if training else self.running[name])
                   for name, z in zip(self.names, self.inputs)]
        a, b = encoded if self.given is None else (self.given[rows], *encoded)
        if not callable(objective):
            objective = OBJECTIVES[objective or self.settings["objective"]]
        return objective(a, b, {**self.settings, "own": own})
