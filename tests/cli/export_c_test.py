# SPDX-License-Identifier: BSD-3-Clause
"""`export --format c`: headers that gcc compiles as C99 and as C++, and what they compute, against `encode`."""

import os
import re
import shutil
import subprocess
import sys
import unittest

import h5py
import numpy

import exported
import support

if not (shutil.which("gcc") and shutil.which("g++")) and os.environ.get("CI") != "true":
    print("skipped: gcc and g++ are not installed (Debian: gcc g++)")
    sys.exit(77)

USAGE = 2
TOLERANCE = 1e-5
REFUSED = re.compile(r"\b(rnn|gru|lstm|embedding|conv1d|steps|each|mean|max|last|view)\b")
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow"]
SANITIZED = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

# Reads rows of the case that its argument names, and writes their representations.
PROGRAM = """
#include <stdio.h>
#include <string.h>
{includes}
{functions}
int main(int count, char **words) {{
  if (count != 2) return 2;
{choices}
  return 3;
}}
"""
FUNCTION = """
static int run_{name}(void) {{
  static float row[{name}_inputs], output[{name}_outputs], scratch[{name}_scratch];
  while (fread(row, sizeof(float), {name}_inputs, stdin) == {name}_inputs) {{
    {call};
    fwrite(output, sizeof(float), {name}_outputs, stdout);
  }}
  (void)scratch;
  return fflush(stdout) != 0;
}}
"""


def identifier(name):
    return name.replace("-", "_")


def floats_of(header, name):
    body, = re.findall(rf"static const float {name}\[\d+\] = {{([^}}]*)}};", header)
    return numpy.array([numpy.float32(word.removesuffix("F")) for word in body.replace(",", " ").split()])


class ExportC(exported.ExportTest):

    def export(self, model, name, *arguments):
        path = self.scratch / name
        self.succeed("export", "--model", model, "--output", path, *arguments, ranks=None)
        return path

    def compile(self, *headers, by, options, call="{name}_encode(row, output)"):
        """A program that runs any of these headers."""
        names = [header.stem for header in headers]
        source = self.scratch / ("program.c" if by == "gcc" else "program.cpp")
        source.write_text(PROGRAM.format(
            includes="\n".join(f'#include "{header}"' for header in headers),
            functions="\n".join(FUNCTION.format(name=name, call=call.format(name=name)) for name in names),
            choices="\n".join(f'  if (strcmp(words[1], "{name}") == 0) return run_{name}();' for name in names)))
        program = self.scratch / f"{by}-{names[0]}"
        done = subprocess.run([by, *options, *STRICT, source, "-o", program, "-lm"], capture_output=True, text=True,
                              timeout=300, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return program

    def represent(self, program, name, rows):
        done = subprocess.run([program, name], input=rows.astype(numpy.float32).tobytes(), capture_output=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return numpy.frombuffer(done.stdout, dtype=numpy.float32).reshape(len(rows), -1)

    def test_every_layer_gives_what_encode_gives(self):
        cases, headers = [], []
        for case in exported.CASES:
            if REFUSED.search(case.encoder) or "x_lengths" in case.data:
                continue
            model, data = self.train_case(case)
            headers.append(self.export(model, f"{identifier(case.name)}.h", *case.export))
            cases.append((case, self.encode(model, data, *case.export)))
        self.assertGreater(len(cases), 15)
        for by, options in (("gcc", ["-std=c99", *SANITIZED]), ("g++", ["-std=c++98", "-Wno-long-long", "-O2"])):
            program = self.compile(*headers, by=by, options=options)
            for case, expected in cases:
                with self.subTest(case.name, by=by):
                    rows = case.inputs("y" if case.name == "view-b" else "x")["x"]
                    output = self.represent(program, identifier(case.name), rows)
                    self.assert_close(output, expected.reshape(output.shape), TOLERANCE, case.name)

    def test_layers_that_it_lacks_and_rows_of_sequences_are_refused_by_name(self):
        for name in ("all-steps", "windows", "tokens", "padded", "views"):
            case = exported.case_named(name)
            model, _ = self.train_case(case)
            done = support.run("export", "--model", model, "--output", self.scratch / "refused.h", ranks=None)
            layer = REFUSED.search(case.encoder)
            self.assert_refused(done, USAGE, "--format onnx", f"layer {layer[0]};" if layer else "lengths")
            self.assertFalse((self.scratch / "refused.h").exists())

    def test_weights_are_read_back_as_they_are_and_nothing_else_is_stored(self):
        case = exported.case_named("residual")
        model, _ = self.train_case(case)
        path = self.export(model, "encoder.h", "--name", "net")
        header = path.read_text()
        with h5py.File(model) as file:
            layers = file["networks/b/layers"]
            compared = 0
            for layer, block in ((layer, block) for layer in layers for block in layers[layer]):
                if block != "variance" and not (block == "scale" and "variance" in layers[layer]):
                    numpy.testing.assert_array_equal(floats_of(header, f"net_layer{layer}_{block}"),
                                                     layers[layer][block][()].ravel())
                    compared += 1
            fingerprint = file["settings"].attrs["data_fingerprint"]
        self.assertGreater(compared, 8)
        version = self.succeed("--version", ranks=None).out.split()[1]
        for said in (f"objective: infomax\n", f"infomax_version: {version}\n", f"data_fingerprint: {fingerprint}\n",
                     f"encoder: {case.encoder}\n", "normalize: standardize\n"):
            self.assertIn(f" *   {said}", header)
        source = self.scratch / "object.c"
        source.write_text(f'#include "{path}"\nvoid f(const float *x, float *y);\n'
                          "void f(const float *x, float *y) { net_encode(x, y); }\n")
        compiled = source.with_suffix(".o")
        subprocess.run(["gcc", "-std=c99", *STRICT, "-c", source, "-o", compiled], check=True, timeout=60)
        symbols = subprocess.run(["nm", compiled], capture_output=True, text=True, check=True, timeout=60)
        kinds = {line.split()[-1]: line.split()[-2] for line in symbols.stdout.splitlines()}
        self.assertEqual(kinds["net_layer0_weight"], "r")
        self.assertEqual({kind for kind in kinds.values() if kind not in "rtTU"}, set(), symbols.stdout)
        self.assertEqual({name for name, kind in kinds.items() if kind == "U"} - {"_GLOBAL_OFFSET_TABLE_"}, {"tanhf"})

    def test_large_values_lie_in_memory_of_the_caller(self):
        data = self.write_data(x=exported.images(1, 150, 260)[:4])
        run = self.train(data, "large", "--encoder", "conv:2:3,globalpool", "--batch", "4", "--steps", "1",
                         ranks=None)
        header = self.export(run, "large.h")
        self.assertNotIn("large_encode(", header.read_text())
        self.assertIn("large_scratch = 117000 }", header.read_text())
        program = self.compile(header, by="gcc", options=["-std=c99", *SANITIZED],
                               call="{name}_encode_in(row, output, scratch)")
        rows = exported.images(1, 150, 260)[:4]
        self.assert_close(self.represent(program, "large", rows), self.encode(run, data), TOLERANCE)
        data = self.write_data("wide.h5", x=exported.features(2100))
        run = self.train(data, "wide", "--encoder", "dense:2000,dense:2", "--steps", "1", ranks=None)
        done = support.run("export", "--model", run, "--output", self.scratch / "refused.h", ranks=None)
        self.assert_refused(done, USAGE, "4,206,002 parameters", "--format onnx")
        self.export(run, "first.npz")

    def test_names(self):
        data = self.write_data(**{"a*/b/*c": exported.features(3)})
        run = self.train(data, "named", "--x", "/a*/b/*c", "--encoder", "dense:2", "--steps", "1", ranks=None)
        for output, arguments, name in (("my-net 2.h", (), "my_net_2"), ("3.h", (), "encoder_3"),
                                        ("any.txt", ("--format", "c", "--name", "n_1"), "n_1")):
            header = self.export(run, output, *arguments).rename(self.scratch / f"{name}.h")
            self.assertIn(f"{name}_encode(", header.read_text())
            program = self.compile(header, by="gcc", options=["-std=c99"])
            codes = self.represent(program, name, exported.features(3))
            self.assert_close(codes, self.encode(run, data), TOLERANCE)
        for name, output in (("2nd", "refused.h"), ("a-b", "refused.h"), ("_a", "refused.h"), ("a", "refused.npz")):
            done = support.run("export", "--model", run, "--output", self.scratch / output, "--name", name,
                               ranks=None)
            self.assert_refused(done, USAGE, "--name")


if __name__ == "__main__":
    unittest.main()
