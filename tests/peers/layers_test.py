# SPDX-License-Identifier: BSD-3-Clause
"""PyTorch computes the same outputs and gradients of convolutions, recurrent layers and their kin: from the same
parameters in double, encoded rows and the movement of every parameter by one step of plain gradient
ascent agree, on one rank and on three with unequal shards and micro-batches."""

import importlib.util
import pathlib
import sys
import unittest

import h5py
import numpy

if importlib.util.find_spec("torch") is None:
    print("skipped: PyTorch is not installed (Debian: python3-torch)")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import torch
from torch.nn import functional

import support

RATE = 0.25
ROWS = 23
OUTPUTS = 5

# An encoder, and the shape of a sample.
NETWORKS = {
    "pools": ("conv:4:3,relu,maxpool:2,conv:6:3:stride=2:pad=0,gelu,dense:5", (2, 9, 8)),
    "overlapping pools": ("conv:4:2:pad=1,maxpool:3:2:pad=1,tanh,avgpool:2:1:pad=1,dense:5", (3, 7, 9)),
    "groups": ("conv:4:3:groups=2,batchnorm,silu,avgpool:3:2,groupnorm:2,dense:5", (2, 8, 7)),
    "projected": ("residual(conv:4:3:stride=2,batchnorm,relu,conv:4:3,batchnorm),relu,globalpool,dense:5",
                  (2, 7, 8)),
    "same shape": ("conv:4:1,residual(batchnorm,gelu,conv:4:3),sigmoid,flatten,dense:5", (1, 5, 6)),
    "memberships": ("conv:4:3,softmax,dense:6,softmax,dense:5", (2, 5, 6)),
    "sequences": ("conv:4:5:stride=2:pad=1,softplus,layernorm,conv:3:2,dense:5", (3, 11)),
    "rnn": ("rnn:6,last,dense:5", (7, 3)),
    "gru": ("gru:6,gru:5,last", (7, 3)),
    "lstm": ("lstm:9,lstm:4,last,tanh,dense:5", (6, 2)),
    "lengths": ("gru:6,lstm:4,mean,dense:5", (7, 3)),
    "lengths both ways": ("bidirectional(gru:4),rnn:5,last,dense:5", (7, 3)),
    "many channels": ("conv:18:3,relu,conv:17:3,tanh,conv:16:3:pad=0,conv:16:3:pad=2,globalpool,dense:5",
                      (16, 5, 6)),
    "dim": ("dim:32,dense:5", (1, 16, 16)),
}


def lengths_of(what, steps):
    """The steps of each sequence; None where all have all."""
    if not what.startswith("lengths"):
        return None
    return numpy.random.default_rng(6).integers(1, steps + 1, size=ROWS)


class Torch:
    """A network of a model file, item by item. `lengths` are the steps of sequences."""

    def __init__(self, model, lengths=None):
        self.lengths = None if lengths is None else torch.tensor(lengths)
        with h5py.File(model) as file:
            network = file["networks/b"]
            self.spec = network.attrs["spec"]
            layers = network["layers"]
            self.parameters = [{name: torch.tensor(values[()], requires_grad=True)
                                for name, values in layers[str(k)].items()}
                               for k in range(len(layers))]

    def __call__(self, x, training):
        self.training = training
        self.used = 0
        y = self.items(self.spec, x)
        assert self.used == len(self.parameters)
        return y

    def next(self):
        self.used += 1
        return self.parameters[self.used - 1]

    def items(self, text, x):
        for name, numbers, keys, within in split(text):
            x = self.item(name, numbers, keys, within, x)
        return x

    def steps(self, x):
        return torch.full((len(x),), x.shape[1]) if self.lengths is None else self.lengths

    def reversed(self, x):
        """Each sequence from its own last step to its first; its padding stays."""
        t = torch.arange(x.shape[1])
        steps = self.steps(x)[:, None]
        order = torch.where(t < steps, steps - 1 - t, t)
        return x.gather(1, order[..., None].expand_as(x))

    def item(self, name, numbers, keys, within, x):
        image = x.dim() == 4
        if name == "conv":
            own = self.next()
            convolve = functional.conv2d if image else functional.conv1d
            return convolve(x, own["weight"], own["bias"], stride=keys.get("stride", 1),
                            padding=keys.get("pad", (numbers[1] - 1) // 2),
                            groups=keys.get("groups", 1))
        if name == "dense":
            own = self.next()
            return x.flatten(1) @ own["weight"] + own["bias"]
        if name in ("rnn", "gru", "lstm"):
            return recur(name, x, self.next())
        if name == "bidirectional":
            inner = within.split(":")[0]
            forwards = recur(inner, x, self.next())
            backwards = recur(inner, self.reversed(x), self.next())
            return torch.cat([forwards, self.reversed(backwards)], dim=2)
        if name == "last":
            return x[torch.arange(len(x)), self.steps(x) - 1]
        if name == "mean":
            exists = torch.arange(x.shape[1]) < self.steps(x)[:, None]
            return (x * exists[..., None]).sum(1) / self.steps(x)[:, None]
        if name in ("maxpool", "avgpool"):
            pool = {"maxpool": functional.max_pool2d, "avgpool": functional.avg_pool2d}[name]
            return pool(x, numbers[0], numbers[-1], keys.get("pad", 0))
        if name == "globalpool":
            return x.flatten(2).mean(2)
        if name == "batchnorm":
            own = self.next()
            return functional.batch_norm(x, own["mean"].detach().clone(),
                                         own["variance"].detach().clone(), own["scale"],
                                         own["shift"], training=self.training)
        if name in ("groupnorm", "layernorm"):
            own = self.next()
            return functional.group_norm(x, numbers[0] if numbers else 1, own["scale"], own["shift"])
        if name == "residual":
            before, y = x, self.items(within, x)
            if before.shape != y.shape:
                stride = -(-before.shape[-1] // y.shape[-1])
                normalise = ",batchnorm" if "batchnorm" in within else ""
                before = self.items(f"conv:{y.shape[1]}:1:stride={stride}{normalise}", before)
            return before + y
        if name == "dim":
            convolutions = "".join(f"conv:{c}:4:stride=2:pad=1,batchnorm,relu," for c in (64, 128, 256))
            return self.items(convolutions + "dense:1024,batchnorm,relu,dense:64", x)
        if name == "flatten":
            return x.flatten(1)
        return {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
                "gelu": functional.gelu, "silu": functional.silu,
                "softplus": lambda v: functional.softplus(v, threshold=1e9),
                "softmax": lambda v: torch.softmax(v, 1)}[name](x)


def recur(name, x, own):
    """A recurrent layer of PyTorch, whose weights lie transposed."""
    weights = [own["weight_input"].T, own["weight_hidden"].T, own["bias_input"], own["bias_hidden"]]
    state = torch.zeros(1, len(x), own["weight_hidden"].shape[0], dtype=x.dtype)
    layer = {"rnn": torch._VF.rnn_tanh, "gru": torch._VF.gru, "lstm": torch._VF.lstm}[name]
    start = (state, state) if name == "lstm" else state
    return layer(x, start, weights, True, 1, 0.0, False, False, True)[0]


def split(text):
    """The items of a specification: name, numbers, keys, and what is in parentheses."""
    depth, begin, items = 0, 0, []
    for i, c in enumerate(text + ","):
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            items.append(text[begin:i])
            begin = i + 1
    for item in items:
        head, _, within = item.partition("(")
        name, *arguments = head.split(":")
        keys = dict(a.split("=") for a in arguments if "=" in a)
        yield (name, [int(a) for a in arguments if "=" not in a],
               {key: int(value) for key, value in keys.items()}, within[:-1])


class Layers(support.ProgramTest):
    def check(self, what):
        encoder, shape = NETWORKS[what]
        random = numpy.random.default_rng(5)
        x = random.normal(size=(ROWS, *shape))
        target = random.normal(size=(ROWS, OUTPUTS))
        lengths = lengths_of(what, shape[0])
        data = self.write_data(x=x, y=target, **({} if lengths is None else {"x_lengths": lengths}))
        name = what.replace(" ", "-")
        options = ["--encoder", encoder, "--pair", "target", "--objective", "mse", "--normalize",
                   "none", "--precision", "double", "--seed", "3"]
        before = self.train(data, f"{name}-before", *options, "--steps", "0") / "model.h5"
        network = Torch(before, lengths)

        encoded = self.scratch / f"{name}.h5"
        self.succeed("encode", "--model", before, "--data", data, "--output", encoded)
        with torch.no_grad():
            expected = network(torch.tensor(x), training=False).numpy()
        with h5py.File(encoded) as file:
            difference = numpy.abs(file["x"][()] - expected).max()
        self.assertLess(difference, 1e-10 * max(1.0, numpy.abs(expected).max()), what)

        y = network(torch.tensor(x), training=True)
        objective = -0.5 * ((torch.tensor(target) - y) ** 2).sum(1).mean()
        objective.backward()
        step = ["--optimizer", "sgd", "--learning-rate", RATE, "--batch", "0", "--steps", "1"]
        for ranks, micro in ((1, ()), (3, ("--micro-batch", "2"))):
            run = self.train(data, f"{name}-{ranks}", *options, *step, *micro, ranks=ranks)
            self.assertAlmostEqual(support.metrics(run)[0]["objective"], objective.item(), 10)
            after = Torch(run / "model.h5", lengths)
            for k, (ours, theirs) in enumerate(zip(after.parameters, network.parameters)):
                for block, values in theirs.items():
                    if values.grad is None:
                        continue  # running statistics
                    moved = ((ours[block] - values) / RATE).detach().numpy()
                    gradient = values.grad.numpy()
                    self.assertLess(numpy.abs(moved - gradient).max(),
                                    1e-10 * max(1.0, numpy.abs(gradient).max()),
                                    f"{what}, layer {k}, {block}, {ranks} ranks")


for network_name in NETWORKS:
    setattr(Layers, "test_" + network_name.replace(" ", "_"),
            lambda self, what=network_name: self.check(what))


if __name__ == "__main__":
    unittest.main()
