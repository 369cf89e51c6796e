# SPDX-License-Identifier: BSD-3-Clause
"""`report`: its page in headless Chromium, as wide as a desktop and as a telephone, light and dark.

Without Chromium it is skipped. Screenshots stay in the directory INFOMAX_SHOTS."""

import csv
import html
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

import numpy

import report_page
import support

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    print("skipped: Chromium is not installed (Debian: chromium)")
    sys.exit(77)

SHOTS = pathlib.Path(os.environ.get("INFOMAX_SHOTS", "."))
DESKTOP, PHONE = 1280, 390

# In the test's copy of a page: what went wrong, and what came of it, told to the frame around it.
BEFORE = """<script>
const complaints = [];
addEventListener("error", (event) => complaints.push(event.message));
addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => complaints.push(event.violatedDirective));
for (const kind of ["error", "warn"]) {
  console[kind] = (...words) => complaints.push(words.join(" "));
}
</script>"""
AFTER = """<script>
// The share of pixels that are coloured, as data are; axes, texts and grids are grey.
function coloured(canvas) {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const channels = data.slice(i, i + 3);
    count += data[i + 3] > 60 && Math.max(...channels) - Math.min(...channels) > 60;
  }
  return count / (canvas.width * canvas.height);
}
// What the buttons of each chart save, without a download.
function saved() {
  const files = [];
  const before = [window.Blob, URL.createObjectURL, HTMLAnchorElement.prototype.click];
  let given;
  window.Blob = class {
    constructor([text], {type}) { given = {text, type}; }
  };
  URL.createObjectURL = () => "blob:none";
  HTMLAnchorElement.prototype.click = function () { files.push({name: this.download, ...given}); };
  for (const button of document.querySelectorAll("button[data-saves]")) {
    const title = button.closest(".card").querySelector("figcaption").textContent;
    button.click();
    files.at(-1).title = title;
  }
  [window.Blob, URL.createObjectURL, HTMLAnchorElement.prototype.click] = before;
  return files;
}
function measure() {
  const canvases = [...document.querySelectorAll("canvas")];
  const past = [...document.querySelectorAll("main *, footer *")].filter((element) =>
    !element.closest(".scroll") && element.getBoundingClientRect().right > innerWidth + 1);
  return {
    complaints, width: innerWidth, scroll: document.documentElement.scrollWidth,
    height: document.documentElement.scrollHeight,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    background: getComputedStyle(document.body).backgroundColor,
    headings: [...document.querySelectorAll("h1, h2")].map((element) => element.textContent),
    titles: [...document.querySelectorAll(".card > figcaption")].map((element) => element.textContent),
    text: document.body.innerText,
    past: past.map((element) => element.outerHTML.slice(0, 80)),
    canvases: canvases.map((canvas) => ({label: canvas.getAttribute("aria-label"),
      width: canvas.getBoundingClientRect().width, coloured: coloured(canvas)})),
    smalls: [...document.querySelectorAll(".small .area")].map(
      (path) => path.getBoundingClientRect().height),
    saved: saved(),
  };
}
addEventListener("load", () => setTimeout(() => parent.postMessage(measure(), "*"), 500));
</script>"""
# A window is no narrower than 500 pixels; a frame in it may be.
FRAME = """<!doctype html><body style="margin: 0"><iframe src="{page}"
style="border: 0; display: block; width: {width}px; height: {height}px"></iframe><pre id="told"></pre><script>
addEventListener("message", (event) => {{
  document.getElementById("told").textContent = JSON.stringify(event.data);
}});
</script>"""


SVG = "{http://www.w3.org/2000/svg}"


def is_coloured(colour):
    """Whether red, green and blue differ, as those of data do; axes are grey."""
    numbers = ([int(colour[at:at + 2], 16) for at in (1, 3, 5)] if re.match("#[0-9a-f]{6}", colour, re.I)
               else [int(number) for number in re.findall(r"\d+", colour)[:3]])
    return len(numbers) == 3 and max(numbers) - min(numbers) > 40


class Browser(report_page.ReportTest):
    def chromium(self, page, *arguments, dark=False):
        command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                   f"--user-data-dir={self.scratch / 'profile'}", "--virtual-time-budget=5000",
                   f"--blink-settings=preferredColorScheme={0 if dark else 1}", *arguments,
                   page.as_uri()]
        return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode()

    def look(self, path, name, width, dark=False):
        """What a page measures of itself, and a screenshot of all of it."""
        source = path.read_text(encoding="utf-8")
        self.assertEqual((source.count("<head>"), source.count("</body>")), (1, 1))
        copy = self.scratch / "copy.html"
        copy.write_text(source.replace("<head>", f"<head>{BEFORE}")
                        .replace("</body>", f"{AFTER}</body>"), encoding="utf-8")
        frame = self.scratch / "frame.html"
        frame.write_text(FRAME.format(page=copy.name, width=width, height=900))
        dumped = self.chromium(frame, "--dump-dom", f"--window-size={DESKTOP},900", dark=dark)
        told = re.search(r'<pre id="told">(.*?)</pre>', dumped, flags=re.S).group(1)
        self.assertTrue(told, "the page told nothing")
        measured = json.loads(html.unescape(told))
        SHOTS.mkdir(parents=True, exist_ok=True)
        height = measured["height"] + 20
        frame.write_text(FRAME.format(page=copy.name, width=width, height=height))
        shot = SHOTS / f"{name}.png"
        self.chromium(frame, f"--screenshot={shot}", f"--window-size={max(width, 500)},{height}",
                      dark=dark)
        self.assertGreater(shot.stat().st_size, 10000)
        return measured

    def check_saved(self, found, name):
        """Every chart saves its picture and its numbers; with `name`, the files are kept to be seen."""
        files = found["saved"]
        self.assertEqual([file["name"].rsplit(".", 1)[1] for file in files],
                         ["svg", "csv"] * (len(files) // 2))
        self.assertGreaterEqual(len(files), 2 * len(found["canvases"]))
        for file in files:
            with self.subTest(file["name"]):
                self.assertRegex(file["name"], r"^[\w-]+\.(svg|csv)$")
                if file["name"].endswith(".svg"):
                    self.check_svg(file)
                else:
                    rows = list(csv.reader(io.StringIO(file["text"], newline="")))
                    self.assertGreater(len(rows), 1)
                    self.assertEqual({len(row) for row in rows}, {len(rows[0])})
                    self.assertTrue(any(re.fullmatch(r"-?\d.*", field) for field in rows[1]), rows[1])
                if name is not None:
                    (SHOTS / f"{name}-{file['name']}").write_text(file["text"], encoding="utf-8")

    def check_svg(self, file):
        root = xml.etree.ElementTree.fromstring(file["text"])
        self.assertEqual(root.tag, f"{SVG}svg")
        self.assertNotRegex(file["text"], r"NaN|undefined|Infinity")
        drawn = [*root.iter(f"{SVG}path"), *root.iter(f"{SVG}rect")]
        self.assertGreater(len(drawn), 2)
        self.assertTrue(list(root.iter(f"{SVG}text")))
        # What is both would be clipped where it is not seen.
        self.assertFalse([element for element in root.iter()
                          if element.get("transform") and element.get("clip-path")])
        colours = {element.get(part) for element in drawn for part in ("fill", "stroke")}
        self.assertTrue(any(is_coloured(colour) for colour in colours - {None, "none"}), colours)

    def check(self, path, name, charts, smalls=True):
        """At both widths, light and dark: no complaints, every chart drawn, nothing sideways."""
        backgrounds = set()
        for width, dark in ((DESKTOP, False), (DESKTOP, True), (PHONE, False), (PHONE, True)):
            kind = f"{name}-{'desktop' if width == DESKTOP else 'phone'}-{'dark' if dark else 'light'}"
            with self.subTest(kind):
                found = self.look(path, kind, width, dark)
                self.assertEqual(found["complaints"], [])
                self.assertEqual(found["width"], width)
                self.assertEqual(found["dark"], dark)
                self.assertEqual(found["scroll"], width)
                self.assertEqual(found["past"], [])
                self.assertEqual(len(found["canvases"]), charts, found["titles"])
                for canvas in found["canvases"]:
                    self.assertGreater(canvas["coloured"], 0.001, canvas)
                    self.assertGreater(len(canvas["label"]), 20)
                    self.assertGreater(canvas["width"], 150, canvas)
                if smalls:
                    self.assertTrue(found["smalls"])
                    self.assertGreater(min(found["smalls"]), 5)
                self.check_saved(found, name if width == DESKTOP and not dark else None)
                backgrounds.add((dark, found["background"]))
        self.assertEqual(len(backgrounds), 2)
        return found

    def page(self, run, *arguments):
        path = self.scratch / "page.html"
        self.succeed("report", run, "--output", path, "--overwrite", *arguments)
        return path

    def test_classes(self):
        x = support.images(400, seed=3)
        labels = numpy.random.default_rng(4).integers(0, 10, size=400).astype(numpy.uint8)
        run = self.train(self.write_data(x=x, y=labels), "classes", "--encoder", "dense:9,tanh,dense:8",
                         "--lambda", "0.1", "--epochs", "6", "--batch", "100", "--schedule", "cosine",
                         "--validation", "0.2", ranks=2)
        # objective, dependence, entropies, gradient, rate; correlations; plane, two maps; times
        found = self.check(self.page(run), "classes", 10)
        self.assertEqual(found["headings"][0], str(run))
        self.assertEqual(len(found["smalls"]), 8)
        for text in ("infomax: J = rv(a, b) − 0.1 (H(a) + H(b))", "Chart.js 3.9.1", "MIT licence",
                     "(36 → 8, 413 parameters)", "on 2 ranks", "best J on validation",
                     "but those that were kept for validation", "mpirun -n 2 infomax train \\\n"):
            self.assertIn(text, found["text"])
        self.check_numbers(found, run)

    def check_numbers(self, found, run):
        """The saved numbers of a chart are those that it shows."""
        text, = [file["text"] for file in found["saved"]
                 if file["title"] == "Objective J" and file["name"].endswith(".csv")]
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(rows[0][:2], ["step", "training, a step’s batch"])
        said = {int(row[0]): float(row[1]) for row in rows[1:] if row[1]}
        for line in support.metrics(run):
            self.assertAlmostEqual(said[line["step"]], line["objective"], places=4)

    def test_views(self):
        random = numpy.random.default_rng(6)
        x = random.normal(size=(300, 7))
        data = self.write_data(x=x, y=x[:, :4] + random.normal(size=(300, 4)))
        run = self.train(data, "views", "--pair", "views", "--objective", "dcca", "--encoder",
                         "dense:5,tanh,dense:3", "--steps", "900", "--batch", "60")
        with support.h5py.File(data, "a") as file:
            file["x"].attrs["columns"] = ["age", "body mass index, kg/m²", "</b>&amp;", *"defg"]
        (run / "probe.json").write_text(json.dumps({"accuracy": 0.75, "classes": 2, "per_class": [
            {"class": 0, "precision": 0.5, "recall": 1, "f1": 0.6, "support": 3, "name": "</td>"}]}))
        # objective, entropies, the largest, gradient; correlations; two planes, two loadings; times
        found = self.check(self.page(run), "views", 10)
        self.assertIn("Loadings of the canonical variates u", found["titles"])
        self.assertIn("Probe: probe.json", found["titles"])
        for text in ("body mass index, kg/m²", "</b>&amp;", "accuracy on test rows"):
            self.assertIn(text, found["text"])
        self.assertIn("each point is the mean of 2", found["text"])
        self.assertIn("learning rate 0.001", found["text"])

    def test_lag_coloured_by_value(self):
        x = numpy.random.default_rng(7).normal(size=(500, 3)).cumsum(axis=0)
        data = self.write_data(x=x, y=x[:, :1])
        run = self.train(data, "lag", "--pair", "lag", "--lag", "4", "--objective", "vamp2",
                         "--encoder", "dense:5,tanh,dense:1", "--steps", "30", "--batch", "100")
        # objective, entropies, sum, gradient; correlation; timescales; the function over rows,
        # loadings; times
        found = self.check(self.page(run), "lag", 9)
        for title in ("Implied timescales", "Implied timescales against the lag",
                      "Chapman-Kolmogorov test", "Singular functions ψ over the rows",
                      "Loadings of the singular functions"):
            self.assertIn(title, found["titles"])

    def test_singular_functions_with_classes(self):
        random = numpy.random.default_rng(17)
        x = numpy.zeros((900, 4))
        for t in range(1, 900):
            x[t] = [0.98, 0.9, 0.5, 0.1] * x[t - 1] + random.normal(size=4)
        data = self.write_data(x=x, y=(x[:, 0] > 0).astype(int) + (x[:, 1] > 0))
        run = self.train(data, "slow", "--pair", "lag", "--lag", "10", "--objective", "vamp2",
                         "--encoder", "dense:8,tanh,dense:3,softmax", "--steps", "200", "--batch", "0",
                         "--validation", "0.25")
        # objective, dependence?, entropies, sum, largest, gradient; correlations; timescales; plane,
        # loadings; times
        found = self.check(self.page(run), "slow", 10)
        self.assertIn("held out", found["text"])
        self.assertIn("95% intervals", found["text"])
        for title in ("Transitions between the states within 10 rows", "Chapman-Kolmogorov test"):
            self.assertIn(title, found["titles"])
        self.assertIn("3 → 1", found["text"])

    def test_several_runs(self):
        data = self.write_data(x=numpy.random.default_rng(2).normal(size=(300, 8)))
        runs = [self.train(data, f"runs/{name}", "--encoder", f"dense:{width},tanh,dense:3", "--epochs",
                           "8", "--batch", "50", "--learning-rate", rate, "--validation", "0.2")
                for name, width, rate in (("a", 8, 0.01), ("b", 16, 0.01), ("c", 8, 0.1))]
        page = self.scratch / "several.html"
        self.succeed("report", *runs, "--output", page)
        # objective, validation, entropies of a and b, gradient
        found = self.check(page, "several", 5, smalls=False)
        self.assertEqual(found["headings"], ["3 runs", "Settings that differ", "Final values",
                                             "Training", "Runs"])
        text, = [file["text"] for file in found["saved"]
                 if file["title"] == "Objective J" and file["name"].endswith(".csv")]
        self.assertEqual(text.splitlines()[0], "step,a,b,c")

    def test_search(self):
        data = self.write_data("<b>.h5", x=numpy.random.default_rng(2).normal(size=(120, 6)))
        output = self.scratch / "search"
        self.succeed("compare", "--data", data, "--output", output, "--epochs", "2", "--batch", "30", "--folds", "3",
                     "--optimizer", "sgd", "--progress", "none", "--grid", "learning-rate=0.001,0.01,0.1,1e300",
                     "--grid", "encoder=dense:2 | dense:8,tanh,dense:2")
        found = self.check(output / "compare.html", "search", 1, smalls=False)
        self.assertEqual(found["headings"], [str(data), "Trials", "Settings", "The best trial", "Scores"])
        self.assertEqual(found["titles"], ["Learning rate"])
        for text in ("may be as good", "Nadeau and Bengio", "2 failed", "is not a number; try a smaller", "--output"):
            self.assertIn(text, found["text"])

    def test_hostile_names(self):
        name = "<img src=x onerror=document.title='harm'>&amp;<b>"
        data = self.write_data(f"{name}.h5", x=support.images(90))
        run = self.train(data, name, "--encoder", "dense:4,tanh,dense:3", "--steps", "3")
        found = self.look(self.page(run), "hostile", PHONE)
        self.assertEqual(found["complaints"], [])
        self.assertEqual(found["scroll"], PHONE)
        self.assertEqual(found["headings"][0], str(run))
        self.assertIn(str(data), found["text"])

    def test_what_there_is(self):
        data = self.write_data(x=support.images(90))
        run = self.train(data, "bare", "--encoder", "dense:4,tanh,dense:3", "--steps", "3")
        data.unlink()
        found = self.look(self.page(run), "without-data", DESKTOP)
        self.assertEqual(found["complaints"], [])
        self.assertIn("lacks all results that need the data set", found["text"])
        self.assertEqual(found["headings"][1:], ["Training", "Where the time went", "Configuration"])
        for name in ("metrics.jsonl", "model.h5"):
            (run / name).unlink()
        found = self.look(self.page(run), "without-anything", DESKTOP)
        self.assertEqual(found["complaints"], [])
        self.assertEqual(found["headings"][1:], ["Training", "Configuration"])


if __name__ == "__main__":
    unittest.main()
