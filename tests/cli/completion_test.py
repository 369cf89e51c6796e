# SPDX-License-Identifier: BSD-3-Clause
"""Completion for shells and manual pages: they have every command, option and choice that help has."""

import re
import shutil
import subprocess
import unittest

import support

COMMANDS = ("import", "generate", "inspect", "shuffle", "train", "evaluate", "markov", "encode", "export",
            "probe", "estimate", "compare", "report", "bench", "doctor", "completion", "manual")


def options_in(help_text):
    return re.findall(r"^  (?:-h \[ )?--([a-z0-9-]+)", help_text, re.MULTILINE)


class Completion(support.ProgramTest):
    def script(self, shell):
        path = self.scratch / f"infomax.{shell}"
        path.write_text(self.succeed("completion", shell, ranks=None).out)
        return path

    def checks_syntax(self, shell):
        if shutil.which(shell) is None:
            self.skipTest(f"{shell} is not installed")
        done = subprocess.run([shell, "-n", self.script(shell)], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_syntax_of_bash(self):
        self.checks_syntax("bash")

    def test_syntax_of_zsh(self):
        self.checks_syntax("zsh")

    def test_syntax_of_fish(self):
        self.checks_syntax("fish")

    def complete(self, *words):
        """What bash offers for the last of the words after `infomax`."""
        program = ('source "$1"; shift; COMP_WORDS=(infomax "$@"); COMP_CWORD=$#; _infomax; '
                   'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", program, "bash", self.bash, *words], cwd=self.scratch,
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash_offers_commands_options_choices_and_files(self):
        self.bash = self.script("bash")
        self.assertEqual(self.complete("tr"), ["train"])
        self.assertEqual(self.complete("help", "enc"), ["encode"])
        self.assertEqual(self.complete("train", "--objective", "v"), ["vamp1", "vamp2", "vicreg"])
        self.assertEqual(self.complete("train", "--objective", "=", "dc"), ["dcca"])
        self.assertEqual(self.complete("train", "--pair", "="),
                         ["input", "target", "views", "augment", "lag", "predict", "multi"])
        self.assertEqual(self.complete("train", "--batch", ""), [])
        self.assertEqual(self.complete("generate", "gau"), ["gaussian-views"])
        self.assertEqual(self.complete("completion", "f"), ["fish"])
        self.assertEqual(self.complete("manual", "eval"), ["evaluate"])
        (self.scratch / "some data.h5").touch()
        for words in (["train", "--data", "some"], ["inspect", "some"], ["encode", "--output", "some"]):
            self.assertEqual(self.complete(*words), ["some", "data.h5"])
        self.assertIn("--micro-batch", self.complete("probe", "--m"))
        self.assertNotIn("--encoder", self.complete("probe", "--"))

    def test_every_option_of_every_command(self):
        self.bash = self.script("bash")
        zsh, fish = self.script("zsh").read_text(), self.script("fish").read_text()
        for command in COMMANDS:
            names = options_in(self.succeed(command, "--help", ranks=None).out)
            self.assertGreaterEqual(len(names), 3, command)
            self.assertEqual(sorted(self.complete(command, "--")), sorted(f"--{n}" for n in names))
            block = zsh[zsh.index(f"\n    {command})\n"):]
            block = block[:block.index(";;")]
            for name in names:
                self.assertRegex(block, rf"'--{name}(=|\[)")
                self.assertIn(f"__fish_seen_subcommand_from {command}' -l {name} ", fish)

    def test_refuses_an_unknown_shell_and_none(self):
        for arguments in (["completion", "tcsh"], ["completion"]):
            done = support.run(*arguments, ranks=None)
            self.assertEqual(done.code, 2, done.err)
            self.assertEqual(len(done.complaints), 1, done.err)
            self.assertIn("--shell", done.complaints[0])


class Manual(support.ProgramTest):
    def rendered(self, *arguments):
        page = self.succeed("manual", *arguments, ranks=None).out
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed")
        done = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-P-c", "-P-b", "-P-u"], input=page,
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def test_pages_have_every_option_and_render_without_a_warning(self):
        for command in COMMANDS:
            names = options_in(self.succeed(command, "--help", ranks=None).out)
            text = self.rendered(command)
            self.assertIn(f"infomax-{command}", text)
            for name in names:
                self.assertRegex(text, rf"(?m)^ +(-h, )?--{name}( |$)")
        self.assertIn("Default: 0.001.", self.rendered("train"))

    def test_the_page_of_the_program_lists_the_commands(self):
        text = self.rendered()
        for command in COMMANDS:
            self.assertIn(f"infomax-{command}(1)", text)

    def test_all_pages_into_a_directory(self):
        self.succeed("manual", "--directory", self.scratch, ranks=None)
        names = sorted(path.name for path in self.scratch.iterdir())
        self.assertEqual(names, sorted(["infomax.1"] + [f"infomax-{c}.1" for c in COMMANDS]))
        done = support.run("manual", "--directory", self.scratch / "absent", ranks=None)
        self.assertEqual(done.code, 5, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)

    def test_of_a_command_that_does_not_exist(self):
        done = support.run("manual", "trian", ranks=None)
        self.assertEqual(done.code, 2, done.err)
        self.assertIn("did you mean train?", done.complaints[0])


if __name__ == "__main__":
    unittest.main()
