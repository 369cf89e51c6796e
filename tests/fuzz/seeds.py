# SPDX-License-Identifier: BSD-3-Clause
"""The first inputs of each fuzzing program: small files of every kind that its readers know."""

import gzip
import io
import os
import pathlib
import struct
import sys
import tempfile
import wave
import zipfile

import anndata
import h5py
import numpy
import pandas
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import hdf5_zoo  # noqa: E402

MOST_BYTES = 64 << 10  # larger files are changed in places that nothing reads

SPECS = """dense:4
dense:8,tanh,dense:2
linear:3
conv:4:3:pad=1,batchnorm,relu,maxpool:2,conv:4:3:stride=2,globalpool,dense:3
residual(conv:3:3:pad=1,batchnorm,relu),flatten,dense:2
repeat:2(dense:6,gelu,layernorm),dense:2
conv:4:3:groups=2,groupnorm:2,silu,avgpool:2:2,flatten,dropout:0.1,dense:2
gru:4,last,dense:2
bidirectional(lstm:3),mean,dense:2
embedding:9:4,rnn:3,max,dense:2
dense:3,each,gru:4
resnet:18
dim:32
steps,dense:4,relu,gru:3,each
dense:4,softplus,softmax
depthdrop:0.2(dense:12,relu)""".splitlines()

SETTINGS = """encoder = "dense:8,tanh,dense:2"
objective = barlow
steps = 10
batch = 64
optimizer = adam
learning-rate = 0.01
schedule = cosine
warmup = 2epochs
pair = augment
augment = shift:2,flip
validation = 0.1
checkpoint-every = 5steps
data-memory = 1G
page-rows = 16
threads = 1
precision = double
normalize = standardize
seed = 7
lambda = 0.5
clip = 1
weight-decay = 1e-4
blocks = 12
temperature = learn
critic = separable:dense:8,relu,dense:4
lag = 3
horizon = 4
micro-batch = 32
reproducible = yes
early-stop = 5
dropout = 0.1
""" + "\n".join(f"encoder = {spec}" for spec in SPECS)


def saved(write):
    """The bytes that `write` writes to a path."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "seed.h5"
        write(path)
        return path.read_bytes()


def numpy_bytes(array, **options):
    out = io.BytesIO()
    numpy.lib.format.write_array(out, array, **options)
    return out.getvalue()


def archive(compression):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        file.writestr("x.npy", numpy_bytes(numpy.arange(12, dtype="f4").reshape(4, 3)))
        file.writestr("y.npy", numpy_bytes(numpy.arange(4)))
    return out.getvalue()


def idx(array, code):
    head = struct.pack(">HBB", 0, code, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def picture(mode, kind, size=(5, 4)):
    out = io.BytesIO()
    numbers = numpy.random.default_rng(1).integers(0, 256, size=(size[1], size[0], 4), dtype="u1")
    Image.fromarray(numbers, "RGBA").convert(mode).save(out, kind)
    return out.getvalue()


def sound(bytes_of_sample, channels, rate=8000, samples=900):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(bytes_of_sample)
        file.setframerate(rate)
        file.writeframes(os.urandom(samples * channels * bytes_of_sample))
    return out.getvalue()


def matlab(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in (("X", numpy.arange(12.0).reshape(3, 4)),
                             ("s", numpy.array([[104, 105]], "u2"))):
            made = file.create_dataset(name, data=values)
            made.attrs["MATLAB_class"] = numpy.bytes_("char" if name == "s" else "double")
    content = bytearray(path.read_bytes())
    content[:len(head)] = (head := b"MATLAB 7.3 MAT-file, Platform: GLNXA64")
    path.write_bytes(content)


def cells(sparse):
    def write(path):
        import scipy.sparse
        x = numpy.random.default_rng(2).poisson(0.7, size=(6, 4)).astype("f4")
        obs = pandas.DataFrame({"kind": pandas.Categorical(list("abcabc"))},
                               index=[f"c{i}" for i in range(6)])
        made = {"csr": scipy.sparse.csr_matrix, "csc": scipy.sparse.csc_matrix}.get(sparse, lambda x: x)
        anndata.AnnData(X=made(x), obs=obs,
                        var=pandas.DataFrame(index=[f"g{i}" for i in range(4)])).write_h5ad(path)
    return write


def frame(kind):
    def write(path):
        pandas.DataFrame({"a": numpy.arange(6.0), "b": numpy.arange(6), "t": list("xyzxyz")}).to_hdf(
            path, "df", format=kind)
    return write


TABLES = {"plain": "a,b,kind\n1,2,x\n3,4.5,y\n-1e3,,x\n",
          "quoted": '"a ""q""","b, c",kind\r\n1,"2",x\r\n3,NA,"y\nz"\r\n',
          "tabs": "# of a run\n1\t2,5\t3\n4\t5,25\t6\n", "semicolons": "id;a;b\nr1;1;2\nr2;3;4\n",
          "numbers": "1 2 3\n4 5 6\n7 8 nan\n", "text": "a line of words\nand another, longer one\n\n"}


def imports():
    """Name and content of files for `infomax import`, without the first byte, which chooses options."""
    yield from ((f"table-{name}", text.encode()) for name, text in TABLES.items())
    yield "table-gz", gzip.compress(TABLES["plain"].encode())
    for name, array in {"f4": numpy.arange(12, dtype="f4").reshape(4, 3), "u1": numpy.eye(4, dtype="u1"),
                        "big": numpy.arange(6, dtype=">i4").reshape(2, 3), "bool": numpy.eye(3) > 0,
                        "fortran": numpy.asfortranarray(numpy.arange(12.0).reshape(3, 4)),
                        "names": numpy.array(["a", "bb", "c"]), "deep": numpy.zeros((2, 3, 2, 2), "f8"),
                        "records": numpy.zeros(3, [("a", "f4"), ("b", "i8")])}.items():
        yield f"npy-{name}", numpy_bytes(array)
    yield "npy-objects", numpy_bytes(numpy.array(["a", "b"], object), allow_pickle=True)
    yield "npy-gz", gzip.compress(numpy_bytes(numpy.eye(3)))
    yield "npz-stored", archive(zipfile.ZIP_STORED)
    yield "npz-deflated", archive(zipfile.ZIP_DEFLATED)
    yield "idx-bytes", idx(numpy.arange(24, dtype="u1").reshape(4, 3, 2), 0x08)
    yield "idx-floats", idx(numpy.arange(6, dtype="f4").reshape(3, 2), 0x0D)
    yield "idx-gz", gzip.compress(idx(numpy.arange(5, dtype="u1"), 0x08))
    for mode in ("L", "RGB", "RGBA", "P", "1", "LA"):
        yield f"png-{mode}", picture(mode, "PNG")
    for mode in ("L", "RGB", "1"):
        yield f"pnm-{mode}", picture(mode, "PPM")
    yield "pnm-text", b"P2\n# c\n3 2\n255\n1 2 3\n4 5 6\n"
    yield "pnm-sixteen", b"P5 2 2 65535\n" + bytes(range(8))
    for size, channels in ((1, 1), (2, 1), (2, 2), (3, 1), (4, 1)):
        yield f"wav-{size}-{channels}", sound(size, channels)
    yield "matlab", saved(matlab)
    for kind in ("dense", "csr", "csc"):
        yield f"cells-{kind}", saved(cells(kind))
    for kind in ("fixed", "table"):
        yield f"frame-{kind}", saved(frame(kind))


def zoo():
    for name, (make, wanted) in hdf5_zoo.ZOO.items():
        if wanted != hdf5_zoo.IMMENSE:
            try:
                yield name, saved(make)
            except (OSError, ValueError):
                continue  # a folder, or none at all


def runs(program):
    """The model and a checkpoint of small runs, without their seals."""
    import subprocess
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "data.h5"
        with h5py.File(data, "w") as file:
            file["x"] = numpy.random.default_rng(4).normal(size=(40, 6))
        for name, more in {"plain": [], "normalised": ["--encoder", "dense:4,batchnorm,relu,dense:2"],
                           "critic": ["--pair", "augment", "--augment", "noise:0.1", "--objective",
                                      "infonce", "--critic", "bilinear"]}.items():
            run = pathlib.Path(folder) / name
            subprocess.run([program, "train", "--data", data, "--output", run, "--steps", "2",
                            *([] if "--encoder" in more else ["--encoder", "dense:3"]), *more,
                            "--progress", "none"], check=True, stderr=subprocess.DEVNULL)
            yield f"model-{name}", (run / "model.h5").read_bytes()[512:]
            for checkpoint in (run / "checkpoints").glob("*.h5"):
                yield f"checkpoint-{name}", checkpoint.read_bytes()[512:]


def write_seeds(folder, program):
    """Writes folder/PROGRAM/NAME for all fuzzing programs; `program` is infomax."""
    def write(target, name, content):
        if len(content) <= MOST_BYTES:
            place = pathlib.Path(folder) / target
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)

    for number, spec in enumerate(SPECS):
        for shape in range(6):
            write("spec", f"{number}-{shape}", bytes([shape]) + spec.encode())
    for number, line in enumerate(SETTINGS.splitlines()):
        write("settings", f"line-{number}", line.encode())
    write("settings", "all", SETTINGS.encode())
    for name, content in imports():
        for choice in {"table": (0, 1, 2, 3, 4, 5, 6), "wav": (0, 7, 8, 9)}.get(name.split("-")[0], (0, 9)):
            write("import", f"{name}-{choice}", bytes([choice]) + content)
    for name, content in zoo():
        write("hdf5", name, content)
    for name, content in imports():
        if content.startswith(b"\x89HDF") or name == "matlab":
            write("hdf5", name, content)
    for name, content in runs(program):
        if name.startswith("model"):
            write("model", name, content)
        else:
            write("checkpoint", name, b"\0" + content)
