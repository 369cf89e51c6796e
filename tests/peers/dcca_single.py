#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Deep canonical correlation analysis of the left and right halves of images by PyTorch in one
process on all cores. Prints one JSON object: the seconds of training, and the sum of the test set's
correlations in the directions fitted to the training set, as `infomax evaluate --fit` has it."""

import argparse
import json
import os
import sys
import tempfile

import torch
import torch.multiprocessing as mp

import objectives
import sides
import torch_ddp


@torch.no_grad()
def outputs(model, rows):
    """Both sides of all rows, in double, some thousand at a time."""
    parts = [model(*rows.take(numbers)) for numbers in torch.arange(rows.count).split(4096)]
    return [torch.cat(side).double() for side in zip(*parts)]


def correlations_under_fit(train, test, ridge=1e-4):
    """The correlations of both sides of `test` along the canonical directions of `train`."""
    means = [side.mean(0) for side in train]
    a, b = (side - mean for side, mean in zip(train, means))
    t, l_a, l_b = objectives.whitened(a.T @ a / len(a), a.T @ b / len(a), b.T @ b / len(a), ridge)
    u, _, vh = torch.linalg.svd(t, full_matrices=False)
    directions = (torch.linalg.solve_triangular(l_a.T, u, upper=True),
                  torch.linalg.solve_triangular(l_b.T, vh.T, upper=True))
    a, b = ((side - mean) @ along for side, mean, along in zip(test, means, directions))
    a, b = a - a.mean(0), b - b.mean(0)
    return (a * b).sum(0) / (a.square().sum(0) * b.square().sum(0)).sqrt()


def run(_, options, result):
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    train = sides.Rows(options.data, "views", torch.float)
    model = sides.Sides("views", options.encoder, train)
    if options.initial:
        model.load(options.initial)
    machine = torch_ddp.blas()
    options.steps = options.epochs * -(-train.count // options.batch)
    lines = []
    torch_ddp.train(model, train, objectives.dcca, options, lambda *line: lines.append(line))
    test = sides.Rows(options.test, "views", torch.float, like=train)
    correlations = correlations_under_fit(outputs(model, train), outputs(model, test))
    if options.output:
        model.save(options.output)
    with open(result, "w") as file:
        json.dump({**machine, "steps": len(lines), "seconds": sum(line[3] for line in lines),
                   "objective": lines[-1][1] if lines else None,
                   "test_sum": correlations.sum().item()}, file)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="images to train on")
    parser.add_argument("--test", required=True, help="images to evaluate on")
    parser.add_argument("--encoder", default="dense:1024,tanh,dense:1024,tanh,dense:50")
    parser.add_argument("--batch", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--optimizer", choices=torch_ddp.OPTIMIZERS, default="adam")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--initial", help="model.h5 to start from")
    parser.add_argument("--output", help="where the parameters go, as in model.h5")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    torch_ddp.use_threads(options.threads)
    with tempfile.TemporaryDirectory() as scratch:
        result = os.path.join(scratch, "result")
        mp.spawn(run, (options, result))
        with open(result) as file:
            print(file.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
