# SPDX-License-Identifier: BSD-3-Clause
"""Peak memory of every rank follows the micro-batch, not the batch."""

import statistics
import unittest

import numpy

import support

MIB = 2 ** 20
RANKS = 2
FEATURES, HIDDEN, OUTPUTS = 256, 1024, 16

# What the allocator, HDF5 and page sizes may add to what is counted below.
SLACK = 2 * MIB


def row_bytes():
    """Of a row of the shard: its bytes, its outputs and their gradient in float, its place in the
    order of the epoch and in the batch, and its number among all."""
    return FEATURES + 2 * 4 * OUTPUTS + 3 * 8


def activation_bytes():
    """Of a row in flight: its input, its activations and their gradients, all in float."""
    return 4 * (FEATURES + 2 * HIDDEN + 2 * OUTPUTS)


class Memory(support.ProgramTest):
    def peaks(self, rows, *micro_batches):
        """Bytes of the rank that holds most, for full-batch training at each micro-batch. The median of
        three runs: a single one may be a mebibyte off."""
        x = numpy.random.default_rng(41).integers(0, 256, size=(rows, FEATURES), dtype=numpy.uint8)
        data = self.write_data(x=x)
        peaks = []
        for micro_batch in micro_batches:
            peaks.append(statistics.median(max(self.measure(
                "peak_memory.py", "train", "--data", data, "--output",
                self.scratch / f"run{rows}-{micro_batch}-{repeat}", "--encoder",
                f"dense:{HIDDEN},tanh,dense:{OUTPUTS}", "--lambda", "0.1", "--batch", "0",
                "--micro-batch", micro_batch, "--steps", "2", "--progress", "none", ranks=RANKS))
                for repeat in range(3)))
        return peaks

    def test_follows_the_micro_batch_and_not_the_batch(self):
        # The smallest run has all that does not grow: libraries, buffers of BLAS, parameters.
        smallest, = self.peaks(2 * 256, 256)
        rows = 20_000
        least, small, large, whole = self.peaks(rows, 64, 256, 1024, 0)
        doubled, = self.peaks(2 * rows, 256)
        peaks = (smallest, least, small, large, whole, doubled)
        said = f"MiB: {[round(peak / MIB, 1) for peak in peaks]}"

        self.assertLess(small - smallest, rows / RANKS * row_bytes() + SLACK, said)
        self.assertLess(doubled - small, rows / RANKS * row_bytes() + SLACK, said)
        self.assertLess(least, small, said)
        self.assertLess(large - small, (1024 - 256) * activation_bytes() + SLACK, said)
        self.assertGreater(large - small, (1024 - 256) * 4 * HIDDEN - SLACK, said)
        # Without it, every row's activations are held at once; so the above can fail.
        self.assertGreater(whole - small, rows / RANKS * 4 * HIDDEN, said)


if __name__ == "__main__":
    unittest.main()
