# SPDX-License-Identifier: BSD-3-Clause
"""`import` of arrays and HDF5 data sets, against numpy.save and h5py, and its split of rows."""

import unittest

import h5py
import numpy

import support
from imports import DATA, ImportTest, table


class Arrays(ImportTest):
    TYPES = ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8")

    def test_every_type_in_both_byte_orders(self):
        for kind in self.TYPES:
            for order in "<>":
                random = numpy.random.default_rng(2)
                array = (random.normal(size=(7, 2, 3)) * 50).astype(order + kind)
                x, _, _ = self.imported("--x", self.save("x.npy", array))
                numpy.testing.assert_array_equal(x, array)
                self.assertEqual(x.dtype, "f4" if kind == "f2" else kind)

    def test_versions_compression_and_booleans(self):
        array = numpy.arange(12.0).reshape(4, 3)
        flags = numpy.array([True, False, False, True])
        for version in ((1, 0), (2, 0), (3, 0)):
            for suffix in (".npy", ".npy.gz"):
                path = self.save("x" + suffix, array, version=version)
                x, y, _ = self.imported("--x", path, "--y", self.save("y" + suffix, flags))
                numpy.testing.assert_array_equal(x, array)
                self.assertEqual((list(y), y.dtype), ([1, 0, 0, 1], numpy.uint8))

    def test_more_than_a_slab(self):
        array = numpy.random.default_rng(4).normal(size=(10_007, 201))
        self.assertGreater(array.nbytes, 8 * 2 ** 20)
        x, _, _ = self.imported("--x", self.save("x.npy", array))
        numpy.testing.assert_array_equal(x, array)

    def test_wrong_arrays(self):
        array = numpy.arange(12.0).reshape(4, 3)
        whole = self.save("whole.npy", array).read_bytes()
        for name, content, words in (
                ("cut.npy", whole[:-1], ["ends before"]), ("head.npy", whole[:40], ["ends before"]),
                ("long.npy", whole + b"x", ["more data"]),
                ("old.npy", whole[:6] + b"\x09" + whole[7:], ["version 1 to 3"])):
            self.refuse(DATA, "--x", self.write(name, content), words=[name, *words])
        for name, bad, words in (
                ("complex", array.astype("c16"), ["<c16"]), ("text", numpy.array(["a"]), ["<U1"]),
                ("scalar", numpy.float64(3), ["rows along"]), ("none", array[:0], ["no elements"])):
            self.refuse(DATA, "--x", self.save(name + ".npy", numpy.asanyarray(bad)), words=words)
        self.refuse(DATA, "--x", self.write("x.bin", b"ab\0cd" * 9), words=["neither"])
        (self.scratch / "folder").mkdir()
        self.refuse(DATA, "--x", self.scratch / "folder", words=["directory"])
        self.refuse(DATA, "--x", self.save("x.npy", array), "--y", self.save("y.npy", array[:3]),
                    words=["4 rows", "has 3"])


class OtherLayouts(ImportTest):
    def test_data_sets_anywhere_in_a_file(self):
        counts = numpy.random.default_rng(6).integers(0, 99, size=(30, 4, 2)).astype(">u2")
        path = self.scratch / "cells.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("rna/counts", data=counts, chunks=(7, 4, 2), compression="gzip")
            file["type"] = numpy.arange(30) % 3
            file["type"].attrs["classes"] = ["a", "b", "c"]
            file["type"].attrs["columns"] = 7
        x, y, names = self.imported("--x", f"{path}:/rna/counts", "--y", f"{path}:/type", ranks=2)
        numpy.testing.assert_array_equal(x, counts)
        self.assertEqual(x.dtype, numpy.uint16)
        self.assertEqual(list(y), list(numpy.arange(30) % 3))
        self.assertEqual(names, {"y.classes": ["a", "b", "c"]})
        # An array in another format beside it.
        beside = self.save("y.npy", counts[:, 0])
        _, y, _ = self.imported("--x", f"{path}:/rna/counts", "--y", beside)
        numpy.testing.assert_array_equal(y, counts[:, 0])
        self.refuse(DATA, "--x", f"{path}:/rna/none", words=["/rna/none", "/type"])
        self.refuse(DATA, "--x", path, words=["/x", "/type"])
        self.refuse(DATA, "--x", self.write("c.h5.gz", path.read_bytes()), words=["gunzip"])


    def test_what_an_import_says_of_its_rows_stays(self):
        first, again = self.scratch / "first.h5", self.scratch / "out.h5"
        text = self.write("t.csv", "name,a,b\n\u00e4,1,\nc,3,4\n\u732b,5,8\n")
        self.succeed("import", "--x", text, "--id", "name", "--missing", "mean", "--output", first)
        x, _, names = self.imported("--x", first)
        self.assertEqual((x.tolist(), list(names["x.fill_values"])), ([[1, 6], [3, 4], [5, 8]], [3, 6]))
        with h5py.File(again) as file:
            self.assertEqual(list(file["ids"].asstr()), ["\u00e4", "c", "\u732b"])
        # Also where rows are left out, and in both parts of a split.
        y = self.write("y.csv", "k,l\n1,2\n,3\n4,5\n")
        self.imported("--x", first, "--y", y, "--missing", "drop")
        with h5py.File(again) as file:
            self.assertEqual(list(file["ids"].asstr()), ["\u00e4", "\u732b"])
        test = self.scratch / "test.h5"
        self.imported("--x", first, "--test-fraction", "0.4", "--test-output", test)
        with h5py.File(again) as file, h5py.File(test) as part:
            self.assertEqual((len(file["ids"]), len(part["ids"])), (2, 1))
            self.assertEqual(set(file["ids"].asstr()) | set(part["ids"].asstr()),
                             {"\u00e4", "c", "\u732b"})
        done = self.succeed("import", "--x", f"{first},{test}", "--output", self.scratch / "two.h5")
        self.assertEqual(done.err.count("/ids in"), 1, done.err)
        with h5py.File(self.scratch / "two.h5") as file:
            self.assertNotIn("ids", file)
            self.assertEqual(list(file["x"].attrs["fill_values"]), [3, 6])
        # Names that another program repeats are kept as they are.
        with h5py.File(self.scratch / "other.h5", "w") as file:
            file["x"] = numpy.eye(2)
            file["ids"] = ["s", "s"]
        self.imported("--x", self.scratch / "other.h5")
        with h5py.File(again) as file:
            self.assertEqual(list(file["ids"].asstr()), ["s", "s"])

    def test_tokens_stay(self):
        first = self.scratch / "first.h5"
        self.succeed("import", "--x", self.write("t.txt", "a b\nb\n"), "--tokens", "words", "--output",
                     first)
        for x in (first, f"{first},{first}"):
            _, _, names = self.imported("--x", x)
            self.assertEqual(names["x.tokens"], ["<padding>", "<other>", "b", "a"])

    def write_behind(self, name, block, size=512, **datasets):
        """An HDF5 file behind a user block of `size` bytes that begins with `block`."""
        path = self.scratch / name
        with h5py.File(path, "w", userblock_size=size) as file:
            for key, values in datasets.items():
                file[key] = values
        with open(path, "r+b") as file:
            file.write(block)
        return path

    def test_behind_a_user_block(self):
        x = numpy.random.default_rng(7).normal(size=(20, 3))
        for size in (512, 1024, 8192):
            for block in (b"", b"\0\0\x08\x01", b"PK\x03\x04", b"text, of an owner\n", b"MATLAB 5.0"):
                with self.subTest(size=size, block=block):
                    path = self.write_behind("block.h5", block, size, x=x, y=numpy.arange(20))
                    found, y, _ = self.imported("--x", path, "--y", path)
                    numpy.testing.assert_array_equal(found, x)
                    self.assertEqual(list(y), list(range(20)))
        path = self.write_behind("packed.h5", b"MATLAB 7.3 MAT-file", x=x)
        self.refuse(DATA, "--x", self.write("m.mat.gz", path.read_bytes()), words=["gunzip"])

    def save_v73(self, name, **arrays):
        """What MATLAB's save -v7.3 writes: the elements column by column."""
        path = self.write_behind(name, b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) +
                                 b"\0\x02IM", **{key: array.T for key, array in arrays.items()})
        with h5py.File(path, "a") as file:
            for key, array in arrays.items():
                file[key].attrs["MATLAB_class"] = numpy.bytes_(
                    {"f8": "double", "f4": "single"}.get(array.dtype.str[1:], str(array.dtype)))
        return path

    def test_matrices_of_matlab_are_transposed_back(self):
        random = numpy.random.default_rng(3)
        x = random.normal(size=(31, 7))
        labels = random.integers(0, 4, size=(31, 1)).astype(numpy.uint8)
        for name, y in (("column", labels), ("row", labels.T)):
            with self.subTest(name):
                path = self.save_v73(f"{name}.mat", X=x.astype("f4"), y=y)
                done = self.succeed("import", "--x", f"{path}:/X", "--y", path, "--output",
                                    self.scratch / "out.h5", "--overwrite", ranks=2)
                found, found_y, _ = self.content(self.scratch / "out.h5")
                numpy.testing.assert_array_equal(found, x.astype("f4"))
                self.assertEqual((found.dtype, found_y.dtype), (numpy.float32, numpy.uint8))
                numpy.testing.assert_array_equal(found_y, labels)
                said = [line for line in done.err.splitlines() if "transposed back" in line]
                self.assertEqual(len([line for line in said if "/X in" in line]), 1, done.err)
                self.assertIn("31 x 7", said[0])
        # Larger than a slab, in chunks; and of three axes, whose last has the rows.
        big = random.normal(size=(5003, 250))
        self.assertGreater(big.nbytes, 8 * 2 ** 20)
        path = self.save_v73("big.mat", x=big)
        with h5py.File(path, "a") as file:
            attributes = dict(file["x"].attrs)
            del file["x"]
            file.create_dataset("x", data=big.T, chunks=(60, 700), compression="gzip")
            file["x"].attrs.update(attributes)
        numpy.testing.assert_array_equal(self.imported("--x", path)[0], big)
        images = random.normal(size=(4, 5, 9))
        path = self.save_v73("images.mat", x=images)
        done = self.succeed("import", "--x", path, "--output", self.scratch / "images.h5", ranks=None)
        self.assertIn("9 x 5 x 4", done.err)
        numpy.testing.assert_array_equal(self.content(self.scratch / "images.h5")[0], images.T)

    def test_tables_may_begin_as_other_formats_do(self):
        for name in ("PK", "PAR1", "MATLAB", "PKC_activity"):
            with self.subTest(name):
                x, _, names = self.imported("--x", self.write("t.csv", f"{name},b\n1,2\n3,4\n"))
                numpy.testing.assert_array_equal(x, [[1, 2], [3, 4]])
                self.assertEqual(names, {"x.columns": [name, "b"]})
        for start, word in ((b"PAR1\x15\x04\x15\0\x15", "Parquet"), (b"PK\x03\x04\x14\0", "archive"),
                            (b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\x01IM\x0f\0", "-v7.3")):
            self.refuse(DATA, "--x", self.write("f.bin", start), words=[word])


class Split(ImportTest):
    def split(self, *arguments, ranks=None):
        train, test = self.scratch / "train.h5", self.scratch / "test.h5"
        self.succeed("import", "--output", train, "--test-output", test, "--overwrite", *arguments,
                     ranks=ranks)
        return self.content(train), self.content(test)

    def check(self, train, test, rows, test_rows):
        """Every row is in one of the files, in order, with its own label."""
        for x, y, _ in (train, test):
            numpy.testing.assert_array_equal(y, 2 * x[:, 0] + 1)
            self.assertTrue((numpy.diff(x[:, 0]) > 0).all())
        self.assertEqual(len(test[0]), test_rows)
        together = numpy.concatenate([train[0][:, 0], test[0][:, 0]])
        numpy.testing.assert_array_equal(numpy.sort(together), numpy.arange(rows))

    def test_is_a_partition_of_any_format(self):
        rows = 1001
        x = numpy.stack([numpy.arange(rows), numpy.arange(rows) % 7], axis=1)
        y = 2 * x[:, 0] + 1
        path = self.write("t.csv", table([["a", "b", "k"], *numpy.column_stack([x, y])]))
        arguments = ["--x", path, "--label", "k", "--test-fraction", "0.2"]
        first = self.split(*arguments)
        self.check(*first, rows, 200)
        self.assertEqual(first[1][2]["x.columns"], ["a", "b"])
        again = self.split(*arguments, "--seed", "1", ranks=2)
        numpy.testing.assert_array_equal(again[1][0], first[1][0])
        other = self.split(*arguments, "--seed", "2")
        self.check(*other, rows, 200)
        self.assertFalse(numpy.array_equal(other[1][0], first[1][0]))
        arrays = self.split("--x", self.save("x.npy", x), "--y", self.save("y.npy", y),
                            "--test-fraction", "0.2")
        self.check(*arrays, rows, 200)
        numpy.testing.assert_array_equal(arrays[1][0], first[1][0])

    def test_both_files_appear_or_none(self):
        text = table([["a", "k"], *([row, "x"] for row in range(2000)), ["bad", "x"]])
        train, test = self.scratch / "train.h5", self.scratch / "test.h5"
        done = support.run("import", "--x", self.write("t.csv", text), "--label", "k", "--output",
                           train, "--test-fraction", "0.2", "--test-output", test)
        self.assertEqual(done.code, DATA)
        self.assertIn("line 2002", done.complaints[0])
        self.assertEqual([path.name for path in self.scratch.iterdir()], ["t.csv"])


if __name__ == "__main__":
    unittest.main()
