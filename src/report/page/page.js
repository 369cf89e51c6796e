// SPDX-License-Identifier: BSD-3-Clause
// Puts the page together.

// The command that made the run, to copy.
function commandBlock(command) {
  const text = make("pre", {class: "command", tabindex: "0"}, command);
  const button = make("button", {type: "button"}, "Copy");
  const copied = () => {
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
  // Without the clipboard, which pages of some browsers may not use, the text is selected.
  const select = () => {
    getSelection().selectAllChildren(text);
    if (document.execCommand("copy")) {
      copied();
    }
  };
  button.addEventListener("click", () => {
    if (navigator.clipboard) {
      navigator.clipboard.writeText(command).then(copied, select);
    } else {
      select();
    }
  });
  return make("div", {class: "copied"}, button, text);
}

const probeNames = {
  accuracy: "accuracy on test rows", train_accuracy: "accuracy on training rows",
  neighbour_accuracy: "accuracy of nearest neighbours", r2: "R² on test rows", mse: "mean squared error",
  train_r2: "R² on training rows", train_mse: "mean squared error on training rows", l2: "penalty L2",
};

// What a probe of the run found: its numbers, and those of each class.
function probeCard({file, results}) {
  const rows = Object.entries(results)
    .filter(([, value]) => ["number", "string", "boolean"].includes(typeof value))
    .map(([name, value]) => [probeNames[name] ?? words(name),
                             typeof value === "boolean" ? value ? "yes" : "no" : value]);
  const classes = results.per_class ?? [];
  const ofClasses = classes.length ? fold(`${plural(classes.length, "class").replace("classs", "classes")}`,
    table(["class", "precision", "recall", "F1", "test rows"], classes.map((each) => [
      each.name ?? String(each.class), each.precision, each.recall, each.f1, each.support]))) : null;
  return card(`Probe: ${file}`, make("div", {}, table(["", "value"], rows), ofClasses),
              `As infomax probe --json wrote it to ${file} in the run directory.`);
}

function probesSection() {
  return section("Probes", make("div", {class: "cards"}, ...content.probes.map(probeCard)));
}

function settingsSection() {
  const versions = [["this page", `infomax ${content.program}, ${content.made}`],
                    ["charts", `Chart.js ${Chart.version}`]];
  const parts = [
    ...(content.command ? [make("p", {}, "The command that trains as this run did:"),
                           commandBlock(content.command)] : []),
    fold(`Command line (config.ini), ${plural(content.config.length, "option")}`,
         table(["option", "value"], content.config, "texts")),
  ];
  if (content.model) {
    parts.push(
      fold(`Model (model.h5), ${plural(Object.keys(settings).length, "setting")}`,
           table(["setting", "value"], Object.entries(settings), "texts"),
           table(["network", "encoder", "inputs", "outputs", "parameters"],
                 content.model.networks.map((network) => [network.name, network.spec,
                   network.inputs, network.outputs, network.parameters]))));
  }
  parts.push(fold("Versions", table(["", "version"], versions.concat(
    ["program_version", "blas_version", "blas_kernel", "vector_instructions", "c_library"]
      .filter((name) => settings[name]).map((name) => [`training, ${words(name)}`, settings[name]])))));
  return section("Configuration", ...parts);
}

function assembleRun(page) {
  page.replaceChildren(head());
  if (content.training) {
    page.append(trainingSection());
  } else {
    page.append(section("Training", make("p", {}, "metrics.jsonl has no steps yet.")));
  }
  if (findings) {
    page.append(...outputSections());
  }
  page.append(...filtersSection());
  if (content.probes?.length) {
    page.append(probesSection());
  }
  if (content.training) {
    page.append(timeSection());
  }
  page.append(settingsSection());
}

function assemble() {
  const page = document.getElementById("page");
  if (content.search) {
    assembleSearch(page);
  } else if (content.runs) {
    assembleRuns(page);
  } else {
    assembleRun(page);
  }
  document.getElementById("made").textContent =
    `Made by infomax ${content.program}, ${content.made}.`;
  document.getElementById("chart-library").textContent = `Chart.js ${Chart.version}`;
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}

assemble();
