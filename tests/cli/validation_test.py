# SPDX-License-Identifier: BSD-3-Clause
"""The objective on held-out data: what is held out, when it is measured, when it ends a run, and
that the model is the best by it."""

import unittest

import numpy

import support

USAGE, DATA = 2, 3
ENCODER = "dense:6,tanh,dense:2"


class Validation(support.ProgramTest):
    ROWS = 207

    def setUp(self):
        super().setUp()
        self.x = support.images(self.ROWS, seed=1)
        self.data = self.write_data(x=self.x)
        self.other = self.write_data("other.h5", x=support.images(101, seed=2))

    def run_of(self, name, *arguments, ranks=1):
        return self.train(self.data, name, "--encoder", ENCODER, "--precision", "double", *arguments,
                          *([] if "--batch" in arguments else ["--batch", "50"]), ranks=ranks)

    def test_is_what_evaluate_says_of_the_model(self):
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                run = self.run_of(f"run{ranks}", "--validation", self.other, "--epochs", "3",
                                  "--micro-batch", "7", "--weight-decay", "0.1", ranks=ranks)
                lines = support.metrics(run, "validation")
                self.assertEqual([line["epoch"] for line in lines], [1, 2, 3])
                self.assertEqual([line["samples"] for line in lines], [101] * 3)
                best = max(lines, key=lambda line: line["objective"])
                said = self.evaluate(run / "model.h5", self.other)
                self.assertAlmostEqual(said["objective"], best["objective"], delta=1e-12)

    def test_a_share_is_the_same_rows_at_any_number_of_ranks(self):
        # Not Adam, which makes steps of the rounding where the gradient is 0.
        arguments = ["--validation", "0.1", "--epochs", "3", "--optimizer", "sgd"]
        alone = self.run_of("alone", *arguments)
        lines = support.metrics(alone, "validation")
        # 12 blocks of 17 or 18 rows, of which each gives the tenth: 2.
        self.assertEqual([line["samples"] for line in lines], [24] * 3)
        self.assertEqual([line["samples"] for line in support.metrics(alone, "epoch")],
                         [self.ROWS - 24] * 3)
        for ranks in (2, 3, 4):
            with self.subTest(ranks=ranks):
                run = self.run_of(f"run{ranks}", *arguments, ranks=ranks)
                self.assert_close(
                    [line["objective"] for line in support.metrics(run, "validation")],
                    [line["objective"] for line in lines], 1e-10)
                self.assert_close(support.parameters(run / "model.h5"),
                                  support.parameters(alone / "model.h5"), 1e-10)

    def test_held_out_rows_are_not_trained_on(self):
        # Rows are their own numbers; the mean of what was trained on tells the rest.
        x = numpy.arange(96.0).reshape(96, 1) ** 2
        self.data = self.write_data("numbers.h5", x=x)
        run = self.train(self.data, "run", "--encoder", "dense:1", "--normalize", "center",
                         "--validation", "0.25", "--steps", "0")
        whole = self.train(self.data, "whole", "--encoder", "dense:1", "--normalize", "center",
                           "--steps", "0")
        shifts = []
        for directory in (run, whole):
            with support.h5py.File(directory / "model.h5") as file:
                shifts.append(file["networks/b/preprocess/shift"][0])
        self.assertAlmostEqual(shifts[1], x.mean(), delta=1e-9)
        # 72 whole squares add up to a whole number, and not to three quarters of all of them.
        self.assertAlmostEqual(shifts[0] * 72, round(shifts[0] * 72), delta=1e-6)
        self.assertGreater(abs(shifts[0] - shifts[1]), 1e-3)

    def test_of_lagged_pairs_the_last_may_be_held_out(self):
        x = numpy.random.default_rng(3).normal(size=(300, 4)).cumsum(axis=0)
        data = self.write_data("walk.h5", x=x)
        arguments = ["--encoder", "dense:2", "--pair", "lag", "--lag", "5", "--objective", "vamp2",
                     "--batch", "0", "--steps", "4", "--precision", "double"]
        split = self.train(data, "split", *arguments, "--validation", "0.2", "--validation-blocks",
                           "last", ranks=3)
        # 295 pairs: 59 are held out, from row 236 on, and pairs before must end below it.
        self.assertEqual([line["samples"] for line in support.metrics(split, "validation")], [59] * 4)
        self.assertEqual([line["samples"] for line in support.metrics(split)], [231] * 4)
        head = self.train(self.write_data("head.h5", x=x[:236]), "head", *arguments,
                          "--validation", self.write_data("tail.h5", x=x[236:]), "--blocks", "14")
        self.assert_close([line["objective"] for line in support.metrics(split, "validation")],
                          [line["objective"] for line in support.metrics(head, "validation")], 1e-10)

    def test_of_lagged_pairs_stretches_all_along_are_held_out(self):
        x = numpy.random.default_rng(3).normal(size=(300, 4)).cumsum(axis=0)
        data = self.write_data("walk.h5", x=x)
        arguments = ["--encoder", "dense:2", "--pair", "lag", "--lag", "2", "--objective", "vamp2",
                     "--batch", "0", "--steps", "3", "--precision", "double", "--validation", "0.2"]
        runs = [self.train(data, f"run{ranks}", *arguments, ranks=ranks) for ranks in (1, 2, 3, 4)]
        # 298 pairs: 60 in 10 stretches, each with 2 pairs or fewer lost before and after it.
        held_out = {line["samples"] for run in runs for line in support.metrics(run, "validation")}
        trained = {line["samples"] for run in runs for line in support.metrics(run)}
        self.assertEqual(held_out, {60})
        self.assertEqual(len(trained), 1)
        self.assertLessEqual(298 - 60 - 10 * 4, min(trained))
        self.assertLess(min(trained), 298 - 60 - 10)
        for run in runs[1:]:
            for kind in ("validation", "step"):
                self.assert_close([line["objective"] for line in support.metrics(run, kind)],
                                  [line["objective"] for line in support.metrics(runs[0], kind)],
                                  1e-9)
        self.assertIn("validation-blocks = 10\n", (runs[0] / "config.ini").read_text())

        def first(*more):
            run = self.train(data, f"run{len(list(self.scratch.iterdir()))}", *arguments, *more)
            return support.metrics(run, "validation")[0]["objective"]

        self.assertEqual(first(), support.metrics(runs[0], "validation")[0]["objective"])
        self.assertNotEqual(first("--seed", "8"), first())
        self.assertNotEqual(first("--validation-blocks", "4"), first())

    def test_of_many_trajectories_whole_ones_are_held_out(self):
        x = numpy.random.default_rng(3).normal(size=(900, 3)).cumsum(axis=0)
        data = self.write_data("walks.h5", x=x, lengths=[15] * 60)
        done = self.succeed("train", "--data", data, "--output", self.scratch / "run", "--encoder",
                            "dense:2", "--pair", "lag", "--lag", "5", "--objective", "vamp2", "--steps",
                            "1", "--batch", "0", "--validation", "0.2", ranks=3)
        self.assertIn("held out of the data in 10 stretches", done.err)
        run = self.scratch / "run"
        held_out = support.metrics(run, "validation")[0]["samples"]
        self.assertEqual(held_out % 10, 0)
        self.assertGreaterEqual(held_out, 100)
        self.assertEqual(support.metrics(run)[0]["samples"], 600 - held_out)

    def test_ends_early_and_keeps_the_best(self):
        random = numpy.random.default_rng(4)
        data = self.write_data("noise.h5", x=random.normal(size=(64, 20)),
                               y=random.normal(size=(64, 5)))
        arguments = ["--pair", "target", "--objective", "dcca", "--encoder", "dense:64,tanh,dense:5",
                     "--batch", "0", "--validation", "0.3"]
        adam = ["--learning-rate", "0.01"]
        for ranks, optimizer in ((1, adam), (3, adam), (2, ["--optimizer", "lbfgs"])):
            with self.subTest(ranks=ranks, optimizer=optimizer):
                name = f"run{ranks}"
                done = self.succeed("train", "--data", data, "--output", self.scratch / name,
                                    "--progress", "plain", "--steps", "400", "--early-stop", "6",
                                    *arguments, *optimizer, ranks=ranks)
                lines = support.metrics(self.scratch / name, "validation")
                values = [line["objective"] for line in lines]
                best = int(numpy.argmax(values))
                self.assertEqual(len(values), best + 1 + 6)
                self.assertLess(len(values), 400)
                self.assertTrue(lines[best]["best"])
                self.assertEqual([line["best"] for line in lines[best + 1:]], [False] * 6)
                self.assertIn("6 validations without improvement", done.err)
                self.assertRegex(done.err, rf"best on validation: J .* after step {best + 1};")
                self.assertIn("held out ", done.err)
                until = self.train(data, f"{name}-until", *arguments, *optimizer, "--steps", best + 1,
                                   ranks=ranks)
                numpy.testing.assert_array_equal(
                    support.parameters(self.scratch / name / "model.h5"),
                    support.parameters(until / "model.h5"))

    def test_is_measured_when_asked_for_and_after_the_last_step(self):
        run = self.run_of("run", "--validation", "0.2", "--steps", "11", "--validate-every", "4steps")
        self.assertEqual([line["step"] for line in support.metrics(run, "validation")], [4, 8, 11])
        lbfgs = self.run_of("lbfgs", "--validation", "0.2", "--steps", "500", "--batch", "0",
                            "--optimizer", "lbfgs", "--validate-every", "7steps", "--tolerance", "1e-2",
                            ranks=2)
        steps = [line["step"] for line in support.metrics(lbfgs, "validation")]
        last = support.metrics(lbfgs)[-1]["step"]
        self.assertEqual(steps, [*range(7, last, 7), last])

    def refuse(self, code, word, *arguments):
        ranks = self.refusing_ranks(2) if code == USAGE else 2
        done = support.run("train", "--data", self.data, "--output", self.scratch / "refused",
                           "--encoder", ENCODER, *arguments, ranks=ranks)
        self.assert_refused(done, code, word)

    def test_refuses_what_cannot_be(self):
        self.refuse(USAGE, "--validation", "--early-stop", "3")
        self.refuse(USAGE, "--validation", "--validate-every", "1epochs")
        self.refuse(USAGE, "--validate-every", "--validation", "0.1", "--validate-every", "0steps")
        self.refuse(USAGE, "--early-stop", "--validation", "0.1", "--early-stop", "0")
        for share in ("0", "1", "1.5", "-0.1"):
            self.refuse(USAGE, "--validation", f"--validation={share}")
        self.refuse(USAGE, "--blocks", "--validation", "0.9", "--blocks", "200")
        self.refuse(USAGE, "--pair", "--validation", "0.1", "--validation-blocks", "3")
        lag = ["--pair", "lag", "--lag", "20"]
        self.refuse(USAGE, "--validation", *lag, "--validation-blocks", "3")
        self.refuse(USAGE, "--validation", *lag, "--validation-blocks", "3", "--validation", self.other)
        self.refuse(USAGE, "1 or more", *lag, "--validation", "0.1", "--validation-blocks", "0")
        self.refuse(USAGE, "--validation-blocks", *lag, "--validation", "0.3", "--validation-blocks",
                    "12")
        self.refuse(DATA, "missing.h5", "--validation", "missing.h5")
        narrow = self.write_data("narrow.h5", x=self.x.reshape(self.ROWS, -1)[:, :5])
        self.refuse(DATA, "5 features", "--validation", narrow)


if __name__ == "__main__":
    unittest.main()
