# SPDX-License-Identifier: BSD-3-Clause
"""`model.h5`: the shapes it stores, and files of version 1, which had none."""

import json
import shutil
import unittest

import h5py
import numpy

import support

DATA = 3
SPEC = "dense:7,batchnorm,tanh,dense:3"


class ModelFile(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.x = support.images(60, seed=3)
        self.data = self.write_data(x=self.x)

    def model(self, spec=SPEC, **options):
        return self.train(self.data, "run", "--encoder", spec, "--steps", "3", "--batch", "0",
                          "--precision", "double", **options) / "model.h5"

    def codes(self, model, name):
        path = self.scratch / name
        self.succeed("encode", "--model", model, "--data", self.data, "--output", path, ranks=2)
        with h5py.File(path) as file:
            return file["x"][()]

    def version_1(self, model):
        """The same model as files of version 1 were, written by h5py alone."""
        path = self.scratch / "version-1.h5"
        with h5py.File(model) as new, h5py.File(path, "w") as old:
            old.attrs["format"] = "infomax-model"
            old.attrs["version"] = 1
            settings = old.create_group("settings")
            for name, text in new["settings"].attrs.items():
                settings.attrs[name] = text
            for name, network in new["networks"].items():
                group = old.create_group(f"networks/{name}")
                group.attrs["spec"] = network.attrs["spec"]
                for part in ("preprocess/shift", "preprocess/scale",
                             *(f"layers/{k}/{block}" for k, layer in network["layers"].items()
                               for block in layer)):
                    group.create_dataset(part, data=network[part][()])
        return path

    def test_stores_the_shape_of_the_input_and_of_every_block(self):
        with h5py.File(self.model()) as file:
            self.assertEqual(file.attrs["version"], 2)
            network = file["networks/b"]
            self.assertEqual(network.attrs["input_shape"], "[6,6]")
            layers = network["layers"]
            self.assertEqual(layers["0/weight"].shape, (36, 7))
            self.assertEqual(layers["0/bias"].shape, (7,))
            for name in ("scale", "shift", "mean", "variance"):
                self.assertEqual(layers[f"1/{name}"].shape, (7,))
            self.assertEqual(layers["2/weight"].shape, (7, 3))

    def test_a_file_of_version_1_is_evaluated_and_encoded_as_ever(self):
        model = self.model()
        old = self.version_1(model)
        self.assertEqual(self.evaluate(old, self.data), self.evaluate(model, self.data))
        codes = self.codes(old, "old-codes.h5")
        numpy.testing.assert_array_equal(codes, self.codes(model, "codes.h5"))
        self.assert_close(codes, support.encoded(old, self.x), 1e-12)
        said = json.loads(self.succeed("inspect", old, "--json").out)
        self.assertEqual(said["layers"]["b"]["input"], "[36]")

    def test_refuses_a_shape_that_is_none_or_another_number_of_columns_and_versions_to_come(self):
        model = self.model()
        for number, (group, name, value, words) in enumerate((
                ("networks/b", "input_shape", "[6,7]", ("[6,7]", "36", "damaged")),
                ("networks/b", "input_shape", "6x6", ("6x6", "damaged")),
                ("networks/b", "input_shape", "[T,36]", ("[T,36]", "damaged")),
                ("/", "version", 3, ("version 3", "1 to 2")))):
            with self.subTest(value):
                path = self.scratch / f"damaged-{number}.h5"
                shutil.copy(model, path)
                with support.editable(path) as file:
                    file[group].attrs[name] = value
                done = support.run("inspect", path, ranks=2)
                self.assert_refused(done, DATA, *words)

    def test_refuses_preprocessing_with_fewer_scales_than_shifts(self):
        model = self.model()
        for name, length in (("scale", 35), ("scale", 1), ("shift", 35)):
            with self.subTest(name=name, length=length):
                path = self.scratch / f"short-{name}-{length}.h5"
                shutil.copy(model, path)
                with support.editable(path) as file:
                    group = file["networks/b/preprocess"]
                    numbers = group[name][:length]
                    del group[name]
                    group[name] = numbers
                    if name == "shift":
                        del file["networks/b"].attrs["input_shape"]
                done = support.run("inspect", path, ranks=2)
                self.assertEqual(done.code, DATA, done.err)
                self.assertEqual(len(done.complaints), 1, done.err)
                for word in (f"{length} {name}s", "36", "damaged"):
                    self.assertIn(word, done.complaints[0])

    def test_inspect_shows_layers_with_shapes_parameters_and_multiply_adds(self):
        model = self.model("dense:7,tanh,residual(dense:7,gelu),dense:3")
        said = json.loads(self.succeed("inspect", model, "--json").out)["layers"]["b"]
        self.assertEqual(said["input"], "[6,6]")
        self.assertEqual(said["output"], "[3]")
        self.assertEqual([(layer["item"], layer["output"], layer["parameters"],
                           layer["multiply_adds"]) for layer in said["layers"]],
                         [("dense:7,tanh", "[7]", 36 * 7 + 7, 36 * 7),
                          ("dense:7", "[7]", 7 * 7 + 7, 7 * 7), ("gelu", "[7]", 0, 0),
                          ("residual(dense:7,gelu)", "[7]", 0, 0),
                          ("dense:3", "[3]", 7 * 3 + 3, 7 * 3)])
        self.assertEqual(said["parameters"], 36 * 7 + 7 + 7 * 7 + 7 + 7 * 3 + 3)
        self.assertEqual(said["multiply_adds"], 36 * 7 + 7 * 7 + 7 * 3)
        lines = [line.split() for line in self.succeed("inspect", model).out.splitlines()]
        for line in (["layer", "output", "parameters", "multiply-adds"], ["input", "[6,6]"],
                     ["dense:7,tanh", "[7]", "259", "252"], ["total", "[3]", "339", "322"]):
            self.assertIn(line, lines)


if __name__ == "__main__":
    unittest.main()
