# SPDX-License-Identifier: BSD-3-Clause
"""Files of HDF5 as others write them: what can be read is read, what cannot is refused with one line
that says why, and no command meets an "unexpected failure"."""

import json
import os
import pathlib
import random
import shutil
import struct
import unittest

import h5py
import numpy

import hdf5_zoo
import support

DATA, SYSTEM = 3, 5


class Zoo(support.ProgramTest):
    # What import, which knows other formats and wants no training, says in other words.
    OTHERWISE = ("not an HDF5 file", "no rows", "no columns")

    def check_orderly(self, done, name):
        self.assertIn(done.code, (0, DATA, SYSTEM), (name, done.code, done.err))
        self.assertEqual(len(done.complaints), 0 if done.code == 0 else 1, (name, done.err))
        for word in ("unexpected failure", "(a defect)", "json.exception", "what()"):
            self.assertNotIn(word, done.err, name)

    def commands(self, path, model):
        output = self.scratch / "output.h5"
        return {"inspect": ["inspect", path, "--json"],
                "train": ["train", "--data", path, "--encoder", "dense:2", "--steps", "1",
                          "--output", self.scratch / "run", "--overwrite", "--progress", "none"],
                "evaluate": ["evaluate", "--model", model, "--data", path, "--json"],
                "encode": ["encode", "--model", model, "--data", path, "--output", output,
                           "--overwrite"],
                "import": ["import", "--x", path, "--output", output, "--overwrite"]}

    def trained(self):
        data = self.write_data("plain.h5", x=hdf5_zoo.values())
        return self.train(data, "model", "--encoder", "dense:3", "--steps", "1") / "model.h5"

    def test_each_is_used_or_refused_with_its_reason(self):
        model = self.trained()
        for name, (make, wanted) in hdf5_zoo.ZOO.items():
            path = self.scratch / f"{name}.h5"
            make(path)
            for number, (command, arguments) in enumerate(self.commands(path, model).items()):
                with self.subTest(file=name, command=command):
                    done = support.run(*arguments, ranks=None)
                    self.check_orderly(done, name)
                    if command == "inspect":
                        whole = not any(word in wanted for word in ("damaged", "not an HDF5"))
                        self.assertEqual(done.code == 0, whole, done.err)
                        if whole:
                            json.loads(done.out)
                    elif wanted == hdf5_zoo.USABLE:
                        self.assertEqual(done.code, 0, (name, command, done.err))
                    elif wanted == hdf5_zoo.IMMENSE and command == "import":
                        self.assert_refused(done, DATA, "more bytes than any disk holds")
                    elif wanted == hdf5_zoo.IMMENSE and command in ("train", "evaluate"):
                        self.assert_refused(done, DATA, "which its file does not hold")
                    elif wanted == hdf5_zoo.IMMENSE:
                        self.assertEqual(done.code, SYSTEM, (command, done.err))
                        self.assertRegex(done.complaints[0], "out of memory|GiB available|its disk has")
                    elif number > 0:
                        self.assertNotEqual(done.code, 0, name)
                        if command != "import" or wanted not in self.OTHERWISE:
                            self.assertIn(wanted, done.complaints[0])
            path.unlink(missing_ok=True)

    def test_several_ranks_say_it_once(self):
        for name, (make, wanted) in hdf5_zoo.ZOO.items():
            with self.subTest(file=name):
                path = self.scratch / f"{name}.h5"
                make(path)
                done = support.run("train", "--data", path, "--encoder", "dense:2", "--steps", "1",
                                   "--output", self.scratch / name, "--progress", "none", ranks=3)
                self.check_orderly(done, name)
                self.assertEqual(done.code == 0, wanted == hdf5_zoo.USABLE, (name, done.err))
                if done.code != 0 and wanted != hdf5_zoo.IMMENSE:
                    self.assertIn(wanted, done.complaints[0])

    def test_numbers_of_every_kind_are_the_same_numbers(self):
        expected = None
        for name in ("unlimited", "big-endian", "big-endian-integers", "half", "eighty-bits", "bytes",
                     "gzip", "shuffle", "fletcher", "scale-offset", "virtual", "virtual-of-itself",
                     "external", "soft", "latest", "user-block"):
            path = self.scratch / f"{name}.h5"
            hdf5_zoo.ZOO[name][0](path)
            run = self.train(path, name, "--encoder", "dense:2", "--steps", "1", "--precision",
                             "double", "--normalize", "standardize")
            found = support.parameters(run / "model.h5")
            expected = found if expected is None else expected
            with self.subTest(file=name):
                self.assert_close(found, expected, 1e-12)

    def test_damage_anywhere_is_never_unexpected(self):
        model = self.trained()
        checkpoint = model.parent / "checkpoints" / "step-000000000001.h5"
        data = self.scratch / "plain.h5"
        with h5py.File(data, "a") as file:
            file["y"] = numpy.arange(hdf5_zoo.ROWS) % 3
            file["y"].attrs["classes"] = ["a", "b", "c"]
        unsealed = self.scratch / "unsealed.h5"
        unsealed.write_bytes(model.read_bytes()[512:])
        chance = random.Random(11)
        # INFOMAX_DAMAGES=300 takes as many of each.
        for number in range(int(os.environ.get("INFOMAX_DAMAGES", "6"))):
            for source in (model, unsealed, data, checkpoint):
                content = bytearray(source.read_bytes())
                places = [chance.randrange(len(content)) for _ in range(chance.choice([1, 1, 3, 20]))]
                for place in [number % 40, *places] if source is model else places:  # and in its head
                    content[place] ^= chance.randrange(1, 256)
                broken = self.scratch / "broken.h5"
                broken.write_bytes(content)
                as_model = source is not data
                arguments = ["--model", broken if as_model else model, "--data",
                             data if as_model else broken]
                for command in (["inspect", broken, "--json"], ["evaluate", *arguments, "--json"]):
                    with self.subTest(number=number, source=source.name, command=command[0]):
                        done = support.run(*command, ranks=None)
                        self.assertIn(done.code, (0, 2, DATA, 4, SYSTEM), done.err)
                        self.assertNotIn("unexpected failure", done.err)
                        if done.code == 0:
                            json.loads(done.out)
                        if source is model and bytes(content) != model.read_bytes():
                            self.assert_refused(done, DATA, "broken.h5", "make or copy it again")

    def with_heap_object_of(self, size):
        """A file whose heap of strings claims that an object has `size` bytes."""
        path = self.scratch / f"heap-{size}.h5"
        hdf5_zoo.create(path)(x=hdf5_zoo.values())
        with h5py.File(path, "a") as file:
            file.attrs["format"] = "a text in the heap"
        content = bytearray(path.read_bytes())
        struct.pack_into("<Q", content, content.index(b"GCOL") + 24, size)
        path.write_bytes(content)
        return path

    def test_where_hdf5_crashes_or_goes_round_in_circles_a_line_says_of_which_file(self):
        for size, words, commands in ((1 << 62, "crashed", ("inspect", "encode", "probe")),
                                      ((1 << 64) - 16, "made no progress", ("inspect",))):
            path = self.with_heap_object_of(size)
            for command in commands:
                arguments = {"inspect": [path],
                             "encode": ["--model", path, "--data", path, "--output", "codes.h5"],
                             "probe": ["--model", path, "--train", path, "--test", path]}[command]
                # Ten seconds of going round are what it takes to be sure: once will do.
                for ranks in (3, None) if words == "crashed" and command == "inspect" else (2,):
                    with self.subTest(command=command, ranks=ranks, size=size):
                        done = support.run(command, *arguments, ranks=ranks, timeout=60)
                        self.assert_refused(done, DATA, words, path, "damaged")


class Strings(support.ProgramTest):
    NAMES = [b"alpha", b"two words", "virg\u00ednica".encode(), b"z"]  # in the order of their bytes

    def setUp(self):
        super().setUp()
        chance = numpy.random.default_rng(6)
        self.labels = chance.integers(0, len(self.NAMES), size=90)
        self.x = self.labels[:, None] * 2.0 + chance.normal(size=(90, 3))

    def data(self, name, kind, names=None, rows=slice(None), shape=None):
        path = self.scratch / f"{name}.h5"
        with h5py.File(path, "w") as file:
            file["x"] = self.x[rows]
            texts = [(names or self.NAMES)[label] for label in self.labels[rows]]
            hdf5_zoo.write_strings(file, "y", kind, texts, shape)
        return path

    TRAINING = ["--pair", "target", "--encoder", "dense:4", "--objective", "dcca", "--steps", "3",
                "--precision", "double"]

    def test_labels_of_every_string_type_are_the_classes(self):
        numbers = self.write_data("numbers.h5", x=self.x, y=self.labels)
        expected = self.train(numbers, "numbers", *self.TRAINING)
        value = self.evaluate(expected / "model.h5", numbers)["objective"]
        for number, (name, kind) in enumerate(hdf5_zoo.string_types().items()):
            with self.subTest(type=name):
                data = self.data(name, kind, shape=(90, 1) if number % 3 == 1 else None)
                run = self.train(data, name, *self.TRAINING, ranks=3 if number % 2 else 1)
                self.assert_close(support.parameters(run / "model.h5"),
                                  support.parameters(expected / "model.h5"), 1e-9)
                with h5py.File(run / "model.h5") as file:
                    kept = json.loads(file["settings"].attrs["class_names"])
                self.assertEqual(kept, [text.decode() for text in self.NAMES])
                self.assertAlmostEqual(self.evaluate(run / "model.h5", data, ranks=2)["objective"],
                                       value, delta=1e-9)

    def test_a_model_knows_its_classes_by_name(self):
        kinds = hdf5_zoo.string_types()
        run = self.train(self.data("train", kinds["variable-utf8"]), "run", *self.TRAINING)
        # Rows without the first class: its numbers must not move down.
        some = self.labels != 0
        test = self.data("test", kinds["space-padded-ascii"], rows=some)
        numbers = self.write_data("numbers.h5", x=self.x[some], y=self.labels[some])
        by_name = self.evaluate(run / "model.h5", test, ranks=3)
        by_number = self.evaluate(run / "model.h5", numbers)
        self.assertAlmostEqual(by_name["objective"], by_number["objective"], delta=1e-11)
        other = self.data("other", kinds["null-padded-utf8"], [b"alpha", b"?", self.NAMES[2], b"z"])
        done = support.run("evaluate", "--model", run / "model.h5", "--data", other, ranks=3)
        self.assertEqual(done.code, DATA, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)
        for word in ('the label "?"', "at row", "alpha", "virgínica"):
            self.assertIn(word, done.complaints[0])

    def test_probe_encode_and_report_take_them(self):
        kinds = hdf5_zoo.string_types()
        train = self.data("train", kinds["null-terminated-ascii"])
        test = self.data("test", kinds["variable-utf8"], rows=self.labels != 1)
        found = json.loads(self.succeed("probe", "--train", train, "--test", test, "--json",
                                        ranks=3).out)
        self.assertEqual(found["class_names"], [text.decode() for text in self.NAMES])
        self.assertGreater(found["accuracy"], 0.5)
        run = self.train(train, "run", *self.TRAINING)
        codes = self.scratch / "codes.h5"
        self.succeed("encode", "--model", run / "model.h5", "--data", train, "--output", codes,
                     ranks=3)
        with h5py.File(codes) as file:
            numpy.testing.assert_array_equal(file["y"][()], self.labels)
            self.assertEqual(list(file["y"].attrs["classes"]),
                             [text.decode() for text in self.NAMES])
        said = self.succeed("report", run, ranks=2)
        self.assertNotIn("warning", said.err)

    def test_import_numbers_them(self):
        kinds = hdf5_zoo.string_types()
        source = self.data("source", kinds["space-padded-utf8"])
        some = self.data("some", kinds["variable-ascii"], rows=self.labels > 1)
        train, test = self.scratch / "train.h5", self.scratch / "test.h5"
        self.succeed("import", "--x", source, "--y", source, "--output", train)
        self.succeed("import", "--x", some, "--y", f"{some}:/y", "--output", test, "--like", train)
        for path, labels in ((train, self.labels), (test, self.labels[self.labels > 1])):
            with h5py.File(path) as file:
                numpy.testing.assert_array_equal(file["y"][()], labels)
                self.assertEqual(list(file["y"].attrs["classes"]),
                                 [text.decode() for text in self.NAMES])
        other = self.data("other", kinds["variable-utf8"], [b"alpha", b"new", b"two words", b"z"])
        done = support.run("import", "--x", other, "--y", other, "--output", self.scratch / "o.h5",
                           "--like", train)
        self.assertEqual(done.code, DATA, done.err)
        self.assertIn('"new" at row', done.complaints[0])

    def test_strings_are_no_values(self):
        data = self.data("train", hdf5_zoo.string_types()["variable-utf8"])
        for arguments in (["--target", "values"], ["--y", "/x", "--x", "/y"]):
            done = support.run("train", "--data", data, *self.TRAINING, *arguments, "--output",
                               self.scratch / "run", ranks=3)
            self.assertEqual(done.code, DATA, done.err)
            self.assertEqual(len(done.complaints), 1, done.err)
            self.assertIn("strings", done.complaints[0])

    def test_names_of_classes_in_every_string_type(self):
        for name, kind in hdf5_zoo.string_types().items():
            with self.subTest(type=name):
                path = self.write_data(f"{name}.h5", x=self.x, y=self.labels)
                with h5py.File(path, "a") as file:
                    hdf5_zoo.write_string_attribute(file["y"], "classes", kind, self.NAMES)
                said = json.loads(self.succeed("inspect", path, "--json", ranks=None).out)
                self.assertEqual(said["datasets"]["/y"]["classes"],
                                 [text.decode() for text in self.NAMES])

    def test_latin_1_is_converted_with_a_line(self):
        kind = hdf5_zoo.string_types()["null-padded-ascii"]
        names = [b"alpha", b"two words", "virg\u00ednica".encode("latin-1"), b"z"]
        data = self.data("latin", kind, names)
        done = self.succeed("train", "--data", data, *self.TRAINING, "--output",
                            self.scratch / "run", ranks=3)
        self.assertEqual(done.err.count("read as Latin-1"), 1, done.err)
        with h5py.File(self.scratch / "run" / "model.h5") as file:
            kept = json.loads(file["settings"].attrs["class_names"])
        self.assertEqual(kept, ["alpha", "two words", "virgínica", "z"])

    def test_names_that_are_no_text_never_end_a_command(self):
        directory = pathlib.Path(os.fsdecode(os.fsencode(self.scratch) + b"/caf\xe9 \xff"))
        directory.mkdir()
        data = directory / os.fsdecode(b"d\xe4ta.h5")
        shutil.copy(self.write_data(x=self.x, y=self.labels), data)
        run = directory / "run"
        self.succeed("train", "--data", data, "--encoder", "dense:2", "--steps", "1", "--output", run,
                     ranks=2)
        self.succeed("report", run)
        for command in (["evaluate", "--model", run / "model.h5", "--data", data, "--json"],
                        ["inspect", data, "--json"], ["inspect", run / "model.h5", "--json"],
                        ["inspect", run / "checkpoints" / "step-000000000001.h5", "--json"],
                        ["probe", "--train", data, "--test", data, "--json"]):
            with self.subTest(command=command[0]):
                json.loads(self.succeed(*command, ranks=None).out)
        codes = directory / "codes.h5"
        self.succeed("encode", "--model", run / "model.h5", "--data", data, "--output", codes)
        json.loads(self.succeed("inspect", codes, "--json", ranks=None).out)


if __name__ == "__main__":
    unittest.main()
