# SPDX-License-Identifier: BSD-3-Clause
"""`compare`: its folds, scores that are those of `train` and `evaluate` on files of the same rows, intervals
that are SciPy's, and searches that are the same at any number of ranks, however often they are stopped."""

import json
import os
import shlex
import signal
import subprocess
import unittest

import numpy

import report_page
import support

try:
    from scipy import stats
except ImportError:
    stats = None

# A network that is made and not trained, where only folds matter.
UNTRAINED = ("--encoder", "dense:2", "--steps", "0")
SMALL = ("--encoder", "dense:5,tanh,dense:2", "--epochs", "2", "--batch", "40")


class CompareTest(support.ProgramTest):
    def compare(self, data, output, *arguments, ranks=1, **options):
        """What compare --json says."""
        done = self.succeed("compare", "--data", data, "--output", self.scratch / output, "--json",
                            "--progress", "none", *arguments, ranks=ranks, **options)
        return json.loads(done.out)

    def folds(self, output):
        return numpy.load(self.scratch / output / "folds.npy")

    def rows(self, count=120, columns=4, seed=1):
        """Rows with columns of unlike scales, so that it matters what they are normalised by."""
        random = numpy.random.default_rng(seed)
        shared = random.normal(size=(count, 2)) @ random.normal(size=(2, columns))
        return (shared + 0.5 * random.normal(size=(count, columns))) * [1.0, 10.0, 0.1, 3.0][:columns] + 5.0


class Folds(CompareTest):
    def test_random_folds_have_each_row_once(self):
        data = self.write_data(x=self.rows(103))
        found = self.compare(data, "random", *UNTRAINED, "--folds", "5", "--seeds", "2")
        folds = self.folds("random")
        self.assertEqual(folds.shape, (2, 103))
        self.assertEqual(found["fold_kind"], "random")
        for one in folds:
            self.assertEqual(sorted(numpy.bincount(one)), [20, 20, 21, 21, 21])
        self.assertGreater((folds[0] != folds[1]).sum(), 40)

    def test_stratified_folds_have_classes_in_equal_parts(self):
        labels = numpy.random.default_rng(3).permutation([0] * 61 + [1] * 23 + [2] * 12)
        data = self.write_data(x=self.rows(96), y=labels)
        found = self.compare(data, "target", *UNTRAINED, "--pair", "target", "--folds", "4")
        self.assertEqual(found["fold_kind"], "stratified")
        for label in range(3):
            counts = numpy.bincount(self.folds("target")[0][labels == label], minlength=4)
            self.assertLessEqual(numpy.ptp(counts), 1)
        self.compare(data, "input", *UNTRAINED, "--fold-kind", "stratified", "--labels", "/y", "--folds", "4")
        self.assertTrue((self.folds("input") == self.folds("target")).all())

    def test_groups_stay_together(self):
        groups = numpy.random.default_rng(4).integers(0, 17, size=100)
        data = self.write_data(x=self.rows(100), subject=groups)
        found = self.compare(data, "grouped", *UNTRAINED, "--groups", "/subject", "--folds", "3")
        folds, = self.folds("grouped")
        self.assertEqual(found["fold_kind"], "grouped")
        for group in numpy.unique(groups):
            self.assertEqual(len(set(folds[groups == group])), 1)
        self.assertEqual(set(folds), {0, 1, 2})

    def test_blocked_folds_and_their_gap(self):
        data = self.write_data(x=self.rows(100))
        found = self.compare(data, "blocked", *UNTRAINED, "--fold-kind", "blocked", "--folds", "4", "--gap", "3",
                             "--seeds", "2")
        folds = self.folds("blocked")
        self.assertTrue((folds == numpy.arange(100) // 25).all())
        self.assertTrue(found["values_are_means_over_seeds"])
        self.assertEqual(found["values"], 4)
        rows = [json.loads(path.read_text())["training_rows"] for path in (self.scratch / "blocked/jobs").iterdir()]
        self.assertEqual(sorted(rows), [69] * 4 + [72] * 4)

    def test_of_trajectories(self):
        x = self.rows(90)
        data = self.write_data(x=x, lengths=[20, 25, 15, 30])
        lag = ("--pair", "lag", "--lag", "2", *UNTRAINED)
        found = self.compare(data, "blocked", *lag, "--folds", "3")
        self.assertEqual(found["fold_kind"], "blocked")
        self.assertTrue((self.folds("blocked") == numpy.arange(90) // 30).all())
        self.compare(data, "grouped", *lag, "--folds", "2", "--fold-kind", "grouped")
        folds, = self.folds("grouped")
        for first, last in ((0, 20), (20, 45), (45, 60), (60, 90)):
            self.assertEqual(len(set(folds[first:last])), 1)
        self.assert_refused(support.run("compare", "--data", data, "--output", self.scratch / "no", *lag,
                                        "--fold-kind", "random"), 2, "neighbouring rows", "blocked")


class Scores(CompareTest):
    def part(self, name, rows, lengths=None, **datasets):
        """A file of some rows; of trajectories, of their stretches."""
        parts = {key: values[rows] for key, values in datasets.items()}
        if lengths is not None:
            of = numpy.repeat(numpy.arange(len(lengths)), lengths)
            chosen = numpy.flatnonzero(rows)
            ends = numpy.flatnonzero((numpy.diff(chosen) > 1) | (numpy.diff(of[chosen]) > 0)) + 1
            parts["lengths"] = numpy.diff([0, *ends, len(chosen)])
        return self.write_data(name, **parts)

    def check_scores(self, settings, lengths=None, compared=(), scored=(), **datasets):
        """Each fold's score is that of a run on a file of the other rows, by a file of its rows."""
        data = self.write_data(**datasets, **({} if lengths is None else {"lengths": lengths}))
        found = self.compare(data, "search", *settings, *compared, "--folds", "3")
        folds, = self.folds("search")
        scores, = found["trials"][0]["scores"]
        for fold in (0, 2):
            training = self.part("training.h5", folds != fold, lengths, **datasets)
            held_out = self.part("held_out.h5", folds == fold, lengths, **datasets)
            run = self.train(training, "run", *settings, "--overwrite")
            fit = ("--fit", training) if "fit" in compared else ()
            value = self.evaluate(run, held_out, *fit)["objective"]
            self.assertAlmostEqual(scores[fold], value, places=6, msg=f"fold {fold}")
        self.assertGreater(numpy.ptp(scores), 1e-4)

    def test_of_rows(self):
        self.check_scores([*SMALL, "--lambda", "0.1"], x=self.rows())

    def test_of_lagged_pairs_under_the_fit(self):
        x = numpy.random.default_rng(5).normal(size=(150, 3)).cumsum(axis=0)
        self.check_scores(["--pair", "lag", "--lag", "3", "--objective", "vamp2", *SMALL], [60, 25, 65],
                          compared=("--score", "fit"), x=x)

    def test_of_classes_and_images(self):
        labels = numpy.random.default_rng(6).integers(0, 3, size=90)
        self.check_scores(["--pair", "target", "--encoder", "conv:2:3,relu,globalpool,dense:3", "--epochs", "2",
                           "--batch", "30"], x=support.images(90).reshape(90, 1, 6, 6), y=labels)

    def test_of_several_views(self):
        x = self.rows(90, 3)
        parts = {"rna": x, "protein": self.rows(90, 2, seed=2), "text": x[:, :2] ** 2}
        settings = ["--pair", "multi", "--views", "/rna[0:2],/protein,/text", "--objective", "maxvar", "--encoder",
                    "dense:2|dense:3,tanh,dense:2|dense:2", "--epochs", "2", "--batch", "30"]
        self.check_scores(settings, **parts)
        data = self.write_data("views.h5", **parts)
        found = self.compare(data, "grid", *settings, "--folds", "2", "--grid",
                             "encoder=dense:2|dense:2|dense:2 || linear:2|linear:2|linear:2", ranks=2)
        self.assertEqual([trial["failure"] for trial in found["trials"]], [None, None])
        done = support.run("compare", "--data", data, "--output", self.scratch / "no", *settings, "--grid",
                           "encoder=dense:2 || dense:2|dense:2|conv:2:3")
        self.assert_refused(done, 2, "the trial encoder=dense:2|dense:2|conv:2:3")

    def test_of_sequences(self):
        random = numpy.random.default_rng(7)
        lengths = random.integers(2, 9, size=60)
        steps = random.normal(size=(lengths.sum(), 3))
        offsets = numpy.concatenate([[0], lengths.cumsum()])
        labels = random.integers(0, 2, size=60)
        settings = ["--pair", "target", "--encoder", "gru:4,last,dense:2", "--epochs", "1", "--batch", "20"]
        data = self.write_data(x=steps, x_offsets=offsets, y=labels)
        scores, = self.compare(data, "search", *settings, "--folds", "2")["trials"][0]["scores"]
        folds, = self.folds("search")

        def part(name, rows):
            of_steps = numpy.repeat(rows, lengths)
            return self.write_data(name, x=steps[of_steps], y=labels[rows],
                                   x_offsets=numpy.concatenate([[0], lengths[rows].cumsum()]))
        run = self.train(part("training.h5", folds != 1), "run", *settings)
        self.assertAlmostEqual(scores[1], self.evaluate(run, part("held_out.h5", folds == 1))["objective"], places=6)

    def test_of_a_probe(self):
        x = self.rows(150)
        is_high = x[:, 0] + numpy.random.default_rng(8).normal(size=150) > 5
        names = numpy.where(is_high, b"high", b"low")
        data = self.write_data(x=x, y=names)
        found = self.compare(data, "search", *SMALL, "--score", "probe", "--folds", "2")
        folds, = self.folds("search")
        training = self.part("training.h5", folds != 1, x=x, y=names)
        held_out = self.part("held_out.h5", folds == 1, x=x, y=names)
        run = self.train(training, "run", *SMALL)
        probe = self.succeed("probe", "--model", run, "--train", training, "--test", held_out, "--json")
        self.assertAlmostEqual(found["trials"][0]["scores"][0][1], json.loads(probe.out)["accuracy"], places=12)

    def test_classes_are_those_of_all_rows(self):
        """A class of one row: the fold that holds it out has none to train on, and none of it is a failure."""
        random = numpy.random.default_rng(9)
        x = self.rows(90)
        numbers = (x[:, 0] + random.normal(size=90) > 5).astype(int)
        numbers[31] = 2
        for name, y in (("numbers", numbers), ("texts", numpy.array([b"a", b"b", b"c"])[numbers])):
            data = self.write_data(x=x, y=y)
            for score, more in (("objective", ["--pair", "target"]), ("probe", []), ("probe", ["--pair", "target"])):
                with self.subTest(f"{name} {score} {more}"):
                    found, = self.compare(data, f"{name}-{score}-{len(more)}", *SMALL, "--folds", "3", "--fold-kind",
                                          "stratified", "--score", score, *more)["trials"]
                    self.assertIsNone(found["failure"])
                    self.assertEqual(numpy.shape(found["scores"]), (1, 3))
        # The row of the file is named, and not that of the fold.
        numbers[31] = -1
        done = support.run("compare", "--data", self.write_data(x=x, y=numbers), "--output", self.scratch / "negative",
                           *SMALL, "--pair", "target", "--fold-kind", "random", ranks=2)
        self.assert_refused(done, 3, "negative label at row 31")

    def test_one_measure_of_all_folds(self):
        """Whether a probe's labels are classes or values, all rows decide: but for one, these are whole."""
        x = self.rows(90)
        y = numpy.arange(90) % 10 * 1.0
        y[58] = 0.5
        data = self.write_data(x=x, y=y)
        arguments = (*SMALL, "--score", "probe", "--folds", "3", "--fold-kind", "random")
        scores, = self.compare(data, "values", *arguments)["trials"][0]["scores"]
        folds, = self.folds("values")
        for fold in range(3):
            training = self.part("training.h5", folds != fold, x=x, y=y)
            held_out = self.part("held_out.h5", folds == fold, x=x, y=y)
            run = self.train(training, "run", *SMALL, "--overwrite")
            probe = self.succeed("probe", "--model", run, "--train", training, "--test", held_out, "--target", "values",
                                 "--json")
            self.assertAlmostEqual(scores[fold], json.loads(probe.out)["r2"], places=9)
        data = self.write_data(x=x, y=numpy.arange(90) % 2)
        accuracy, = self.compare(data, "classes", *arguments)["trials"][0]["scores"]
        r2, = self.compare(data, "numbers", *arguments, "--target", "values")["trials"][0]["scores"]
        self.assertTrue(all(0.0 < score <= 1.0 for score in accuracy))
        self.assertTrue(all(score < 0.5 for score in r2))


class Searches(CompareTest):
    grid = ("--grid", "learning-rate=0.001,0.05", "--grid", "encoder=dense:2 | dense:5,tanh,dense:2")

    def test_intervals_and_the_best(self):
        data = self.write_data(x=self.rows())
        found = self.compare(data, "search", "--epochs", "2", "--batch", "40", *self.grid, "--folds", "3", "--seeds",
                             "2", "--confidence", "0.9")
        trials = found["trials"]
        self.assertEqual(len(trials), 4)
        self.assertEqual(len({json.dumps(trial["settings"]) for trial in trials}), 4)
        means = [trial["score"]["mean"] for trial in trials]
        self.assertEqual(means, sorted(means, reverse=True))
        best = numpy.array(trials[0]["scores"]).ravel()
        self.assertIsNone(trials[0]["difference"])
        ratio = found["held_out_over_training_rows"]
        self.assertAlmostEqual(ratio, 0.5, places=12)
        for trial in trials:
            scores = numpy.array(trial["scores"]).ravel()
            self.assertEqual(scores.shape, (6,))
            for values, said in ((scores, trial["score"]), (scores - best, trial["difference"])):
                if said is None:
                    continue
                error = numpy.sqrt((1 / 6 + ratio) * values.var(ddof=1))
                self.assertAlmostEqual(said["mean"], values.mean(), places=12)
                self.assertAlmostEqual(said["standard_error"], error, places=12)
                if stats is not None:
                    low, high = stats.t.interval(0.9, 5, values.mean(), error)
                    self.assertAlmostEqual(said["low"], low, places=8)
                    self.assertAlmostEqual(said["high"], high, places=8)
        kept = json.loads((self.scratch / "search/compare.json").read_text())
        self.assertEqual(kept, found)
        page = report_page.Page(self.scratch / "search/compare.html")
        self.assertEqual(page.content["search"], found)

    def test_the_command_trains_the_best(self):
        data = self.write_data(x=self.rows())
        found = self.compare(data, "search", "--epochs", "1", "--batch", "40", *self.grid, "--folds", "2")
        words = shlex.split(found["best"]["command"].replace("\\\n", " "))
        self.assertEqual(words[:2], ["infomax", "train"])
        self.succeed(*words[1:], "--progress", "none")
        config = (self.scratch / "search/best/config.ini").read_text()
        for name, value in found["best"]["settings"].items():
            self.assertIn(f"{name} = {value}\n", config)
        table = self.succeed("compare", "--data", data, "--output", self.scratch / "search", "--epochs", "1",
                             "--batch", "40", *self.grid, "--folds", "2")
        self.assertIn("4 trials, 2 folds, 1 seed: 8 trainings", table.err)
        self.assertIn(found["best"]["command"], table.out)
        self.assertIn("less the best [95% interval]", table.out)

    def test_same_bits_at_any_number_of_ranks(self):
        data = self.write_data(x=self.rows())
        settings = ["--epochs", "2", "--batch", "40", *self.grid, "--folds", "3", "--reproducible", "--blocks", "6"]
        alone = self.compare(data, "alone", *settings)
        for name, more in (("together", []), ("groups", ["--ranks-per-trial", "1"]),
                           ("one", ["--ranks-per-trial", "2"])):
            found = self.compare(data, name, *settings, *more, ranks=3)
            self.assertEqual([trial["scores"] for trial in found["trials"]],
                             [trial["scores"] for trial in alone["trials"]], name)
            self.assertTrue((self.folds(name) == self.folds("alone")).all())

    def test_random_points_from_a_file(self):
        data = self.write_data(x=self.rows())
        (self.scratch / "space.ini").write_text("range = learning-rate=log:1e-4:1e-1\nrange = batch=integer:20:40\n"
                                                "grid = encoder=dense:2 | dense:3\nrandom = 5\n")
        arguments = ("--config", self.scratch / "space.ini", "--steps", "1", "--folds", "2")
        found = self.compare(data, "one", *arguments)
        points = [trial["settings"] for trial in found["trials"]]
        self.assertEqual(len(points), 5)
        for point in points:
            self.assertEqual(list(point), ["encoder", "learning-rate", "batch"])
            self.assertTrue(1e-4 <= float(point["learning-rate"]) <= 1e-1 and 20 <= int(point["batch"]) <= 40)
        again = self.compare(data, "two", *arguments, "--seed", "9")
        self.assertNotEqual(points, [trial["settings"] for trial in again["trials"]])

    def test_halving(self):
        data = self.write_data(x=self.rows())
        grid = ("--encoder", "dense:5,tanh,dense:2", "--batch", "40", "--epochs", "4", "--folds", "2",
                "--grid", "learning-rate=1e-5,0.001,0.01,0.03")
        found = self.compare(data, "halving", *grid, "--halving", "2", ranks=2)
        jobs = [json.loads(path.read_text()) for path in (self.scratch / "halving/jobs").iterdir()]
        means = {}
        for rung in range(3):
            for trial in {job["trial"] for job in jobs if job["rung"] == rung}:
                means[rung, trial] = numpy.mean([job["score"] for job in jobs
                                                 if (job["rung"], job["trial"]) == (rung, trial)])
        self.assertEqual(found["trainings"], len(jobs))
        for rung, count in ((0, 4), (1, 2), (2, 1)):
            of_rung = sorted((mean, trial) for (r, trial), mean in means.items() if r == rung)
            self.assertEqual(len(of_rung), count)
            best = {trial for _, trial in of_rung[-max(1, count // 2):]}
            self.assertEqual({trial for r, trial in means if r == rung + 1}, best if rung < 2 else set())
        self.assertEqual([trial["length"] for trial in found["trials"]], [4, 2, 1, 1])
        # The last rung is the whole training.
        full = self.compare(data, "full", *grid, ranks=2)
        whole = {trial["trial"]: trial["score"]["mean"] for trial in full["trials"]}
        self.assertAlmostEqual(found["trials"][0]["score"]["mean"], whole[found["trials"][0]["trial"]], places=6)

    def test_trials_that_fail(self):
        data = self.write_data(x=self.rows())
        arguments = (*SMALL, "--folds", "2", "--optimizer", "sgd")
        found = self.compare(data, "some", *arguments, "--grid", "learning-rate=0.01,1e300", ranks=2)
        self.assertIn("is not a number; try a smaller --learning-rate", found["trials"][1]["failure"])
        self.assertIsNone(found["trials"][1]["score"])
        self.assertIsNone(found["trials"][0]["failure"])
        done = support.run("compare", "--data", data, "--output", self.scratch / "all", "--progress", "none",
                           *arguments, "--learning-rate", "1e300", ranks=2)
        self.assert_refused(done, 4, "no trial has a score")
        self.assertIn("failed", done.out)


class Stopped(CompareTest):
    def count(self, output):
        return len(list((self.scratch / output / "jobs").glob("*.json")))

    def test_goes_on_after_a_kill(self):
        data = self.write_data(x=self.rows(2000))
        arguments = ["--encoder", "dense:64,tanh,dense:4", "--epochs", "20", "--batch", "50", "--folds", "4",
                     "--seeds", "2"]
        command = [support.PROGRAM, "compare", "--data", data, "--output", self.scratch / "killed", *arguments]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            self.assertTrue(support.wait_until(lambda: (self.scratch / "killed/jobs").exists()
                                               and self.count("killed") > 1, 60))
            process.kill()
        before = {path: path.stat().st_mtime_ns for path in (self.scratch / "killed/jobs").glob("*.json")}
        self.assertLess(len(before), 8, "the kill came too late to test anything")
        found = self.compare(data, "killed", *arguments)
        for path, time in before.items():
            self.assertEqual(path.stat().st_mtime_ns, time)
        whole = self.compare(data, "whole", *arguments)
        self.assertEqual([trial["scores"] for trial in found["trials"]],
                         [trial["scores"] for trial in whole["trials"]])

    def test_ends_in_order_when_asked(self):
        data = self.write_data(x=self.rows(2000))
        command = [support.PROGRAM, "compare", "--data", data, "--output", self.scratch / "stopped", "--encoder",
                   "dense:64,tanh,dense:4", "--epochs", "100000", "--batch", "50"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            self.assertTrue(support.wait_until(lambda: (self.scratch / "stopped/folds.npy").exists(), 60))
            process.send_signal(signal.SIGTERM)
            error = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, 75, error)
        self.assertIn("stopped by SIGTERM with 0 of 5 trainings done; the same command goes on", error)
        late = support.run("compare", "--data", data, "--output", self.scratch / "late", "--encoder", "dense:4",
                           "--epochs", "100000", "--time-limit", "0.5s", ranks=2)
        self.assert_refused(late, 75, "--time-limit")
        late = support.run("compare", "--data", data, "--output", self.scratch / "late", "--encoder", "dense:4",
                           "--epochs", "100000", "--time-limit", "0.5s", "--overwrite")
        self.assert_refused(late, 75, "the same command without --overwrite goes on")

    def test_another_search_is_refused(self):
        x = self.rows()
        data = self.write_data(x=x)
        self.compare(data, "search", *SMALL, "--folds", "2")
        command = ["compare", "--data", data, "--output", self.scratch / "search", *SMALL]
        for more, words in ((["--folds", "3"], ("folds is 2", "here it is 3")),
                            (["--folds", "2", "--learning-rate", "0.5"], ("learning-rate is 0.001", "0.5")),
                            (["--folds", "2", "--grid", "lambda=0,1"], ("grid is not given",))):
            self.assert_refused(support.run(*command, *more, ranks=self.refusing_ranks(2)), 2, *words)
        self.write_data(x=x + 1.0)
        self.assert_refused(support.run(*command, "--folds", "2"), 2, "content")
        self.assert_refused(support.run(*command, "--folds", "2"), 2, "/x: 120 rows")
        self.compare(data, "search", *SMALL, "--folds", "3", "--overwrite")
        self.assertEqual(self.count("search"), 3)
        labels = support.run(*command[:4], self.scratch / "labels", *SMALL, "--score", "probe", "--grid", "y=/a|/b",
                             "--folds", "2")
        self.assert_refused(labels, 2, "--score probe", "--labels")
        run = self.train(data, "run", *SMALL)
        self.assert_refused(support.run("compare", "--data", data, "--output", run, *SMALL), 2, "holds a run")

    def test_other_data_are_another_search(self):
        """Whatever a score depends on: a row of labels, groups, a later trial's data, lengths, a validation file."""
        x = self.rows()
        halves = numpy.arange(120) % 2
        groups = numpy.arange(120) // 10
        other_groups = (numpy.arange(120) + 5) // 10
        flipped = numpy.where(numpy.arange(120) == 77, 1 - halves, halves)
        lag = ("--pair", "lag", "--fold-kind", "grouped")
        target = ("--pair", "target", "--target", "classes")
        held_out = self.scratch / "held_out.h5"
        cases = (
            ("lab", halves, flipped, ["--score", "probe", "--labels", "/lab"]),
            ("lab", halves, flipped, ["--fold-kind", "stratified", "--labels", "/lab"]),
            ("text", numpy.where(halves == 1, b"a", b"b"), numpy.where(flipped == 1, b"a", b"b"),
             ["--score", "probe", "--labels", "/text"]),
            ("y", halves, flipped, target),
            ("x2", x + 1.0, x + 2.0, ["--grid", "x=/x|/x2"]),
            ("group", groups, other_groups, ["--groups", "/group"]),
            ("lengths", [60, 60], [30, 90], lag),
            ("unread", groups, other_groups, []),
        )
        for number, (name, before, after, more) in enumerate(cases):
            with self.subTest(f"{name} of {' '.join(more)}"):
                output = f"search{number}"
                arguments = (*UNTRAINED, "--folds", "2", *more)
                data = self.write_data(x=x, **{name: before})
                self.compare(data, output, *arguments)
                folds = (self.scratch / output / "folds.npy").read_bytes()
                if number in (1, 5):  # goes on at any number of ranks
                    self.compare(data, output, *arguments, ranks=3)
                data = self.write_data(x=x, **{name: after})
                done = support.run("compare", "--data", data, "--output", self.scratch / output, *arguments)
                if name == "unread":
                    self.assertEqual(done.code, 0, done.err)
                else:
                    self.assert_refused(done, 2, "holds another search", "folds" if name == "group" else f"/{name}: ")
                self.assertEqual((self.scratch / output / "folds.npy").read_bytes(), folds)
        data = self.write_data(x=x)
        validated = (*SMALL, "--folds", "2", "--validation", held_out)
        self.write_data("held_out.h5", x=x + 1.0)
        self.compare(data, "validated", *validated)
        self.write_data("held_out.h5", x=x + 2.0)
        done = support.run("compare", "--data", data, "--output", self.scratch / "validated", *validated)
        self.assert_refused(done, 2, "validation /x: ")


class Refusals(CompareTest):
    def test_before_anything_is_trained(self):
        data = self.write_data(x=self.rows(), y=numpy.arange(120.0))
        cases = (
            (["--grid", "learning-rate"], ("--grid", "such as learning-rate=0.001,0.01")),
            (["--grid", "learningrate=1"], ("did you mean learning-rate?",)),
            (["--grid", "learning-rate=0.1,-1"], ("--learning-rate is -1", "above 0")),
            (["--grid", "lambda=0,1", "--grid", "lambda=2"], ("lambda is searched twice",)),
            (["--grid", "encoder=dense:3 | dense:x"], ("the trial encoder=dense:x",)),
            (["--grid", "encoder=dense:3 | conv:2:3"], ("the trial encoder=conv:2:3",)),
            (["--grid", "momentum=0.1,0.9"], ("momentum", "no trial uses")),
            (["--steps", "3", "--grid", "epochs=1,2"], ("varies epochs", "--steps stands for them")),
            (["--grid", "learning-rate=0.001,1e-3"], ("the value 1e-3 twice",)),
            (["--range", "learning-rate=log:1:2"], ("--random",)),
            (["--random", "5"], ("nothing to draw",)),
            (["--halving", "3", "--grid", "lambda=0,1"], ("--halving 3 needs",)),
            (["--folds", "1"], ("2 folds or more",)),
            (["--folds", "1000"], ("--folds is 1000",)),
            (["--fold-kind", "grouped"], ("--groups",)),
            (["--gap", "3"], ("--gap is for",)),
            (["--gap", "60", "--fold-kind", "blocked", "--folds", "3"], ("--gap 60 leaves no rows",)),
            (["--score", "fit"], ("--score fit", "canonical correlations")),
            (["--ranks-per-trial", "5"], ("--ranks-per-trial is 5",)),
            (["--data-mode", "stream"], ("--data-mode stream",)),
        )
        for more, words in cases:
            with self.subTest(more[0] + " " + more[1]):
                done = support.run("compare", "--data", data, "--output", self.scratch / "search", *SMALL, *more,
                                   ranks=self.refusing_ranks(2))
                self.assert_refused(done, 2, *words)
                self.assertEqual(list(self.scratch.glob("search/jobs/*")), [])
        for missing in (["--output", "o"], ["--data", data]):
            self.assert_refused(support.run("compare", *missing, *SMALL), 2, "is missing")

    def test_bad_data(self):
        x = self.rows()
        x[7, 1] = numpy.nan
        done = support.run("compare", "--data", self.write_data(x=x), "--output", self.scratch / "search", *SMALL,
                           ranks=2)
        self.assert_refused(done, 3, "row 7")
        self.assertFalse(os.path.exists(self.scratch / "search"))
        done = support.run("compare", "--data", self.write_data(x=self.rows()), "--output", self.scratch / "search",
                           *SMALL, "--score", "probe")
        self.assert_refused(done, 3, "/y")


if __name__ == "__main__":
    unittest.main()
