# SPDX-License-Identifier: BSD-3-Clause
"""Encoders of every kind of layer, small, with the rows that they are trained on and exported for."""

import h5py
import numpy

import support

ROWS = 24


class Case:
    """One encoder: its rows, and the options of `train` and of `export` and `encode`."""

    def __init__(self, name, data, encoder, *train, export=(), opencv=False):
        self.name, self.data, self.encoder = name, data, encoder
        self.train, self.export = train, export
        self.opencv = opencv  # whether its dnn module, of version 4.6, has all operators

    @property
    def has_tokens(self):
        return self.encoder.startswith("embedding")

    def inputs(self, name="x"):
        """What the exported graph takes of the data set `name`."""
        rows = self.data[name].reshape(ROWS, -1) if self.data[name].ndim == 1 else self.data[name]
        arrays = {"x": rows.astype(numpy.int64 if self.has_tokens else numpy.float32)}
        if f"{name}_lengths" in self.data:
            arrays["lengths"] = self.data[f"{name}_lengths"].astype(numpy.int32)
        return arrays


def generator():
    return numpy.random.default_rng(5)


def features(columns, far=0.0):
    return generator().normal(size=(ROWS, columns)).astype(numpy.float32) * 3 + numpy.float32(far)


def images(*shape):
    return generator().integers(0, 256, size=(ROWS, *shape)).astype(numpy.uint8)


def sequences(steps, columns):
    return {"x": generator().normal(size=(ROWS, steps, columns)).astype(numpy.float32)}


def of_length(data, steps, least=1):
    """The data set with lengths for each row, and what lies beyond them not a number."""
    lengths = generator().integers(least, steps + 1, size=ROWS).astype(numpy.int32)
    lengths[0], lengths[1] = steps, least
    x = data["x"]
    for row, length in zip(x, lengths):
        row[length:] = numpy.nan if x.dtype == numpy.float32 else 99
    return {"x": x, "x_lengths": lengths}


def tokens(steps, vocabulary):
    return {"x": generator().integers(0, vocabulary, size=(ROWS, steps)).astype(numpy.int32)}


ACTIVATIONS = ("dense:9,tanh,dense:8,relu,dense:7,sigmoid,dense:9,gelu,dense:7,silu,dense:6,softplus,identity,"
               "dropout:0.2,gelu,tanh,dense:4")
CONVOLUTIONS = ("conv:6:3:stride=2,relu,conv:4:1,tanh,conv:8:3:groups=2,batchnorm,silu,conv:8:5:pad=1,groupnorm:4,"
                "maxpool:3:2:pad=1,flatten,dense:5")

CASES = (
    Case("activations", {"x": features(7)}, ACTIVATIONS, opencv=True),
    Case("memberships", {"x": features(6)}, "dense:5,softmax,dense:4,softmax", opencv=True),
    Case("memberships-of-places", {"x": images(2, 5, 6)}, "conv:3:3,softmax,dense:2", opencv=True),
    Case("memberships-of-steps", of_length(sequences(6, 3), 6), "gru:3,softmax,last,dense:2,softmax"),
    Case("linear", {"x": features(6)}, "linear:2", opencv=True),
    Case("fourier", {"x": features(6)}, "fourier:30:scale=2,linear:2", opencv=True),
    Case("fourier-images", {"x": images(2, 4, 3)}, "fourier:20:scale=4,dense:3", "--normalize", "scale"),
    Case("far", {"x": features(5, far=10000.0)}, "dense:6,tanh,dense:3", opencv=True),
    Case("one-column", {"x": features(1)[:, 0]}, "dense:6,tanh,dense:1", opencv=True),
    Case("double", {"x": features(5).astype(float)}, "dense:6,tanh,dense:3", "--precision", "double", opencv=True),
    Case("norms", {"x": features(6)}, "dense:8,batchnorm,relu,layernorm,dense:12,groupnorm:3,tanh,dense:3",
         opencv=True),
    Case("batchnorm", {"x": features(6)}, "dense:8,batchnorm,relu,batchnorm,dense:3", opencv=True),
    Case("residual", {"x": features(6)}, "repeat:2(residual(dense:6,relu)),residual(dense:5,batchnorm,tanh),dense:3",
         opencv=True),
    Case("conv", {"x": images(4, 9, 9)}, CONVOLUTIONS, opencv=True),
    Case("pools", {"x": images(2, 11, 10)},
         "conv:4:3,batchnorm,relu,avgpool:3:1:pad=1,maxpool:2,conv:3:3,globalpool", "--normalize", "scale",
         opencv=True),
    Case("residual-conv", {"x": images(3, 8, 8)}, "residual(conv:4:3:stride=2,batchnorm,relu,conv:4:3),relu,"
         "residual(conv:4:3,layernorm),layernorm,dense:3", opencv=True),
    Case("signals", {"x": images(3, 12)}, "conv:5:3:stride=2,relu,maxpool:2,layernorm,dense:3"),
    Case("reshaped", {"x": features(24)}, "reshape:2:3:4,conv:3:2,relu,dense:2", opencv=True),
    Case("views", {"x": features(9)}, "views(view:5(dense:4,tanh,dense:2),view:1:2:2(conv:3:1,relu)),dense:3"),
    Case("feature-map", {"x": images(2, 5, 6)}, "conv:3:3,relu,conv:4:3,dense:2", export=("--layer", "0"),
         opencv=True),
    Case("projector", {"x": features(5)}, "dense:6,tanh,dense:4", "--projector", "relu,dense:3", opencv=True),
    Case("projected", {"x": features(5)}, "dense:6,tanh,dense:4", "--projector", "relu,dense:3",
         export=("--projected",), opencv=True),
    Case("view-a", {"x": features(5), "y": features(4)}, "dense:6,tanh,dense:2", "--pair", "views", "--objective",
         "dcca", "--encoder-b", "dense:5,relu,dense:2", export=("--network", "a"), opencv=True),
    Case("view-b", {"x": features(5), "y": features(4)}, "dense:6,tanh,dense:2", "--pair", "views", "--objective",
         "dcca", "--encoder-b", "dense:5,relu,dense:2", export=("--network", "b"), opencv=True),
    Case("all-steps", sequences(6, 3), "rnn:4,dense:5,tanh,gru:3,lstm:4,last,dense:2"),
    Case("means", sequences(6, 3), "steps,dense:4,relu,batchnorm,layernorm,lstm:4:memory=9,mean,dense:2"),
    Case("largest", sequences(7, 3), "conv1d:4:3:stride=2,relu,bidirectional(lstm:3),max,dense:2"),
    Case("lengths", of_length(sequences(7, 3), 7), "rnn:4,dense:5,tanh,lstm:4,gru:3:memory=9,last,dense:2"),
    Case("no-steps", of_length(sequences(6, 3), 6, least=0), "gru:4,last,dense:2"),
    Case("both-ways", of_length(sequences(6, 3), 6),
         "bidirectional(gru:3),dropout:0.1:by=steps,residual(bidirectional(rnn:3)),groupnorm:2,last,dense:2"),
    Case("windows", of_length(sequences(9, 3), 9, least=0), "conv1d:4:3:stride=2:pad=0,tanh,batchnorm,mean,dense:2"),
    Case("largest-of-lengths", of_length(sequences(6, 3), 6, least=0), "steps,dense:4,max,dense:2"),
    Case("fixed-steps", of_length(sequences(9, 4), 9, least=0), "conv1d:6:3:stride=2,relu,each,conv:5:3,relu,dense:3"),
    Case("every-step", of_length(sequences(6, 3), 6), "gru:3,each"),
    Case("hidden-steps", of_length(sequences(6, 3), 6), "bidirectional(gru:3),dense:4,last,dense:2",
         export=("--layer", "1")),
    Case("padded", of_length(sequences(5, 3), 5), "dense:4,tanh,dense:2"),
    Case("padded-numbers", of_length({"x": features(5)}, 5), "dense:4,tanh,dense:2"),
    Case("padded-images", of_length({"x": sequences(4, 6)["x"].reshape(ROWS, 4, 2, 3)}, 4), "dense:4,tanh,dense:2"),
    Case("tokens", of_length(tokens(6, 9), 6), "embedding:9:4,bidirectional(gru:3),mean,dense:2"),
    Case("tokens-of-all-steps", tokens(6, 9), "embedding:9:4,conv1d:3:3,relu,max,dense:2"),
)


def case_named(name):
    return next(case for case in CASES if case.name == name)


class ExportTest(support.ProgramTest):

    def train_case(self, case, *arguments):
        data = self.write_data(f"{case.name}.h5", **case.data)
        normalize = [] if case.has_tokens or "--normalize" in case.train else ["--normalize", "standardize"]
        steps = "0" if case.encoder.startswith("linear") else "3"
        run = self.train(data, case.name, "--encoder", case.encoder, "--steps", steps, "--learning-rate", "0.01",
                         *normalize, *case.train, *arguments, ranks=None)
        return run / "model.h5", data

    def encode(self, model, data, *arguments):
        path = self.scratch / "codes.h5"
        self.succeed("encode", "--model", model, "--data", data, "--output", path, "--overwrite", "--labels", "none",
                     *arguments, ranks=None)
        with h5py.File(path) as file:
            return file["x"][()]
