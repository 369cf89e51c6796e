# SPDX-License-Identifier: BSD-3-Clause
"""`import` of archives of NumPy, arrays in Fortran order, images, sounds, texts and folders, against
NumPy, Pillow, Python's wave module and regular expressions."""

import ctypes
import ctypes.util
import gzip
import io
import os
import re
import struct
import unittest
import wave
import zipfile
import zlib

import h5py
import numpy
import PIL.Image

import support
from imports import DATA, USAGE, ImportTest


class Archives(ImportTest):
    def test_every_array_stored_and_deflated(self):
        arrays = {"x": numpy.random.default_rng(1).normal(size=(30, 4, 2)).astype("f4"),
                  "y": numpy.arange(30) % 3, "wide": numpy.ones((30, 70), ">i2")}
        for save in (numpy.savez, numpy.savez_compressed):
            path = self.scratch / "a.npz"
            save(path, **arrays)
            for name in ("x", "wide"):
                with self.subTest(save.__name__, array=name):
                    x, y, _ = self.imported("--x", f"{path}:/{name}", "--y", path, ranks=2)
                    numpy.testing.assert_array_equal(x, arrays[name])
                    numpy.testing.assert_array_equal(y, arrays["y"])
            numpy.testing.assert_array_equal(self.imported("--x", path)[0], arrays["x"])

    def test_more_than_a_slab_and_in_fortran_order(self):
        array = numpy.asfortranarray(numpy.random.default_rng(2).integers(0, 9, (6007, 3, 599)))
        self.assertGreater(array.nbytes, 8 * 2 ** 20)
        for save in (numpy.savez, numpy.savez_compressed):
            save(self.scratch / "f.npz", only=array)
            numpy.testing.assert_array_equal(self.imported("--x", self.scratch / "f.npz")[0], array)

    def test_arrays_that_shrink_to_a_few_bytes(self):
        # All packed bytes are read long before the last column is.
        for shape in ((5, 5), (40, 3), (300, 400)):
            array = numpy.asfortranarray(numpy.zeros(shape))
            numpy.savez_compressed(self.scratch / "z.npz", x=array)
            numpy.testing.assert_array_equal(self.imported("--x", self.scratch / "z.npz")[0], array)

    def test_an_archive_above_what_32_bits_count(self):
        # As ZIP64 has it, which may be written for small members too.
        path = self.scratch / "big.npz"
        array = numpy.arange(12.0).reshape(4, 3)
        bytes_ = io.BytesIO()
        numpy.save(bytes_, array)
        with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
            with archive.open(zipfile.ZipInfo("x.npy"), "w", force_zip64=True) as member:
                member.write(bytes_.getvalue())
        whole = path.read_bytes()
        at = whole.rindex(b"PK\1\2")
        entry = bytearray(whole[at:whole.rindex(b"PK\5\6")])
        extra = struct.pack("<HHQQQ", 1, 24, len(bytes_.getvalue()), len(bytes_.getvalue()), 0)
        struct.pack_into("<III", entry, 20, 0xFFFFFFFF, 0xFFFFFFFF, len(b"x.npy") | len(extra) << 16)
        struct.pack_into("<I", entry, 42, 0xFFFFFFFF)
        entry = bytes(entry[:46 + 5]) + extra
        end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry), at)
        place = struct.pack("<4sIQI", b"PK\6\7", 0, at + len(entry), 1)
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        path.write_bytes(whole[:at] + entry + end64 + place + end)
        numpy.testing.assert_array_equal(self.imported("--x", path)[0], array)

    def test_wrong_archives(self):
        array = numpy.random.default_rng(3).normal(size=(400, 3))
        path = self.scratch / "a.npz"
        numpy.savez(path, images=array, more=array)
        self.refuse(DATA, "--x", path, words=["no array x", "images, more", f"{path}:/images"])
        self.refuse(DATA, "--x", f"{path}:/image", words=["did you mean images?"])
        for save in (numpy.savez, numpy.savez_compressed):
            save(path, x=array)
            whole = path.read_bytes()
            self.refuse(DATA, "--x", self.write("cut.npz", whole[:-30]), words=["archive", "cut"])
            damaged = bytearray(whole)
            damaged[len(whole) // 2] ^= 0x40
            self.refuse(DATA, "--x", self.write("bad.npz", bytes(damaged)), words=["damaged"])
        with zipfile.ZipFile(self.scratch / "b.npz", "w", zipfile.ZIP_BZIP2) as archive:
            archive.write(self.save("x.npy", array), "x.npy")
        self.refuse(DATA, "--x", self.scratch / "b.npz", words=["savez_compressed"])
        for place in (8, 6):  # the flags of the directory's entry, and of the array itself
            encrypted = bytearray(whole)
            encrypted[(whole.rindex(b"PK\1\2") if place == 8 else 0) + place] |= 1
            self.refuse(DATA, "--x", self.write("secret.npz", bytes(encrypted)),
                        words=["x.npy in", "secret.npz is encrypted", "without a password"])
        with zipfile.ZipFile(self.scratch / "t.xlsx", "w") as archive:
            archive.writestr("sheet.xml", "<a/>")
        self.refuse(DATA, "--x", self.scratch / "t.xlsx", words=["archive", "CSV"])


class FortranOrder(ImportTest):
    def test_arrays_of_every_shape(self):
        random = numpy.random.default_rng(4)
        for shape in ((11,), (11, 5), (5, 11), (7, 2, 3), (3, 2, 4, 5), (1, 6), (6, 1)):
            for kind in ("u1", "f2", ">f4", "f8", "?"):
                array = numpy.asfortranarray((random.normal(size=shape) * 9).astype(kind))
                for name in ("x.npy", "x.npy.gz"):
                    with self.subTest(shape=shape, kind=kind, name=name):
                        x, _, _ = self.imported("--x", self.save(name, array))
                        numpy.testing.assert_array_equal(x, array)

    def test_cut_and_long_files(self):
        whole = self.save("whole.npy", numpy.asfortranarray(numpy.ones((40, 30)))).read_bytes()
        self.refuse(DATA, "--x", self.write("cut.npy", whole[:-1]), words=["ends before"])
        self.refuse(DATA, "--x", self.write("cut.npy.gz", whole[:-1]), words=["ends before"])
        self.refuse(DATA, "--x", self.write("long.npy", whole + b"x"), words=["more data"])


class Images(ImportTest):
    def setUp(self):
        super().setUp()
        self.random = numpy.random.default_rng(5)
        self.folder = self.scratch / "images"

    def draw(self, name, mode="L", size=(9, 7), **options):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        width, height = size
        shape = {"L": (height, width), "1": (height, width), "P": (height, width)}.get(
            mode, (height, width, len(mode)))
        values = self.random.integers(0, 256, shape, "u1")
        image = PIL.Image.fromarray(values, "L" if mode in "1P" else mode)
        if mode in "1P":
            image = image.convert(mode)
        image.save(path, **options)
        return numpy.asarray(PIL.Image.open(path).convert(
            "L" if mode in ("L", "1", "LA") else "RGB"))

    def test_grey_images_of_both_formats(self):
        made = {name: self.draw(name, mode) for name, mode in
                (("b.png", "L"), ("a.pgm", "L"), ("sub.png", "1"), ("z.PNG", "LA"))}
        (self.folder / ".hidden.png").write_bytes(b"nothing")
        x, y, _ = self.imported("--x", self.folder, ranks=2)
        numpy.testing.assert_array_equal(x, [made[name] for name in sorted(made)])
        self.assertEqual((x.dtype, y), (numpy.uint8, None))

    def test_colours_come_plane_by_plane(self):
        made = {name: self.draw(name, mode, **options) for name, mode, options in
                (("rgb.png", "RGB", {}), ("alpha.png", "RGBA", {}), ("palette.png", "P", {}),
                 ("net.ppm", "RGB", {}), ("grey.png", "L", {}))}
        made["grey.png"] = numpy.stack([made["grey.png"]] * 3, axis=-1) \
            if made["grey.png"].ndim == 2 else made["grey.png"]
        done = self.succeed("import", "--x", self.folder, "--output", self.scratch / "c.h5")
        with h5py.File(self.scratch / "c.h5") as file:
            wanted = numpy.array([made[name] for name in sorted(made)]).transpose(0, 3, 1, 2)
            numpy.testing.assert_array_equal(file["x"][()], wanted)
        self.assertRegex(done.err, "transparency of 1 of the 5")
        self.assertRegex(done.err, "2 of the 5 images|1 of the 5 images")

    def test_sixteen_bits_and_plain_text(self):
        self.folder.mkdir()
        deep = self.random.integers(0, 65536, (6, 5)).astype("u2")
        PIL.Image.fromarray(deep).save(self.folder / "a.png")
        (self.folder / "b.pgm").write_bytes(b"P5 # of a microscope\n5 6\n65535\n" +
                                            deep.astype(">u2").tobytes())
        (self.folder / "c.pgm").write_text("P2\n# text\n5 6\n65535\n" +
                                           "\n".join(" ".join(map(str, row)) for row in deep))
        x, _, _ = self.imported("--x", self.folder)
        numpy.testing.assert_array_equal(x, [deep] * 3)
        self.assertEqual(x.dtype, numpy.uint16)

    def test_sub_folders_are_classes(self):
        made = {name: self.draw(name) for name in
                ("dog/1.png", "dog/2.png", "cat/9.png", "emu/more/3.png")}
        (self.folder / "cat/notes.txt").write_text("a line\n")
        done = self.succeed("import", "--x", self.folder, "--output", self.scratch / "d.h5")
        x, y, names = self.content(self.scratch / "d.h5")
        numpy.testing.assert_array_equal(x, [made[name] for name in sorted(made)])
        self.assertEqual((list(y), names), ([0, 1, 1, 2], {"y.classes": ["cat", "dog", "emu"]}))
        self.assertIn("1 of the 5 files", done.err)
        test = self.scratch / "images"
        for name in ("dog/1.png", "dog/2.png", "cat/9.png"):
            os.remove(test / name)
        _, y, names = self.imported("--x", test, "--like", self.scratch / "d.h5")
        self.assertEqual((list(y), names["y.classes"]), ([2], ["cat", "dog", "emu"]))
        self.draw("newt/1.png")
        self.refuse(DATA, "--x", test, "--like", self.scratch / "d.h5", lines=2,
                    words=["newt", "--like"])
        self.draw("beside.png")
        self.refuse(DATA, "--x", test, lines=2, words=["beside.png", "sub-folder"])

    def test_sub_folders_are_no_classes_where_y_is_given(self):
        for name in ("day/1.png", "night/1.png"):
            self.draw(name)
        y = self.write("y.csv", "kind\nu\nv\n")
        labels = ["--y", y, "--header", "yes"]
        like = self.scratch / "like.h5"
        self.succeed("import", "--x", self.folder, *labels, "--output", like)
        _, y, names = self.imported("--x", self.folder, *labels, "--like", like)
        self.assertEqual((list(y), names["y.classes"]), ([0, 1], ["u", "v"]))
        (self.folder / "day/1.png").rename(self.folder / "beside.png")
        _, y, _ = self.imported("--x", self.folder, *labels, "--like", like)
        self.assertEqual(list(y), [0, 1])

    def test_a_split_and_a_single_image(self):
        for k in range(10):
            self.draw(f"{k}.png")
        self.succeed("import", "--x", self.folder, "--output", self.scratch / "a.h5",
                     "--test-fraction", "0.3", "--test-output", self.scratch / "b.h5")
        self.assertEqual([len(self.content(self.scratch / name)[0]) for name in ("a.h5", "b.h5")],
                         [7, 3])
        self.assertEqual(self.imported("--x", self.folder / "3.png")[0].shape, (1, 7, 9))

    def wrong_checksum(self, whole):
        """A PNG whose image data have another checksum than they say."""
        damaged = bytearray(whole)
        start = damaged.index(b"IDAT")
        size = struct.unpack_from(">I", damaged, start - 4)[0]
        damaged[start + 4 + size] ^= 0xFF
        return self.write("checksum.png", bytes(damaged))

    def test_wrong_images(self):
        self.draw("a.png")
        whole = (self.folder / "a.png").read_bytes()
        self.draw("b.png", size=(7, 9))
        self.refuse(DATA, "--x", self.folder, words=["a.png", "7 x 9", "9 x 7", "mogrify"])
        (self.folder / "b.png").write_bytes(whole[:-40])
        self.refuse(DATA, "--x", self.folder, words=["b.png", "damaged"])
        self.refuse(DATA, "--x", self.wrong_checksum(whole), words=["(IDAT: CRC error)"])
        (self.folder / "b.png").unlink()
        (self.folder / "c.pgm").write_bytes(b"P5 9 7 255\n" + bytes(62))
        self.refuse(DATA, "--x", self.folder, words=["c.pgm", "damaged"])
        (self.folder / "c.pgm").write_bytes(b"P5 9999999 9999999 255\n" + bytes(62))
        self.refuse(DATA, "--x", self.folder / "c.pgm", words=["c.pgm", "ends before"])
        # Netpbm packs nothing, so that 1 TB of pixels is no promise that 200 MB keep.
        (self.folder / "c.pgm").write_bytes(b"P5 1000000 1000000 255\n")
        os.truncate(self.folder / "c.pgm", 200_000_000)
        self.refuse(DATA, "--x", self.folder / "c.pgm", words=["c.pgm", "ends before"])
        # What memory a pixel takes counts, too: colours of 16 bits take six bytes.
        (self.folder / "d.ppm").write_bytes(b"P6 10000 10000 65535\n")
        os.truncate(self.folder / "d.ppm", 599_999_999)
        self.refuse(DATA, "--x", self.folder / "d.ppm", words=["d.ppm", "ends before"])
        size = struct.pack(">IIBBBBB", 20_000, 20_000, 16, 6, 0, 0, 0)  # with transparency
        header = struct.pack(">I", 13) + b"IHDR" + size + struct.pack(">I", zlib.crc32(b"IHDR" + size))
        data = self.write("deep.png", whole[:8] + header + whole[8 + 25:] + bytes(2_000_000))
        self.refuse(DATA, "--x", data, words=["deep.png", "ends before"])
        jpeg = self.scratch / "a.jpg"
        PIL.Image.new("L", (8, 8)).save(jpeg)
        self.refuse(DATA, "--x", jpeg, words=["JPEG", "PNG"])
        self.refuse(USAGE, "--x", self.folder / "a.png", "--label", "kind", words=["--label"])
        (self.scratch / "none").mkdir()
        self.refuse(DATA, "--x", self.scratch / "none", words=["directory without files"])


class Sounds(ImportTest):
    def setUp(self):
        super().setUp()
        self.random = numpy.random.default_rng(6)

    def record(self, name, samples, channels=1, width=2, rate=8000):
        """A WAV file and its samples, [samples, channels], between -1 and 1."""
        path = self.scratch / "sounds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        top = 2 ** (8 * width - 1)
        values = self.random.integers(-top, top, (samples, channels))
        with wave.open(str(path), "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(width)
            file.setframerate(rate)
            stored = (values + 128).astype("u1") if width == 1 else values.astype(f"<i{width}")
            file.writeframes(stored.tobytes())
        return values / top

    def test_a_file_is_a_row(self):
        made = [self.record(name, 500) for name in ("a.wav", "b.wav", "c.wav")]
        x, y, _ = self.imported("--x", self.scratch / "sounds", ranks=2)
        numpy.testing.assert_array_equal(x, [values[:, 0] for values in made])
        self.assertEqual((x.dtype, y), (numpy.float32, None))

    def test_channels_and_widths(self):
        for width, kind in ((1, "f4"), (2, "f4"), (4, "f8")):
            with self.subTest(width=width):
                made = self.record(f"w{width}.wav", 300, channels=2, width=width)
                x, _, _ = self.imported("--x", self.scratch / "sounds" / f"w{width}.wav")
                numpy.testing.assert_array_equal(x, [made.T])
                self.assertEqual(x.dtype, kind)

    def test_frames(self):
        made = [self.record(name, samples, channels=2) for name, samples in
                (("a.wav", 1000), ("b.wav", 100), ("c.wav", 457))]
        for frames, hop in ((100, None), (100, 40), (100, 130), (64, 1)):
            with self.subTest(frames=frames, hop=hop):
                text = str(frames) if hop is None else f"{frames}:{hop}"
                x, _, _ = self.imported("--x", self.scratch / "sounds", "--frames", text)
                wanted = [[values[k:k + frames].T for k in
                           range(0, len(values) - frames + 1, hop or frames)] for values in made]
                numpy.testing.assert_array_equal(x, numpy.concatenate(wanted))
                with h5py.File(self.scratch / "out.h5") as file:
                    self.assertEqual(list(file["lengths"]), [len(rows) for rows in wanted])

    def test_frames_of_classes_train_with_lag(self):
        for name in ("hum/1.wav", "hum/2.wav", "buzz/1.wav"):
            self.record(name, 400)
        data = self.scratch / "frames.h5"
        self.succeed("import", "--x", self.scratch / "sounds", "--frames", "20:10", "--output", data)
        x, y, names = self.content(data)
        self.assertEqual((len(x), list(y)), (117, [0] * 39 + [1] * 78))
        self.assertEqual(names["y.classes"], ["buzz", "hum"])
        self.train(data, "run", "--pair", "lag", "--lag", "3", "--objective", "vamp2", "--encoder",
                   "dense:2", "--steps", "1")
        self.refuse(USAGE, "--x", self.scratch / "sounds", "--frames", "20", "--test-fraction",
                    "0.5", "--test-output", self.scratch / "t.h5", lines=2, words=["--test-fraction"])

    def test_wrong_sounds(self):
        self.record("a.wav", 500)
        self.record("b.wav", 400)
        folder = self.scratch / "sounds"
        self.refuse(DATA, "--x", folder, words=["b.wav", "400 samples", "500", "--frames"])
        self.refuse(DATA, "--x", folder, "--frames", "450", words=["b.wav", "400", "450"])
        self.record("b.wav", 500, rate=16000)
        self.refuse(DATA, "--x", folder, words=["b.wav", "16000 Hz", "8000 Hz"])
        self.refuse(DATA, "--x", self.write("x.wav", b"RIFF\x10\0\0\0WAVEjunkjunk"),
                    words=["cannot read the sound"])
        self.refuse(USAGE, "--x", self.write("t.csv", "1,2\n3,4\n"), "--frames", "2",
                    words=["--frames"])
        for bad in ("0", "5:0", "a", "5:"):
            self.refuse(USAGE, "--x", folder, "--frames", bad, words=["--frames"])


class Texts(ImportTest):
    LINES = ["the cat sat, on the m\u00e4t.", "", "the \u732b!  don't_stop 42", "cat", "the end"]

    def setUp(self):
        super().setUp()
        self.path = self.write("t.txt", "\n".join(self.LINES) + "\n")

    def tokens_of(self, path="out.h5"):
        with h5py.File(self.scratch / path) as file:
            return list(file["x"].attrs.get("tokens", []))

    def lengths(self):
        with h5py.File(self.scratch / "out.h5") as file:
            return file["x_lengths"][()].tolist()

    def decoded(self, x):
        tokens = self.tokens_of()
        return [[tokens[number] for number in row if number != 0] for row in x]

    def test_words(self):
        pattern = re.compile("[A-Za-z0-9_\u0080-\U0010ffff]+|[^\\sA-Za-z0-9_\u0080-\U0010ffff]")
        wanted = [pattern.findall(line) for line in self.LINES]
        x, _, _ = self.imported("--x", self.path, "--tokens", "words", ranks=2)
        self.assertEqual(self.decoded(x), wanted)
        self.assertEqual(x.shape, (5, max(map(len, wanted))))
        self.assertEqual(self.lengths(), [len(row) for row in wanted])
        self.assertEqual(x.dtype, numpy.uint8)
        self.assertEqual(self.tokens_of()[:4], ["<padding>", "<other>", "the", "cat"])
        # Only the most frequent, ties in the order of their bytes; the others are 1.
        x, _, _ = self.imported("--x", self.path, "--tokens", "words:3", "--length", "4")
        self.assertEqual(self.tokens_of(), ["<padding>", "<other>", "the", "cat", "!"])
        self.assertEqual(x.tolist(), [[2, 3, 1, 1], [0] * 4, [2, 1, 4, 1], [3, 0, 0, 0],
                                      [2, 1, 0, 0]])
        self.assertEqual(self.lengths(), [4, 0, 4, 1, 2])

    def test_tokens_stay_where_rows_are_left_out(self):
        y = self.write("y.csv", "kind\n" + "u\nv\nNA\nu\nv\n")
        x, found, _ = self.imported("--x", self.path, "--tokens", "words", "--y", y, "--header", "yes",
                                    "--missing", "drop")
        self.assertEqual((self.decoded(x)[2:], found.tolist()), ([["cat"], ["the", "end"]], [0, 1, 0, 1]))

    def test_chars_and_bytes(self):
        x, _, _ = self.imported("--x", self.path, "--tokens", "chars")
        self.assertEqual(["".join(row) for row in self.decoded(x)], self.LINES)
        x, _, _ = self.imported("--x", self.path, "--tokens", "bytes")
        self.assertEqual([bytes(number - 1 for number in row if number > 0).decode()
                          for row in x.astype(int).tolist()], self.LINES)
        self.assertEqual((x.dtype, self.tokens_of()), (numpy.uint16, []))

    def test_line_ends_and_large_files(self):
        random = numpy.random.default_rng(7)
        lines = [" ".join(f"w{k}" for k in random.integers(0, 70_000, 7)) for _ in range(60_001)]
        for name, text in (("big.txt", "\r\n".join(lines)), ("big.txt.gz", "\n".join(lines))):
            x, _, _ = self.imported("--x", self.write(name, text), "--tokens", "words")
            self.assertEqual((x.shape, x.dtype), ((60_001, 7), numpy.uint32))
            self.assertEqual([" ".join(row) for row in self.decoded(x[:50])], lines[:50])
            self.assertEqual([" ".join(row) for row in self.decoded(x[-50:])], lines[-50:])

    def test_like_keeps_the_vocabulary_and_the_length(self):
        train = self.scratch / "train.h5"
        self.succeed("import", "--x", self.path, "--tokens", "words", "--output", train)
        other = self.write("o.txt", "the dog sat on and on and on and on and on\n")
        done = self.succeed("import", "--x", other, "--tokens", "words", "--like", train,
                            "--output", self.scratch / "out.h5", "--overwrite")
        x = self.content(self.scratch / "out.h5")[0]
        self.assertEqual(self.tokens_of(), self.tokens_of("train.h5"))
        self.assertEqual(self.decoded(x), [["the", "<other>", "sat", "on", "<other>", "on",
                                            "<other>", "on"][:x.shape[1]]])
        self.assertIn("are cut", done.err)

    def test_like_needs_the_same_tokens(self):
        text = self.write("o.txt", "a b\n")
        made = {}
        for tokens in ("words", "bytes"):
            made[tokens] = self.scratch / f"{tokens}.h5"
            self.succeed("import", "--x", text, "--tokens", tokens, "--length", "4", "--output",
                         made[tokens])
        for tokens, like in (("words", "bytes"), ("bytes", "words")):
            self.refuse(DATA, "--x", text, "--tokens", tokens, "--length", "4", "--like", made[like],
                        words=["vocabulary of tokens", f"{like}.h5", "--tokens"])
        other = self.scratch / "other.h5"
        self.succeed("import", "--x", self.write("p.txt", "c d\n"), "--tokens", "words", "--length", "4",
                     "--output", other)
        self.refuse(DATA, "--x", other, "--like", made["words"],
                    words=["other tokens", "words.h5", "--tokens"])
        self.imported("--x", made["words"], "--like", made["words"])

    def test_files_of_a_folder_are_rows_and_sub_folders_classes(self):
        for name, text in (("good/1.txt", "fine\nfilm"), ("bad/1.txt", "dull"), ("bad/2.txt", "no")):
            path = self.scratch / "texts" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        x, y, names = self.imported("--x", self.scratch / "texts", "--tokens", "words")
        self.assertEqual(self.decoded(x), [["dull"], ["no"], ["fine", "film"]])
        self.assertEqual((list(y), names["y.classes"]), ([0, 0, 1], ["bad", "good"]))

    def test_truncated_files(self):
        whole = gzip.compress("\n".join(f"line {k} {k * k}" for k in range(5000)).encode())
        for size in (len(whole) // 2, len(whole) - 9):
            cut = self.scratch / "cut.txt.gz"
            cut.write_bytes(whole[:size])
            for x in (cut, f"{cut},{self.path}"):
                with self.subTest(size=size, x=str(x)):
                    self.refuse(DATA, "--x", x, "--tokens", "words", words=["cut.txt.gz", "truncated"])

    def test_latin_1_and_refusals(self):
        latin = self.write("l.txt", "caf\u00e9\n".encode("latin-1"))
        done = self.succeed("import", "--x", latin, "--tokens", "words", "--output",
                            self.scratch / "out.h5")
        self.assertEqual(self.tokens_of()[2:], ["caf\u00e9"])
        self.assertIn("Latin-1", done.err)
        self.refuse(DATA, "--x", self.write("e.txt", "\n\n"), "--tokens", "words",
                    words=["no tokens"])
        self.refuse(USAGE, "--x", self.path, "--length", "4", words=["--length", "--tokens"])
        for bad in ("letters", "words:0", "bytes:5", "words:"):
            self.refuse(USAGE, "--x", self.path, "--tokens", bad, words=["--tokens"])


class Trajectories(ImportTest):
    def test_tables_are_filled_by_one_file_only(self):
        for k, text in enumerate(("a,b\n1,2\n3,4\n", "a,b\n5,\n7,9\n")):
            self.write(f"t{k}.csv", text)
        tables = f"{self.scratch}/t*.csv"
        for how in ("mean", "median"):
            self.refuse(USAGE, "--x", tables, "--missing", how,
                        words=["t1.csv", "column 2 (\"b\")", "1 cell", how, "--like"])
        train = self.scratch / "train.h5"
        self.succeed("import", "--x", self.write("whole.csv", "a,b\n1,10\n3,\n"), "--missing", "mean",
                     "--output", train)
        x, _, names = self.imported("--x", tables, "--missing", "mean", "--like", train)
        self.assertEqual(x.tolist(), [[1, 2], [3, 4], [5, 10], [7, 9]])
        self.assertEqual(list(names["x.fill_values"]), [2, 10])
        # Nothing is missing here, and neither file's means are those of both.
        self.write("t1.csv", "a,b\n5,6\n7,9\n")
        _, _, names = self.imported("--x", tables, "--missing", "mean")
        self.assertNotIn("x.fill_values", names)

    def test_rows_are_left_out_of_none(self):
        for k, rows in enumerate((4, 3)):
            self.save(f"r{k}.npy", numpy.arange(2.0 * rows).reshape(rows, 2))
        y = self.write("y.csv", "a,b\n1,2\n3,\n" + "5,6\n" * 5)
        runs = f"{self.scratch}/r*.npy"
        self.refuse(USAGE, "--x", runs, "--y", y, "--missing", "drop", lines=2,
                    words=["--missing drop", "r*.npy", "y.csv", "mean or median"])
        _, found, _ = self.imported("--x", runs, "--y", y, "--missing", "mean")
        self.assertEqual(found[1].tolist(), [3, 32 / 6])
        with h5py.File(self.scratch / "out.h5") as file:
            self.assertEqual(list(file["lengths"]), [4, 3])
        _, found, _ = self.imported("--x", runs, "--y", self.write("z.csv", "a,b\n" + "5,6\n" * 7),
                                    "--missing", "drop")
        self.assertEqual(found.shape, (7, 2))

    def test_files_of_a_folder_a_pattern_or_a_list(self):
        random = numpy.random.default_rng(8)
        runs = [random.normal(size=(rows, 3)) for rows in (50, 7, 1, 120)]
        for k, run in enumerate(runs):
            path = self.scratch / "runs" / f"r{k}.npy"
            path.parent.mkdir(exist_ok=True)
            numpy.save(path, run if k != 1 else numpy.asfortranarray(run))
        (self.scratch / "runs" / "README").write_text("of a simulation\n")
        names = [str(self.scratch / "runs" / f"r{k}.npy") for k in range(4)]
        for text in (self.scratch / "runs", self.scratch / "runs" / "r?.npy", ",".join(names)):
            with self.subTest(str(text)):
                x, y, _ = self.imported("--x", text, ranks=2)
                numpy.testing.assert_array_equal(x, numpy.concatenate(runs))
                with h5py.File(self.scratch / "out.h5") as file:
                    self.assertEqual(list(file["lengths"]), [50, 7, 1, 120])
        data = self.scratch / "out.h5"
        self.train(data, "run", "--pair", "lag", "--lag", "5", "--objective", "vamp2", "--encoder",
                   "dense:2", "--steps", "1")
        numpy.save(names[2], random.normal(size=(4, 2)))
        self.refuse(DATA, "--x", self.scratch / "runs", lines=2,
                    words=["r2.npy", "rows of 2 f64", "3 f64"])
        self.refuse(DATA, "--x", self.scratch / "runs" / "*.dcd", words=["no file matches"])
        self.refuse(DATA, "--x", f"{names[0]},{self.scratch / 'none.npy'}", words=["none.npy"])

    def test_larger_than_a_slab_from_hdf5_and_tables(self):
        random = numpy.random.default_rng(9)
        runs = [random.normal(size=(rows, 200)) for rows in (3001, 2, 4003)]
        for k, run in enumerate(runs):
            with h5py.File(self.scratch / f"r{k}.h5", "w") as file:
                file["traj/xyz"] = run
        x, _, _ = self.imported("--x", f"{self.scratch}/r*.h5:/traj/xyz")
        numpy.testing.assert_array_equal(x, numpy.concatenate(runs))
        # Files that have trajectories themselves.
        data = self.scratch / "out.h5"
        os.rename(data, self.scratch / "first.h5")
        with h5py.File(self.scratch / "second.h5", "w") as file:
            file["x"] = runs[0]
        x, _, _ = self.imported("--x", f"{self.scratch}/first.h5,{self.scratch}/second.h5")
        numpy.testing.assert_array_equal(x, numpy.concatenate([*runs, runs[0]]))
        with h5py.File(data) as file:
            self.assertEqual(list(file["lengths"]), [3001, 2, 4003, 3001])
        for k in range(2):
            self.write(f"t{k}.csv", "a,b\n" + "".join(f"{k},{row}\n" for row in range(3 + k)))
        x, _, names = self.imported("--x", f"{self.scratch}/t*.csv")
        self.assertEqual((x.shape, names["x.columns"]), ((7, 2), ["a", "b"]))
        self.refuse(USAGE, "--x", f"{self.scratch}/t*.csv", "--label", "a", words=["--label"])


class StrayFiles(ImportTest):
    def test_most_files_decide_what_a_folder_holds(self):
        folder = self.scratch / "mixed"
        folder.mkdir()
        for k in range(3):
            self.write(f"mixed/{k}.pgm", b"P5 3 2 255\n" + bytes(range(k, k + 6)))
        self.save("mixed/a.npy", numpy.ones((4, 2)))
        self.write("mixed/about.csv", "a,b\n1,2\n")
        x, _, _ = self.imported("--x", folder)
        numpy.testing.assert_array_equal(x.reshape(3, -1), [range(k, k + 6) for k in range(3)])
        for k in range(1, 4):
            self.write(f"mixed/{k}.csv", f"a,b\n{k},2\n")
        x, _, _ = self.imported("--x", folder)
        self.assertEqual(sorted(x[:, 0]), [1, 1, 2, 3])

    def test_sounds_that_claim_too_much(self):
        """A FLAC file's header says how long it is; libsndfile writes one here."""
        name = ctypes.util.find_library("sndfile")
        library = ctypes.CDLL(name)

        class Info(ctypes.Structure):
            _fields_ = [("frames", ctypes.c_int64)] + [
                (field, ctypes.c_int) for field in ("rate", "channels", "format", "sections", "seekable")]

        info = Info(0, 8000, 1, 0x170002, 0, 0)  # FLAC, 16 bits
        library.sf_open.restype = ctypes.c_void_p
        path = self.scratch / "whole.flac"
        opened = ctypes.c_void_p(library.sf_open(str(path).encode(), 0x20, ctypes.byref(info)))
        samples = (ctypes.c_short * 4000)(*range(4000))
        library.sf_writef_short(opened, samples, ctypes.c_int64(4000))
        library.sf_close(opened)
        x, _, _ = self.imported("--x", path)
        self.assertEqual(x.size, 4000)
        whole = bytearray(path.read_bytes())
        for claimed, lines in ((4001, 2), (1 << 30, 1), ((1 << 36) - 1, 1)):
            # STREAMINFO's 36 bits of a number of samples end 8 + 18 bytes from the start.
            whole[21] = whole[21] & 0xF0 | claimed >> 32
            whole[22:26] = (claimed & 0xFFFFFFFF).to_bytes(4, "big")
            with self.subTest(claimed):
                self.refuse(DATA, "--x", self.write("claims.flac", bytes(whole)), words=["claims.flac", "again"],
                            lines=lines)

    def test_a_compressed_sound_is_left_out_of_a_folder(self):
        folder = self.scratch / "sounds"
        folder.mkdir()
        for name in ("a.wav", "b.wav"):
            with wave.open(str(folder / name), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(numpy.arange(64, dtype="<i2").tobytes())
        self.write("sounds/c.wav.gz", (folder / "a.wav").read_bytes())
        x, _, _ = self.imported("--x", folder)
        self.assertEqual(len(x), 2)


if __name__ == "__main__":
    unittest.main()
