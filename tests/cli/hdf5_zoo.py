# SPDX-License-Identifier: BSD-3-Clause
"""HDF5 files as others write them: each with what the program must make of it. A script and a test
share them."""

import os

import h5py
import numpy

ROWS, COLUMNS = 60, 5

USABLE = "usable"
IMMENSE = "immense"  # neither memory nor disk takes it


def values():
    return numpy.random.default_rng(3).integers(-50, 50, size=(ROWS, COLUMNS)).astype(float)


def create(path, **options):
    def make(**datasets):
        with h5py.File(path, "w", **options) as file:
            for name, data in datasets.items():
                file[name] = data
    return make


def with_type(kind):
    def make(path):
        create(path)(x=values().astype(kind))
    return make


def with_options(**options):
    def make(path):
        with h5py.File(path, "w") as file:
            data = values().astype(options.pop("dtype", "f8"))
            file.create_dataset("x", data=data, **options)
    return make


def with_filter(number, name=b""):
    """A data set that passed through a filter that no library has; its chunk is written as it is."""
    def make(path):
        with h5py.File(path, "w") as file:
            space = h5py.h5s.create_simple((ROWS, COLUMNS))
            properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            properties.set_chunk((ROWS, COLUMNS))
            properties.set_filter(number, h5py.h5z.FLAG_OPTIONAL, ())
            made = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F64LE, space, properties)
            made.write_direct_chunk((0, 0), values().tobytes(), 0)
    return make


def linked(link, others=None):
    def make(path):
        for name, content in (others or {}).items():
            with h5py.File(path.parent / name, "w") as file:
                file["rows"] = content
        with h5py.File(path, "w") as file:
            file["x"] = link
            file["other"] = values()
    return make


def virtual(missing):
    def make(path):
        source = path.parent / f"{path.stem}-source.h5"
        with h5py.File(source, "w") as file:
            file["rows"] = values()
        layout = h5py.VirtualLayout((ROWS, COLUMNS), "f8")
        layout[:] = h5py.VirtualSource(source.name, "rows", (ROWS, COLUMNS))
        with h5py.File(path, "w") as file:
            file.create_virtual_dataset("x", layout)
        if missing:
            source.unlink()
    return make


def virtual_of_itself(path):
    with h5py.File(path, "w") as file:
        file["rows"] = values()
        layout = h5py.VirtualLayout((ROWS, COLUMNS), "f8")
        layout[:] = h5py.VirtualSource(".", "rows", (ROWS, COLUMNS))
        file.create_virtual_dataset("x", layout)


def external(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (ROWS, COLUMNS), "f8",
                            external=[(str(path.parent / "gone.bin"), 0, ROWS * COLUMNS * 8)])
    (path.parent / "gone.bin").unlink(missing_ok=True)


def references(path):
    with h5py.File(path, "w") as file:
        file["a"] = 1
        file.create_dataset("x", (3,), dtype=h5py.ref_dtype)[:] = [file["a"].ref] * 3


def varying(path):
    with h5py.File(path, "w") as file:
        made = file.create_dataset("x", (3,), dtype=h5py.vlen_dtype("f8"))
        for i in range(3):
            made[i] = numpy.ones(i + 1)


def null_space(path):
    with h5py.File(path, "w") as file:
        file["x"] = h5py.Empty("f8")


def group(path):
    with h5py.File(path, "w") as file:
        file["x/rows"] = values()


def immense(shape):
    def make(path):
        with h5py.File(path, "w") as file:
            file.create_dataset("x", shape, "f8", chunks=(1,) * (len(shape) - 1) + (8,))
    return make


def truncated(share):
    def make(path):
        create(path)(x=numpy.ones((1000, 50)))
        os.truncate(path, int(path.stat().st_size * share))
    return make


def odd_attributes(path):
    """Attributes that this program writes too, of other kinds."""
    create(path)(x=values())
    with h5py.File(path, "a") as file:
        for name in ("format", "version", "timescales", "model", "data", "network", "layer", "encoder",
                     "canonical_correlations", "mutual_information", "encoded_by"):
            file.attrs[name] = h5py.Empty("f8") if name == "model" else numpy.arange(3)
        file["x"].attrs["columns"] = 3
        file["x"].attrs["classes"] = h5py.Empty("S3")


def odd_names(path):
    with h5py.File(path, "w") as file:
        file["x"] = values()
        file[b"caf\xe9 \xff"] = values()
        file["x"].attrs.create("columns", [b"caf\xe9", b"b", b"\xff", b"d", b"e"],
                               dtype=h5py.string_dtype("ascii", 5))


def matlab_block(path):
    create(path, userblock_size=512)(x=values())
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512))


# name: (maker, what must come of it). Words are of the message; several may serve.
ZOO = {
    "big-endian": (with_type(">f8"), USABLE),
    "big-endian-integers": (with_type(">i4"), USABLE),
    "half": (with_type("f2"), USABLE),
    "eighty-bits": (with_type(numpy.longdouble), USABLE),
    "booleans": (with_type(bool), USABLE),
    "bytes": (with_type("i1"), USABLE),
    "complex": (with_type("c16"), "compound records"),
    "compound": (lambda path: create(path)(x=numpy.zeros(9, [("a", "f8"), ("b", "i4")])),
                 "compound records"),
    "arrays": (lambda path: create(path)(x=numpy.zeros(9, [("a", "f8", (3,))])), "compound records"),
    "opaque": (lambda path: create(path)(x=numpy.zeros(9, "V7")), "opaque"),
    "strings": (lambda path: create(path)(x=[b"one", b"two", b"six"]), "strings"),
    "references": (references, "references"),
    "varying": (varying, "varying length"),
    "scalar": (lambda path: create(path)(x=3.0), "scalar"),
    "null": (null_space, "empty"),
    "no-rows": (lambda path: create(path)(x=numpy.zeros((0, 5))), "no rows"),
    "no-columns": (lambda path: create(path)(x=numpy.zeros((5, 0))), "no columns"),
    "group": (group, "not a data set"),
    "unlimited": (with_options(chunks=(7, 2), maxshape=(None, None)), USABLE),
    "gzip": (with_options(chunks=(7, 2), compression="gzip"), USABLE),
    "shuffle": (with_options(chunks=(7, 2), compression="gzip", shuffle=True), USABLE),
    "fletcher": (with_options(chunks=(7, 2), fletcher32=True), USABLE),
    "scale-offset": (with_options(chunks=(7, 2), scaleoffset=0, dtype="i4"), USABLE),
    "lzf": (with_options(chunks=(7, 2), compression="lzf"), "HDF5 filter lzf (32000)"),
    "lz4": (with_filter(32004), "HDF5 filter lz4 (32004)"),
    "unknown-filter": (with_filter(31999), "HDF5 filter number 31999"),
    "latest": (lambda path: create(path, libver="latest")(x=values()), USABLE),
    "user-block": (lambda path: create(path, userblock_size=1024)(x=values()), USABLE),
    "matlab-block": (matlab_block, USABLE),
    "soft": (linked(h5py.SoftLink("/other")), USABLE),
    "soft-dangling": (linked(h5py.SoftLink("/gone")), "a link to /gone"),
    "external": (linked(h5py.ExternalLink("linked.h5", "/rows"), {"linked.h5": values()}), USABLE),
    "external-missing": (linked(h5py.ExternalLink("absent.h5", "/rows")),
                         "a link to /rows in absent.h5"),
    "external-no-object": (linked(h5py.ExternalLink("linked.h5", "/nothing"),
                                  {"linked.h5": values()}), "a link to /nothing in linked.h5"),
    "virtual": (virtual(missing=False), USABLE),
    "virtual-of-itself": (virtual_of_itself, USABLE),
    "virtual-missing": (virtual(missing=True), "rows in virtual-missing-source.h5 cannot be found"),
    "raw-missing": (external, "gone.bin"),
    "immense": (immense((1 << 45, 1000)), IMMENSE),
    "more-than-counts": (immense((1 << 40, 1 << 40)), "more elements"),
    "truncated": (truncated(0.5), "damaged or not wholly written"),
    "header-only": (truncated(0.002), "damaged or not wholly written"),
    "cut-to-nothing": (truncated(0.0), "not an HDF5 file"),
    "text": (lambda path: path.write_text("no data set\n" * 100), "not an HDF5 file"),
    "odd-attributes": (odd_attributes, USABLE),
    "odd-names": (odd_names, USABLE),
}


def string_types():
    """Every string type of HDF5, as (name, low-level type)."""
    types = {}
    for set_name, number in (("ascii", h5py.h5t.CSET_ASCII), ("utf8", h5py.h5t.CSET_UTF8)):
        for padding, code in (("null-terminated", h5py.h5t.STR_NULLTERM),
                              ("null-padded", h5py.h5t.STR_NULLPAD),
                              ("space-padded", h5py.h5t.STR_SPACEPAD)):
            kind = h5py.h5t.C_S1.copy()
            kind.set_size(24)
            kind.set_strpad(code)
            kind.set_cset(number)
            types[f"{padding}-{set_name}"] = kind
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(h5py.h5t.VARIABLE)
        kind.set_cset(number)
        types[f"variable-{set_name}"] = kind
    return types


def packed(kind, texts):
    """Byte strings, as memory of a type: NumPy has no spaces to pad with."""
    if kind.is_variable_str():
        return numpy.array(texts, dtype=h5py.string_dtype("utf-8")), None
    fill = b" " if kind.get_strpad() == h5py.h5t.STR_SPACEPAD else b"\0"
    return numpy.array([text.ljust(24, fill) for text in texts], dtype="S24"), kind


def write_strings(file, name, kind, texts, shape=None):
    """A data set of byte strings, of the type as it is."""
    shape = shape or (len(texts),)
    made = h5py.h5d.create(file.id, name.encode(), kind, h5py.h5s.create_simple(shape))
    memory, memory_type = packed(kind, texts)
    if memory_type is None:
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, memory.reshape(shape).astype(object))
    else:
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, memory.reshape(shape), mtype=kind)


def write_string_attribute(thing, name, kind, texts):
    made = h5py.h5a.create(thing.id, name.encode(), kind, h5py.h5s.create_simple((len(texts),)))
    memory, memory_type = packed(kind, texts)
    if memory_type is None:
        made.write(memory.astype(object))
    else:
        made.write(memory, mtype=kind)
