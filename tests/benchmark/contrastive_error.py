#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the usual ways of distributing a contrastive objective make of its gradient: the relative error of
the gradient of InfoNCE of a linear encoder against the number of ranks, and Infomax's own. Draws
.github/contrastive-error.svg with gnuplot.

    tests/benchmark/contrastive_error.py TRAIN.h5 [--program build/release/infomax]

The ways, each as one process computes it that plays all ranks:
  own negatives    a rank compares its rows with its own rows; gradients are averaged
  without gradient a rank compares its rows with all rows, those of others as constants; averaged
  with gradient    the same with gradients by the rows of others sent back, and then averaged as
                   DistributedDataParallel averages: the right direction, P times too short"""

import argparse
import pathlib
import subprocess
import tempfile

import h5py
import numpy

ROWS, OUTPUTS, TEMPERATURE, RATE = 4096, 64, 0.1, 1 / 64
OPTIONS = ["--pair", "views", "--share", "--objective", "infonce", "--encoder", f"dense:{OUTPUTS}",
           "--normalize", "none", "--precision", "double", "--batch", "0", "--optimizer", "sgd",
           "--learning-rate", RATE, "--threads", "1", "--seed", "3"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def unit(rows):
    norms = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return rows / norms, norms


def softmax(scores):
    weights = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def by_rows(a, b, mine):
    """The derivatives of (1/|mine|) sum over rows `mine` of [u_ii - ln sum_j e^u_ij], u the scores of
    rows of a with all of b, by a and by b; both of unit length."""
    scores = softmax(a[mine] @ b.T / TEMPERATURE)
    scores[numpy.arange(len(mine)), mine] -= 1.0
    scores /= -len(mine) * TEMPERATURE
    by_a = numpy.zeros_like(a)
    by_a[mine] = scores @ b
    return by_a, scores.T @ a[mine]


def symmetric(a, b, mine):
    """The same of the mean of both directions."""
    a_forth, b_forth = by_rows(a, b, mine)
    b_back, a_back = by_rows(b, a, mine)
    return (a_forth + a_back) / 2, (b_forth + b_back) / 2


class Ways:
    """Gradients by an encoder's weights [D, q] from those by its outputs scaled to unit length."""

    def __init__(self, x, y, weights, bias):
        self.x, self.y = x, y
        self.a, self.norms_a = unit(x @ weights + bias)
        self.b, self.norms_b = unit(y @ weights + bias)

    def pulled_back(self, by_a, by_b):
        total = 0.0
        for rows, units, norms, by in ((self.x, self.a, self.norms_a, by_a),
                                       (self.y, self.b, self.norms_b, by_b)):
            total = total + rows.T @ ((by - (by * units).sum(axis=1, keepdims=True) * units) / norms)
        return total

    def exact(self):
        return self.pulled_back(*symmetric(self.a, self.b, numpy.arange(len(self.a))))

    def own_negatives(self, ranks):
        by_a, by_b = numpy.zeros_like(self.a), numpy.zeros_like(self.b)
        for mine in numpy.array_split(numpy.arange(len(self.a)), ranks):
            by_a[mine], by_b[mine] = symmetric(self.a[mine], self.b[mine], numpy.arange(len(mine)))
        return self.pulled_back(by_a, by_b) / ranks

    def gathered(self, ranks, with_gradient):
        by_a, by_b = numpy.zeros_like(self.a), numpy.zeros_like(self.b)
        for mine in numpy.array_split(numpy.arange(len(self.a)), ranks):
            local_a, local_b = symmetric(self.a, self.b, mine)
            if with_gradient:
                by_a, by_b = by_a + local_a / ranks, by_b + local_b / ranks
            else:
                by_a[mine], by_b[mine] = local_a[mine], local_b[mine]
        return self.pulled_back(by_a, by_b) / ranks


def infomax(program, data, scratch, steps, ranks):
    """The weights and the bias after so many steps."""
    output = pathlib.Path(scratch) / f"{steps}-{ranks}"
    launch = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", ranks]
    subprocess.run([str(word) for word in (*launch, program, "train", "--data", data, "--output", output,
                                           *OPTIONS, "--steps", steps)],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with h5py.File(output / "model.h5") as file:
        layer = file["networks/b/layers/0"]
        return layer["weight"][()], layer["bias"][()]


def draw(table, picture):
    columns = ["own negatives", "all negatives, others constant", "all negatives, then averaged", "Infomax"]
    colours = ["#d1495b", "#edae49", "#8f6a12", "#1b6ca8"]
    curves = ", ".join(f'"{table}" using 1:{k + 2} with linespoints pt 7 lw 2 lc rgb "{colour}" title "{name}"'
                       for k, (name, colour) in enumerate(zip(columns, colours)))
    subprocess.run(["gnuplot"], check=True, text=True, input=f"""
set terminal svg size 720,460 font "sans,13" background rgb "white"
set output "{picture}"
set datafile separator "\\t"
set datafile missing "-"
set logscale x 2
set logscale y 10
set format y "10^{{%T}}"
set xrange [1.7:76]
set yrange [1e-17:1e2]
set grid linecolor rgb "#dddddd"
set xlabel "ranks"
set ylabel "relative error of the gradient"
set title "InfoNCE of {ROWS:,} rows of Fashion-MNIST, in double precision"
set key below spacing 1.2
plot {curves}
""")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--program", default=ROOT / "build/release/infomax")
    parser.add_argument("--picture", default=ROOT / ".github/contrastive-error.svg")
    options = parser.parse_args()
    with h5py.File(options.data) as file:
        x = file["x"][:ROWS].reshape(ROWS, -1) / 255.0
    noise = numpy.random.default_rng(1).normal(scale=0.1, size=(2, *x.shape))
    views = x + noise[0], x + noise[1]
    with tempfile.TemporaryDirectory() as scratch:
        data = pathlib.Path(scratch) / "views.h5"
        with h5py.File(data, "w") as file:
            file["x"], file["y"] = views
        weights, bias = infomax(options.program, data, scratch, 0, 1)
        moved = {ranks: (infomax(options.program, data, scratch, 1, ranks)[0] - weights) / RATE
                 for ranks in (1, 2, 3, 4, 8)}
        ways = Ways(*views, weights, bias)
        exact = ways.exact()

        def error(found, truth=exact):
            return numpy.linalg.norm(found - truth) / numpy.linalg.norm(truth)

        print(f"Infomax at one rank against this definition: {error(moved[1]):.1e}")
        table = pathlib.Path(scratch) / "errors.tsv"
        lines = []
        for ranks in (2, 3, 4, 8, 16, 32, 64):
            found = [error(way) for way in (ways.own_negatives(ranks), ways.gathered(ranks, False),
                                            ways.gathered(ranks, True))]
            own = f"{error(moved[ranks], moved[1]):.3e}" if ranks in moved else "-"
            lines.append("\t".join([str(ranks), *(f"{value:.3e}" for value in found), own]))
        table.write_text("\n".join(lines) + "\n")
        print("ranks\town negatives\tothers constant\tthen averaged\tInfomax", *lines, sep="\n")
        draw(table, options.picture)


if __name__ == "__main__":
    main()
