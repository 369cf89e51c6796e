#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures Infomax beside PyTorch, or beside another version of itself (--against), on this machine, in
one run and by turns: the same network, data, objective, optimiser and augmentation, one thread a rank.
Prints medians with the least and largest of the repeats; ratios are those of neighbouring runs."""

import argparse
import json
import os
import pathlib
import sys
import tempfile

import h5py
import numpy

import runs

LARGE = "dense:1024,tanh,dense:1024,tanh"
AUGMENT = (["--pair", "augment", "--augment", "noise:0.1", "--normalize", "scale"],
           ["--pair", "augment", "--noise", "0.1"])
HALVES = (["--pair", "views", "--split-image", "left,right"], ["--pair", "views"])
INPUT = (["--pair", "input"], ["--pair", "input"])

# name: (options of both, (of Infomax, of the peer), steps measured, steps of warm-up before them)
ROWS = {
    "barlow": (["--objective", "barlow", "--encoder", f"{LARGE},dense:64", "--batch", 4096],
               AUGMENT, 15, 3),
    "barlow-small": (["--objective", "barlow", "--encoder", "dense:128,tanh,dense:16", "--batch",
                      256], AUGMENT, 470, 50),
    "dcca": (["--objective", "dcca", "--encoder", f"{LARGE},dense:50", "--batch", 4000],
             HALVES, 15, 3),
    "barlow-256": (["--objective", "barlow", "--encoder", f"{LARGE},dense:64", "--batch", 256],
                   AUGMENT, 100, 20),
    "dcca-wide": (["--objective", "dcca", "--encoder", f"{LARGE},dense:1024", "--batch", 4000],
                  HALVES, 5, 1),
    "infomax": (["--objective", "infomax", "--lambda", 0.1, "--encoder", "dense:256,tanh,dense:32",
                 "--batch", 1024], INPUT, 118, 10),
    "infonce": (["--objective", "infonce", "--encoder", "dense:1024,tanh,dense:128", "--batch",
                 4096], AUGMENT, 15, 3),
    "conv": (["--objective", "barlow", "--encoder", "reshape:1:28:28,conv:32:3,relu,maxpool:2,"
              "conv:64:3,relu,maxpool:2,dense:128,relu,dense:10", "--batch", 1024], AUGMENT, 12, 2),
    "lstm": (["--objective", "barlow", "--encoder", "reshape:28:28,lstm:128,last,dense:10",
              "--batch", 1024], AUGMENT, 12, 2),
    "resnet": (["--objective", "barlow", "--encoder", "reshape:3:32:32,resnet:18,dense:64",
                "--batch", 256], AUGMENT, 3, 1),
}
# Rows of data sets other than --data, made at random: rows and features.
RANDOM = {"resnet": (1024, 3 * 32 * 32)}
# Rows that only another version of Infomax can run.
OWN_ROWS = {
    "batchnorm": (["--objective", "barlow", "--encoder", "dense:512,batchnorm,relu,dense:512,batchnorm,"
                   "relu,dense:512,batchnorm,relu,dense:64", "--batch", 4096, "--micro-batch", 512],
                  (AUGMENT[0], None), 15, 3),
    "batchnorm-whole": (["--objective", "barlow", "--encoder", "dense:512,batchnorm,relu,dense:512,"
                         "batchnorm,relu,dense:64", "--batch", 4096], (AUGMENT[0], None), 15, 3),
}
MICRO_BATCH = 512
LAYERS = (784, 1024, 1024, 64)  # of barlow


class Bench:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch

    def report(self, **findings):
        if self.options.json:
            with open(self.options.json, "a") as file:
                file.write(json.dumps(findings) + "\n")

    def measure(self, side, row, ranks):
        """A run of one side: "infomax", "torch", or "other", which is the version of --against."""
        both, (of_infomax, of_torch), measured, warmup = (ROWS | OWN_ROWS)[row]
        common = [*both, "--data", self.data_of(row), "--optimizer", "adam", "--learning-rate",
                  self.options.learning_rate,
                  "--steps", (self.options.steps or measured) + warmup]
        if side == "infomax":
            return runs.infomax(self.scratch, ranks, [*common, *of_infomax, *self.options.infomax],
                                warmup)
        if side == "other":
            return runs.infomax(self.scratch, ranks, [*common, *of_infomax], warmup,
                                INFOMAX_PROGRAM=self.options.against)
        if self.options.bind_torch:
            common.append("--bind")
        if self.options.autocast:
            common.append("--autocast")
        return runs.torch(self.scratch, ranks, [*common, *of_torch], warmup)

    def data_of(self, row):
        """The data set of a row; rows of noise do for speed."""
        if row not in RANDOM:
            return self.options.data
        path = self.scratch / f"{row}.h5"
        if not path.exists():
            with h5py.File(path, "w") as file:
                file["x"] = numpy.random.default_rng(1).integers(0, 256, RANDOM[row], "u1")
        return path

    def by_turns(self, row, cases):
        """For every case (side, ranks) the runs of all repeats; every other repeat goes backwards,
        so that a drift of the machine's speed favours nobody."""
        found = {case: [] for case in cases}
        for repeat in range(self.options.repeats):
            for case in cases if repeat % 2 == 0 else cases[::-1]:
                found[case].append(self.measure(case[0], row, case[1]))
        for (side, ranks), measured in found.items():
            rates = [m["samples_per_s"] for m in measured]
            print(f"{row:13} {side:8} {ranks} ranks  {runs.text(rates, ',.0f')} samples/s   "
                  f"[{measured[-1]['machine']}]", flush=True)
            self.report(row=row, side=side, ranks=ranks, samples_per_s=runs.spread(rates),
                        runs=measured)
        kernels = {m["kernel"] for measured in found.values() for m in measured}
        if len(kernels) > 1:
            print(f"{row:13} the BLAS kernels differ: {', '.join(sorted(kernels))}; "
                  "set OPENBLAS_CORETYPE for the same sgemm")
        return {case: [m["samples_per_s"] for m in measured] for case, measured in found.items()}

    def ratios(self, row):
        side, name = ("other", "other version") if self.options.against else ("torch", "PyTorch")
        cases = [("infomax", self.options.ranks), (side, self.options.ranks)]
        ours, theirs = self.by_turns(row, cases).values()
        ratios = [a / b for a, b in zip(ours, theirs)]
        digits = ".3f" if self.options.against else ".2f"
        print(f"{row:13} Infomax / {name}  {runs.text(ratios, digits)}", flush=True)
        self.report(row=row, ratio=runs.spread(ratios))

    def scaling(self):
        cases = [("infomax", 1), ("infomax", 2), ("torch", 1), ("torch", 2)]
        found = self.by_turns("barlow", cases)
        for side in ("infomax", "torch"):
            shares = [two / (2 * one) for one, two in zip(found[side, 1], found[side, 2])]
            print(f"{'scaling':13} {side:8} efficiency 1 -> 2 ranks  {runs.text(shares, '.3f')}")
            self.report(row="scaling", side=side, efficiency=runs.spread(shares))

    def memory(self):
        """The most memory each rank held, against what its data, parameters and activations need."""
        both, (of_infomax, _), _, _ = ROWS["barlow"]
        ranks = self.options.ranks
        with tempfile.TemporaryDirectory(dir=self.scratch) as results:
            program = self.program()
            runs.launch(ranks, runs.SOURCE / "tests/cli/peak_memory.py", results, program,
                        "train", "--data", self.options.data, "--output", self.scratch / "memory",
                        "--overwrite", "--progress", "none", *both, *of_infomax, "--micro-batch",
                        MICRO_BATCH, "--steps", 16, INFOMAX_PROGRAM=sys.executable)
            peaks = [float(path.read_text()) for path in pathlib.Path(results).iterdir()]
        rows, row_bytes = self.shape()
        weights = sum((n + 1) * m for n, m in zip(LAYERS, LAYERS[1:]))
        parts = {"data_shard": rows // ranks * row_bytes, "parameters_4x": 4 * 4 * weights,
                 "activations": 4 * MICRO_BATCH * sum(LAYERS), "allowance": 64 << 20}
        bar = sum(parts.values())
        mib = 2.0 ** 20
        print(f"{'memory':13} infomax  peak of each rank {' '.join(f'{p / mib:.1f}' for p in peaks)} "
              f"MiB; the bar is {bar / mib:.1f}: "
              + ", ".join(f"{name} {part / mib:.1f}" for name, part in parts.items()))
        theirs = self.measure("torch", "barlow", ranks)["peak_bytes"]
        print(f"{'memory':13} torch    peak of the largest process {theirs / mib:.1f} MiB, whole "
              "batch at once")
        self.report(row="memory", peak_bytes=peaks, bar_bytes=bar, parts=parts, torch_bytes=theirs)

    def program(self):
        """What launch/local.sh would run."""
        out, _, _ = runs.run(["bash", "-c", f". '{runs.SOURCE}/launch/common.sh'; find_program"])
        return out.strip()

    def shape(self):
        """Rows of the data set, and bytes of a row."""
        with h5py.File(self.options.data) as file:
            x = file["x"]
            return len(x), x.dtype.itemsize * int(x.size) // len(x)

    def dcca_quality(self):
        """Training times and the test set's sums of correlations, each side by its own recipe."""
        found = {"infomax": [], "torch": []}
        for repeat in range(self.options.repeats):
            sides = [("infomax", self.infomax_dcca), ("torch", self.torch_dcca)]
            for side, train in sides if repeat % 2 == 0 else sides[::-1]:
                found[side].append(train(repeat + 1))
        for side, results in found.items():
            print(f"{'dcca-quality':13} {side:8} {runs.text([r['seconds'] for r in results], '.1f')} s"
                  f" of training, test sum {runs.text([r['test_sum'] for r in results], '.3f')}")
            self.report(row="dcca-quality", side=side, runs=results)
        ratios = [t["seconds"] / i["seconds"] for i, t in zip(found["infomax"], found["torch"])]
        gains = [i["test_sum"] - t["test_sum"] for i, t in zip(found["infomax"], found["torch"])]
        print(f"{'dcca-quality':13} PyTorch's time / Infomax's  {runs.text(ratios, '.2f')}; Infomax's "
              f"test sum less PyTorch's {runs.text(gains, '+.3f')}")
        self.report(row="dcca-quality", ratio=runs.spread(ratios), gain=runs.spread(gains))

    def infomax_dcca(self, seed):
        directory = self.scratch / "dcca"
        recipe = self.options.recipe or ["--encoder", f"{LARGE},dense:50", "--batch", 1000,
                                         "--learning-rate", 0.003, "--schedule", "cosine",
                                         "--epochs", 12]
        ranks = self.options.ranks
        *_, wall_s = runs.launch(ranks, "train", "--data", self.options.data, *HALVES[0],
                                 "--objective", "dcca", "--seed", seed, "--output", directory,
                                 "--overwrite", "--progress", "none", *recipe)
        out, *_ = runs.launch(ranks, "evaluate", "--model", directory / "model.h5", "--data",
                              self.options.test, "--fit", self.options.data, "--json")
        return {"seconds": sum(s["seconds"] for s in runs.steps(directory / "metrics.jsonl")),
                "wall_s": wall_s, "test_sum": json.loads(out)["dependence"]}

    def torch_dcca(self, seed):
        out, _, wall_s = runs.run([sys.executable, "-B", runs.PEERS / "dcca_single.py", "--data",
                                   self.options.data, "--test", self.options.test, "--seed", seed,
                                   "--learning-rate", self.options.learning_rate, "--epochs",
                                   self.options.torch_epochs])
        return json.loads(out) | {"wall_s": wall_s}


def parse(arguments):
    modes = [*ROWS, *OWN_ROWS, "scaling", "memory", "dcca-quality"]
    parser = argparse.ArgumentParser(description=__doc__, epilog=(
        "Options after -- are Infomax's in dcca-quality, in place of its defaults: network, batch, "
        "epochs and so on."))
    parser.add_argument("modes", nargs="*", metavar="MODE",
                        help=f"of {', '.join(modes)}; default {' '.join(ROWS)}")
    parser.add_argument("--data", default=runs.SOURCE / "datasets/fashion-mnist-train.h5")
    parser.add_argument("--test", default=runs.SOURCE / "datasets/fashion-mnist-test.h5")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=0, help="measured a run; default by the row")
    parser.add_argument("--learning-rate", type=float, default=1e-3, help="of both, and of PyTorch's "
                        "dcca-quality")
    parser.add_argument("--torch-epochs", type=int, default=20, help="of dcca-quality")
    parser.add_argument("--bind-torch", action="store_true",
                        help="bind PyTorch's processes to cores, as Infomax's ranks are")
    parser.add_argument("--autocast", action="store_true", help="PyTorch's networks in bfloat16")
    parser.add_argument("--infomax", metavar="OPTIONS", default="", type=str.split,
                        help="further options of Infomax in rows, in quotes: '--precision bfloat16'")
    parser.add_argument("--against", metavar="PROGRAM",
                        help="another version's program to measure beside, in place of PyTorch")
    parser.add_argument("--json", help="file that gets a JSON object a line, appended")
    own, recipe = arguments, []
    if "--" in arguments:
        cut = arguments.index("--")
        own, recipe = arguments[:cut], arguments[cut + 1:]
    options = parser.parse_args(own)
    options.recipe = recipe
    options.modes = options.modes or list(ROWS)
    for mode in options.modes:
        if mode not in modes:
            parser.error(f"{mode} is none of {', '.join(modes)}")
        if mode in OWN_ROWS and not options.against:
            parser.error(f"{mode} needs --against: PyTorch has no such run")
    if options.repeats < 1:
        parser.error("--repeats is 1 or more")
    return options


def main(arguments):
    options = parse(arguments)
    print(f"OPENBLAS_CORETYPE {os.environ.get('OPENBLAS_CORETYPE', 'not set')}; load average "
          f"{os.getloadavg()[0]:.2f}; {options.repeats} repeats", flush=True)
    with tempfile.TemporaryDirectory(prefix="infomax-peers-") as scratch:
        bench = Bench(options, pathlib.Path(scratch))
        for mode in options.modes:
            special = {"scaling": bench.scaling, "memory": bench.memory,
                       "dcca-quality": bench.dcca_quality}
            special.get(mode, lambda row=mode: bench.ratios(row))()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except runs.Failed as failure:
        sys.exit(f"side_by_side.py: {failure}")
