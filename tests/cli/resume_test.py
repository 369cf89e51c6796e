# SPDX-License-Identifier: BSD-3-Clause
"""Going on with a run: it is the run that was never stopped, whatever stopped it."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

import numpy

import support

USAGE, DATA, SYSTEM, STOPPED = 2, 3, 5, 75
TIMES = ("seconds", "input_s", "compute_s", "reduce_s")


def metrics(run):
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return [{key: value for key, value in json.loads(line).items() if key not in TIMES}
            for line in lines]


class Resume(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.x = support.images(400)
        self.data = self.write_data(x=self.x, y=numpy.arange(400) % 3)

    def arguments(self, *more):
        return ["--encoder", "dense:12,tanh,dense:2", "--precision", "double", "--batch", "90",
                "--seed", "4", *more]

    def resume(self, run, *arguments, ranks=1, **options):
        return self.succeed("train", "--output", run, "--resume", "--progress", "none", *arguments,
                            ranks=ranks, **options)

    def assert_same(self, run, reference):
        numpy.testing.assert_array_equal(support.parameters(run / "model.h5"),
                                         support.parameters(reference / "model.h5"))
        self.assertEqual(metrics(run), metrics(reference))

    def check(self, name, steps, arguments, ranks=2):
        """A run of 30 steps, and again from its checkpoint after `steps`."""
        whole = self.train(self.data, f"{name}-whole", *arguments, "--steps", "30", "--keep", "99",
                           "--checkpoint-every", f"{steps}steps", ranks=ranks)
        run = self.scratch / name
        shutil.copytree(whole, run)
        for file in (run / "checkpoints").iterdir():
            if file.name != f"step-{steps:012}.h5":
                file.unlink()
        (run / "model.h5").unlink()
        self.resume(run, "--keep", "99", ranks=ranks)
        self.assert_same(run, whole)
        return run, whole

    def test_every_optimiser_goes_on_to_the_same_bits(self):
        for optimizer in (["sgd", "--momentum", "0.9", "--nesterov"], ["adam"], ["adamw"], ["rmsprop"],
                          ["adagrad"], ["lars", "--momentum", "0.5"]):
            with self.subTest(optimizer=optimizer[0]):
                self.check(optimizer[0], 13, self.arguments(
                    "--optimizer", *optimizer, "--schedule", "step", "--decay-every", "8steps"))

    def test_lbfgs_goes_on_with_its_history(self):
        for steps, history in ((1, 5), (4, 5), (23, 5), (17, 1)):
            with self.subTest(steps=steps, history=history):
                arguments = ["--encoder", "dense:12,tanh,dense:2", "--precision", "double", "--batch",
                             "0", "--optimizer", "lbfgs", "--lbfgs-history", history]
                self.check(f"run{steps}-{history}", steps, arguments)

    def test_validation_and_its_best_model_go_on(self):
        self.check("validated", 13, self.arguments("--validation", "0.2"))
        lbfgs = ["--encoder", "dense:12,tanh,dense:2", "--precision", "double", "--batch", "0",
                 "--optimizer", "lbfgs", "--validation", "0.2", "--validate-every", "4steps"]
        self.check("lbfgs", 11, [*lbfgs])

    def test_patience_counts_across_a_resume(self):
        arguments = self.arguments("--pair", "target", "--objective", "dcca", "--validation", "0.3",
                                   "--learning-rate", "0.05", "--early-stop", "5",
                                   "--validate-every", "1steps")
        whole = self.train(self.data, "whole", *arguments, "--steps", "300")
        last = len(support.metrics(whole))
        self.assertLess(last, 300)
        run = self.train(self.data, "run", *arguments, "--steps", last - 2)
        self.resume(run, "--steps", "300")
        self.assertEqual(support.metrics(run, "validation")[-1]["step"], last)
        # It ends within an epoch of 4 steps, of which it says what it says of others.
        self.assertNotEqual(last % 4, 0)
        epoch = support.metrics(whole, "epoch")[-1]
        self.assertEqual(epoch["step"], last)
        of_epoch = support.metrics(whole)[last - last % 4:]
        self.assertAlmostEqual(epoch["objective"],
                               numpy.mean([line["objective"] for line in of_epoch]), delta=1e-12)
        self.assertEqual(metrics(run), metrics(whole))
        numpy.testing.assert_array_equal(support.parameters(run / "model.h5"),
                                         support.parameters(whole / "model.h5"))
        before = metrics(run)
        # It has ended: nothing is left to do.
        again = self.resume(run, "--steps", "300")
        self.assertEqual(metrics(run), before)
        self.assertIn(f"last epoch: J {epoch['objective']:.6f}", again.err)
        # With more patience it goes on with the epoch that it had ended within.
        self.resume(run, "--steps", "300", "--early-stop", "7")
        arguments[arguments.index("--early-stop") + 1] = "7"
        longer = self.train(self.data, "longer", *arguments, "--steps", "300")
        self.assertEqual(metrics(run), metrics(longer))

    def test_goes_on_at_any_number_of_ranks(self):
        arguments = self.arguments("--optimizer", "sgd", "--learning-rate", "0.1")
        whole = self.train(self.data, "whole", *arguments, "--steps", "30")
        for before, after in ((1, 3), (4, 1), (2, 4)):
            with self.subTest(before=before, after=after):
                run = self.train(self.data, f"run{before}{after}", *arguments, "--steps", "11",
                                 ranks=before)
                self.resume(run, "--steps", "30", ranks=after)
                self.assert_close(support.parameters(run / "model.h5"),
                                  support.parameters(whole / "model.h5"), 1e-11)
                self.assertEqual([line["step"] for line in support.metrics(run)], list(range(1, 31)))

    def test_begins_where_there_is_no_checkpoint(self):
        run = self.scratch / "new"
        arguments = ["train", "--data", self.data, "--output", run, *self.arguments("--steps", "9"),
                     "--resume"]
        done = self.succeed(*arguments)
        self.assertIn("there is no checkpoint", done.err)
        again = self.succeed(*arguments)
        self.assertIn("goes on after step 9", again.err)
        self.assert_same(run, self.train(self.data, "other", *self.arguments("--steps", "9")))

    def test_begins_again_where_the_first_checkpoint_was_not_reached(self):
        run = self.train(self.data, "run", *self.arguments("--steps", "9"))
        whole = self.scratch / "whole"
        shutil.copytree(run, whole)
        shutil.rmtree(run / "checkpoints")
        # What a killed run has: the beginning of its metrics, and a model that it saved on its way.
        lines = (run / "metrics.jsonl").read_text().splitlines(True)
        (run / "metrics.jsonl").write_text("".join(lines[:4]) + '{"kind": "st')
        with support.editable(run / "model.h5") as file:
            del file["settings"].attrs["finished"]
        done = self.succeed("train", "--data", self.data, "--output", run,
                            *self.arguments("--steps", "9"), "--resume")
        self.assertIn("there is no checkpoint", done.err)
        self.assert_same(run, whole)

    def test_replaces_no_run_that_is_more_than_begun(self):
        def run_of(name, *more):
            return self.train(self.data, name, *self.arguments("--steps", "9", *more))

        def remove_mark(run):
            with support.editable(run / "model.h5") as file:
                del file["settings"].attrs["finished"]

        ended = run_of("ended")
        shutil.rmtree(ended / "checkpoints")
        never = run_of("never", "--checkpoint-every", "never")
        stopped = run_of("stopped", "--checkpoint-every", "never")
        remove_mark(stopped)
        bare = run_of("bare")
        shutil.rmtree(bare / "checkpoints")
        remove_mark(bare)
        (bare / "config.ini").unlink()
        for run, word in ((ended, "has ended"), (never, "has ended"),
                          (stopped, "writes no checkpoints"), (bare, "config.ini")):
            with self.subTest(run=run.name):
                before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
                for _ in range(2):
                    done = support.run("train", "--data", self.data, "--output", run,
                                       *self.arguments("--steps", "9"), "--resume", ranks=2)
                    self.assertEqual(done.code, DATA, done.err)
                    self.assertEqual(len(done.complaints), 1, done.err)
                    self.assertIn(word, done.complaints[0])
                    self.assertIn("--overwrite", done.complaints[0])
                    self.assertEqual({path: path.read_bytes() for path in run.rglob("*")
                                      if path.is_file()}, before)

    def test_the_newest_are_kept_and_metrics_cut_back(self):
        run = self.train(self.data, "run", *self.arguments(
            "--steps", "20", "--checkpoint-every", "4steps", "--keep", "2"))
        names = sorted(path.name for path in (run / "checkpoints").iterdir())
        self.assertEqual(names, ["step-000000000016.h5", "step-000000000020.h5"])
        (run / "checkpoints" / names[1]).unlink()
        with open(run / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write('{"kind": "step", "st')
        whole = self.train(self.data, "whole", *self.arguments("--steps", "20"))
        self.resume(run)
        self.assert_same(run, whole)
        never = self.train(self.data, "never", *self.arguments("--steps", "3", "--checkpoint-every",
                                                               "never"))
        self.assertFalse((never / "checkpoints").exists())

    def start(self, run, *arguments, ranks=2):
        """A run that would take for ever, once it has made steps; its ranks' process ids."""
        job = subprocess.Popen(
            [support.MPIEXEC, "-n", str(ranks), support.PROGRAM, "train", "--data", str(self.data),
             "--output", str(run), "--progress", "none", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **support.QUIET})
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.stderr.close)
        self.addCleanup(job.wait)
        self.addCleanup(job.kill)
        end = time.monotonic() + 60
        file = run / "metrics.jsonl"
        while not file.exists() or file.stat().st_size < 3000:
            self.assertLess(time.monotonic(), end, "training did not begin")
            self.assertIsNone(job.poll())
            time.sleep(0.02)
        return job, support.ranks_of(run)

    def check_stopped(self, job, run, reason, arguments, ranks, *more):
        if isinstance(job, support.Finished):
            err, code = job.err, job.code
        else:
            err = job.communicate(timeout=60)[1]
            code = job.returncode
        self.assertEqual(code, STOPPED, err)
        complaints = [line for line in err.splitlines() if line.startswith("infomax: ")]
        self.assertEqual(len(complaints), 1, err)
        self.assertIn(reason, complaints[0])
        self.assertIn(f"--output {run} --resume", complaints[0])
        step = int(re.search(r"after step (\d+) of", complaints[0])[1])
        total = step + 7
        self.resume(run, "--steps", total, *more, ranks=ranks)
        whole = self.train(self.data, f"{run.name}-whole", *arguments, "--steps", total, ranks=ranks)
        self.assert_same(run, whole)

    def test_a_signal_to_any_rank_or_the_launcher_stops_it(self):
        cases = [(signal.SIGTERM, 0, []), (signal.SIGUSR1, 1, []), (signal.SIGINT, 1, []),
                 (signal.SIGUSR1, None, [])]
        for number, target, more in cases:
            with self.subTest(signal=number.name, target=target):
                run = self.scratch / f"{number.name}-{target}"
                arguments = self.arguments("--optimizer", "sgd", *more)
                job, ranks = self.start(run, *arguments, "--steps", "100000000")
                self.assertEqual(len(ranks), 2)
                os.kill(job.pid if target is None else ranks[target], number)
                self.check_stopped(job, run, number.name, arguments, 2)

    def test_a_signal_stops_lbfgs(self):
        run = self.scratch / "lbfgs"
        arguments = ["--encoder", "dense:12,tanh,dense:2", "--batch", "0", "--optimizer", "lbfgs",
                     "--tolerance", "0", "--micro-batch", "2"]
        job, ranks = self.start(run, *arguments, "--steps", "100000")
        os.kill(ranks[-1], signal.SIGTERM)
        self.check_stopped(job, run, "SIGTERM", arguments, 2)

    def test_the_clock_stops_it(self):
        run = self.scratch / "clock"
        arguments = self.arguments("--optimizer", "sgd")
        # The clock runs from the start of the program, so that the first step is the last; more time
        # would make more steps, of a number that depends on the machine.
        done = support.run("train", "--data", self.data, "--output", run, "--progress", "none",
                           *arguments, "--steps", "100000000", "--time-limit", "0.02s", ranks=2)
        self.check_stopped(done, run, "--time-limit", arguments, 2, "--time-limit", "0s")
        self.assertEqual([line["step"] for line in support.metrics(run)], list(range(1, 9)))

    def test_a_signal_before_the_first_step_stops_it(self):
        arguments = self.arguments("--optimizer", "sgd", "--steps", "9")
        whole = self.train(self.data, "whole", *arguments)
        # The program waits for its options, in a pipe, until the signal has come.
        pipe = self.scratch / "options.ini"
        os.mkfifo(pipe)
        for name, begun in (("new", False), ("resumed", True)):
            with self.subTest(name=name):
                run = self.scratch / name
                command = ["train", "--data", self.data, "--output", run, "--progress", "none",
                           *arguments]
                if begun:
                    self.train(self.data, name, *self.arguments("--optimizer", "sgd", "--steps", "4"))
                job = subprocess.Popen([support.PROGRAM, *map(str, command), "--resume", "--config",
                                        str(pipe)], stderr=subprocess.PIPE, text=True)
                self.addCleanup(job.wait)
                self.addCleanup(job.kill)
                self.addCleanup(job.stderr.close)

                def is_ready():
                    status = pathlib.Path(f"/proc/{job.pid}/status").read_text()
                    caught = int(re.search(r"SigCgt:\s*(\w+)", status)[1], 16)
                    return job.poll() is not None or caught >> (signal.SIGUSR1 - 1) & 1

                self.assertTrue(support.wait_until(is_ready, 60), "it handles no signal")
                job.send_signal(signal.SIGUSR1)
                pipe.write_text("seed = 4\n")
                err = job.communicate(timeout=60)[1]
                self.assertEqual(job.returncode, STOPPED, err)
                self.assertIn(f"stopped by SIGUSR1 before step {5 if begun else 1} of 9", err)
                self.succeed(*command, "--resume")
                self.assert_same(run, whole)

    def test_a_second_signal_ends_it_at_once(self):
        run = self.scratch / "twice"
        job, ranks = self.start(run, *self.arguments("--steps", "100000000"), ranks=2)
        # A rank that cannot answer keeps the other from ending in order.
        os.kill(ranks[1], signal.SIGSTOP)
        os.kill(ranks[0], signal.SIGTERM)
        time.sleep(3)
        self.assertIsNone(job.poll())
        os.kill(ranks[0], signal.SIGTERM)
        os.kill(ranks[1], signal.SIGCONT)
        job.communicate(timeout=120)
        self.assertNotIn(job.returncode, (0, STOPPED))

    def test_a_rank_that_keeps_the_others_waiting_is_named(self):
        run = self.scratch / "stalled"
        job, ranks = self.start(run, *self.arguments("--steps", "100000000", "--stall-timeout", "1s"),
                                ranks=3)
        os.kill(ranks[1], signal.SIGSTOP)
        try:
            err = job.communicate(timeout=60)[1]
        finally:
            for rank in ranks:
                try:
                    os.kill(rank, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.assertEqual(job.returncode, SYSTEM, err)
        complaints = [line for line in err.splitlines() if line.startswith("infomax: ")]
        self.assertEqual(len(complaints), 1, err)
        self.assertRegex(complaints[0], r"rank \d on \S+ did not reach a collective of step \d+")

    def refuse(self, code, words, run, *arguments):
        before = (run / "metrics.jsonl").read_text()
        ranks = self.refusing_ranks(2) if code == USAGE else 2
        done = support.run("train", "--output", run, "--resume", *arguments, ranks=ranks)
        self.assert_refused(done, code, *words)
        self.assertEqual((run / "metrics.jsonl").read_text(), before)

    def test_a_run_that_ended_within_an_epoch_and_gets_more_steps_is_one_of_so_many(self):
        whole = self.train(self.data, "whole", *self.arguments("--steps", "12"), ranks=2)
        run = self.train(self.data, "run", *self.arguments("--steps", "7"), ranks=2)
        self.assertEqual([line["step"] for line in metrics(run) if line["kind"] == "epoch"], [5, 7])
        self.resume(run, ranks=2)
        self.assertEqual([line["step"] for line in metrics(run) if line["kind"] == "epoch"], [5, 7])
        self.resume(run, "--steps", "12", ranks=2)
        self.assert_same(run, whole)

    def test_a_run_that_gets_more_steps_forgets_the_validation_of_its_end(self):
        # Of 4 steps an epoch: the runs end within an epoch, at the end of one that is not validated,
        # and where a validation is due within an epoch.
        for steps, every, extra in ((7, "1epochs", True), (4, "2epochs", True), (6, "6steps", False)):
            with self.subTest(steps=steps, every=every):
                arguments = self.arguments("--validation", "0.2", "--validate-every", every)
                whole = self.train(self.data, f"whole{steps}", *arguments, "--steps", "14", ranks=2)
                run = self.train(self.data, f"run{steps}", *arguments, "--steps", str(steps), ranks=2)
                ended = metrics(run)
                self.assertEqual(ended[-1]["kind"], "validation")
                self.assertEqual(ended[-1]["step"], steps)
                model = support.parameters(run / "model.h5")
                self.resume(run, ranks=2)  # has nothing to do
                self.assertEqual(metrics(run), ended)
                numpy.testing.assert_array_equal(support.parameters(run / "model.h5"), model)
                self.resume(run, "--steps", "14", ranks=2)
                self.assert_same(run, whole)
                validated = [line["step"] for line in metrics(run) if line["kind"] == "validation"]
                self.assertEqual(steps in validated, not extra)

    def test_patience_does_not_count_the_validation_of_an_end_that_was_none(self):
        arguments = self.arguments("--pair", "target", "--objective", "dcca", "--validation", "0.3",
                                   "--learning-rate", "0.05", "--early-stop", "2",
                                   "--validate-every", "4steps")
        whole = self.train(self.data, "whole", *arguments, "--steps", "300")
        last = len(support.metrics(whole))
        self.assertLess(last, 300)
        for steps in range(last - 7, last, 2):  # each with one that is extra, and perhaps the last
            if steps % 4 == 0:
                continue
            with self.subTest(steps=steps):
                run = self.train(self.data, f"run{steps}", *arguments, "--steps", steps)
                self.resume(run, "--steps", "300")
                self.assert_same(run, whole)

    def test_what_must_not_change_is_refused_with_both_values(self):
        run = self.train(self.data, "run", *self.arguments("--steps", "5"))
        self.refuse(USAGE, ["--seed is 5 and was 4"], run, "--seed", "5")
        self.refuse(USAGE, ["--encoder", "dense:3", "dense:12,tanh,dense:2"], run, "--encoder", "dense:3")
        self.refuse(USAGE, ["--batch is 80 and was 90"], run, "--batch", "80")
        self.refuse(USAGE, ["--validation", "not given"], run, "--validation", "0.1")
        self.refuse(USAGE, ["--precision is float and was double"], run, "--precision", "float")
        self.refuse(USAGE, ["--overwrite"], run, "--overwrite")
        self.resume(run, "--steps", "8", "--learning-rate", "0.01", "--batch", "90", "--micro-batch",
                    "7", "--keep", "1", "--threads", "1")

    def test_other_data_and_other_formats_are_refused(self):
        run = self.train(self.data, "run", *self.arguments("--steps", "5"))
        other = self.write_data("other.h5", x=self.x + numpy.uint8(1), y=numpy.arange(400) % 3)
        self.refuse(DATA, ["not what the run"], run, "--data", other)
        copy = self.write_data("copy.h5", x=self.x, y=numpy.arange(400) % 3)
        self.resume(run, "--data", copy, "--steps", "6")

    def test_help_names_what_may_change(self):
        text = self.succeed("train", "--help").out
        said = " ".join(text.split())
        for option in ("epochs", "steps", "learning-rate", "schedule", "micro-batch", "threads"):
            self.assertRegex(said, rf"These may change:[^;]* {option}[,;]")


if __name__ == "__main__":
    unittest.main()
