# SPDX-License-Identifier: BSD-3-Clause
"""The modules of PyTorch that an encoder's specification names. Batch normalisation is each process's
own, as DistributedDataParallel has it unless told otherwise."""

import torch

ACTIVATIONS = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid,
               "gelu": torch.nn.GELU, "silu": torch.nn.SiLU}
RECURRENT = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


def split(text):
    """The items of a specification, with what is in their parentheses."""
    items, depth, begin = [], 0, 0
    for at, sign in enumerate(text + ","):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            items.append(text[begin:at])
            begin = at + 1
    return items


def resnet_18():
    blocks = [(channels, 2 if k == 0 and channels > 64 else 1)
              for channels in (64, 128, 256, 512) for k in range(2)]
    return ",".join(["conv:64:3,batchnorm,relu"]
                    + [f"residual(conv:{c}:3:stride={s},batchnorm,relu,conv:{c}:3,batchnorm),relu"
                       for c, s in blocks] + ["globalpool"])


class Last(torch.nn.Module):
    def forward(self, x):
        return x[0][:, -1]


class GlobalPool(torch.nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


class Residual(torch.nn.Module):
    def __init__(self, inner, projection):
        super().__init__()
        self.inner, self.projection = inner, projection

    def forward(self, x):
        return self.projection(x) + self.inner(x)


class Builder:
    """Modules one after another, and the shape of a sample between them."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype = tuple(shape), dtype

    def build(self, spec):
        return torch.nn.Sequential(*(module for item in split(spec) for module in self.item(item)))

    def item(self, text):
        if text.startswith("residual("):
            return [self.residual(text[len("residual("):-1])]
        name, *arguments = text.split(":")
        numbers = [int(argument) for argument in arguments if "=" not in argument]
        keys = {key: int(value) for key, value in
                (argument.split("=") for argument in arguments if "=" in argument)}
        if name in ACTIVATIONS:
            return [ACTIVATIONS[name]()]
        return getattr(self, name)(*numbers, **keys)

    def dense(self, outputs):
        inputs, self.shape = torch.Size(self.shape).numel(), (outputs,)
        return [torch.nn.Flatten(), torch.nn.Linear(inputs, outputs, dtype=self.dtype)]

    def reshape(self, *extents):
        self.shape = extents
        return [torch.nn.Unflatten(1, extents)]

    def conv(self, outputs, size, stride=1, pad=None):
        pad = (size - 1) // 2 if pad is None else pad
        channels, *places = self.shape
        self.shape = (outputs, *((n + 2 * pad - size) // stride + 1 for n in places))
        return [torch.nn.Conv2d(channels, outputs, size, stride, pad, dtype=self.dtype)]

    def maxpool(self, size):
        channels, *places = self.shape
        self.shape = (channels, *(n // size for n in places))
        return [torch.nn.MaxPool2d(size)]

    def batchnorm(self):
        kind = torch.nn.BatchNorm2d if len(self.shape) == 3 else torch.nn.BatchNorm1d
        return [kind(self.shape[0], dtype=self.dtype)]

    def globalpool(self):
        self.shape = self.shape[:1]
        return [GlobalPool()]

    def resnet(self, depth):
        if depth != 18:
            raise ValueError("resnet:18 alone")
        return [self.build(resnet_18())]

    def residual(self, items):
        before = self.shape
        inner = self.build(items)
        if self.shape == before:
            return Residual(inner, torch.nn.Identity())
        after, self.shape = self.shape, before
        projection = self.build(f"conv:{after[0]}:1:stride={-(-before[1] // after[1])},batchnorm")
        return Residual(inner, projection)

    def recurrent(self, name, units):
        inputs, self.shape = self.shape[-1], (self.shape[0], units)
        return [RECURRENT[name](inputs, units, batch_first=True, dtype=self.dtype)]

    def rnn(self, units):
        return self.recurrent("rnn", units)

    def gru(self, units):
        return self.recurrent("gru", units)

    def lstm(self, units):
        return self.recurrent("lstm", units)

    def last(self):
        self.shape = self.shape[1:]
        return [Last()]
