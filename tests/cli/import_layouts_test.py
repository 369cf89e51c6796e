# SPDX-License-Identifier: BSD-3-Clause
"""`import` of HDF5 files as anndata and pandas lay them out, against what those programs read."""

import unittest
import warnings

import anndata
import h5py
import numpy
import pandas
import scipy.sparse

import support
from imports import DATA, USAGE, ImportTest

KINDS = ["B", "NK", "T", "unused"]


class LayoutTest(ImportTest):
    def setUp(self):
        super().setUp()
        self.enterContext(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # of the programs that write the files


class AnnotatedData(LayoutTest):
    CELLS, GENES = 57, 23

    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(3)
        counts = random.poisson(0.4, size=(self.CELLS, self.GENES)).astype("f4")
        counts[5] = 0  # a cell and a gene without a count
        counts[:, 7] = 0
        self.counts = counts
        self.codes = random.integers(0, 3, self.CELLS)
        self.genes = [f"gene-{k}" for k in range(self.GENES)]

    def save_cells(self, name, x, **layers):
        obs = pandas.DataFrame({
            "cell_type": pandas.Categorical.from_codes(self.codes, KINDS),
            "batch": [f"b{k % 2}" for k in range(self.CELLS)],
            "depth": self.counts.sum(axis=1)}, index=[f"c{k}" for k in range(self.CELLS)])
        data = anndata.AnnData(X=x, obs=obs, var=pandas.DataFrame(index=self.genes), layers=layers)
        data.write_h5ad(self.scratch / name)
        return self.scratch / name

    def test_dense_and_sparse(self):
        for name, x in (("dense", self.counts), ("csr", scipy.sparse.csr_matrix(self.counts)),
                        ("csc", scipy.sparse.csc_matrix(self.counts))):
            for ranks in (None, 2):
                with self.subTest(name, ranks=ranks):
                    path = self.save_cells(f"{name}.h5ad", x)
                    found, y, names = self.imported("--x", path, "--label", "cell_type",
                                                    ranks=ranks)
                    numpy.testing.assert_array_equal(found, self.counts)
                    self.assertEqual(found.dtype, numpy.float32)
                    numpy.testing.assert_array_equal(y, self.codes)
                    self.assertEqual(names, {"x.columns": self.genes, "y.classes": KINDS})

    def test_more_than_a_slab_in_every_order(self):
        matrix = scipy.sparse.random(20_011, 301, 0.03, "csr", "f4", random_state=1)
        self.assertGreater(4 * matrix.shape[0] * matrix.shape[1], 2 * 8 * 2 ** 20)
        shuffled = matrix.copy()
        for row in range(0, 2000):  # indices need not ascend within a row
            part = slice(*shuffled.indptr[row:row + 2])
            shuffled.indices[part] = shuffled.indices[part][::-1].copy()
            shuffled.data[part] = shuffled.data[part][::-1].copy()
        for name, stored in (("csr", shuffled), ("csc", matrix.tocsc())):
            with self.subTest(name):
                path = self.scratch / f"{name}.h5ad"
                anndata.AnnData(X=stored).write_h5ad(path)
                numpy.testing.assert_array_equal(self.imported("--x", path)[0], matrix.toarray())

    def test_other_matrices_and_columns_of_the_file(self):
        path = self.save_cells("layers.h5ad", self.counts,
                               doubled=scipy.sparse.csr_matrix(2 * self.counts))
        found, y, names = self.imported("--x", f"{path}:/layers/doubled", "--label", "batch")
        numpy.testing.assert_array_equal(found, 2 * self.counts)
        self.assertEqual((list(y), names["y.classes"]), ([k % 2 for k in range(57)], ["b0", "b1"]))
        self.assertEqual(names["x.columns"], self.genes)
        _, y, names = self.imported("--x", path, "--label", "depth")
        numpy.testing.assert_array_equal(y, self.counts.sum(axis=1))
        self.assertNotIn("y.classes", names)
        _, y, names = self.imported("--x", path, "--y", f"{path}:/obs/cell_type")
        self.assertEqual((list(y), names["y.classes"]), (list(self.codes), KINDS))

    def test_like_keeps_the_numbers_of_classes(self):
        whole = self.save_cells("whole.h5ad", self.counts)
        train = self.scratch / "train.h5"
        self.succeed("import", "--x", whole, "--label", "cell_type", "--output", train, ranks=None)
        data = anndata.read_h5ad(whole)
        some = data[data.obs["cell_type"] == "T"].copy()
        some.obs["cell_type"] = some.obs["cell_type"].cat.remove_unused_categories()
        some.write_h5ad(self.scratch / "some.h5ad")
        _, y, names = self.imported("--x", self.scratch / "some.h5ad", "--label", "cell_type",
                                    "--like", train)
        self.assertEqual((set(y), names["y.classes"]), ({2}, KINDS))

    def test_files_of_older_versions(self):
        # What anndata wrote before 2019: records, and attributes of another name.
        path = self.scratch / "old.h5ad"
        matrix = scipy.sparse.csr_matrix(self.counts)
        with h5py.File(path, "w") as file:
            file["X/data"], file["X/indices"], file["X/indptr"] = (matrix.data, matrix.indices,
                                                                   matrix.indptr)
            file["X"].attrs["h5sparse_format"] = "csr"
            file["X"].attrs["h5sparse_shape"] = matrix.shape
            file["obs"] = numpy.array(list(zip([b"c%d" % k for k in range(57)],
                                               [KINDS[code].encode() for code in self.codes])),
                                      [("index", "S4"), ("kind", "S6")])
            file["var"] = numpy.array([(gene.encode(),) for gene in self.genes], [("index", "S9")])
        found, y, names = self.imported("--x", path, "--label", "kind")
        numpy.testing.assert_array_equal(found, self.counts)
        self.assertEqual((list(y), names["y.classes"]), (list(self.codes), KINDS[:3]))
        self.assertEqual(names["x.columns"], self.genes)
        # And before 2021: codes with their categories beside them.
        with h5py.File(path, "a") as file:
            del file["obs"]
            file["obs/kind"] = self.codes.astype("i1")
            file["obs/__categories/kind"] = [kind.encode() for kind in KINDS]
        _, y, names = self.imported("--x", path, "--label", "kind")
        self.assertEqual((list(y), names["y.classes"]), (list(self.codes), KINDS))

    def test_training_reads_dense_ones_and_says_what_others_need(self):
        for name, x in (("dense", self.counts), ("csr", scipy.sparse.csr_matrix(self.counts))):
            path = self.save_cells(f"{name}.h5ad", x)
            done = support.run("train", "--data", path, "--x", "/X", "--encoder", "dense:2",
                               "--steps", "1", "--output", self.scratch / name, ranks=2)
            if name == "dense":
                self.assertEqual(done.code, 0, done.err)
            else:
                self.assert_refused(done, DATA, "/X in", "sparse matrix", "infomax import")

    def test_refusals(self):
        path = self.save_cells("cells.h5ad", scipy.sparse.csr_matrix(self.counts))
        self.refuse(DATA, "--x", path, "--label", "cell_typ",
                    words=["cell_typ", "batch", "did you mean cell_type?"])
        self.refuse(USAGE, "--x", path, "--label", "batch,depth", words=["--label", "one column"])
        self.refuse(USAGE, "--x", path, "--drop", "gene-1", words=["--drop"])
        with h5py.File(path, "a") as file:
            file["obs/cell_type/codes"][4] = -1
        self.refuse(DATA, "--x", path, "--label", "cell_type", words=["1 of the 57 rows"])
        for part, place, value, word in (("indices", 3, 99, "beyond its shape"),
                                         ("indptr", 3, 10 ** 6, "does not ascend")):
            bad = self.save_cells("bad.h5ad", scipy.sparse.csr_matrix(self.counts))
            with h5py.File(bad, "a") as file:
                file["X"][part][place] = value
            self.refuse(DATA, "--x", bad, words=["/X", word])
        # Shapes that no memory holds, and one that some disk might.
        for stored in (scipy.sparse.csr_matrix, scipy.sparse.csc_matrix):
            for shape in ((2 ** 62, self.GENES), (2 ** 40, self.GENES), (self.CELLS, 2 ** 60)):
                bad = self.save_cells("huge.h5ad", stored(self.counts))
                with h5py.File(bad, "a") as file:
                    file["X"].attrs["shape"] = numpy.array(shape)
                with self.subTest(stored.__name__, shape=shape):
                    self.refuse(DATA, "--x", bad)

    def store_sparse(self, kind, shape, **arrays):
        """A matrix of three elements on a diagonal, but for the arrays that are given: what is in one, or
        how many elements it declares and does not hold."""
        path = self.scratch / "claims.h5ad"
        whole = {"data": numpy.ones(3, "f4"), "indices": numpy.arange(3), "indptr": numpy.arange(4)}
        with h5py.File(path, "w") as file:
            for name, values in {**whole, **arrays}.items():
                if isinstance(values, int):
                    file.create_dataset(f"X/{name}", (values,), "f4" if name == "data" else "i8",
                                        chunks=(1024,))
                else:
                    file[f"X/{name}"] = values
            file["X"].attrs["encoding-type"] = kind
            file["X"].attrs["shape"] = numpy.array(shape)
            file["obs/depth"] = file["var/length"] = numpy.zeros(3)
        return path

    def test_claims_that_no_file_holds_are_refused_before_memory_is_allocated(self):
        many = 10 ** 11
        for kind in ("csr_matrix", "csc_matrix"):
            def shape(lines, across, kind=kind):
                return (lines, across) if kind == "csr_matrix" else (across, lines)
            said = numpy.array([0, many, 2 * many, 3 * many])
            for claim, words in (
                    ({"shape": shape(3, 8 * 10 ** 15)}, ["/X", "damaged"]),
                    ({"shape": shape(3, 10 ** 12)}, ["/X", "damaged"]),
                    ({"shape": shape(3, 10 ** 9)}, ["/X", "holds 3 elements"]),
                    ({"shape": shape(many, 3), "indptr": many + 1}, ["/X", "damaged"]),
                    ({"data": 3 * many, "indices": 3 * many, "indptr": said}, ["/X/data", "hold"]),
                    ({"indptr": numpy.array([0, -1, 2, 3])}, ["does not ascend"]),
                    ({"indptr": numpy.array([1, 1, 2, 3])}, ["does not ascend"]),
                    ({"indices": numpy.array([0, -1, 2])}, ["beyond its shape"])):
                with self.subTest(kind, claim=claim):
                    path = self.store_sparse(kind, claim.pop("shape", (3, 3)), **claim)
                    self.refuse(DATA, "--x", path, words=words)
            numpy.testing.assert_array_equal(
                self.imported("--x", self.store_sparse(kind, (3, 3)))[0], numpy.eye(3))
        # The same of names and of dense rows.
        path = self.store_sparse("csr_matrix", (3, 3))
        with h5py.File(path, "a") as file:
            file.create_dataset("var/_index", (many,), h5py.string_dtype(), chunks=(1024,))
            file.create_dataset("long", (100 * many, 3), "f4", chunks=(1024, 3))
            file.create_dataset("wide", (3, many), "f4", chunks=(1, 1024))
        with h5py.File(self.scratch / "others.h5", "w") as file:  # of MATLAB and pandas
            file.create_dataset("matlab", (3, 100 * many), "f4", chunks=(3, 1024))
            file["matlab"].attrs["MATLAB_class"] = numpy.bytes_("single")
            file.create_group("frame").attrs["pandas_type"] = "frame_table"
            file.create_dataset("frame/table", (many,), [("index", "i8"), ("a", "f8")], chunks=(1024,))
            file.create_group("fixed").attrs["pandas_type"] = "frame"
            file.create_dataset("fixed/block0_values", (many, 3), "f8", chunks=(1024, 3))
        self.refuse(DATA, "--x", path, words=["/var/_index", "does not hold"])
        self.refuse(DATA, "--x", f"{path}:/long", words=["/long", "does not hold"])
        self.refuse(DATA, "--x", f"{path}:/wide", words=["/wide", "rows of 400000000000 bytes"])
        path = self.scratch / "others.h5"
        self.refuse(DATA, "--x", f"{path}:/matlab", lines=2, words=["/matlab", "does not hold"])
        self.refuse(DATA, "--x", f"{path}:/frame", words=["/frame/table", "does not hold"])
        self.refuse(DATA, "--x", f"{path}:/fixed", words=["/fixed/block0_values", "does not hold"])


class Pandas(LayoutTest):
    ROWS = 41

    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(5)
        self.frame = pandas.DataFrame({
            "a": random.normal(size=self.ROWS), "n": random.integers(-9, 9, self.ROWS),
            "b": random.normal(size=self.ROWS), "f": random.random(self.ROWS) < 0.5,
            "grün \u4e16": random.normal(size=self.ROWS)})

    def store(self, name, frame, key="df", **options):
        path = self.scratch / name
        frame.to_hdf(path, key=key, **options)
        return path

    def with_texts(self):
        kinds = ["low", "mid", "high"]
        codes = numpy.random.default_rng(6).integers(0, 3, self.ROWS)
        frame = self.frame.copy()
        frame.insert(1, "kind", [kinds[code] for code in codes])
        frame["cat"] = pandas.Categorical.from_codes(codes, kinds)
        frame["when"] = pandas.date_range("2020-01-01", periods=self.ROWS)
        return frame, kinds, codes

    def test_frames_in_both_formats(self):
        wanted = self.frame.astype(float).to_numpy()
        for name, options in (("fixed", {"format": "fixed"}), ("table", {"format": "table"}),
                              ("columns", {"format": "table", "data_columns": True}),
                              ("packed", {"format": "table", "complevel": 6})):
            with self.subTest(name):
                path = self.store(f"{name}.h5", self.frame, **options)
                x, y, names = self.imported("--x", path, ranks=2 if name == "table" else None)
                numpy.testing.assert_array_equal(x, wanted)
                self.assertEqual((x.dtype, y), (numpy.float64, None))
                self.assertEqual(names, {"x.columns": list(self.frame.columns)})
                x, y, names = self.imported("--x", f"{path}:/df", "--label", "n", "--drop", "f,1")
                numpy.testing.assert_array_equal(x, wanted[:, [2, 4]])
                numpy.testing.assert_array_equal(y, self.frame["n"])
                self.assertEqual(y.dtype, numpy.int64)

    def test_columns_of_one_type_keep_it(self):
        whole = pandas.DataFrame(numpy.arange(30, dtype="i2").reshape(10, 3))
        for form in ("fixed", "table"):
            x, _, names = self.imported("--x", self.store(f"{form}.h5", whole, format=form))
            numpy.testing.assert_array_equal(x, whole.to_numpy())
            self.assertEqual((x.dtype, names["x.columns"]), (numpy.int16, ["0", "1", "2"]))
        series = pandas.Series(numpy.arange(10) / 4, name="s")
        for form in ("fixed", "table"):
            path = self.store(f"s-{form}.h5", series, format=form)
            _, y, _ = self.imported("--x", self.scratch / "fixed.h5", "--y", path)
            numpy.testing.assert_array_equal(y, series)

    def test_texts_and_categories_are_classes(self):
        frame, kinds, codes = self.with_texts()
        for columns in (None, True):
            path = self.store(f"texts-{columns}.h5", frame, key="grp/df", format="table",
                              data_columns=columns)
            with self.subTest(data_columns=columns):
                x, y, names = self.imported("--x", path, "--label", "kind", "--drop", "cat,when")
                numpy.testing.assert_array_equal(x, self.frame.astype(float).to_numpy())
                self.assertEqual(names["y.classes"], sorted(kinds))
                self.assertEqual([sorted(kinds)[code] for code in y], list(frame["kind"]))
                _, y, names = self.imported("--x", path, "--label", "cat", "--drop", "kind,when")
                self.assertEqual((list(y), names["y.classes"]), (list(codes), kinds))
                self.refuse(DATA, "--x", path, "--label", "kind", "--drop", "when",
                            words=["column cat", "--label", "--drop"])
                self.refuse(DATA, "--x", path, "--label", "kind", "--drop", "cat",
                            words=["column when", "times"])
        path = self.store("fixed.h5", frame.drop(columns="cat"), format="fixed")
        x, _, _ = self.imported("--x", path, "--drop", "kind,when")
        numpy.testing.assert_array_equal(x, self.frame.astype(float).to_numpy())
        self.refuse(DATA, "--x", path, "--drop", "when", words=["column kind", "format='table'"])
        self.refuse(DATA, "--x", path, "--label", "knid", words=["knid", "did you mean kind?"])

    def test_one_of_several_stores(self):
        path = self.store("two.h5", self.frame[["a"]], key="first")
        self.frame[["b"]].to_hdf(path, key="second")
        x, _, _ = self.imported("--x", f"{path}:/second")
        numpy.testing.assert_array_equal(x, self.frame[["b"]])
        self.refuse(DATA, "--x", path, words=["/first/block0_values", "41 x 1 f64"])

    def test_many_rows_and_columns(self):
        wide = pandas.DataFrame(numpy.random.default_rng(1).normal(size=(9001, 150)),
                                columns=[f"c{k}" for k in range(150)])
        wide["c70"] = wide["c70"].astype("f4")
        self.assertGreater(8 * wide.size, 8 * 2 ** 20)
        for form in ("fixed", "table"):
            x, _, names = self.imported("--x", self.store(f"{form}.h5", wide, format=form))
            numpy.testing.assert_array_equal(x, wide.to_numpy(dtype=float))
            self.assertEqual(names["x.columns"], list(wide.columns))

    def test_blocks_of_other_rows_are_refused(self):
        path = self.store("torn.h5", self.frame, format="fixed")
        with h5py.File(path, "a") as file:
            values = file["df/block0_values"][:]
            del file["df/block0_values"]
            file["df/block0_values"] = values[:-5]
        self.refuse(DATA, "--x", path, words=["no whole store", "belong together"])

    def test_memory_follows_what_is_kept(self):
        rows, columns = 40_000, 300
        wide = pandas.DataFrame(numpy.zeros((rows, columns)),
                                columns=[f"c{k}" for k in range(columns)])
        path = self.store("wide.h5", wide, format="fixed")
        narrow = self.store("narrow.h5", wide[["c0", "c1"]], format="fixed")
        dropped = ",".join(f"c{k}" for k in range(2, columns))
        base, = self.measure("peak_memory.py", "import", "--x", narrow, "--output",
                             self.scratch / "narrow.out.h5", ranks=1)
        peak, = self.measure("peak_memory.py", "import", "--x", path, "--drop", dropped, "--output",
                             self.scratch / "wide.out.h5", ranks=1)
        # A slab of two columns has all rows, and of the whole width they are 92 MiB.
        self.assertLess(peak - base, 8 * rows * columns / 3)



if __name__ == "__main__":
    unittest.main()
