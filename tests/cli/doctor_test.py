# SPDX-License-Identifier: BSD-3-Clause
"""doctor: says what there is and warns of what slows a job down; never how fast it is."""

import json
import os
import subprocess
import unittest

import support

CORES = len(os.sched_getaffinity(0))
SYSTEM = 5

# The parts of a report, and of their parts.
FIELDS = {"versions", "transport", "hosts", "ranks", "kernels", "allreduce", "hdf5", "warnings"}
HOST_FIELDS = {"host", "ranks", "cores", "memory_bytes", "memory_free_bytes", "shm_bytes",
               "shm_free_bytes", "fabrics"}
RANK_FIELDS = {"rank", "host", "cores", "threads", "blas_kernel", "sgemm_alone_gflops",
               "sgemm_together_gflops"}


class Doctor(support.ProgramTest):
    def doctor(self, *arguments, ranks, **environment):
        """The report, and what it warns of by name."""
        done = self.succeed("doctor", "--json", "--directory", self.scratch, "--file-size", "1",
                            *arguments, ranks=ranks, environment=environment)
        report = json.loads(done.out)
        self.assertEqual(list(self.scratch.iterdir()), [])
        return report, {warning["name"]: warning for warning in report["warnings"]}

    def test_says_what_there_is(self):
        for ranks in (1, 3):
            report, _ = self.doctor("--threads", "1", ranks=ranks)
            self.assertLessEqual(FIELDS, report.keys())
            self.assertEqual(set(report["versions"]),
                             {"infomax", "compiler", "mpi", "hdf5", "blas", "onednn"})
            self.assertTrue(all(version or name == "onednn" for name, version in report["versions"].items()))
            self.assertGreater(report["products_gflops"]["openblas"], 0)
            host, = report["hosts"]
            self.assertLessEqual(HOST_FIELDS, host.keys())
            self.assertEqual(host["ranks"], ranks)
            self.assertEqual(host["cores"], sorted(os.sched_getaffinity(0)))
            self.assertLessEqual(0, host["memory_free_bytes"])
            self.assertLessEqual(host["memory_free_bytes"], host["memory_bytes"])
            self.assertEqual([rank["rank"] for rank in report["ranks"]], list(range(ranks)))
            for rank in report["ranks"]:
                self.assertLessEqual(RANK_FIELDS, rank.keys())
                self.assertEqual((rank["host"], rank["threads"]), (host["host"], 1))
                self.assertGreater(rank["sgemm_alone_gflops"], 0)
                self.assertGreater(rank["sgemm_together_gflops"], 0)
            self.assertEqual([entry["bytes"] for entry in report["allreduce"]],
                             [8, 4 * 2 ** 20, 64 * 2 ** 20] if ranks > 1 else [])
            self.assertEqual(report["transport"]["sums"],
                             "shared memory" if ranks > 1 else "messages")
            for entry in report["allreduce"]:
                self.assertGreater(entry["seconds_least"], 0)
                self.assertLessEqual(entry["seconds_least"], entry["seconds"])
            self.assertEqual(report["hdf5"]["directory"], str(self.scratch))
            self.assertEqual(report["hdf5"]["bytes"], 2 ** 20)
            self.assertGreater(report["hdf5"]["write_bytes_per_s"], 0)
            self.assertGreater(report["hdf5"]["read_bytes_per_s"], 0)

    def test_warns_of_more_ranks_than_cores(self):
        _, warnings = self.doctor("--threads", "1", ranks=CORES + 1)
        self.assertIn("oversubscription", warnings)
        self.assertIn(f"{CORES + 1} ranks", warnings["oversubscription"]["problem"])
        self.assertTrue(warnings["oversubscription"]["mend"])
        self.assertNotIn("threads-exceed-binding", warnings)

    def test_warns_of_more_threads_than_cores(self):
        _, warnings = self.doctor("--threads", str(CORES + 1), ranks=1)
        self.assertIn("threads-exceed-binding", warnings)
        self.assertIn("oversubscription", warnings)

    @unittest.skipIf(CORES < 2, "one core is crowded by two ranks of one thread already")
    def test_warns_of_threads_that_the_environment_asks_for(self):
        _, warnings = self.doctor(ranks=2, OPENBLAS_NUM_THREADS="8")
        self.assertIn("oversubscription", warnings)
        # Each rank on half of the cores: nothing is crowded, but nothing keeps them apart either.
        _, warnings = self.doctor("--threads", "1", ranks=2)
        self.assertNotIn("oversubscription", warnings)
        self.assertIn("shared-cores", warnings)

    def test_measures_a_kernel_that_was_forced_beside_the_processor_s_own(self):
        own = self.kernel()
        forced = next(kernel for kernel in ("Nehalem", "Prescott", "Haswell") if kernel != own)
        report, warnings = self.doctor(ranks=2, OPENBLAS_CORETYPE=forced)
        used = report["ranks"][0]["blas_kernel"]
        if used == own:
            self.skipTest(f"this OpenBLAS has one kernel, {own}")
        kernels = report["kernels"]
        self.assertTrue(kernels["forced"])
        self.assertEqual((kernels["used"], kernels["other"]), (used, own))
        self.assertGreater(min(kernels["used_gflops"], kernels["other_gflops"]), 0)
        self.assertEqual("slow-blas-kernel" in warnings,
                         kernels["other_gflops"] >= 1.1 * kernels["used_gflops"])

    def kernel(self):
        """OpenBLAS's own choice."""
        environment = {name: value for name, value in os.environ.items()
                       if name != "OPENBLAS_CORETYPE"}
        done = subprocess.run([support.PROGRAM, "--sgemm-rate"], capture_output=True, text=True,
                              timeout=60, check=True, env=environment)
        name, rate = done.stdout.split()
        self.assertGreater(float(rate), 0)
        return name

    def test_reads_well_as_text(self):
        done = self.succeed("doctor", "--directory", self.scratch, "--file-size", "1", ranks=CORES + 1)
        words = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]
        for word in ("versions", "messages", "host", "rank", "allreduce", "HDF5", "warning"):
            self.assertIn(word, words)
        self.assertIn(str(self.scratch), done.out)

    def test_ends_with_a_failure_where_files_do_not_work_and_reports_all_else(self):
        absent = self.scratch / "absent"
        done = support.run("doctor", "--json", "--directory", absent, ranks=2, timeout=60)
        self.assert_refused(done, SYSTEM, str(absent))
        report = json.loads(done.out)
        self.assertIn("failure", report["hdf5"])
        self.assertEqual(len(report["ranks"]), 2)


if __name__ == "__main__":
    unittest.main()
