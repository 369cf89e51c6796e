# SPDX-License-Identifier: BSD-3-Clause
"""What the command line understands: names in any case."""

import unittest

import numpy

import support

class AnyCase(support.ProgramTest):
    def test_names_of_choices_and_layers_become_those_of_the_help(self):
        random = numpy.random.default_rng(5)
        data = self.write_data(x=random.normal(size=(60, 4)), y=random.normal(size=(60, 3)))
        run = self.train(data, "run", "--pair", "Views", "--objective", "DCCA", "--optimizer",
                         "AdamW", "--encoder", "Dense:3,TanH,dense:2", "--normalize", "CENTER",
                         "--precision", "Double", "--steps", "2", ranks=2)
        config = dict(line.split(" = ") for line in (run / "config.ini").read_text().splitlines())
        for name, value in (("pair", "views"), ("objective", "dcca"), ("optimizer", "adamw"),
                            ("normalize", "center"), ("precision", "double")):
            self.assertEqual(config[name], value)
        with support.h5py.File(run / "model.h5") as file:
            self.assertEqual(file["networks/b"].attrs["spec"], "dense:3,tanh,dense:2")
        again = self.train(data, "again", "--pair", "views", "--objective", "dcca", "--optimizer",
                           "adamw", "--encoder", "dense:3,tanh,dense:2", "--normalize", "center",
                           "--precision", "double", "--steps", "2", ranks=2)
        numpy.testing.assert_array_equal(support.parameters(run / "model.h5"),
                                         support.parameters(again / "model.h5"))
        self.evaluate(run / "model.h5", data)

    def test_kinds_of_generated_data(self):
        self.succeed("generate", "Gaussian-Views", "--output", self.scratch / "views.h5", ranks=None)


if __name__ == "__main__":
    unittest.main()
