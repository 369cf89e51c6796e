#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The house tests can fail: each rule meets a made-up tree that breaks it."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import floors
import layout
import tags

SOURCE = pathlib.Path(__file__).resolve().parents[2]


class MadeUpTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text=""):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


class Floors(MadeUpTree):
    def setUp(self):
        super().setUp()
        for module in floors.FLOOR:
            if module not in ("cli", "main"):
                self.write(f"include/infomax/{module}/x.hpp", "#pragma once\n")
        self.write("src/cli/x.hpp", "#pragma once\n")

    def found(self):
        return floors.violations(self.root)[0]

    def check_refused(self, path, line, reason):
        self.write(path, f"#include <vector>\n{line}\n")
        found = self.found()
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:2: "), found)
        self.assertIn(reason, found[0])

    def test_downwards_and_inside_is_allowed(self):
        self.write("include/infomax/core/version.hpp.in", "#pragma once\n")
        self.write("src/main.cpp", '#include "cli/x.hpp"\n')
        self.write("src/cli/x.cpp", '#include "cli/x.hpp"\n#include "infomax/train/x.hpp"\n'
                                    '#include "infomax/core/version.hpp"\n')
        self.write("src/hdf5/file.cpp", '#include <mpi.h>\n#include <hdf5.h>\n'
                                        '  #  include "infomax/mpi/x.hpp"\n')
        self.write("src/math/blas.cpp", "#include <cblas.h>\n")

        found, looked_at = floors.violations(self.root)

        self.assertEqual(found, [])
        self.assertEqual(looked_at, 8)

    def test_upwards(self):
        self.check_refused("src/core/a.cpp", '#include "infomax/math/x.hpp"', "core (floor 0)")

    def test_upwards_from_a_public_header(self):
        self.check_refused("include/infomax/stats/a.hpp", '#include "infomax/train/x.hpp"',
                           "train (floor 5)")

    def test_siblings(self):
        self.check_refused("src/train/a.cpp", '#include "infomax/analysis/x.hpp"',
                           "must not include from analysis")

    def test_a_network_knows_nothing_of_ranks(self):
        self.check_refused("src/nn/a.cpp", '#include "infomax/mpi/x.hpp"', "nothing of mpi")

    def test_an_objective_knows_nothing_of_files(self):
        self.check_refused("src/objective/a.cpp", '#include "infomax/hdf5/x.hpp"', "nothing of hdf5")

    def test_c_headers_stay_at_home(self):
        self.check_refused("src/train/a.cpp", "#include <mpi.h>", "belongs to hdf5 and mpi")

    def test_public_headers_hide_private_dependencies(self):
        self.check_refused("include/infomax/model/a.hpp", "#include <nlohmann/json.hpp>",
                           "hide it")

    def test_public_headers_cannot_include_private_ones(self):
        self.write("src/model/private.hpp")
        self.check_refused("include/infomax/model/a.hpp", '#include "model/private.hpp"',
                           "is private")

    def test_paths_are_whole(self):
        self.write("src/nn/layer.hpp")
        self.check_refused("src/nn/a.cpp", '#include "layer.hpp"', "neither")

    def test_own_headers_are_quoted(self):
        self.check_refused("src/nn/a.cpp", "#include <infomax/core/x.hpp>", "quoted")

    def test_unknown_modules(self):
        self.write("src/gui/a.cpp")
        self.write("include/infomax/infomax.hpp")
        self.assertEqual(len(self.found()), 2)


class Layout(MadeUpTree):
    def setUp(self):
        super().setUp()
        self.write(".gitignore", "/build/\n/datasets/*.h5\n")
        for name in ("CMakeLists.txt", "README.md", "build/x", "src/x", "tests/README.md"):
            self.write(name)

    def test_what_belongs_is_allowed(self):
        self.assertEqual(layout.violations(self.root), [])

    def test_other_entries(self):
        self.write("notes.txt")
        self.write("scripts/x")
        self.assertEqual([line.split(":")[0] for line in layout.violations(self.root)],
                         ["notes.txt", "scripts"])

    def test_other_texts(self):
        self.write("src/DESIGN.md")
        self.assertEqual(len(layout.violations(self.root)), 1)


class Tags(MadeUpTree):
    TAG = "// SPDX-License-Identifier: BSD-3-Clause\n"

    def found(self):
        return tags.violations(self.root)

    def test_what_has_both_or_can_have_none_is_allowed(self):
        self.write("include/infomax/core/a.hpp", self.TAG + "#pragma once\n")
        self.write("src/core/a.cpp", self.TAG)
        self.write(".github/picture.svg", "<svg/>")
        self.assertEqual(self.found(), [])

    def test_no_tag(self):
        self.write("src/core/a.cpp", "\n\n\n" + self.TAG)
        self.write("tests/run.py", "#!/usr/bin/env python3\n")
        self.assertEqual([line.split(":")[0] for line in self.found()],
                         ["src/core/a.cpp", "tests/run.py"])

    def test_no_guard(self):
        self.write("src/core/a.hpp", self.TAG + "// #pragma once is not here\n")
        self.assertEqual(len(self.found()), 1)


@unittest.skipUnless(shutil.which("clang-format-14"), "clang-format-14 is not installed")
class Comments(MadeUpTree):
    def formatted(self, text):
        shutil.copy(SOURCE / ".clang-format", self.root)
        self.write("a.cpp", text)
        return subprocess.run(["clang-format-14", self.root / "a.cpp"], capture_output=True, text=True,
                              check=True).stdout

    def test_a_formula_keeps_its_layout(self):
        formula = "///     J   =   rho(a, b)\n///           -  lambda H(b)" + 90 * " " + "of b\nint f();\n"
        self.assertEqual(self.formatted(formula), formula)

    def test_a_long_sentence_does_not(self):
        self.assertEqual(self.formatted("// " + 30 * "word " + "\n").count("\n"), 2)


if __name__ == "__main__":
    unittest.main()
