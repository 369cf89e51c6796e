# SPDX-License-Identifier: BSD-3-Clause
"""What the command line understands: names in any case, help and version by the words that people
try, and of a name that it does not know, the one that was probably meant."""

import unittest

import numpy

import support

USAGE = 2


class DidYouMean(support.ProgramTest):
    def refuse(self, *arguments, meant, ranks=None):
        """The command line is refused in one line that says what was probably meant; None: that
        guesses at nothing."""
        done = support.run(*arguments, ranks=ranks)
        self.assertEqual(done.code, USAGE, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)
        if meant is None:
            self.assertNotIn("did you mean", done.complaints[0])
        else:
            self.assertIn(f"did you mean {meant}?", done.complaints[0])
        return done.complaints[0]

    def test_commands(self):
        self.refuse("trian", meant="train", ranks=2)
        self.refuse("help", "evalute", meant="evaluate")
        self.refuse("Encode", meant="encode")
        self.refuse("frobnicate", meant=None)

    def test_options(self):
        self.refuse("train", "--bacth", "10", meant="--batch", ranks=2)
        self.refuse("train", "--micro_batch", "10", meant="--micro-batch")
        self.refuse("train", "--batch-size=10", meant="--batch")
        self.refuse("probe", "--neighbors", "3", meant="--neighbours")
        self.refuse("report", "runs/first", "--overwrit", meant="--overwrite")
        said = self.refuse("inspect", "--frobnicate", meant=None)
        self.assertIn("--frobnicate", said)
        self.assertIn("infomax inspect --help", said)

    def test_names_in_configuration_files(self):
        path = self.scratch / "train.ini"
        path.write_text("epochs = 3\nbacth = 10\n")
        said = self.refuse("train", "--config", path, meant="batch", ranks=2)
        self.assertIn(str(path), said)
        path.write_text("frobnicate = 10\n")
        self.refuse("train", "--config", path, meant=None)

    def test_choices(self):
        for arguments, meant in (
                (["train", "--objective", "vampp2"], "vamp2"),
                (["train", "--optimizer", "adm"], "adam"),
                (["train", "--pair", "veiws"], "views"),
                (["train", "--rho", "pearsn"], "pearson"),
                (["train", "--schedule", "cosin"], "cosine"),
                (["train", "--normalize", "standardise"], "standardize"),
                (["train", "--progress", "lvie"], "live"),
                (["train", "--precision", "flaot"], "float"),
                (["probe", "--train", "a", "--test", "b", "--metric", "cosin"], "cosine"),
                (["encode", "--model", "m", "--data", "d", "--output", "o", "--format", "hdf"],
                 "hdf5"),
                (["import", "--x", "x", "--output", "o", "--header", "atuo"], "auto"),
                (["generate", "guassian-views"], "gaussian-views"),
                (["generate", "metastable", "--output", "o", "--wells", "three"], None),
                (["train", "--objective", "frobnicate"], None),
                (["train", "--learning-rate", "fast"], None)):
            with self.subTest(arguments=arguments):
                self.refuse(*arguments, meant=meant)

    def test_choices_in_configuration_files(self):
        path = self.scratch / "train.ini"
        path.write_text("optimizer = adm\n")
        self.refuse("train", "--config", path, meant="adam")

    def test_layers(self):
        train = ["train", "--data", "d", "--output", self.scratch / "run", "--encoder"]
        self.refuse(*train, "dense:3,tahn", meant="tanh")
        self.refuse(*train, "dnese:3", meant="dense")
        self.refuse(*train, "dense:3,residual(rleu)", meant="relu")
        self.refuse(*train, "frobnicate:3", meant=None)


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


class Help(support.ProgramTest):
    def test_of_a_command_by_either_word_order(self):
        for command in ("train", "encode", "generate", "bench"):
            self.assertEqual(self.succeed("help", command, ranks=2).out,
                             self.succeed(command, "--help", ranks=None).out)

    def test_of_a_command_that_does_not_exist(self):
        done = support.run("help", "frobnicate", ranks=2)
        self.assertEqual(done.code, USAGE, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)

    def test_says_what_an_option_must_be_given_for(self):
        text = self.succeed("encode", "--help", ranks=None).out
        for option in ("--model FILE", "--data FILE", "--output FILE", "--layer K", "--network a|b",
                       "--threads N (=0)", "--progress MODE (=auto)", "--micro-batch M (=1024)"):
            self.assertIn(option, text)
        for group in ("Encoding:", "Representation:", "Output:", "Machine:", "General:"):
            self.assertEqual(text.count(f"\n{group}\n"), 1, text)


class Version(support.ProgramTest):
    def test_by_the_words_that_people_try(self):
        expected = self.succeed("--version", ranks=None).out
        for word in ("-v", "-V"):
            said = self.succeed(word, ranks=2)
            self.assertEqual(said.out, expected)
            self.assertEqual(said.err, "")


if __name__ == "__main__":
    unittest.main()
