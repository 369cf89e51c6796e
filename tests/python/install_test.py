#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The installed package is whole, and tells what it is."""

import os
import subprocess
import unittest

import package


class Installed(package.PackageTest):
    def test_package_is_imported_from_where_it_was_installed(self):
        subprocess.run([os.environ["INFOMAX_CMAKE"], "--install", os.environ["INFOMAX_BUILD"], "--component",
                        "python", "--prefix", self.scratch], check=True, capture_output=True)
        (module,) = self.scratch.glob("lib/python3*/*-packages/infomax/_core.*.so")
        folder = module.parent
        self.assertTrue((folder / "py.typed").is_file())
        self.assertTrue((folder / "_core.pyi").is_file())
        said = self.run_script(f"""
            import sys
            sys.path.insert(0, {str(folder.parent)!r})
            import infomax
            assert infomax.__file__.startswith({str(folder)!r}), infomax.__file__
            model = infomax.train(x=[[float(i % 7), float(i % 5)] for i in range(60)], encoder="dense:1", epochs=1)
            print(infomax.__version__, model)
            """)
        version = self.run_program("--version").split()[1]
        self.assertEqual(said, f"{version} <infomax.Model of infomax, b: dense:1>\n")

    def test_names_are_documented(self):
        self.run_script("""
            import inspect
            import infomax
            import infomax.sklearn
            for module in (infomax, infomax.sklearn):
                for name in module.__all__:
                    thing = getattr(module, name)
                    assert inspect.getdoc(thing), name
                    assert module is infomax.sklearn or thing.__module__ == "infomax", name
                    members = vars(thing) if inspect.isclass(thing) else {}
                    for member, value in members.items():
                        if not member.startswith("_") and callable(value):
                            assert inspect.getdoc(value), (name, member)
            """)


if __name__ == "__main__":
    unittest.main()
