#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds Infomax against R, ade4, scikit-learn, statsmodels and deeptime, on data that they bring along.

Prints a line for each case: what the reference says, what Infomax says on two ranks (of several numbers,
the two that differ most), their difference as a share of the reference's largest number, and the bound
that it must keep. Cases whose reference is not installed are named and skipped. The exit code is 1 if a
difference exceeds its bound or Infomax refuses a case, and 77 if no reference is installed.
"""

import argparse
import os
import pathlib
import sys

import numpy

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build/release"


def arguments(description, words=""):
    """The options of a script; `words` is the help of what may follow them."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    launcher = BUILD / "tests/mpiexec"
    parser.add_argument("--program", help="infomax; default $INFOMAX_PROGRAM or build/release/infomax",
                        default=os.environ.get("INFOMAX_PROGRAM", BUILD / "infomax"))
    parser.add_argument("--mpiexec", help="mpirun; default $INFOMAX_MPIEXEC or the tests' own",
                        default=os.environ.get("INFOMAX_MPIEXEC",
                                               launcher if launcher.exists() else "mpirun"))
    if words:
        parser.add_argument("words", nargs="*", metavar="WORD", help=words)
    options = parser.parse_args()
    # For the modules that run the program.
    os.environ["INFOMAX_PROGRAM"] = os.path.abspath(options.program)
    os.environ["INFOMAX_MPIEXEC"] = str(options.mpiexec)
    return options


def compare(theirs, ours):
    """The two numbers that differ most, and by how much of the reference's largest."""
    theirs, ours = numpy.atleast_1d(theirs), numpy.atleast_1d(ours)
    if theirs.shape != ours.shape:
        return theirs[0], ours[0], numpy.inf
    differences = numpy.abs(ours - theirs) / numpy.abs(theirs).max()
    worst = numpy.argmax(numpy.where(numpy.isfinite(differences), differences, numpy.inf))
    return theirs[worst], ours[worst], differences[worst]


def run(case, missing):
    """The line of a case, and whether it failed; no bool where it is skipped."""
    import laboratory
    start = f"{case.name:<40} {case.reference:<26}"
    if missing:
        names = ", ".join(f"{name} ({laboratory.PACKAGES[name]})" for name in missing)
        return f"{start} skipped; not installed: {names}", None
    room = laboratory.Laboratory()
    try:
        theirs, ours, difference = compare(*case.compute(room))
    except laboratory.Refused as refusal:
        return f"{start} FAILED: {refusal}", True
    except KeyError as absent:
        return f"{start} FAILED: Infomax does not report {absent}", True
    finally:
        room.close()
    failed = not difference <= case.bound
    return (f"{start} {theirs:13.9f} {ours:13.9f} {difference:11.1e} {case.bound:8.0e}"
            f"  {'FAILED' if failed else 'ok'}"), failed


def main():
    options = arguments(__doc__, "only cases in whose name or reference one of these is, in any case")
    import laboratory
    from cases import CASES
    chosen = [case for case in CASES if not options.words or any(
        word.lower() in f"{case.name} {case.reference}".lower() for word in options.words)]
    if not chosen:
        sys.exit("references.py: no case has any of these words")
    print(f"{'case':<40} {'reference':<26} {'theirs':>13} {'ours':>13} {'difference':>11} {'bound':>8}")
    failures, run_with_references = [], 0
    for case in chosen:
        missing = [name for name in case.needs if not laboratory.installed(name)]
        line, failed = run(case, missing)
        print(line, flush=True)
        run_with_references += bool(case.needs and failed is not None)
        if failed:
            failures.append(case.name)
    if failures:
        print(f"{len(failures)} of {len(chosen)} cases exceed their bound: {'; '.join(failures)}")
        return 1
    return 0 if run_with_references or options.words else 77


if __name__ == "__main__":
    sys.exit(main())
