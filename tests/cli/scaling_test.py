# SPDX-License-Identifier: BSD-3-Clause
"""launch/scaling.sh: bench at several numbers of ranks, related to the smallest and drawn."""

import csv
import json
import os
import pathlib
import shutil
import stat
import subprocess
import unittest
import xml.dom.minidom

import support

SCRIPT = pathlib.Path(os.environ["INFOMAX_SOURCE"]) / "launch" / "scaling.sh"
CORES = len(os.sched_getaffinity(0))
USAGE, SYSTEM = 2, 5

QUICK = ["--features", "12", "--encoder", "dense:6,tanh,dense:3", "--repeats", "3",
         "--repeat-seconds", "0.01"]

# srun as the script uses it: so many ranks of a program.
SRUN = """#!/bin/sh
printf '%s\\n' "$*" >>"$INFOMAX_TEST_LOG"
[ "$1" = -n ] || exit 1
ranks=${INFOMAX_TEST_RANKS:-$2}
shift 2
while [ "${1#--}" != "$1" ]; do shift; done
exec "$INFOMAX_TEST_MPIEXEC" -n "$ranks" "$@"
"""


@unittest.skipUnless(shutil.which("gnuplot") and shutil.which("jq"), "gnuplot or jq is missing")
class Scaling(support.ProgramTest):
    def run_script(self, *arguments, **environment):
        return subprocess.run([SCRIPT, "-o", self.scratch / "out", *map(str, arguments)],
                              capture_output=True, text=True, timeout=300, check=False,
                              env={**os.environ, "SLURM_JOB_ID": "", **environment})

    def check_files(self, ranks, cases):
        out = self.scratch / "out"
        lines = [json.loads(line) for line in (out / "scaling.jsonl").read_text().splitlines()]
        self.assertEqual([line["ranks"] for line in lines], ranks * cases)
        for number in range(cases):
            of_case = lines[number * len(ranks):(number + 1) * len(ranks)]
            self.assertEqual(len({line["case"] for line in of_case}), 1)
            base = of_case[0]
            self.assertEqual((base["speedup"], base["efficiency"]), (1, 1))
            for line in of_case:
                speedup = line["samples_per_s"] / base["samples_per_s"]
                self.assertAlmostEqual(line["speedup"], speedup, delta=1e-9 * speedup)
                efficiency = speedup * base["ranks"] / line["ranks"]
                self.assertAlmostEqual(line["efficiency"], efficiency, delta=1e-9 * efficiency)
                self.assertEqual(line["threads"], 1)
                self.assertEqual(line["oversubscribed"], line["ranks"] > CORES)
        with open(out / "scaling.tsv", encoding="utf8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        self.assertEqual([int(row["ranks"]) for row in rows], ranks * cases)
        for row, line in zip(rows, lines, strict=True):
            self.assertEqual(row["oversubscribed"], str(int(line["oversubscribed"])))
            for name in ("samples_per_s", "efficiency", "wait_share"):
                self.assertAlmostEqual(float(row[name]), line[name], delta=1e-6 * abs(line[name]))
        picture = (out / "scaling.png").read_bytes()
        self.assertTrue(picture.startswith(b"\x89PNG"))
        self.assertGreater(len(picture), 10_000)
        return "".join(node.data for node in texts(xml.dom.minidom.parse(str(out / "scaling.svg"))))

    def test_draws_several_cases_and_marks_what_is_no_timing(self):
        ranks = [1, 2, CORES + 1]
        done = self.run_script(CORES + 1, 2, 1, *QUICK, "--batch", "48,96", "--batch-per-rank",
                               "48")
        self.assertEqual(done.returncode, 0, done.stderr)
        drawn = self.check_files(sorted(set(ranks)), 3)
        for words in ("ideal", "Speed-up", "Efficiency", "strong, 48 rows", "strong, 96 rows",
                      "weak, 48 rows a rank", "input", "compute", "reduce", "wait",
                      "hatched: oversubscribed"):
            self.assertIn(words, drawn)
        warnings = [line for line in done.stderr.splitlines() if "not a timing" in line]
        self.assertEqual(len(warnings), 1 if CORES >= 2 else 2, done.stderr)
        self.assertIn("oversubscribed: not a timing", done.stdout)

    def test_draws_one_case(self):
        done = self.run_script("1", *QUICK, "--batch", "48")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("hatched", self.check_files([1], 1))
        self.assertNotIn("not a timing", done.stdout + done.stderr)

    def slurm(self, *arguments, **environment):
        folder = self.scratch / "bin"
        folder.mkdir(exist_ok=True)
        srun = folder / "srun"
        srun.write_text(SRUN)
        srun.chmod(srun.stat().st_mode | stat.S_IXUSR)
        self.log = self.scratch / "srun.log"
        return self.run_script(*arguments, SLURM_JOB_ID="7", SLURM_NTASKS="1", SLURM_CPUS_ON_NODE="1",
                               SLURM_MPI_TYPE="pmix", PATH=f"{folder}:{os.environ['PATH']}",
                               INFOMAX_MPIEXEC="", INFOMAX_TEST_MPIEXEC=support.MPIEXEC,
                               INFOMAX_TEST_LOG=str(self.log), **environment)

    def test_starts_ranks_by_srun_in_a_slurm_job(self):
        done = self.slurm("1", "2", *QUICK, "--batch", "48")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_files([1, 2], 1)
        first, second = self.log.read_text().splitlines()
        self.assertTrue(first.startswith("-n 1 "), first)
        self.assertNotIn("--overcommit", first)
        self.assertIn("--overcommit", second)

    def test_notices_a_launcher_that_starts_other_ranks_than_asked_for(self):
        done = self.slurm("2", *QUICK, "--batch", "48", INFOMAX_TEST_RANKS="1")
        self.assertEqual(done.returncode, SYSTEM, done.stderr)
        self.assertIn("SLURM_MPI_TYPE", done.stderr.splitlines()[-1])

    def test_passes_on_what_bench_refuses(self):
        done = self.run_script("1", "--batch", "none")
        self.assertEqual(done.returncode, USAGE, done.stderr)
        self.assertIn("infomax: --batch", done.stderr)
        self.assertEqual(self.run_script("-t", "no").returncode, USAGE)


def texts(node):
    """The text nodes below a node, in order."""
    for child in node.childNodes:
        if child.nodeType == child.TEXT_NODE:
            yield child
        yield from texts(child)


if __name__ == "__main__":
    unittest.main()
