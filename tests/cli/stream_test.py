# SPDX-License-Identifier: BSD-3-Clause
"""Rows that stay in their file while they are trained on: the batches, and so the bits, are those of rows
in memory that are mixed alike, whatever the layout of the file and the number of ranks."""

import json
import os
import subprocess
import time
import unittest

import h5py
import numpy

import support

DATA, USAGE, SYSTEM = 3, 2, 5
TIMES = ("seconds", "input_s", "compute_s", "reduce_s")
STREAM = ["--data-mode", "stream", "--data-memory", "24K"]
LAYOUTS = {
    "contiguous": {},
    "chunks of parts of rows": {"chunks": (7, 2, 5)},
    "gzip": {"chunks": (16, 4, 6), "compression": "gzip"},
    "gzip and shuffle": {"chunks": (10, 3, 4), "compression": "gzip", "shuffle": True},
    "shuffle alone": {"chunks": (32, 4, 6), "shuffle": True},
    "checksums": {"chunks": (16, 4, 6), "fletcher32": True},
    "the other byte order": {"dtype": ">f4"},
}


def outcome(run):
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return ([{key: value for key, value in line.items() if key not in TIMES} for line in lines],
            support.parameters(run / "model.h5").tobytes())


class Stream(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(5)
        self.x = random.normal(size=(503, 4, 6)).astype("f4")
        self.y = (self.x[:, :, :3].reshape(503, -1) + random.normal(size=(503, 12))).astype("f4")

    def file(self, name="x.h5", layout=None, **more):
        path = self.scratch / name
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=self.x, **(layout or {}))
            for key, values in more.items():
                file[key] = values
        return path

    def options(self, *more, page_rows=16, window=1, batch=90, encoder="dense:8,tanh,dense:3"):
        return ["--encoder", encoder, "--batch", batch, "--epochs", "3", "--blocks", "6", "--page-rows",
                page_rows, "--shuffle-pages", window, "--reproducible", *more]

    def assert_same(self, run, reference, what=""):
        self.assertEqual(outcome(run), outcome(reference), what)

    def test_the_bits_are_those_of_rows_in_memory_for_every_layout_and_number_of_ranks(self):
        reference = self.train(self.file(), "memory", *self.options(), "--data-mode", "memory")
        for k, (name, layout) in enumerate(LAYOUTS.items()):
            with self.subTest(layout=name):
                run = self.train(self.file(f"{k}.h5", layout), f"run{k}", *self.options(), *STREAM,
                                 ranks=1 + k % 4)
                self.assert_same(run, reference)

    def test_windows_of_pages_mix_and_change_the_batches(self):
        data = self.file()
        runs = {}
        for window in (0, 1, 3):
            options = self.options(window=window, page_rows=5)
            memory = self.train(data, f"memory{window}", *options, "--data-mode", "memory", ranks=2)
            stream = self.train(data, f"stream{window}", *options, *STREAM, ranks=3)
            self.assert_same(stream, memory, window)
            runs[window] = outcome(memory)[1]
        self.assertEqual(len(set(runs.values())), 3)

    def test_every_pair_streams(self):
        lengths = numpy.array([200, 3, 300])
        data = self.file(y=self.y, classes=numpy.arange(503) % 3, lengths=lengths)
        for name, options in {
                "views": self.options("--pair", "views", "--encoder-b", "dense:3", "--objective", "dcca"),
                "target": self.options("--pair", "target", "--y", "/classes", "--objective", "dcca",
                                       encoder="dense:8,tanh,dense:2"),
                "lag": self.options("--pair", "lag", "--lag", "2", "--objective", "vamp2"),
                "augment": self.options("--pair", "augment", "--augment", "noise:0.1", "--objective",
                                        "vicreg"),
                "micro-batches": self.options("--micro-batch", "7"),
                "held-out": self.options("--validation", "0.2"),
                "lag-held-out": self.options("--pair", "lag", "--lag", "2", "--objective", "vamp2",
                                             "--validation", "0.2", "--validation-blocks", "3"),
                "validation-file": self.options("--validation", self.file("validation.h5")),
                "all-rows": self.options("--optimizer", "lbfgs", batch=0)}.items():
            with self.subTest(pair=name):
                memory = self.train(data, f"{name}-memory", *options, "--data-mode", "memory")
                stream = self.train(data, f"{name}-stream", *options, *STREAM, ranks=2)
                self.assert_same(stream, memory)

    def test_several_files_are_one(self):
        """Seven of unequal lengths, one without rows, some compressed, in memory and streamed, by 1, 2, 3, 4
        and 7 ranks."""
        classes = numpy.array([b"ab", b"c", b"dea"])[numpy.arange(503) % 3]
        whole = self.file("whole.h5", texts=classes)
        ends = [0, 100, 101, 101, 250, 333, 500, 503]
        folder = self.scratch / "parts"
        folder.mkdir()
        for k, (start, end) in enumerate(zip(ends, ends[1:])):
            with h5py.File(folder / f"part-{k}.h5", "w") as file:
                layout = LAYOUTS["gzip and shuffle"] if k % 3 == 1 and end - start > 9 else {}
                file.create_dataset("x", data=self.x[start:end], **layout)
                file["texts"] = classes[start:end]
        (self.scratch / "list.txt").write_text("# in their order\n" + "".join(
            f"parts/part-{k}.h5\n" for k in range(7)))
        options = self.options("--pair", "target", "--y", "/texts", "--objective", "dcca",
                               encoder="dense:8,tanh,dense:2")
        reference = self.train(whole, "whole", *options, "--data-mode", "memory", ranks=2)
        pattern = folder / "part-*.h5"
        for name, data, mode, ranks in (
                ("memory", pattern, [], 3), ("list", self.scratch / "list.txt", STREAM, 4),
                *((f"stream{ranks}", pattern, STREAM, ranks) for ranks in (1, 2, 7))):
            with self.subTest(name):
                run = self.train(data, name, *options, *mode, ranks=ranks)
                self.assert_same(run, reference)
        evaluated = [self.evaluate(reference / "model.h5", data, ranks=2) for data in (whole, pattern)]
        self.assertEqual(*evaluated)

    def test_a_list_takes_rows_of_files(self):
        """The same as a file that has those rows alone, in their order, in memory and streamed."""
        classes = numpy.array([b"ab", b"c", b"dea"])[numpy.arange(503) % 3]
        self.file("all rows.h5", texts=classes)
        taken = numpy.r_[100:250, 0:60, 400:503]
        with h5py.File(self.scratch / "taken.h5", "w") as file:
            file["x"], file["texts"] = self.x[taken], classes[taken]
        rows = self.scratch / "rows.txt"
        rows.write_text("\ufeffall rows.h5 100:250,:60\n  # the rest\n \tall rows.h5\t400:  \n", encoding="utf-8")
        options = self.options("--pair", "target", "--y", "/texts", "--objective", "dcca",
                               encoder="dense:8,tanh,dense:2")
        reference = self.train(self.scratch / "taken.h5", "reference", *options, "--data-mode", "memory")
        for name, mode, ranks in (("memory", [], 3), ("streamed", STREAM, 2)):
            with self.subTest(name):
                self.assert_same(self.train(rows, name, *options, *mode, ranks=ranks), reference)
        self.assertEqual(*(self.evaluate(reference / "model.h5", data, ranks=2)
                           for data in (self.scratch / "taken.h5", rows)))
        for line, words in (("all rows.h5 100:600", ["503 rows", "100:600"]),
                            ("all rows.h5 7:7", ["rows.txt, line 2", "takes no rows"]),
                            ("all rows.h5 0:5,9", ['"9"', "FIRST:END"]),
                            ("all rows.h5 0:5:9", ["counted"])):
            with self.subTest(line):
                rows.write_text(f"# one\n{line}\n")
                done = support.run("train", "--data", rows, "--output", self.scratch / "none", *options, ranks=2)
                self.assert_refused(done, DATA, *words)

    def test_files_that_do_not_fit_together_are_refused(self):
        self.file("part-0.h5")
        for name, values, words in (("type", self.x.astype("f8"), "f64"),
                                    ("shape", self.x[:, :3], "3 x 6")):
            with self.subTest(name), h5py.File(self.scratch / "part-1.h5", "w") as file:
                file["x"] = values
                file.close()
                done = support.run("train", "--data", self.scratch / "part-*.h5", "--output",
                                   self.scratch / "run", *self.options(), ranks=2)
                self.assert_refused(done, DATA, words, "must be alike", "part-1.h5")
        output = ["--output", self.scratch / "run", "--encoder", "dense:3"]
        done = support.run("train", "--data", self.scratch / "none-*.h5", *output, ranks=2)
        self.assert_refused(done, DATA, "no file matches", "none-*.h5")
        (self.scratch / "empty.txt").write_text("\n# nothing\n")
        done = support.run("train", "--data", self.scratch / "empty.txt", *output)
        self.assert_refused(done, DATA, "names no files")

    def test_hdf5_serves_the_pages_and_the_checkpoints_in_turns(self):
        options = self.options("--checkpoint-every", "1steps", "--keep", "2")
        reference = self.train(self.file(), "memory", *options, "--data-mode", "memory")
        run = self.train(self.file("sums.h5", LAYOUTS["checksums"]), "stream", *options, *STREAM)
        self.assert_same(run, reference)

    def test_rows_behind_a_link_to_another_file_are_that_files(self):
        self.file("target.h5")
        path = self.scratch / "links.h5"
        with h5py.File(path, "w") as file:
            file["padding"] = numpy.ones((4000, 24), "f4")
            file["x"] = h5py.ExternalLink("target.h5", "/x")
        reference = self.train(self.scratch / "target.h5", "memory", *self.options(), "--data-mode",
                               "memory")
        self.assert_same(self.train(path, "stream", *self.options(), *STREAM), reference)

    def test_a_killed_run_goes_on_in_the_middle_of_an_epoch(self):
        data = self.file()
        options = [*self.options("--checkpoint-every", "1steps"), *STREAM]
        run = self.scratch / "killed"
        job = subprocess.Popen(
            [support.PROGRAM, "train", "--data", data, "--output", run, "--progress", "none",
             *map(str, options), "--steps", "100000"], env={**os.environ, **support.QUIET},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def newest():
            return max((int(path.stem.split("-")[1])
                        for path in (run / "checkpoints").glob("step-*.h5")), default=0)

        try:
            # Six steps are an epoch.
            self.assertTrue(support.wait_until(lambda: newest() > 8 and newest() % 6 != 0, 60))
        finally:
            job.kill()
            job.wait()
        steps = newest() + 20
        self.succeed("train", "--output", run, "--resume", "--steps", steps, "--progress", "none",
                     ranks=3)
        whole = self.train(data, "whole", *options, "--steps", steps, ranks=2)
        self.assert_same(run, whole)

    def test_auto_streams_what_does_not_fit_and_the_run_keeps_to_its_pages(self):
        data = self.file()
        options = ["--encoder", "dense:3", "--batch", "90", "--epochs", "2"]
        small = self.train(data, "small", *options, "--data-memory", "40K", "--page-rows", "8")
        self.assertIn("shuffle-pages = 1", (small / "config.ini").read_text())
        large = self.train(data, "large", *options, "--data-memory", "1G")
        self.assertIn("shuffle-pages = 0", (large / "config.ini").read_text())
        again = self.train(data, "again", *options, "--shuffle-pages", "1", "--page-rows", "8")
        self.assert_same(again, small)
        self.assertNotEqual(outcome(large)[1], outcome(small)[1])

        done = support.run("train", "--data", data, "--output", self.scratch / "no", *options,
                           "--data-memory", "20K", "--page-rows", "8", "--reproducible", ranks=2)
        self.assert_refused(done, USAGE, "--shuffle-pages 1")
        done = support.run("train", "--data", data, "--output", self.scratch / "no", *options,
                           "--data-memory", "4K", "--page-rows", "80", "--data-mode", "stream", ranks=2)
        self.assert_refused(done, SYSTEM, "--page-rows", "--data-memory", "MiB")

    def test_a_default_page_is_a_mebibyte_of_whole_chunks(self):
        path = self.scratch / "wide.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=numpy.random.default_rng(1).normal(size=(6000, 64)),
                                chunks=(300, 64))
        run = self.train(path, "run", "--encoder", "dense:3", "--epochs", "1", "--data-mode", "stream",
                         "--data-memory", "16M")
        self.assertIn("page-rows = 1800", (run / "config.ini").read_text())

    def test_memory_is_that_of_the_pages(self):
        path = self.scratch / "large.h5"
        with h5py.File(path, "w") as file:
            x = file.create_dataset("x", shape=(200_000, 256), dtype="f4")
            random = numpy.random.default_rng(1)
            for start in range(0, 200_000, 20_000):
                x[start:start + 20_000] = random.normal(size=(20_000, 256))
        options = ["train", "--data", path, "--encoder", "dense:4", "--epochs", "1", "--batch", "1000",
                   "--page-rows", "64", "--progress", "none"]
        stream = self.measure("peak_memory.py", *options, "--output", self.scratch / "stream",
                              "--data-mode", "stream", "--data-memory", "24M", ranks=1)[0]
        memory = self.measure("peak_memory.py", *options, "--output", self.scratch / "memory",
                              "--data-mode", "memory", "--shuffle-pages", "1", ranks=1)[0]
        saved = memory - stream
        self.assertGreater(saved, 0.9 * (200_000 * 1024 - (24 << 20)), (memory, stream))

    def test_a_file_that_is_cut_while_it_is_read_ends_all_ranks(self):
        data = self.file()
        run = self.scratch / "cut"
        job = subprocess.Popen(
            [support.MPIEXEC, "-n", "2", support.PROGRAM, "train", "--data", data, "--output", run,
             "--progress", "none", *map(str, self.options("--steps", "1000000")), *STREAM],
            env={**os.environ, **support.QUIET}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            support.wait_until(lambda: (run / "metrics.jsonl").exists() and
                               (run / "metrics.jsonl").stat().st_size > 0, 60)
            cut = time.monotonic()
            os.truncate(data, 4096)
            _, complaints = job.communicate(timeout=30)
        finally:
            job.kill()
        self.assertEqual(job.returncode, DATA, complaints)
        self.assertLess(time.monotonic() - cut, 10)
        self.assertEqual(complaints.count("shorter than when it was opened"), 1, complaints)

    def test_a_number_that_is_not_finite_is_named(self):
        self.x[300, 2, 1] = numpy.nan
        data = self.file()
        for ranks in (1, 3):
            done = support.run("train", "--data", data, "--output", self.scratch / "bad",
                               *self.options(), *STREAM, "--overwrite", ranks=ranks)
            self.assert_refused(done, DATA, "nan at row 300, column 13")

    def test_what_cannot_be_streamed_is_refused(self):
        data = self.file(x_lengths=numpy.full(503, 3))
        done = support.run("train", "--data", data, "--output", self.scratch / "a",
                           "--encoder", "gru:3,last", *STREAM)
        self.assert_refused(done, DATA, "lengths of their own", "--data-mode memory")
        done = support.run("train", "--data", self.file(), "--output", self.scratch / "b", "--pair",
                           "views", "--split-columns", "12", "--encoder", "dense:3", "--page-rows", "16", *STREAM)
        self.assert_refused(done, DATA, "page by page", "--data-mode")
        for option, value in (("--data-memory", "-1"), ("--data-memory", "2 apples"),
                              ("--page-rows", "0"), ("--data-mode", "disk")):
            done = support.run("train", "--data", data, option, value)
            self.assert_refused(done, USAGE, option, value)


if __name__ == "__main__":
    unittest.main()
