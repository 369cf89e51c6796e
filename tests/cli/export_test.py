# SPDX-License-Identifier: BSD-3-Clause
"""`export`: files of ONNX that are run in NumPy and by OpenCV, against `encode`; and of NumPy, against model.h5."""

import base64
import importlib.util
import json
import os
import pathlib
import sys
import unittest

import h5py
import numpy

IN_CI = os.environ.get("CI") == "true"
MISSING = [name for name in ("onnx", "cv2") if importlib.util.find_spec(name) is None]
if MISSING and not IN_CI:
    print(f"skipped: {' and '.join(MISSING)} is not installed (Debian: python3-onnx python3-opencv)")
    sys.exit(77)

import cv2
import onnx
import onnx.checker

import exported
import onnx_numpy
import support

USAGE, DATA, SYSTEM = 2, 3, 5
TOLERANCE = 1e-5
KEPT = os.environ.get("INFOMAX_EXPORTED")  # a folder for tests/peers/onnxruntime.js


def axes_of(port):
    return [axis.dim_param or axis.dim_value for axis in port.type.tensor_type.shape.dim]


def as_json(array):
    array = numpy.ascontiguousarray(array)
    return {"type": str(array.dtype), "dims": array.shape, "base64": base64.b64encode(array.tobytes()).decode()}


def keep(name, model, inputs, expected):
    """Leaves what another runtime can be compared by."""
    folder = pathlib.Path(KEPT)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / f"{name}.onnx"))
    (folder / f"{name}.json").write_text(json.dumps({
        "inputs": {key: as_json(array) for key, array in inputs.items()},
        "expected": as_json(expected.astype(numpy.float32))}))


class Export(exported.ExportTest):

    def export(self, model, name, *arguments, ranks=None):
        path = self.scratch / name
        done = support.run("export", "--model", model, "--output", path, *arguments, ranks=ranks)
        if done.code == USAGE and "built without ONNX" in done.err and not IN_CI:
            self.skipTest("this build lacks ONNX's library")
        self.assertEqual(done.code, 0, done.err)
        return path

    def graph(self, model, name, *arguments):
        graph = onnx.load(str(self.export(model, name, *arguments)))
        onnx.checker.check_model(graph, full_check=True)
        return graph

    def test_every_layer_gives_what_encode_gives(self):
        for case in exported.CASES:
            with self.subTest(case.name):
                model, data = self.train_case(case)
                expected = self.encode(model, data, *case.export)
                graph = self.graph(model, f"{case.name}.onnx", *case.export)
                inputs = case.inputs("y" if case.name == "view-b" else "x")
                self.assertEqual([port.name for port in graph.graph.input], list(inputs))
                self.assert_close(onnx_numpy.run(graph, inputs), expected, TOLERANCE, case.name)
                if case.opencv:
                    net = cv2.dnn.readNetFromONNX(str(self.scratch / f"{case.name}.onnx"))
                    net.setInput(inputs["x"])
                    self.assert_close(net.forward(), expected, TOLERANCE, case.name)
                if KEPT:
                    keep(case.name, graph, inputs, expected)

    def test_any_number_of_rows_and_of_steps(self):
        case = exported.case_named("both-ways")
        model, _ = self.train_case(case)
        graph = self.graph(model, "steps.onnx")
        self.assertEqual(axes_of(graph.graph.input[0]), ["N", "T", 3])
        self.assertEqual(axes_of(graph.graph.output[0]), ["N", 2])
        longer = exported.of_length(exported.sequences(11, 3), 11)
        expected = self.encode(model, self.write_data("longer.h5", **longer))
        inputs = {"x": longer["x"], "lengths": longer["x_lengths"]}
        self.assert_close(onnx_numpy.run(graph, inputs), expected, TOLERANCE)
        one = {name: array[:1] for name, array in inputs.items()}
        self.assert_close(onnx_numpy.run(graph, one), expected[:1], TOLERANCE)
        # What counts its steps as channels takes as many as in training.
        model, _ = self.train_case(exported.case_named("fixed-steps"))
        self.assertEqual(axes_of(self.graph(model, "fixed.onnx").graph.input[0]), ["N", 9, 4])

    def test_metadata_and_opset(self):
        case = exported.case_named("projector")
        model, _ = self.train_case(case)
        graph = self.graph(model, "encoder.onnx")
        said = {entry.key: entry.value for entry in graph.metadata_props}
        with h5py.File(model) as file:
            fingerprint = file["settings"].attrs["data_fingerprint"]
        self.assertIn(f"{exported.ROWS} samples of f32 [5], content ", fingerprint)
        version = self.succeed("--version", ranks=None).out.split()[1]
        for key, value in {"objective": "infomax", "pair": "input", "encoder": case.encoder, "network": "b",
                           "layer": "output", "data_fingerprint": fingerprint, "infomax_version": version,
                           "normalize": "standardize", "input_shape": "[5]"}.items():
            self.assertEqual(said[key], value, key)
        self.assertEqual([(opset.domain, opset.version) for opset in graph.opset_import], [("", 13)])
        self.assertEqual((graph.producer_name, graph.producer_version), ("infomax", version))
        again = self.write_data("again.h5", x=case.data["x"] + 1)
        other = self.train(again, "other", "--encoder", case.encoder, "--steps", "1", ranks=None)
        with h5py.File(other / "model.h5") as file:
            self.assertNotEqual(file["settings"].attrs["data_fingerprint"], fingerprint)

    def test_lengths_are_an_input_where_rows_vary_or_a_model_does_not_say(self):
        fixed, data = self.train_case(exported.case_named("means"))
        self.assertEqual(len(self.graph(fixed, "fixed.onnx").graph.input), 1)
        with support.editable(fixed) as file:
            del file["settings"].attrs["varying_steps"]
        graph = self.graph(fixed, "old.onnx")
        self.assertEqual([port.name for port in graph.graph.input], ["x", "lengths"])
        x = exported.case_named("means").data["x"]
        inputs = {"x": x, "lengths": numpy.full(len(x), x.shape[1], dtype=numpy.int32)}
        self.assert_close(onnx_numpy.run(graph, inputs), self.encode(fixed, data), TOLERANCE)

    def test_views_of_the_columns_of_a_row(self):
        x = exported.features(9)
        data = self.write_data(x=x)
        run = self.train(data, "run", "--pair", "views", "--split-columns", "5", "--objective", "dcca", "--encoder",
                         "dense:3", "--encoder-b", "dense:4,tanh,dense:3", "--steps", "2", ranks=None)
        for network, columns in (("a", x[:, :5]), ("b", x[:, 5:])):
            graph = self.graph(run, f"{network}.onnx", "--network", network)
            expected = self.encode(run, data, "--network", network)
            self.assert_close(onnx_numpy.run(graph, {"x": columns}), expected, TOLERANCE)

    def test_a_run_its_model_and_its_checkpoint_on_any_number_of_ranks_are_the_same(self):
        model, _ = self.train_case(exported.case_named("residual"))
        checkpoint = sorted((model.parent / "checkpoints").glob("*.h5"))[-1]
        written = [self.export(source, f"{k}.onnx", ranks=ranks).read_bytes()
                   for k, (source, ranks) in enumerate(((model, None), (model.parent, 3), (checkpoint, 2)))]
        self.assertEqual(written[1], written[0])
        self.assertEqual(written[2], written[0])

    def test_arrays_of_numpy(self):
        for name, precision, kind in (("double", "double", "<f8"), ("residual-conv", "float", "<f4"),
                                      ("both-ways", "float", "<f4")):
            case = exported.case_named(name)
            model, _ = self.train_case(case)
            path = self.export(model, f"{name}.npz")
            with numpy.load(path, allow_pickle=False) as arrays, h5py.File(model) as file:
                stored = {}
                file["networks/b"].visititems(
                    lambda path, node: stored.update({path: node[()]}) if isinstance(node, h5py.Dataset) else None)
                self.assertGreater(len(stored), 4)
                for path, values in stored.items():
                    self.assertEqual(arrays[path].dtype.str, kind if path.startswith("layers") else "<f8")
                    numpy.testing.assert_array_equal(arrays[path], values)
                self.assertEqual(str(arrays["encoder"]), case.encoder)
                self.assertEqual(str(arrays["precision"]), precision)
                self.assertEqual(str(arrays["data_fingerprint"]), file["settings"].attrs["data_fingerprint"])
        with numpy.load(self.export(model, "first.npz", "--layer", "0", "--overwrite")) as arrays:
            self.assertEqual({path.split("/")[1] for path in arrays if path.startswith("layers")}, {"0"})

    def refuse(self, code, *words, arguments, model, output="refused.npz"):
        done = support.run("export", "--model", model, "--output", self.scratch / output, *arguments,
                           ranks=self.refusing_ranks(3))
        self.assert_refused(done, code, *words)
        self.assertEqual([path for path in self.scratch.iterdir() if "refused" in path.name], [])

    def test_refuses_what_cannot_be(self):
        model, data = self.train_case(exported.case_named("batchnorm"))
        self.refuse(USAGE, "refused.h5", ".onnx", ".npz", "--format", arguments=[], model=model, output="refused.h5")
        self.refuse(USAGE, "layer 9", "4 with parameters", arguments=["--layer", "9"], model=model)
        self.refuse(USAGE, "--network", arguments=["--network", "a"], model=model)
        self.refuse(USAGE, "--format", "onnx", arguments=["--format", "onxx"], model=model)
        self.refuse(USAGE, "--layer", arguments=["--layre", "1"], model=model)
        self.refuse(DATA, "is not a model", arguments=[], model=data)
        self.refuse(SYSTEM, "no folder", arguments=[], model=model, output="none/refused.npz")
        done = support.run("export", "--model", model, ranks=None)
        self.assert_refused(done, USAGE, "--output", "encoder.onnx")

    def test_a_file_that_is_there_stays(self):
        model, _ = self.train_case(exported.case_named("linear"))
        for name in ("kept.onnx", "kept.npz"):
            path = self.export(model, name)
            before = path.read_bytes()
            done = support.run("export", "--model", model, "--output", path, ranks=None)
            self.assert_refused(done, USAGE, "--overwrite")
            self.assertEqual(path.read_bytes(), before)
            self.assertEqual(self.export(model, name, "--overwrite").read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
