# SPDX-License-Identifier: BSD-3-Clause
"""Log-mel frames of sounds, `import --frames mel:F`, against their definition in NumPy."""

import wave

import h5py
import numpy

from imports import DATA, USAGE, ImportTest

FLOOR = 1e-10


def log_mel(samples, rate, filters=40, window_ms=25, hop_ms=10):
    """[frames, filters] of the samples of one channel."""
    window, hop = (int(numpy.floor(ms * rate / 1000 + 0.5)) for ms in (window_ms, hop_ms))
    weights = numpy.sin(numpy.pi * numpy.arange(window) / window) ** 2
    points = 2 ** int(numpy.ceil(numpy.log2(window)))
    starts = range(0, len(samples) - window + 1, hop)
    frames = numpy.stack([samples[k:k + window] * weights for k in starts])
    power = numpy.abs(numpy.fft.rfft(frames, points)) ** 2 / numpy.sum(weights ** 2)
    top = 2595 * numpy.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (numpy.linspace(0, top, filters + 2) / 2595) - 1)
    hertz = numpy.fft.rfftfreq(points, 1 / rate)
    triangles = [numpy.interp(hertz, corners[j:j + 3], [0, 1, 0], 0, 0) for j in range(filters)]
    return numpy.log(power @ numpy.stack(triangles, 1) + FLOOR)


class MelFrames(ImportTest):
    def setUp(self):
        super().setUp()
        self.random = numpy.random.default_rng(8)
        self.folder = self.scratch / "sounds"

    def record(self, name, samples, channels=1, width=2, rate=8000):
        """A WAV file of a falling tone in noise, and its samples, [samples, channels]."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        tone = numpy.sin(900 * numpy.log1p(numpy.arange(samples) / 900))
        values = 0.5 * tone[:, None] + 0.1 * self.random.uniform(-1, 1, (samples, channels))
        stored = numpy.round(values * 2 ** (8 * width - 1)).astype(f"<i{width}")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(width)
            file.setframerate(rate)
            file.writeframes(stored.tobytes())
        return stored / 2 ** (8 * width - 1)

    def lengths(self, path="out.h5"):
        with h5py.File(self.scratch / path) as file:
            self.assertNotIn("lengths", file)
            full = [file["x"].shape[1]] * len(file["x"])
            return file["x_lengths"][()].tolist() if "x_lengths" in file else full

    def assert_frames(self, x, made, tolerance, rate=8000, **options):
        """Every row is the frames of a sound, channel beside channel, and silence after them."""
        wanted = [numpy.concatenate([log_mel(one, rate, **options) for one in sound.T], 1)
                  for sound in made]
        for row, frames in zip(x, wanted, strict=True):
            numpy.testing.assert_allclose(row[:len(frames)], frames, rtol=0, atol=tolerance)
            numpy.testing.assert_allclose(row[len(frames):], numpy.log(FLOOR), rtol=1e-7)
        self.assertEqual(x.shape[1], max(map(len, wanted)))
        self.assertEqual(self.lengths(), [len(frames) for frames in wanted])

    def test_of_files_of_different_lengths(self):
        made = [self.record(f"{name}.wav", samples) for name, samples in
                (("a", 4000), ("b", 200), ("c", 1799), ("d", 280))]
        x, y, _ = self.imported("--x", self.folder, "--frames", "mel:40", ranks=2)
        self.assertEqual((x.dtype, x.shape, y), (numpy.float32, (4, 48, 40), None))
        self.assert_frames(x, made, 1e-5)

    def test_in_double_of_samples_of_32_bits(self):
        for rate, channels, options in ((8000, 1, {}), (22050, 2, {"filters": 30, "window_ms": 20.5}),
                                        (16000, 3, {"filters": 8, "window_ms": 4, "hop_ms": 7})):
            with self.subTest(rate=rate):
                made = [self.record("a.wav", 3000, channels, 4, rate),
                        self.record("b.wav", 2500, channels, 4, rate)]
                text = f"mel:{options.get('filters', 40)}"
                text += "".join(f":{name}={options[name + '_ms']}" for name in ("window", "hop")
                                if name + "_ms" in options)
                x, _, _ = self.imported("--x", self.folder, "--frames", text)
                self.assertEqual(x.dtype, numpy.float64)
                self.assert_frames(x, made, 1e-10, rate, **options)

    def test_silence_has_the_number_of_padding(self):
        self.record("a.wav", 500)
        with wave.open(str(self.folder / "b.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(2 * 900))
        x, _, _ = self.imported("--x", self.folder, "--frames", "mel:12")
        self.assertEqual(len(set(x[1].ravel()) | set(x[0, 4:].ravel())), 1)

    def test_lengths_follow_their_rows(self):
        samples = {f"{kind}/{k}.wav": 200 + 80 * (3 * k + len(kind)) for kind in ("one", "three")
                   for k in range(6)}
        for name, count in samples.items():
            self.record(name, count)
        train, test = self.scratch / "train.h5", self.scratch / "test.h5"
        self.succeed("import", "--x", self.folder, "--frames", "mel:20", "--output", train,
                     "--test-fraction", "0.3", "--test-output", test)
        wanted = [1 + (samples[name] - 200) // 80 for name in sorted(samples)]
        lengths = self.lengths("train.h5") + self.lengths("test.h5")
        self.assertEqual((sorted(lengths), len(self.lengths("test.h5"))), (sorted(wanted), 4))
        for path in (train, test):
            x, y, names = self.content(path)
            for row, length in zip(x, self.lengths(path.name), strict=True):
                # Noise is nowhere silent, so the frames end where the number says.
                self.assertEqual(numpy.sum(row[:, 0] > numpy.log(FLOOR) + 1), length)
            self.assertEqual(len(y), len(x))
            self.assertEqual(names["y.classes"], ["one", "three"])
        # A data set of such rows is read again, alone and beside another one, with its lengths.
        self.imported("--x", train)
        self.assertEqual(self.lengths(), self.lengths("train.h5"))
        output = self.scratch / "both.h5"
        self.succeed("import", "--x", f"{train},{test}", "--output", output)
        with h5py.File(output) as file:
            self.assertEqual(file["x_lengths"][()].tolist(), lengths)
        # Where rows are left out, their lengths are too.
        y = self.write("y.csv", "kind\nNA\n" + "u\n" * 6 + "NA\n")
        self.imported("--x", train, "--y", y, "--header", "yes", "--missing", "drop")
        self.assertEqual(self.lengths(), self.lengths("train.h5")[1:-1])

    def test_like_and_length_cut_and_pad(self):
        made = self.record("a.wav", 1000)[:, 0]
        train = self.scratch / "train.h5"
        self.succeed("import", "--x", self.folder, "--frames", "mel:20", "--output", train)
        longer = self.record("a.wav", 3000)[:, 0]
        x, _, _ = self.imported("--x", self.folder, "--frames", "mel:20", "--like", train)
        self.assertEqual((x.shape[1], self.lengths()), (11, [11]))
        numpy.testing.assert_allclose(x[0], log_mel(longer, 8000, 20)[:11], rtol=0, atol=1e-5)
        x, _, _ = self.imported("--x", self.folder, "--frames", "mel:20", "--length", "50")
        self.assertEqual((x.shape[1], self.lengths()), (50, [36]))
        self.assertEqual(len(log_mel(made, 8000, 20)), 11)
        self.refuse(DATA, "--x", self.folder, "--frames", "mel:21", "--like", train, lines=3,
                    words=["--like"])

    def test_refusals(self):
        self.record("a.wav", 1000)
        self.record("b.wav", 199)
        self.refuse(DATA, "--x", self.folder, "--frames", "mel:40", words=["b.wav", "199", "200"])
        self.refuse(DATA, "--x", self.folder, "--frames", "mel:400:window=10",
                    words=["filter", "fewer filters"])
        self.refuse(DATA, "--x", self.folder, "--frames", "mel:40:hop=0.01", words=["hop", "8000 Hz"])
        self.refuse(USAGE, "--x", self.folder, "--length", "4", words=["--length", "--frames"])
        self.refuse(USAGE, "--x", self.folder, "--frames", "40", "--length", "4", words=["--length"])
        for bad in ("mel", "mel:", "mel:0", "mel:4:5", "mel:4:hop", "mel:4:hop=0", "mel:4:hop=1:hop=2",
                    "mel:4:width=3", "mel:4:", "mel:4:window=-1", "mel:4:window=nan"):
            self.refuse(USAGE, "--x", self.folder, "--frames", bad, words=["--frames", "mel:40"])
