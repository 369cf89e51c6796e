# SPDX-License-Identifier: BSD-3-Clause
"""What a run leaves: config.ini, which gives the same run again, metrics.jsonl and model.h5."""

import json
import unittest

import numpy

import support

STEP_FIELDS = {"kind", "step", "epoch", "objective", "dependence", "entropy_a", "entropy_b",
               "gradient_norm", "learning_rate", "samples", "seconds", "input_s", "compute_s",
               "reduce_s"}


class RunDirectory(support.ProgramTest):
    ROWS, BATCH, EPOCHS = 203, 30, 2

    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=support.images(self.ROWS))

    def run_of(self, name, *arguments, ranks=2):
        return self.train(self.data, name, "--encoder", "dense:9,tanh,dense:4", *arguments,
                          ranks=ranks)

    def test_metrics_hold_every_step_and_epoch(self):
        run = self.run_of("run", "--batch", self.BATCH, "--epochs", self.EPOCHS, "--lambda", "0.1")
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        steps, epochs = support.metrics(run), support.metrics(run, "epoch")
        per_epoch = -(-self.ROWS // self.BATCH)
        self.assertEqual(len(lines), len(steps) + len(epochs))
        self.assertEqual([line["step"] for line in steps],
                         list(range(1, per_epoch * self.EPOCHS + 1)))
        self.assertEqual([line["epoch"] for line in epochs], [1, 2])
        for line in lines:
            self.assertLessEqual(STEP_FIELDS, line.keys())
            self.assertAlmostEqual(line["input_s"] + line["compute_s"] + line["reduce_s"],
                                   line["seconds"], delta=1e-6)
            self.assertGreaterEqual(min(line[part] for part in ("input_s", "reduce_s")), 0)
        for epoch in epochs:
            of_epoch = [line for line in steps if line["epoch"] == epoch["epoch"]]
            sizes = [line["samples"] for line in of_epoch]
            self.assertEqual(len(sizes), per_epoch)
            self.assertEqual(sum(sizes), self.ROWS)
            self.assertEqual(epoch["samples"], self.ROWS)
            self.assertLessEqual(max(sizes) - min(sizes), 1)
            self.assertLessEqual(max(sizes), self.BATCH)
            for field in ("objective", "dependence", "entropy_b", "gradient_norm"):
                self.assertAlmostEqual(epoch[field],
                                       numpy.mean([line[field] for line in of_epoch]), delta=1e-12)

    def test_the_model_file_keeps_its_contract(self):
        run = self.run_of("run", "--steps", "1")
        with support.h5py.File(run / "model.h5") as file:
            self.assertEqual(file.attrs["format"], "infomax-model")
            self.assertEqual(file.attrs["version"], 2)
            self.assertEqual(list(file["networks"]), ["b"])
            network = file["networks/b"]
            self.assertEqual(network.attrs["spec"], "dense:9,tanh,dense:4")
            self.assertEqual(network.attrs["input_shape"],
                             "[" + ",".join(map(str, support.images(1).shape[1:])) + "]")
            self.assertEqual(network["preprocess/shift"].shape, (36,))
            self.assertEqual(network["preprocess/scale"].shape, (36,))
            self.assertEqual(sorted(network["layers"]), ["0", "1"])
            for layer, shape in (("0", (36, 9)), ("1", (9, 4))):
                self.assertEqual(network[f"layers/{layer}/weight"].shape, shape)
                self.assertEqual(network[f"layers/{layer}/bias"].shape, shape[1:])
                self.assertEqual(network[f"layers/{layer}/weight"].dtype, numpy.float32)
            settings = dict(file["settings"].attrs)
        self.assertEqual(settings["ranks"], "2")
        for name in ("program_version", "blas_version", "blas_kernel", "blas_threads",
                     "vector_instructions", "c_library", "data_fingerprint", "varying_steps"):
            self.assertTrue(settings[name], name)
        self.assertEqual(sorted(path.name for path in run.iterdir()),
                         ["checkpoints", "config.ini", "metrics.jsonl", "model.h5"])

    def check_config(self, name, *arguments):
        run = self.run_of(name, "--steps", "5", *arguments)
        again = self.scratch / f"{name}-again"
        self.succeed("train", "--config", run / "config.ini", "--output", again, "--progress",
                     "none", ranks=2)
        for model in (run, again):
            self.assertEqual(len(support.metrics(model)), 5)
        self.assertEqual(support.parameters(run / "model.h5").tobytes(),
                         support.parameters(again / "model.h5").tobytes())
        differing = [(old, new) for old, new in zip((run / "config.ini").read_text().splitlines(),
                                                    (again / "config.ini").read_text().splitlines(),
                                                    strict=True) if old != new]
        self.assertEqual(differing, [(f"output = {run}", f"output = {again}")])

    def test_the_config_file_gives_the_same_run_again(self):
        self.check_config("run", "--batch", "50", "--lambda-b=-0.1", "--optimizer", "sgd",
                          "--momentum", "0.5", "--nesterov", "--histogram-range", "fixed:-1,1.5",
                          "--seed", "9", "--learning-rate", "0.0123456789012345678", "--warmup",
                          "2steps", "--precision", "double")

    def test_the_config_file_of_every_pair_gives_the_same_run_again(self):
        x = support.images(self.ROWS)
        self.data = self.write_data("pairs.h5", x=x, y=x[:, :2] + 1.0)
        for pair, arguments in (("target", []), ("views", []), ("views", ["--split-columns", "18"]),
                                ("lag", []), ("lag", ["--lag", "3"])):
            with self.subTest(pair=pair, arguments=arguments):
                self.check_config("-".join([pair, *arguments]), "--pair", pair, *arguments)

    def test_the_command_line_goes_before_the_config_file(self):
        config = self.scratch / "mine.ini"
        config.write_text("# a comment\nsteps = 3\nbatch = 20\n\nseed = 2\nrho = cca\n")
        run = self.run_of("run", "--config", config, "--steps", "2", "--seed", "8")
        self.assertEqual([line["samples"] for line in support.metrics(run)], [19, 19])
        said = (run / "config.ini").read_text().splitlines()
        for line in ("steps = 2", "seed = 8", "batch = 20", "rho = cca", "normalize = scale"):
            self.assertIn(line, said)

    def test_defaults_are_resolved_in_the_config_file(self):
        run = self.run_of("run", "--epochs", "1")
        said = (run / "config.ini").read_text().splitlines()
        for line in (f"batch = {self.ROWS}", "normalize = scale", "optimizer = adam", "rho = rv",
                     "blocks = 12", f"data = {self.data}"):
            self.assertIn(line, said)


if __name__ == "__main__":
    unittest.main()
