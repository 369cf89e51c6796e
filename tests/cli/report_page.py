# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of `report` share: a page as a reader of its source sees it."""

import html.parser
import json

import numpy

import support


class Page(html.parser.HTMLParser):
    """The elements of a page and the JSON that its scripts draw."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.text = path.read_text(encoding="utf-8")
        self.tags = []
        self.scripts = []
        self.feed(self.text)
        self.close()
        self.content = json.loads(self.scripts[0])

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] == "script":
            self.scripts[-1] += data

    def handle_endtag(self, tag):
        self.tags.append((f"/{tag}", {}))


def without_invocation(content):
    """What must not depend on the ranks or the time."""
    kept = {name: part for name, part in content.items() if name != "made"}
    if "findings" in kept:
        findings = kept["findings"] = dict(kept["findings"])
        for values in ("values", "held_out"):
            if values in findings:
                findings[values] = {name: value for name, value in findings[values].items()
                                    if name != "ranks"}
    return kept


class ReportTest(support.ProgramTest):
    def report(self, run, *arguments, ranks=1, output="page.html"):
        path = self.scratch / output
        done = self.succeed("report", run, "--output", path, "--overwrite", *arguments, ranks=ranks)
        return Page(path), done

    def alike(self, one, other, where="page"):
        """Equal but for rounding, numbers by a part of the greatest in their list."""
        self.assertIs(type(one), type(other), where)
        if isinstance(one, dict):
            self.assertEqual(list(one), list(other), where)
            for name in one:
                self.alike(one[name], other[name], f"{where}.{name}")
        elif isinstance(one, list) and one and isinstance(one[0], float):
            numpy.testing.assert_allclose(one, other, rtol=0, atol=2e-4 * max(1, numpy.abs(one).max()),
                                          err_msg=where)
        elif isinstance(one, list):
            self.assertEqual(len(one), len(other), where)
            for i, (left, right) in enumerate(zip(one, other)):
                self.alike(left, right, f"{where}[{i}]")
        elif isinstance(one, float):
            self.assertAlmostEqual(one, other, delta=1e-5 * max(1, abs(one)), msg=where)
        else:
            self.assertEqual(one, other, where)
