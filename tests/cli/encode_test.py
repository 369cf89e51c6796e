# SPDX-License-Identifier: BSD-3-Clause
"""`encode`: representations read back by h5py and NumPy, against a forward pass in NumPy."""

import json
import os
import signal
import subprocess
import unittest
import zlib

import h5py
import numpy

import support

USAGE, DATA, SYSTEM = 2, 3, 5
SPEC = "dense:7,tanh,dense:4,relu,dense:3"
TOLERANCE = 2e-6  # of float


def layer(model, x, stop, network="b"):
    """What the network gives after the first `stop` dense layers and what follows each."""
    with h5py.File(model) as file:
        spec = file[f"networks/{network}"].attrs["spec"].split(",")
    dense = [i for i, item in enumerate(spec) if item.startswith("dense:")] + [len(spec)]
    flat = support.parameters(model, network)
    z = support.preprocessed(model, x, network)
    cut = spec[:dense[stop]]
    width, count = z.shape[1], 0
    for item in cut:
        if item.startswith("dense:"):
            units = int(item.removeprefix("dense:"))
            count += (width + 1) * units
            width = units
    return support.encode(",".join(cut), flat[:count], z)


class Encode(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.x = support.images(211, seed=3)
        self.labels = numpy.random.default_rng(4).integers(0, 5, size=211).astype(numpy.uint8)
        self.data = self.write_data(x=self.x, y=self.labels)

    def model(self, *arguments, data=None, spec=SPEC):
        run = self.train(data or self.data, "run", "--encoder", spec, "--steps", "3", *arguments)
        return run / "model.h5"

    def encode(self, model, output, *arguments, data=None, ranks=1):
        path = self.scratch / output
        self.succeed("encode", "--model", model, "--data", data or self.data, "--output", path,
                     *arguments, ranks=ranks)
        return path

    def read(self, path, name="x"):
        with h5py.File(path) as file:
            return file[name][()]

    def test_output_and_hidden_layers(self):
        model = self.model()
        for number, arguments in ((3, []), (1, ["--layer", "0"]), (2, ["--layer", "1"]),
                                  (3, ["--layer", "2"])):
            expected = layer(model, self.x, number)
            for ranks in (1, 3):
                with self.subTest(arguments=arguments, ranks=ranks):
                    path = self.encode(model, "codes.h5", "--overwrite", *arguments, ranks=ranks)
                    self.assertEqual(self.read(path).dtype, numpy.float32)
                    self.assert_close(self.read(path), expected, TOLERANCE)
                    numpy.testing.assert_array_equal(self.read(path, "y"), self.labels)
                    self.assertEqual(self.read(path, "y").dtype, numpy.uint8)

    def test_a_projector_is_trained_and_left_out(self):
        encoder, projector = "dense:7,tanh,dense:4", "relu,dense:3"
        model = self.model("--projector", projector, spec=encoder)
        whole = self.train(self.data, "whole", "--encoder", f"{encoder},{projector}", "--steps",
                           "3") / "model.h5"
        for path in (model, whole):
            with h5py.File(path) as file:
                self.assertEqual(file["networks/b"].attrs["spec"], f"{encoder},{projector}")
        numpy.testing.assert_array_equal(support.parameters(model, "b"),
                                         support.parameters(whole, "b"))
        # Where the encoder ends, the projector's relu is not part of it.
        flat = support.parameters(model, "b")
        z = support.preprocessed(model, self.x, "b")
        width = z.shape[1]
        count = (width + 1) * 7 + 8 * 4
        without = support.encode(encoder, flat[:count], z)
        for arguments, expected in (([], without), (["--projected"], layer(model, self.x, 3)),
                                    (["--layer", "2"], layer(model, self.x, 3))):
            with self.subTest(arguments=arguments):
                path = self.encode(model, "codes.h5", "--overwrite", *arguments, ranks=3)
                self.assert_close(self.read(path), expected, TOLERANCE)
        with h5py.File(self.encode(model, "codes.h5", "--overwrite")) as file:
            self.assertEqual(file.attrs["encoder"], encoder)

    def test_the_linear_solution_has_no_projector(self):
        for encoder, projector, words in (("linear:2", "dense:2", ["--encoder linear:2", "projector"]),
                                          ("dense:2", "tanh,dens:2", ["character 6"])):
            done = support.run("train", "--data", self.data, "--encoder", encoder, "--projector",
                               projector, "--output", self.scratch / "no", ranks=None)
            self.assert_refused(done, USAGE, *words)

    def test_any_number_of_ranks_writes_the_same(self):
        model = self.model("--precision", "double")
        written = [self.read(self.encode(model, f"{ranks}.h5", "--threads", "1", ranks=ranks))
                   for ranks in (1, 2, 3, 4)]
        self.assert_close(written[0], layer(model, self.x, 3), 1e-12)
        for other in written[1:]:
            numpy.testing.assert_array_equal(other, written[0])

    def test_micro_batches_change_nothing_but_rounding(self):
        model = self.model()
        expected = layer(model, self.x, 3)
        for rows in (1, 10, 4096):
            path = self.encode(model, f"{rows}.h5", "--micro-batch", rows, ranks=2)
            self.assert_close(self.read(path), expected, TOLERANCE)

    def test_npy(self):
        for precision, kind in (("float", "<f4"), ("double", "<f8")):
            model = self.train(self.data, precision, "--encoder", SPEC, "--steps", "2",
                               "--precision", precision) / "model.h5"
            for ranks in (1, 3):
                path = self.encode(model, f"{precision}{ranks}.npy", "--format", "npy",
                                   "--layer", "0", ranks=ranks)
                array = numpy.load(path, allow_pickle=False)
                self.assertEqual(array.dtype.str, kind)
                self.assertTrue(array.flags.c_contiguous)
                self.assert_close(array, layer(model, self.x, 1), TOLERANCE)
                with open(path, "rb") as file:
                    self.assertEqual(numpy.lib.format.read_magic(file), (1, 0))
                    numpy.lib.format.read_array_header_1_0(file)
                    self.assertEqual(file.tell() % 64, 0)
                    self.assertEqual(file.tell() + array.nbytes, path.stat().st_size)

    def test_the_name_of_the_output_chooses_the_format(self):
        model = self.model()
        expected = layer(model, self.x, 3)
        for name in ("codes.npy", "CODES.NPY"):
            path = self.encode(model, name, ranks=2)
            self.assert_close(numpy.load(path, allow_pickle=False), expected, TOLERANCE)
        for name in ("codes.h5", "codes.hdf5", "codes"):
            self.assert_close(self.read(self.encode(model, name, ranks=2)), expected, TOLERANCE)
        path = self.encode(model, "named.npy", "--format", "hdf5")
        self.assert_close(self.read(path), expected, TOLERANCE)
        path = self.scratch / "codes.csv"
        done = support.run("encode", "--model", model, "--data", self.data, "--output", path, ranks=2)
        self.assertEqual(done.code, USAGE, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)
        for word in (".csv", ".npy", "--format"):
            self.assertIn(word, done.complaints[0])
        self.assertFalse(path.exists())
        done = support.run("encode", "--model", model, "--data", self.data, "--output",
                           self.scratch / "other.npy", "--labels", "/y", ranks=None)
        self.assertEqual(done.code, USAGE, done.err)
        self.assertIn("--labels", done.complaints[0])

    def test_its_output_is_a_data_set_again_that_says_where_it_comes_from(self):
        model = self.model()
        path = self.encode(model, "codes.h5", "--layer", "0", ranks=2)
        again = self.train(path, "again", "--encoder", "dense:2", "--pair", "target", "--steps", "2",
                           ranks=2)
        self.assertEqual(support.parameters(again / "model.h5").size, 7 * 2 + 2)
        with h5py.File(path) as file:
            said = dict(file.attrs)
        self.assertEqual(said["model"], str(model))
        self.assertEqual(said["data"], str(self.data))
        self.assertEqual(said["data_path"], "/x")
        self.assertEqual(said["encoder"], SPEC)
        self.assertEqual(said["layer"], "0")
        self.assertEqual(said["model_checksum"], f"crc32:{zlib.crc32(model.read_bytes()):08x}")
        inspected = json.loads(self.succeed("inspect", path, "--json").out)
        self.assertEqual({name: inspected[name] for name in said}, said)

    def test_labels_under_another_name_and_none(self):
        other = self.labels[:, None].astype(float) / 2
        data = self.write_data("named.h5", x=self.x, y=self.labels, target=other)
        model = self.model()
        path = self.encode(model, "named-codes.h5", "--labels", "/target", data=data, ranks=3)
        numpy.testing.assert_array_equal(self.read(path, "y"), other)
        path = self.encode(model, "bare.h5", "--labels", "none", data=data)
        with h5py.File(path) as file:
            self.assertEqual(list(file), ["x"])

    def test_lengths_of_trajectories_go_along(self):
        data = self.write_data("lag.h5", x=self.x, lengths=numpy.array([100, 111]))
        model = self.model("--pair", "lag", "--lag", "2", "--objective", "vamp2", data=data)
        path = self.encode(model, "codes.h5", data=data, ranks=3)
        numpy.testing.assert_array_equal(self.read(path, "lengths"), [100, 111])
        self.assert_close(self.read(path), layer(model, self.x, 3), TOLERANCE)
        with h5py.File(path) as file:
            self.assertEqual(sorted(file), ["lengths", "x"])

    def test_either_view(self):
        x = numpy.random.default_rng(8).normal(size=(90, 9))
        y = numpy.random.default_rng(9).normal(size=(90, 4))
        whole = self.write_data("views.h5", x=x, y=y)
        parts = self.write_data("parts.h5", x=numpy.hstack([x, y]))
        for data, arguments in ((whole, []), (parts, ["--split-columns", "9"])):
            run = self.train(data, f"views{len(arguments)}", "--pair", "views", "--objective", "dcca",
                             "--encoder", "dense:5,tanh,dense:2", "--encoder-b", "dense:3",
                             "--steps", "2", *arguments)
            model = run / "model.h5"
            for network, rows, count in (("a", x, 2), ("b", y, 1)):
                path = self.encode(model, f"{network}{len(arguments)}.h5", "--network", network,
                                   "--labels", "none", data=data, ranks=2)
                self.assert_close(self.read(path), layer(model, rows, count, network), TOLERANCE)
            path = self.encode(model, f"default{len(arguments)}.h5", "--labels", "none", data=data)
            self.assert_close(self.read(path), layer(model, x, 2, "a"), TOLERANCE)

    def test_another_data_set_of_rows(self):
        model = self.model()
        data = self.write_data("other.h5", images=self.x[:50])
        path = self.encode(model, "codes.h5", "--x", "/images", data=data, ranks=4)
        self.assert_close(self.read(path), layer(model, self.x[:50], 3), TOLERANCE)

    def refuse(self, code, *words, arguments, model, data=None):
        output = self.scratch / "refused.h5"
        ranks = self.refusing_ranks(3) if code == USAGE else 3
        done = support.run("encode", "--model", model, "--data", data or self.data, "--output", output,
                           *arguments, ranks=ranks)
        self.assert_refused(done, code, *words)
        self.assertEqual([path for path in self.scratch.iterdir() if "refused" in path.name], [])

    def test_refuses_what_cannot_be(self):
        model = self.model()
        self.refuse(USAGE, "layer 3", "3 with parameters", arguments=["--layer", "3"], model=model)
        self.refuse(USAGE, "--network", arguments=["--network", "a"], model=model)
        self.refuse(USAGE, "--format", arguments=["--format", "csv"], model=model)
        self.refuse(USAGE, "--labels", arguments=["--format", "npy", "--labels", "/y"], model=model)
        self.refuse(USAGE, "--micro-batch", arguments=["--micro-batch", "0"], model=model)
        self.refuse(DATA, "/labels", arguments=["--labels", "/labels"], model=model)
        self.refuse(DATA, "36 features", "5", model=self.model("--overwrite", data=self.write_data(
            "narrow.h5", x=numpy.random.default_rng(1).normal(size=(40, 5)))), arguments=[])
        self.refuse(DATA, "is not a model", model=self.data, arguments=[])

    def test_refuses_data_that_is_wrong_and_leaves_nothing(self):
        x = numpy.random.default_rng(1).normal(size=(60, 5))
        model = self.model(data=self.write_data("good.h5", x=x))
        x[41, 2] = numpy.nan
        self.refuse(DATA, "nan", "row 41", "column 2", model=model, arguments=["--micro-batch", "7"],
                    data=self.write_data("nan.h5", x=x))

    def test_labels_that_cannot_be_copied_are_left_out_unless_they_are_asked_for(self):
        x = numpy.random.default_rng(1).normal(size=(60, 5))
        model = self.model(data=self.write_data("good.h5", x=x))
        y = numpy.arange(60.0)
        y[41] = numpy.nan
        records = numpy.zeros(60, dtype=[("name", "S3"), ("age", "i4")])
        for name, labels, words in (("unequal", numpy.ones(59), ("60 rows", "59")),
                                    ("nan", y, ("nan", "row 41")),
                                    ("records", records, ("compound",))):
            with self.subTest(name):
                data = self.write_data(f"{name}.h5", x=x, y=labels, lengths=numpy.array([20, 40]))
                path = self.scratch / f"{name}-codes.h5"
                done = self.succeed("encode", "--model", model, "--data", data, "--output", path,
                                    ranks=3)
                warnings = [line for line in done.err.splitlines() if "is not copied" in line]
                self.assertEqual(len(warnings), 1, done.err)
                for word in ("warning: /y is", "--labels", *words):
                    self.assertIn(word, warnings[0])
                self.assert_close(self.read(path), layer(model, x, 3), TOLERANCE)
                with h5py.File(path) as file:
                    self.assertEqual(sorted(file), ["lengths", "x"])
                # Before any row is encoded, so the error is that of /y.
                x_of_nan = x.copy()
                x_of_nan[3, 1] = numpy.nan
                self.refuse(DATA, "/y in", *words, model=model, arguments=["--labels", "/y"],
                            data=self.write_data(f"{name}-asked.h5", x=x_of_nan, y=labels))

    def test_a_file_that_is_there_stays(self):
        model = self.model()
        path = self.encode(model, "codes.h5")
        before = path.read_bytes()
        done = support.run("encode", "--model", model, "--data", self.data, "--output", path, ranks=3)
        self.assertEqual(done.code, USAGE)
        self.assertEqual(len(done.complaints), 1, done.err)
        self.assertEqual(path.read_bytes(), before)
        done = support.run("encode", "--model", model, "--data", self.data, "--output",
                           self.scratch / "no" / "codes.h5", ranks=3)
        self.assertEqual(done.code, SYSTEM, done.err)

    def test_links_stay_and_what_is_no_file_is_refused(self):
        model = self.model()
        target, link, loose = (self.scratch / name for name in ("target.h5", "link.h5", "loose.h5"))
        target.write_bytes(b"before")
        link.symlink_to(target)
        loose.symlink_to(self.scratch / "nowhere.h5")
        pipe = self.scratch / "pipe.h5"
        os.mkfifo(pipe)
        arguments = ["encode", "--model", model, "--data", self.data, "--output"]
        self.assert_refused(support.run(*arguments, loose), USAGE, "exists")
        self.assert_refused(support.run(*arguments, pipe, "--overwrite"), USAGE, "is a device or a pipe")
        self.assertTrue(pipe.is_fifo())
        self.succeed(*arguments, link, "--overwrite", ranks=2)
        self.assertTrue(link.is_symlink())
        self.assertTrue(h5py.is_hdf5(target))
        for read in (model, self.data):
            self.assert_refused(support.run(*arguments, read, "--overwrite"), USAGE, "is what is read")

    def test_a_killed_encode_leaves_no_half_file(self):
        model = self.model(spec="dense:400,tanh,dense:400,tanh,dense:400")
        data = self.write_data("long.h5", x=numpy.tile(self.x, (200, 1, 1)))
        output = self.scratch / "half.h5"
        job = subprocess.Popen([support.MPIEXEC, "-n", "2", support.PROGRAM, "encode", "--model",
                                str(model), "--data", str(data), "--output", str(output)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            begun = support.wait_until(
                lambda: any(".part-" in path.name for path in self.scratch.iterdir()), 60)
            self.assertTrue(begun, "nothing was written")
            self.assertFalse(output.exists())
            for process in support.processes_that_mention(str(output)):
                if process != job.pid:
                    os.kill(process, signal.SIGKILL)
            job.communicate(timeout=60)
            self.assertNotEqual(job.returncode, 0)
        finally:
            job.kill()
            job.communicate()
        self.assertFalse(output.exists())


if __name__ == "__main__":
    unittest.main()
