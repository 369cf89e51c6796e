// SPDX-License-Identifier: BSD-3-Clause
// Puts the page together.

function settingsSection() {
  const versions = [["this page", `infomax ${content.program}, ${content.made}`],
                    ["charts", `Chart.js ${Chart.version}`]];
  const parts = [
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

function assemble() {
  const page = document.getElementById("page");
  page.replaceChildren(head());
  if (content.training) {
    page.append(trainingSection());
  } else {
    page.append(section("Training", make("p", {}, "metrics.jsonl has no steps yet.")));
  }
  if (findings) {
    page.append(...outputSections());
  }
  if (content.training) {
    page.append(timeSection());
  }
  page.append(settingsSection());
  document.getElementById("made").textContent =
    `Made by infomax ${content.program}, ${content.made}.`;
  document.getElementById("chart-library").textContent = `Chart.js ${Chart.version}`;
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}

assemble();
