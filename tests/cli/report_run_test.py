# SPDX-License-Identifier: BSD-3-Clause
"""`report`: what its page says of the run itself, and what it does where a run, a data set or a name
is not as it should be."""

import json
import re
import subprocess
import unittest

import numpy

import report_page
import support

USAGE, DATA, SYSTEM = 2, 3, 5
OUTSIDE = re.compile(r"""(?:src|href|action|data|poster|srcset)\s*=\s*["']?\s*(?:https?:)?//""", re.I)


class Run(report_page.ReportTest):
    def setUp(self):
        super().setUp()
        self.x = numpy.random.default_rng(1).normal(size=(203, 5))
        self.data = self.write_data(x=self.x)

    def run_of(self, *arguments, data=None, name="run", ranks=2):
        return self.train(data or self.data, name, "--encoder", "dense:4,tanh,dense:3", "--batch",
                          "30", *arguments, ranks=ranks)

    def series(self, page):
        curves = page.content["training"]["curves"]
        return curves, {series["name"]: series for series in curves["series"]}

    def test_the_curves_are_those_of_metrics(self):
        run = self.run_of("--epochs", "4", "--objective", "dcca", "--pair", "views",
                          "--split-columns", "3", "--validation", "0.2")
        page, _ = self.report(run)
        steps = support.metrics(run)
        curves, series = self.series(page)
        self.assertEqual(curves["stride"], 1)
        self.assertEqual(curves["step"], [line["step"] for line in steps])
        for name in ("objective", "dependence", "entropy_a", "entropy_b", "gradient_norm",
                     "learning_rate", "canonical_correlation_sum", "canonical_correlation_max"):
            numpy.testing.assert_allclose(series[name]["mean"], [line[name] for line in steps],
                                          rtol=1e-5, err_msg=name)
        checks = support.metrics(run, "validation")
        self.assertEqual(curves["validation"]["step"], [line["step"] for line in checks])
        numpy.testing.assert_allclose(curves["validation"]["mean"],
                                      [line["objective"] for line in checks], rtol=1e-5)
        summary = page.content["training"]["summary"]
        self.assertEqual(summary["last"], support.metrics(run, "epoch")[-1])
        self.assertEqual(summary["best_validation"], [line for line in checks if line["best"]][-1])
        self.assertEqual(summary["samples"], sum(line["samples"] for line in steps))
        times = page.content["training"]["times"]
        self.assertEqual((times["unit"], times["first"]), ("epoch", [1, 2, 3, 4]))
        for field in ("input_s", "compute_s", "reduce_s"):
            numpy.testing.assert_allclose(times[field], [line[field] for line in support.metrics(
                run, "epoch")], rtol=1e-5)

    def test_the_settings_are_those_of_the_run(self):
        run = self.run_of("--steps", "3", ranks=3)
        page, _ = self.report(run)
        self.assertEqual(page.content["config"], [
            line.split(" = ", 1) for line in (run / "config.ini").read_text().splitlines()])
        with support.h5py.File(run / "model.h5") as file:
            self.assertEqual(page.content["model"]["settings"], dict(file["settings"].attrs))
        self.assertEqual(page.content["model"]["settings"]["ranks"], "3")
        network, = page.content["model"]["networks"]
        self.assertEqual(network, {"name": "b", "spec": "dense:4,tanh,dense:3", "inputs": 5,
                                   "outputs": 3, "parameters": 5 * 4 + 4 + 4 * 3 + 3,
                                   "filters": None})

    def test_a_long_run_is_thinned_to_means_and_ranges(self):
        run = self.run_of("--steps", "1")
        count = 5003
        values = numpy.random.default_rng(2).normal(size=count)
        line = {**support.metrics(run)[0], "epoch": 1}
        with open(run / "metrics.jsonl", "w", encoding="utf-8") as file:
            for i, value in enumerate(values):
                file.write(json.dumps({**line, "step": i + 1, "objective": value,
                                       "compute_s": 0.25}) + "\n")
            file.write('{"kind":"step","step":5004,"obj')  # what an interrupted write leaves
        curves, series = self.series(self.report(run)[0])
        stride = curves["stride"]
        self.assertEqual(curves["steps"], count)
        self.assertLessEqual(len(curves["step"]), 600)
        self.assertEqual(curves["step"][-1], count)
        groups = [values[first:first + stride] for first in range(0, count, stride)]
        for name, function in (("mean", numpy.mean), ("low", numpy.min), ("high", numpy.max)):
            numpy.testing.assert_allclose(series["objective"][name], [function(g) for g in groups],
                                          atol=1e-5)
        times = self.report(run)[0].content["training"]["times"]
        self.assertEqual(times["unit"], "step")
        self.assertLessEqual(len(times["first"]), 60)
        self.assertAlmostEqual(sum(times["compute_s"]), 0.25 * count, delta=1e-6 * count)

    def test_it_goes_to_the_run_unless_told(self):
        run = self.run_of("--steps", "2")
        done = self.succeed("report", run, ranks=3)
        self.assertIn("report.html", done.err)
        first = report_page.Page(run / "report.html")
        self.assertIn("findings", first.content)
        again = support.run("report", run, ranks=2)
        self.assertEqual(again.code, USAGE, again.err)
        self.assertEqual(len(again.complaints), 1, again.err)
        self.assertIn("--overwrite", again.complaints[0])
        self.succeed("report", run, "--overwrite")
        self.run_of("--steps", "3", "--overwrite")
        self.assertFalse((run / "report.html").exists(), "a page of the run that was replaced")

    def test_without_its_data_set_it_says_so(self):
        run = self.run_of("--steps", "2")
        self.data.rename(self.scratch / "moved.h5")
        for ranks in (1, 3):
            page, done = self.report(run, ranks=ranks)
            warnings = [line for line in done.err.splitlines() if "the page says nothing" in line]
            self.assertEqual(len(warnings), 1, done.err)
            self.assertIn(str(self.data), warnings[0])
            self.assertNotIn("findings", page.content)
            self.assertIn(str(self.data), page.content["no_findings"])
            self.assertIn("training", page.content)
        page, done = self.report(run, "--data", self.scratch / "moved.h5")
        self.assertIn("findings", page.content)
        self.assertNotIn("the page says nothing", done.err)

    def test_the_command_that_made_the_run(self):
        data = self.write_data("it's $HOME (1).h5", x=self.x)
        run = self.run_of("--steps", "3", "--lambda-a=-0.25", "--reproducible", data=data,
                          name="a run's", ranks=2)
        command = self.report(run)[0].content["command"]
        self.assertTrue(command.startswith("mpirun -n 2 infomax train "), command)
        self.assertIn(" --reproducible", command)
        self.assertNotIn("--share", command)
        before = (run / "config.ini").read_text()
        parameters = support.parameters(run / "model.h5")
        # As a shell reads it, but for where the programs are.
        words = ["sh", "-c", command.replace("mpirun", '"$0"', 1).replace("infomax", '"$1"', 1)
                 + " --overwrite", support.MPIEXEC, support.PROGRAM]
        subprocess.run(words, check=True, capture_output=True, timeout=120)
        self.assertEqual((run / "config.ini").read_text(), before)
        numpy.testing.assert_array_equal(support.parameters(run / "model.h5"), parameters)

    def test_probes_in_the_run_directory(self):
        labels = (self.x[:, 0] > 0).astype(numpy.uint8)
        data = self.write_data("labelled.h5", x=self.x, y=labels)
        run = self.run_of("--steps", "2", data=data)
        done = self.succeed("probe", "--model", run, "--train", data, "--test", data, "--json")
        (run / "probe-test.json").write_text(done.out)
        (run / "probe.json").write_text("{\"accuracy\": 0.5")
        (run / "notes.json").write_text("{\"accuracy\": 0.5}")
        page, said = self.report(run, ranks=3)
        self.assertEqual(page.content["probes"],
                         [{"file": "probe-test.json", "results": json.loads(done.out)}])
        self.assertIn("probe.json is not what infomax probe --json writes", said.err)

    def test_several_runs(self):
        runs = [self.run_of("--steps", "4", "--seed", "1", name="one"),
                self.run_of("--steps", "6", "--seed", "1", "--validation", "0.2", name="two"),
                self.run_of("--steps", "4", "--seed", "2", "--pair", "views", "--split-columns", "2",
                            name="three", ranks=1)]
        for ranks in (1, 3):
            output = self.scratch / "several.html"
            self.succeed("report", *runs, "--output", output, "--overwrite", ranks=ranks)
            page = report_page.Page(output)
            self.assertNotIn("findings", page.content)
            self.assertEqual([run["run"] for run in page.content["runs"]], list(map(str, runs)))
            for run, shown in zip(runs, page.content["runs"]):
                alone = self.report(run)[0].content
                for part in ("training", "command", "probes"):
                    self.assertEqual(shown[part], alone[part])
                self.assertEqual(shown["sizes"]["parameters"],
                                 len(support.parameters(run / "model.h5")) if run is not runs[2]
                                 else 12 + 15 + 16 + 15)
            differing = {each["name"]: each["values"] for each in page.content["differences"]}
            self.assertEqual(differing["steps"], ["4", "6", "4"])
            self.assertEqual(differing["seed"], ["1", "1", "2"])
            self.assertEqual(differing["validation"], [None, "0.2", None])
            self.assertEqual(differing["split-columns"], [None, None, "2"])
            for same in ("data", "output", "encoder"):
                self.assertNotIn(same, differing)
        self.refuse(DATA, "nowhere", arguments=[runs[0], self.scratch / "nowhere"])
        self.refuse(USAGE, "--data", arguments=[runs[0], runs[1], "--data", self.data])
        done = support.run("report", *runs, ranks=None)
        self.assert_refused(done, USAGE, "--output is missing")

    def test_data_that_does_not_fit_any_more(self):
        run = self.run_of("--steps", "2")
        self.data.unlink()
        self.write_data(x=self.x[:, :4])
        page, done = self.report(run, ranks=3)
        self.assertIn("4 features", page.content["no_findings"])
        self.assertIn("4 features", done.err)

    def test_a_run_under_way_gets_what_there_is(self):
        run = self.run_of("--steps", "4", "--checkpoint-every", "2steps")
        (run / "model.h5").unlink()
        page, done = self.report(run, ranks=2)
        self.assertIn("model.h5", done.err)
        self.assertIn("training", page.content)
        self.assertIsNone(page.content["model"])
        (run / "metrics.jsonl").write_text("")
        page, _ = self.report(run)
        self.assertNotIn("training", page.content)
        self.assertTrue(page.content["config"])

    def refuse(self, code, *words, arguments):
        output = self.scratch / "refused.html"
        ranks = self.refusing_ranks(3) if code == USAGE else 3
        done = support.run("report", *arguments, "--output", output, ranks=ranks)
        self.assert_refused(done, code, *words)
        self.assertEqual([path for path in self.scratch.iterdir() if "refused" in path.name], [])

    def test_refuses_what_cannot_be(self):
        run = self.run_of("--steps", "2")
        empty = self.scratch / "empty"
        empty.mkdir()
        for path in (empty, self.scratch / "nowhere", run / "model.h5"):
            self.refuse(DATA, path, "holds no run", arguments=[path])
        self.refuse(USAGE, "--run is missing", arguments=[])
        self.refuse(DATA, "nowhere.h5", arguments=[run, "--data", self.scratch / "nowhere.h5"])
        narrow = self.write_data("narrow.h5", x=self.x[:, :2])
        self.refuse(DATA, "2 features", arguments=[run, "--data", narrow])
        self.refuse(DATA, "/other", arguments=[run, "--data", self.data, "--x", "/other"])
        self.refuse(USAGE, "--points", arguments=[run, "--points", "0"])
        (run / "model.h5").write_bytes(b"not a model")
        self.refuse(DATA, "model.h5", arguments=[run])

    def test_a_place_that_cannot_be_written(self):
        run = self.run_of("--steps", "2")
        done = support.run("report", run, "--output", self.scratch / "no" / "page.html", ranks=2)
        self.assertEqual(done.code, SYSTEM, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)

    def test_hostile_names_do_no_harm(self):
        for name in ("</script><script>alert(1)<", "</script x", "a&<b>'\"{{content}} /* page.js */ <!--<script",
                     b"latin-\xe9.h5".decode(errors="surrogateescape")):
            folder = self.scratch / name.replace("/", "\u2215")
            parts = name.split("/")
            data = self.scratch.joinpath(*parts[:-1], parts[-1] + ".h5")
            data.parent.mkdir(parents=True, exist_ok=True)
            with support.h5py.File(str(data).encode(errors="surrogateescape"), "w") as file:
                file["x"] = self.x
            with self.subTest(name):
                run = self.run_of("--steps", "2", data=data, name=folder.name, ranks=1)
                page, _ = self.report(run)
                self.assertEqual(len(page.scripts), 3)
                self.assertNotIn("<", page.scripts[0])
                self.assertNotIn("alert", "".join(page.scripts[1:]))
                said = dict(page.content["config"])["data"]
                shown = str(data).encode(errors="surrogateescape").decode(errors="replace")
                self.assertEqual(said, shown)
                self.assertEqual(page.content["findings"]["data"], shown)
                self.assertIn("training", page.content)

    def test_filters_of_a_first_convolution(self):
        random = numpy.random.default_rng(3)
        for channels, filters, shown in ((1, 70, 64), (3, 5, 5), (2, 4, None)):
            data = self.write_data(f"{channels}.h5", x=random.normal(size=(31, channels, 6, 7)))
            run = self.train(data, f"conv{channels}", "--encoder",
                             f"conv:{filters}:3,relu,globalpool,dense:2", "--steps", "2")
            page, _ = self.report(run)
            found, = [network["filters"] for network in page.content["model"]["networks"]]
            with self.subTest(channels):
                if shown is None:
                    self.assertIsNone(found)
                    continue
                with support.h5py.File(run / "model.h5") as file:
                    weight = file["networks/b/layers/0/weight"][()]
                self.assertEqual([found[name] for name in ("count", "channels", "height", "width")],
                                 list(weight.shape))
                numpy.testing.assert_allclose(found["values"], weight[:shown].reshape(shown, -1),
                                              rtol=6e-3, atol=1e-9)
        page, _ = self.report(self.run_of("--steps", "2"))
        self.assertIsNone(page.content["model"]["networks"][0]["filters"])

    def test_nothing_is_loaded_from_elsewhere(self):
        page, _ = self.report(self.run_of("--steps", "2"))
        self.assertNotRegex(page.text, OUTSIDE)
        for tag, attributes in page.tags:
            self.assertNotIn(tag, ("link", "img", "iframe", "object", "embed", "base"))
            self.assertNotIn("src", attributes)
        policy, = [attributes["content"] for tag, attributes in page.tags
                   if attributes.get("http-equiv") == "Content-Security-Policy"]
        self.assertTrue(policy.startswith("default-src 'none'"), policy)
        self.assertIn("Chart.js v3", page.scripts[1])
        self.assertIn("Released under the MIT License", page.scripts[1])


if __name__ == "__main__":
    unittest.main()
