# SPDX-License-Identifier: BSD-3-Clause
"""Runs a graph of ONNX in NumPy: the operators that exported encoders have, written down from their
definitions in opset 13, plainly and in double. It knows nothing of Infomax."""

import itertools
import math

import numpy
import onnx
from onnx import numpy_helper

FLOAT, INT32, INT64 = 1, 6, 7
TYPES = {FLOAT: numpy.float64, INT32: numpy.int32, INT64: numpy.int64}


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def windows(x, kernel, strides, pads, filler):
    """For each position of a window over the places of x [N,C,...], (position, what it covers)."""
    axes = len(kernel)
    widths = [(0, 0), (0, 0), *zip(pads[:axes], pads[axes:])]
    x = numpy.pad(x, widths, constant_values=filler)
    counts = [(extent - size) // stride + 1 for extent, size, stride in zip(x.shape[2:], kernel, strides)]
    for position in itertools.product(*map(range, counts)):
        yield position, counts, x[(..., *(slice(o * s, o * s + k) for o, s, k in zip(position, strides, kernel)))]


def over_windows(x, channels, kernel_shape, function, filler=0.0, strides=None, pads=None):
    axes = len(kernel_shape)
    y = None
    for position, counts, covered in windows(x, kernel_shape, strides or [1] * axes, pads or [0] * 2 * axes, filler):
        if y is None:
            y = numpy.empty((len(x), channels, *counts))
        y[(..., *position)] = function(covered)
    return y


def conv(x, w, b, group=1, kernel_shape=None, **window):
    def product(covered):
        parts = zip(numpy.split(covered, group, axis=1), numpy.split(w, group))
        return numpy.hstack([part.reshape(len(part), -1) @ own.reshape(len(own), -1).T for part, own in parts]) + b
    return over_windows(x, len(w), kernel_shape or w.shape[2:], product, **window)


def places(x):
    return tuple(range(2, x.ndim))


def by_channel(x, values):
    return values.reshape(-1, *[1] * (x.ndim - 2))


def batch_normalization(x, scale, shift, mean, variance, epsilon=1e-5):
    deviation = numpy.sqrt(by_channel(x, variance) + epsilon)
    return (x - by_channel(x, mean)) / deviation * by_channel(x, scale) + by_channel(x, shift)


def instance_normalization(x, scale, shift, epsilon=1e-5):
    mean, variance = x.mean(axis=places(x), keepdims=True), x.var(axis=places(x), keepdims=True)
    return (x - mean) / numpy.sqrt(variance + epsilon) * by_channel(x, scale) + by_channel(x, shift)


def softmax(x, axis=-1):
    shares = numpy.exp(x - x.max(axis=axis, keepdims=True))
    return shares / shares.sum(axis=axis, keepdims=True)


def rnn_step(x, h, _c, w, r, wb, rb):
    return numpy.tanh(x @ w.T + h @ r.T + wb + rb), None


def gru_step(x, h, _c, w, r, wb, rb):
    """Of linear_before_reset 1; gates z, r, h."""
    xz, xr, xh = numpy.split(x @ w.T + wb, 3, axis=-1)
    hz, hr, hh = numpy.split(h @ r.T + rb, 3, axis=-1)
    z, reset = sigmoid(xz + hz), sigmoid(xr + hr)
    return (1 - z) * numpy.tanh(xh + reset * hh) + z * h, None


def lstm_step(x, h, c, w, r, wb, rb):
    """Gates i, o, f, c."""
    i, o, f, g = numpy.split(x @ w.T + h @ r.T + wb + rb, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * numpy.tanh(g)
    return sigmoid(o) * numpy.tanh(c), c


def recurrent(step):
    def run(x, w, r, b, lengths=None, hidden_size=0, direction="forward", linear_before_reset=1):
        """Y [T,1,N,H] of x [T,N,F]; 0 beyond a sequence's end. Each sequence runs by itself."""
        assert linear_before_reset == 1
        steps, count, _ = x.shape
        lengths = [steps] * count if lengths is None else lengths
        wb, rb = numpy.split(b[0], 2)
        y = numpy.zeros((steps, 1, count, hidden_size))
        for n in range(count):
            h, c = numpy.zeros(hidden_size), numpy.zeros(hidden_size)
            order = range(lengths[n]) if direction == "forward" else reversed(range(lengths[n]))
            for t in order:
                h, c = step(x[t, n], h, c, w[0], r[0], wb, rb)
                y[t, 0, n] = h
        return y
    return run


def gemm(a, b, c, transB=0):
    return a @ (b.T if transB else b) + c


def reshape(x, shape):
    return x.reshape([x.shape[k] if extent == 0 else extent for k, extent in enumerate(shape)])


def pad(x, pads):
    return numpy.pad(x, list(zip(pads[:x.ndim], pads[x.ndim:])))


def one_slice(x, start, end, axis):
    return numpy.take(x, range(start[0], end[0]), axis=axis[0])


def squeeze(x, axes=None):
    return x.squeeze(None if axes is None else tuple(axes))


def quotient(a, b):
    return a // b if numpy.issubdtype(a.dtype, numpy.integer) else a / b


def reduced(function):
    """Axes are an attribute or, of ReduceSum, an input."""
    return lambda x, axes, keepdims=1: function(x, axis=tuple(map(int, axes)), keepdims=bool(keepdims))


OPERATORS = {
    "Identity": lambda x: x, "Add": numpy.add, "Sub": numpy.subtract, "Mul": numpy.multiply, "Div": quotient,
    "Max": numpy.maximum, "Min": numpy.minimum, "Less": numpy.less, "Greater": numpy.greater, "Equal": numpy.equal,
    "Where": numpy.where, "Tanh": numpy.tanh, "Cos": numpy.cos,
    "Relu": lambda x: numpy.maximum(x, 0), "Sigmoid": sigmoid,
    "Softplus": lambda x: numpy.logaddexp(0, x), "Softmax": softmax, "Erf": numpy.vectorize(math.erf), "MatMul": numpy.matmul,
    "Gemm": gemm, "Conv": conv, "Pad": pad, "BatchNormalization": batch_normalization,
    "InstanceNormalization": instance_normalization, "Reshape": reshape, "Slice": one_slice, "Squeeze": squeeze,
    "Flatten": lambda x, axis: x.reshape(math.prod(x.shape[:axis]), -1),
    "Unsqueeze": lambda x, axes: numpy.expand_dims(x, tuple(axes)),
    "Transpose": lambda x, perm: x.transpose(perm),
    "Concat": lambda *parts, axis: numpy.concatenate(parts, axis=axis),
    "Gather": lambda x, indices, axis=0: numpy.take(x, indices, axis=axis),
    "Shape": lambda x: numpy.array(x.shape, dtype=numpy.int64),
    "Range": lambda first, end, step: numpy.arange(first, end, step, dtype=first.dtype),
    "Cast": lambda x, to: x.astype(TYPES[to]),
    "ReduceSum": reduced(numpy.sum), "ReduceMean": reduced(numpy.mean), "ReduceMax": reduced(numpy.max),
    "MaxPool": lambda x, kernel_shape, **window: over_windows(
        x, x.shape[1], kernel_shape, lambda covered: covered.max(axis=places(x)), -numpy.inf, **window),
    "AveragePool": lambda x, kernel_shape, **window: over_windows(
        x, x.shape[1], kernel_shape, lambda covered: covered.mean(axis=places(x)), **window),
    "GlobalAveragePool": lambda x: x.mean(axis=places(x), keepdims=True),
    "RNN": recurrent(rnn_step), "GRU": recurrent(gru_step), "LSTM": recurrent(lstm_step),
}


def attribute_of(attribute):
    value = onnx.helper.get_attribute_value(attribute)
    return value.decode() if isinstance(value, bytes) else value


def in_double(array):
    return array.astype(float) if array.dtype == numpy.float32 else array


def run(model, inputs):
    """The first output of the model for these arrays by the names of its inputs."""
    values = {name: in_double(numpy.asarray(array)) for name, array in inputs.items()}
    for constant in model.graph.initializer:
        values[constant.name] = in_double(numpy_helper.to_array(constant))
    for node in model.graph.node:
        attributes = {attribute.name: attribute_of(attribute) for attribute in node.attribute}
        values[node.output[0]] = OPERATORS[node.op_type](*(values[name] for name in node.input), **attributes)
    return values[model.graph.output[0].name]
