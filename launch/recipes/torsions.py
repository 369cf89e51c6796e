#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A Markov state model of the torsions phi and psi, beside what `infomax markov` says of the same frames."""

import argparse
import json

import numpy

CELLS = 18  # of 20 degrees, of either torsion
PIECES, DRAWINGS = 32, 100


def torsions(path):
    """phi and psi of each frame, in degrees, as `gmx rama` writes them."""
    with open(path, encoding="utf-8") as file:
        return numpy.array([line.split()[:2] for line in file if line[0] not in "#@"], dtype=float)


def count_transitions(cells, lag):
    """Transitions that begin in each of PIECES pieces [PIECES, n, n] between the cells that occur."""
    _, numbers = numpy.unique(cells, return_inverse=True)
    n = numbers.max() + 1
    counts = numpy.zeros((PIECES, n, n), dtype=numpy.float32)
    piece = numpy.arange(len(cells) - lag) * PIECES // len(cells)
    numpy.add.at(counts, (piece, numbers[:-lag], numbers[lag:]), 1)
    return counts


def timescales(counts, lag, how_many):
    """Of the transition matrix that is in detailed balance, which counts of both directions give."""
    counts = (counts + counts.T).astype(float)
    seen = counts.sum(axis=1) > 0
    counts = counts[numpy.ix_(seen, seen)]
    weight = numpy.sqrt(counts.sum(axis=1))
    values = numpy.linalg.eigvalsh(counts / numpy.outer(weight, weight))[::-1][1:how_many + 1]
    return -lag / numpy.log(numpy.clip(values, 1e-300, 1 - 1e-15))


def with_intervals(counts, lag, how_many, random):
    """Each timescale, and the ends of its 95% interval by drawings of pieces."""
    found = timescales(counts.sum(axis=0), lag, how_many)
    drawn = [timescales(numpy.tensordot(random.multinomial(PIECES, [1 / PIECES] * PIECES), counts, 1), lag, how_many)
             for _ in range(DRAWINGS)]
    low, middle, high = numpy.quantile(drawn, [0.025, 0.5, 0.975], axis=0)
    return list(zip(found, found * low / middle, found * high / middle))


def text(number, low, high):
    return f"{number:7.2f} ({low:.2f} to {high:.2f})"


def mean_angle(angles, weights):
    radians = numpy.radians(angles)
    return numpy.degrees(numpy.arctan2(weights @ numpy.sin(radians), weights @ numpy.cos(radians)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torsions", required=True, help="what `gmx rama` wrote")
    parser.add_argument("--markov", required=True, help="what `infomax markov --json` printed")
    parser.add_argument("--memberships", required=True, help="what `infomax encode` wrote, as .npy")
    parser.add_argument("--ps", type=float, required=True, help="from frame to frame")
    options = parser.parse_args()
    angles = torsions(options.torsions)
    with open(options.markov, encoding="utf-8") as file:
        markov = json.load(file)
    memberships = numpy.load(options.memberships)

    print("\nmean torsions of the states, weighted by membership")
    for k, weights in enumerate(memberships.T.astype(float)):
        phi, psi = (mean_angle(angles[:, axis], weights) for axis in (0, 1))
        print(f"state {k + 1}  population {weights.mean():.3f}  phi {phi:5.0f}  psi {psi:5.0f}")

    random = numpy.random.default_rng(1)
    cells = (angles + 180) // (360 / CELLS) % CELLS
    cells = cells[:, 0] * CELLS + cells[:, 1]
    print("\ntimescales in ps, with 95% intervals")
    print(f"{'lag':>8}  {'process':>7}  {'VAMPnet of positions':<28}  Markov state model of torsions")
    for at in markov["implied_timescales"]:
        counts = count_transitions(cells, at["lag"])
        how_many = len(at["timescales"])
        known = with_intervals(counts, at["lag"], how_many, random)
        for k, (found, ends) in enumerate(zip(at["timescales"], at["timescales_intervals"])):
            numbers = [numpy.inf if number is None else options.ps * number for number in (found, *ends)]
            print(f"{options.ps * at['lag']:8.1f}  {k + 1:>7}  {text(*numbers):<28}  "
                  f"{text(*(options.ps * number for number in known[k]))}")


if __name__ == "__main__":
    main()
