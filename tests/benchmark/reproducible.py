#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The table of --reproducible: whether every objective with every optimiser, and every pair, layer and
precision, has the same bits at 1, 2, 3, 4, 5 and 8 ranks and for several micro-batches, and what the
mode costs beside the fast one. Ends with 1 where bits differ. Times are shown and judge nothing."""

import argparse
import hashlib
import itertools
import json
import os
import pathlib
import statistics
import sys
import tempfile


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", nargs="?", default="build/release", metavar="BUILD",
                        help="where Infomax is built; default build/release")
    parser.add_argument("--quick", action="store_true",
                        help="1, 3 and 8 ranks, one optimiser for each objective, no times")
    parser.add_argument("--times", action="store_true", help="the times alone")
    parser.add_argument("--ranks", type=lambda text: tuple(map(int, text.split(","))),
                        help="numbers of ranks, such as 1,2,3,5; the first is compared with")
    parser.add_argument("--write-hashes", type=pathlib.Path, metavar="FILE",
                        help="write a hash of each row's bits to FILE, for another version to compare")
    parser.add_argument("--compare-hashes", type=pathlib.Path, metavar="FILE",
                        help="compare with what another version wrote to FILE")
    return parser.parse_args()


OPTIONS = parsed()
BUILD = pathlib.Path(OPTIONS.build).resolve()
os.environ.setdefault("INFOMAX_PROGRAM", str(BUILD / "infomax"))
os.environ.setdefault("INFOMAX_MPIEXEC", str(BUILD / "tests" / "mpiexec"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import h5py  # noqa: E402
import numpy  # noqa: E402

import support  # noqa: E402
from reproducible_bits import bits  # noqa: E402

RANKS = (1, 2, 3, 4, 5, 8)
SMALL = ("--steps", "6", "--batch", "90", "--blocks", "16", "--encoder", "dense:9,tanh,dense:4")
VIEWS = ("--pair", "views", "--encoder-b", "dense:4")
OBJECTIVES = {
    "infomax rv": ("--rho", "rv", "--lambda", "0.1"),
    "infomax cca": ("--rho", "cca", "--lambda", "-0.1"),
    "infomax pearson": ("--rho", "pearson", "--lambda-a", "0.2", *VIEWS),
    "dcca": ("--objective", "dcca", *VIEWS),
    "vamp1": ("--objective", "vamp1", "--pair", "lag", "--lag", "2"),
    "vamp2": ("--objective", "vamp2", "--pair", "lag"),
    "gaussian-mi": ("--objective", "gaussian-mi", *VIEWS),
    "barlow": ("--objective", "barlow", *VIEWS),
    "vicreg": ("--objective", "vicreg", *VIEWS),
    "histogram-mi": ("--objective", "histogram-mi", *VIEWS),
    "coding-rate": ("--objective", "coding-rate"),
    "mse": ("--objective", "mse", *VIEWS),
}
OPTIMIZERS = {name: ("--optimizer", name, "--weight-decay", "0.01", "--learning-rate", "0.003")
              for name in ("adam", "sgd", "adamw", "rmsprop", "adagrad", "lars")}
OPTIMIZERS["lbfgs"] = ("--optimizer", "lbfgs", "--batch", "0")
OTHERS = {
    "target, classes": ("--pair", "target", "--y", "/labels"),
    "target, values": ("--pair", "target", "--clip-norm", "0.1"),
    "augment": ("--pair", "augment", "--augment", "noise:0.1,mask:0.2,scale:0.1", "--objective",
                "barlow"),
    "augment images": ("--x", "/images", "--pair", "augment", "--augment",
                       "crop:0.7,rotate:10,shift:1,flip", "--objective", "vicreg"),
    "dropout": ("--encoder", "dense:9,tanh,dropout:0.3,dense:4"),
    "batchnorm": ("--encoder", "dense:9,batchnorm,tanh,dense:4,batchnorm", "--pair", "augment",
                  "--augment", "noise:0.1", "--objective", "barlow"),
    "batchnorm, lbfgs": ("--encoder", "dense:9,batchnorm,tanh,dense:4", "--optimizer", "lbfgs",
                         "--batch", "0"),
    "convolution": ("--x", "/images", "--encoder", "reshape:1:6:6,conv:4:3,batchnorm,relu,maxpool:2,"
                    "residual(conv:6:3,groupnorm:2,silu),globalpool,dense:4"),
    "linear start": ("--encoder", "dense:9,tanh,dense:3", "--init", "linear", "--objective",
                     "dcca", "--pair", "lag"),
    "a row a part": ("--batch", "20", "--blocks", "24"),
    "standardised": ("--normalize", "standardize", "--schedule", "cosine", "--warmup", "2steps"),
}


def write_data(directory):
    random = numpy.random.default_rng(8)
    x = random.normal(size=(301, 4)) @ random.normal(size=(4, 14))
    x += 0.3 * random.normal(size=x.shape)
    path = directory / "small.h5"
    with h5py.File(path, "w") as file:
        file["x"] = x.astype("f4")
        file["y"] = numpy.tanh(x[:, 3:10]) ** 3
        file["labels"] = (x[:, 0] > 0).astype("i4") + (x[:, 1] > 1)
        file["images"] = support.images(301)
    return path


def train(data, output, *arguments, ranks=1, timeout=1200, **options):
    done = support.run("train", "--data", data, "--output", output, "--overwrite", "--progress",
                       "none", *arguments, ranks=ranks, timeout=timeout, **options)
    if done.code != 0:
        sys.exit(f"{' '.join(map(str, arguments))}\n{done.err}")
    return output


def rows(quick):
    """What is trained, in words, and its options."""
    pairs = (zip(OBJECTIVES, itertools.cycle(OPTIMIZERS)) if quick
             else itertools.product(OBJECTIVES, OPTIMIZERS))
    for objective, optimizer in pairs:
        both = (*OBJECTIVES[objective], *OPTIMIZERS[optimizer])
        yield f"{objective}, {optimizer}", "float", both
        if quick or optimizer in ("adam", "lbfgs"):
            yield f"{objective}, {optimizer}", "double", both
    for what, arguments in OTHERS.items():
        for precision in ("float", "double"):
            yield what, precision, arguments


def without(options, arguments):
    """Of the options, each with a value, those that the arguments do not give."""
    kept = list(options)
    for name in options[::2]:
        if name in arguments:
            at = kept.index(name)
            del kept[at:at + 2]
    return kept


def hash_of(found):
    """The hash of what bits() returns."""
    arrays, metrics = found
    total = hashlib.sha256()
    for name in sorted(arrays):
        total.update(name.encode() + b"\0" + arrays[name])
    total.update("\n".join(metrics).encode())
    return total.hexdigest()


def compare_hashes(hashes):
    """Prints the rows whose bits are not those of another version; returns their number."""
    if OPTIONS.write_hashes:
        OPTIONS.write_hashes.write_text(json.dumps(hashes, indent=1) + "\n")
    if not OPTIONS.compare_hashes:
        return 0
    before = json.loads(OPTIONS.compare_hashes.read_text())
    differing = [row for row in hashes if hashes[row] != before.get(row)]
    for row in differing:
        print(f"{row}: other bits than in {OPTIONS.compare_hashes}")
    print(f"{len(hashes)} rows compared with {OPTIONS.compare_hashes}, {len(differing)} differ")
    return len(differing)


def table(directory, quick):
    data = write_data(directory)
    ranks = OPTIONS.ranks or ((1, 3, 8) if quick else RANKS)
    compared = differing = 0
    hashes = {}
    print(f"{'':28}{'ranks':8}" + "".join(f"{count:>6}" for count in ranks))
    for what, precision, arguments in rows(quick):
        row = f"{what:28}{precision:8}"
        first = None
        for index, count in enumerate(ranks):
            run = train(data, directory / "run", "--reproducible", *without(SMALL, arguments),
                        *arguments, "--precision", precision, "--micro-batch",
                        ("0", "1", "7")[index % 3], ranks=count)
            found = bits(run)
            first = first or found
            compared += found is not first
            differing += found != first
            row += f"{'same' if found == first else 'DIFF':>6}"
        hashes[f"{what}, {precision}"] = hash_of(first)
        print(row, flush=True)
    print(f"{compared} runs compared with those of the first number of ranks, {differing} differ")
    return differing + compare_hashes(hashes)


def seconds(run):
    """Of a step, the median; the first, which touches its memory first, left out."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    steps = [line["seconds"] for line in lines if line["kind"] == "step"]
    return statistics.median(steps[1:])


def times(directory):
    data = directory / "large.h5"
    with h5py.File(data, "w") as file:
        file["x"] = numpy.random.default_rng(1).integers(0, 255, (16384, 784), dtype="u1")
    one_thread = {"OPENBLAS_NUM_THREADS": "1"}
    print("\nseconds a step             ranks  blocks      fast  reproducible  ratio")
    for what, encoder, batch in (("784-128-16, batch 256", "dense:128,tanh,dense:16", 256),
                                 ("784-1024-1024-64, 4096", "dense:1024,tanh,dense:1024,tanh,"
                                  "dense:64", 4096)):
        for ranks in (1, 2):
            for blocks in (8, 24, 240):
                arguments = ("--encoder", encoder, "--batch", str(batch), "--blocks", str(blocks),
                             "--steps", "5")
                fast, reproducible = (
                    seconds(train(data, directory / "run", *arguments, *mode, ranks=ranks,
                                  environment=one_thread))
                    for mode in ((), ("--reproducible",)))
                print(f"{what:27}{ranks:5}{blocks:8}{fast:10.4f}{reproducible:14.4f}"
                      f"{reproducible / fast:7.2f}", flush=True)


def main():
    differing = 0
    with tempfile.TemporaryDirectory(prefix="infomax-reproducible-") as name:
        directory = pathlib.Path(name)
        if not OPTIONS.times:
            differing = table(directory, OPTIONS.quick)
        if not OPTIONS.quick and not OPTIONS.ranks:
            times(directory)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
