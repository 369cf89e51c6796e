#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the fuzzing programs, which libFuzzer gives changed inputs to, for some seconds each, and prints
what they tried and found. An input that ends a program in any way but a result or an error of one line is
a finding: its file is kept, and the exit code is 1."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import seeds

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = ("spec", "settings", "import", "hdf5", "model", "checkpoint")


def environment():
    # The sanitizer reports aborts and traps, because the programs have taken libFuzzer's signals for the
    # crashes of HDF5. That reads beyond its own memory where a file is damaged, which is its affair: the
    # program ends with a line where this crashes it.
    address = ("detect_leaks=0", "handle_abort=1", "handle_sigill=1", "allocator_may_return_null=1",
               "max_allocation_size_mb=1024", f"suppressions={HERE / 'asan.supp'}")
    return {**os.environ, "ASAN_OPTIONS": ":".join(address),
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1", "TMPDIR": tempfile.gettempdir()}


def run(target, options, first):
    work = options.folder / target
    corpus, findings = work / "corpus", work / "findings"
    for place in (corpus, findings):
        place.mkdir(parents=True, exist_ok=True)
    words = HERE / f"{target}.dict"
    done = subprocess.run(
        [options.programs / f"infomax_fuzz_{target}", corpus, first / target, "-fork=1",
         "-ignore_crashes=1", "-print_funcs=0", "-print_final_stats=1", "-ignore_timeouts=1", "-ignore_ooms=1",
         f"-max_total_time={options.seconds}", "-timeout=30", "-report_slow_units=1000", "-rss_limit_mb=3000",
         f"-artifact_prefix={findings}/", f"-max_len={seeds.MOST_BYTES}",
         *([f"-dict={words}"] if words.exists() else [])],
        capture_output=True, text=True, errors="replace", env=environment(), cwd=work)
    (work / "log").write_text(done.stderr)
    tried = [int(number) for number in re.findall(r"^#(\d+): cov:", done.stderr, re.M)]
    covered = re.findall(r"cov: (\d+)", done.stderr)
    found = sorted(findings.iterdir())
    return (target, tried[-1] if tried else 0, int(covered[-1]) if covered else 0, found,
            done.returncode, done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="the folder of infomax_fuzz_*")
    parser.add_argument("--infomax", required=True, help="the program, which makes models to begin with")
    parser.add_argument("--seconds", type=int, default=60, help="for each program (60)")
    parser.add_argument("--jobs", type=int, default=2, help="programs at a time (2)")
    parser.add_argument("--folder", type=pathlib.Path,
                        help="keeps inputs, findings and logs here; a later run goes on with them")
    parser.add_argument("--lenient", nargs="+", default=[], metavar="TARGET",
                        help="findings of these are printed and kept, and do not decide on the exit code: where "
                             "HDF5 has damaged memory, other code may crash later")
    parser.add_argument("targets", nargs="*", help="of " + ", ".join(TARGETS))
    options = parser.parse_args()
    options.programs = options.programs.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        options.folder = (options.folder or pathlib.Path(temporary) / "work").resolve()
        first = pathlib.Path(temporary) / "seeds"
        seeds.write_seeds(first, options.infomax)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            results = list(pool.map(lambda target: run(target, options, first),
                                    options.targets or TARGETS))
        for path in pathlib.Path("/dev/shm").glob("infomax-fuzz-*"):
            path.unlink(missing_ok=True)
        print(f"{'program':12} {'inputs':>12} {'covered':>9} {'findings':>9}")
        bad = 0
        for target, tried, covered, found, code, text in results:
            print(f"{target:12} {tried:12,} {covered:9,} {len(found):9}")
            if found or tried == 0 or covered == 0:
                bad += 0 if found and target in options.lenient else 1
                lines = [line for line in text.splitlines() if not line.startswith("#")]
                print("\n".join([target, *map(str, found), *lines[-60:]]), file=sys.stderr)
        return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
