# SPDX-License-Identifier: BSD-3-Clause
"""Where a command takes model.h5, it takes a run directory and a checkpoint too, and says which model
that is."""

import json
import shutil
import unittest

import h5py
import numpy

import support

DATA = 3


class AnyModel(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(9)
        x = random.normal(size=(160, 6))
        self.data = self.write_data(x=x, y=x[:, :4] ** 2 + 0.1 * random.normal(size=(160, 4)))
        self.labelled = self.write_data("labelled.h5", x=x, y=(x[:, 0] > 0).astype(int))

    def run_of(self, name, *arguments):
        return self.train(self.data, name, "--encoder", "dense:5,tanh,dense:3", "--steps", "6",
                          "--checkpoint-every", "2steps", "--keep", "9", *arguments)

    def checkpoint(self, run, step):
        return run / "checkpoints" / f"step-{step:012}.h5"

    def test_a_checkpoint_is_the_model_after_its_step(self):
        for name, arguments in (("target", ["--pair", "target"]),
                                ("views", ["--pair", "views", "--encoder-b", "dense:3",
                                           "--precision", "double", "--normalize", "standardize"]),
                                ("image", ["--pair", "input", "--optimizer", "lbfgs", "--batch", "0",
                                           "--precision", "double"])):
            with self.subTest(pair=name):
                run = self.run_of(name, *arguments)
                shorter = self.train(self.data, f"{name}-4", "--config", run / "config.ini",
                                     "--steps", "4")
                # Nothing but the checkpoint itself is needed.
                alone = self.scratch / f"{name}-alone.h5"
                shutil.copy(self.checkpoint(run, 4), alone)
                for ranks in (1, 3):
                    said = self.succeed("evaluate", "--model", alone, "--data", self.data, "--json",
                                        ranks=ranks)
                    self.assertIn("after step 4", said.err)
                    expected = self.evaluate(shorter / "model.h5", self.data, ranks=ranks)
                    found = json.loads(said.out)
                    self.assertAlmostEqual(found["objective"], expected["objective"], delta=1e-12)
                last = self.evaluate(self.checkpoint(run, 6), self.data)
                self.assertEqual(last, self.evaluate(run / "model.h5", self.data))
                self.assertNotEqual(last["objective"], found["objective"])

    def test_a_run_directory_is_its_model(self):
        run = self.run_of("run")
        said = self.succeed("evaluate", "--model", run, "--data", self.data, "--json", ranks=2)
        self.assertIn(str(run / "model.h5"), said.err)
        self.assertEqual(json.loads(said.out), self.evaluate(run / "model.h5", self.data, ranks=2))

    def test_encode_and_probe_and_inspect(self):
        run = self.run_of("run")
        shorter = self.train(self.data, "shorter", "--config", run / "config.ini", "--steps", "4")
        codes = {}
        for name, model in (("file", run / "model.h5"), ("run", run),
                            ("checkpoint", self.checkpoint(run, 4)),
                            ("shorter", shorter / "model.h5")):
            output = self.scratch / f"{name}.h5"
            self.succeed("encode", "--model", model, "--data", self.data, "--output", output, ranks=3)
            with h5py.File(output) as file:
                codes[name] = file["x"][()]
                origin = file.attrs["model"]
            self.assertEqual(origin, str(run / "model.h5" if name == "run" else model))
            probed = json.loads(self.succeed("probe", "--model", model, "--train", self.labelled,
                                             "--test", self.labelled, "--json", ranks=None).out)
            self.assertGreater(probed["accuracy"], 0.4)
        numpy.testing.assert_array_equal(codes["run"], codes["file"])
        numpy.testing.assert_array_equal(codes["checkpoint"], codes["shorter"])
        self.assertFalse((codes["checkpoint"] == codes["file"]).all())
        shown = [json.loads(self.succeed("inspect", path, "--json").out)
                 for path in (run, run / "model.h5")]
        self.assertEqual(*shown)
        self.assertEqual(shown[0]["kind"], "model")

    def test_with_validation_it_says_that_the_best_is_another(self):
        run = self.run_of("run", "--validation", "0.3", "--validate-every", "1steps", "--optimizer",
                          "sgd", "--learning-rate", "500", "--seed", "2")
        with h5py.File(self.checkpoint(run, 6)) as file:
            best = json.loads(file["texts"].attrs["record"])["best"]["step"]
        self.assertLess(best, 6, "the case needs a run that gets worse")
        said = self.succeed("evaluate", "--model", self.checkpoint(run, 6), "--data", self.data)
        self.assertIn(f"after step {best}, in model.h5", said.err)

    def test_an_older_checkpoint_takes_the_networks_from_its_run(self):
        run = self.run_of("run")
        expected = self.evaluate(self.checkpoint(run, 4), self.data)
        old = self.scratch / "old"
        shutil.copytree(run, old)
        # As earlier versions wrote it: without the networks; sealed anew by the same format.
        self.rewrite_without_networks(self.checkpoint(old, 4))
        self.assertEqual(self.evaluate(self.checkpoint(old, 4), self.data), expected)
        (old / "model.h5").unlink()
        done = support.run("evaluate", "--model", self.checkpoint(old, 4), "--data", self.data,
                           ranks=3)
        self.assertEqual(done.code, DATA, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)
        self.assertIn("earlier version", done.complaints[0])

    def rewrite_without_networks(self, path):
        import binascii
        with h5py.File(path, "a") as file:
            del file["texts"].attrs["model"]
        content = bytearray(path.read_bytes())
        body = binascii.crc32(bytes(content[512:]))
        text = f"infomax-checkpoint version 1 bytes {len(content)} crc32 {body:08x}"
        self.assertEqual(content[:27].decode(), text[:27])
        text += f" header {binascii.crc32(text.encode()):08x}\n"
        content[:512] = text.encode().ljust(512, b"\0")
        path.write_bytes(content)

    def test_what_is_neither_is_refused_with_a_line(self):
        run = self.run_of("run")
        (run / "model.h5").unlink()
        empty = self.scratch / "empty"
        empty.mkdir()
        for model, words in ((run, ["no model.h5 yet", "step-000000000006.h5"]),
                             (empty, ["is a directory without model.h5"]),
                             (self.data, ["is not a model"]),
                             (self.scratch / "absent", ["absent"])):
            for ranks in (1, 3):
                with self.subTest(model=model, ranks=ranks):
                    done = support.run("evaluate", "--model", model, "--data", self.data, ranks=ranks)
                    self.assertEqual(done.code, DATA, done.err)
                    self.assertEqual(len(done.complaints), 1, done.err)
                    for word in words:
                        self.assertIn(word, done.complaints[0])

    def test_a_damaged_checkpoint_is_refused(self):
        run = self.run_of("run")
        path = self.checkpoint(run, 4)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        done = support.run("evaluate", "--model", path, "--data", self.data, ranks=3)
        self.assertEqual(done.code, DATA, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)


if __name__ == "__main__":
    unittest.main()
