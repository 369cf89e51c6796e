# SPDX-License-Identifier: BSD-3-Clause
"""bench: a JSON line for each network and batch, of which the parts add up; never how fast it is."""

import json
import unittest

import support

USAGE = 2

# Enough for every code path, little enough to be done at once.
QUICK = ["--repeats", "3", "--repeat-seconds", "0.01", "--threads", "1"]

SPREADS = ("samples_per_s", "step_s", "gemm_s", "gemm_share", "input_share", "compute_share",
           "reduce_share", "wait_share")
PARTS = ("input_share", "compute_share", "reduce_share", "wait_share")


class Bench(support.ProgramTest):
    def bench(self, *arguments, ranks=1, features="20"):
        done = self.succeed("bench", *QUICK, "--features", features, *arguments, ranks=ranks)
        return [json.loads(line) for line in done.out.splitlines()], done

    def check(self, line, ranks):
        self.assertEqual(line["kind"], "bench")
        self.assertEqual((line["ranks"], line["threads"], line["nodes"]), (ranks, 1, 1))
        self.assertEqual(line["batch"], line["batch_per_rank"] * ranks)
        self.assertEqual(line["repeats"], 3)
        self.assertGreaterEqual(line["steps_per_repeat"], 1)
        for name in SPREADS:
            least, middle, most = (line[name + part] for part in ("_least", "", "_most"))
            self.assertLessEqual(least, middle, name)
            self.assertLessEqual(middle, most, name)
        for name in ("samples_per_s", "step_s", "gemm_s", "gemm_share"):
            self.assertGreater(line[f"{name}_least"], 0, name)
        for name in PARTS:
            self.assertGreaterEqual(line[name], 0, name)
        self.assertAlmostEqual(sum(line[name] for name in PARTS), 1, delta=1e-9)
        self.assertAlmostEqual(line["samples_per_s"] * line["step_s"], line["batch"],
                               delta=1e-6 * line["batch"])
        if "batchnorm" not in line["encoder"] and not line["reproducible"]:
            size = 8 if line["precision"] == "double" else 4
            self.assertEqual(line["gradient_bytes"], size * line["parameters"] if ranks > 1 else 0)
        self.assertGreater(line["statistics_bytes"], 0)
        self.assertEqual(line["bytes_per_step"],
                         line["gradient_bytes"] + line["statistics_bytes"])
        self.assertGreater(line["peak_memory_bytes"], 2 ** 20)
        self.assertGreaterEqual(line["peak_memory_bytes"], line["peak_memory_least_bytes"])

    def test_measures_every_network_at_every_batch(self):
        for ranks in (1, 2):
            lines, done = self.bench("--encoder", "dense:8,tanh,dense:3;dense:4", "--batch",
                                     "64,100", "--batch-per-rank", "50", ranks=ranks)
            self.assertEqual(
                [(line["encoder"], line["scaling"], line["batch"]) for line in lines],
                [(encoder, scaling, batch) for encoder in ("dense:8,tanh,dense:3", "dense:4")
                 for scaling, batch in (("strong", 64), ("strong", 100), ("weak", 50 * ranks))])
            self.assertEqual([line["parameters"] for line in lines],
                             3 * [20 * 8 + 8 + 8 * 3 + 3] + 3 * [20 * 4 + 4])
            for line in lines:
                self.check(line, ranks)
                if ranks == 1:
                    self.assertEqual(line["wait_share"], 0)
            self.assertIn("of sgemm", done.err)
            self.assertEqual(sum("dense:4" in row for row in done.err.splitlines()
                                 if row.startswith(("strong", "weak"))), 3)

    def test_takes_what_train_takes(self):
        for arguments in (
                ["--pair", "lag", "--lag", "3", "--objective", "vamp2"],
                ["--pair", "target", "--features-y", "4"],
                ["--pair", "target", "--target", "values", "--element", "f32"],
                ["--pair", "views", "--share", "--objective", "barlow"],
                ["--pair", "views", "--features-y", "7", "--objective", "dcca"],
                ["--pair", "views", "--split-image", "left,right"],
                ["--pair", "augment", "--augment", "noise:0.1,shift:1", "--objective", "barlow"],
                ["--encoder", "dense:6,batchnorm,relu,dropout:0.2,dense:3"],
                ["--precision", "double"],
                ["--reproducible", "--lambda", "0.1"],
                ["--lambda", "0.1", "--optimizer", "sgd", "--momentum", "0.9", "--micro-batch", "8"]):
            with self.subTest(arguments=arguments):
                if "--encoder" not in arguments:
                    arguments = ["--encoder", "dense:6,relu,dense:3", *arguments]
                (line,), _ = self.bench("--batch", "60", *arguments, ranks=2, features="4x5")
                self.check(line, ranks=2)

    def test_statistics_are_as_large_as_the_sides_are_wide(self):
        """Second moments of 20 and 3 columns against those of 20 and 12, in double."""
        narrow, wide = (self.bench("--encoder", f"dense:{outputs}", "--batch", "60")[0][0]
                        for outputs in (3, 12))
        self.assertGreaterEqual(narrow["statistics_bytes"], 8 * 3 * 20)
        self.assertGreaterEqual(wide["statistics_bytes"] - narrow["statistics_bytes"], 8 * 9 * 20)

    def test_peak_memory_follows_the_case_and_not_the_one_before(self):
        lines, _ = self.bench("--encoder", "dense:4000,tanh,dense:4;dense:4", "--batch", "1000",
                              features="1000")
        large, small = (line["peak_memory_bytes"] for line in lines)
        # Parameters, gradient and Adam's two moments, and activations with their gradients.
        self.assertGreater(large - small, 4 * 4 * 4_000_000 + 4 * 1000 * 4000 - 2 ** 21)

    def test_output_is_kept_apart_and_not_overwritten(self):
        path = self.scratch / "lines.jsonl"
        arguments = ["--encoder", "dense:4", "--batch", "40", "--output", path]
        lines, _ = self.bench(*arguments)
        self.assertEqual(lines, [])
        first = path.read_text()
        self.check(json.loads(first), ranks=1)
        done = support.run("bench", *QUICK, *arguments, ranks=2)
        self.assertEqual(done.code, USAGE)
        self.assertIn("--overwrite", done.complaints[0])
        self.assertEqual(path.read_text(), first)
        self.bench(*arguments, "--overwrite")
        self.check(json.loads(path.read_text()), ranks=1)

    def test_refuses_what_makes_no_case(self):
        for arguments, words in (
                (["--batch", "12,"], "--batch"),
                (["--batch-per-rank", "0"], "--batch-per-rank"),
                (["--batch", "60", "--rows", "59"], "--rows"),
                (["--encoder", "dense:4;tahn"], "tahn"),
                (["--features", "4x"], "--features"),
                (["--element", "i7"], "--element"),
                (["--repeats", "0"], "--repeats"),
                (["--repeat-seconds=-1"], "--repeat-seconds"),
                (["--optimizer", "lbfgs"], "lbfgs"),
                (["--output", self.scratch / "absent" / "lines"], "absent")):
            done = support.run("bench", *arguments, ranks=self.refusing_ranks(2))
            self.assertIn(done.code, (USAGE, 5), done.err)
            self.assertEqual(len(done.complaints), 1, done.err)
            self.assertIn(words, done.complaints[0])
            self.assertEqual(done.out, "")


if __name__ == "__main__":
    unittest.main()
