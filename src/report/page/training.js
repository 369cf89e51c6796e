// SPDX-License-Identifier: BSD-3-Clause
// What the run directory contains without the data set: the model, the progress, the time.

const pairs = {
  input: "a = x, the preprocessed rows; b = f(x)",
  target: "a = y; b = f(x)",
  views: "a = f(x), b = g(y): two views with a network each",
  augment: "a = f(t(x)), b = f(t′(x)): two random changes of x",
  lag: "a = f(x at t), b = f(x at t + τ)",
};

function pairText() {
  const name = setting("pair");
  if (name === "lag") {
    return `${name}: ${pairs.lag}, τ = ${plural(Number(setting("lag") || 1), "row")}`;
  }
  if (name === "views" && content.model && content.model.networks.length === 1) {
    return `${name}: a = f(x), b = f(y), one network for both`;
  }
  return pairs[name] ? `${name}: ${pairs[name]}` : name;
}

const formulas = {
  dcca: "sum of the canonical correlations σ of a and b",
  vamp1: "1 + sum of the canonical correlations σ of a and b",
  vamp2: "1 + sum of σ², the squared canonical correlations of a and b",
  "gaussian-mi": "−½ Σ ln(1 − σ²), the mutual information of jointly Gaussian sides, in nats",
  barlow: "−(Σ (1 − Rᵢᵢ)² + λ Σ Rᵢⱼ²), R the correlations of a with b",
  vicreg: "−(similarity + variance + covariance terms) of a and b",
  "histogram-mi": "mean mutual information of matching columns, in nats",
  "coding-rate": "½ ln det(I + q/ε² C), C the covariance of b",
  mse: "−½ mean |a − b|²",
  infonce: "mean [u_ii − ln mean_j exp(u_ij)], u_ij the score of a_i and b_j",
  jsd: "2 ln 2 − mean sp(−u_ii) − mean sp(u_ij), i ≠ j, sp(x) = ln(1 + exp(x))",
  dv: "mean u_ii − ln mean exp(u_ij), i ≠ j",
  nwj: "mean u_ii − mean exp(u_ij − 1), i ≠ j",
  smile: "mean u_ii − ln mean exp(clip(u_ij)), i ≠ j, by the gradient of jsd",
  sigmoid: "−(1/N) Σ sp(−z_ij (u_ij + s)), z_ij = 1 where i = j, else −1",
  "nt-xent": "mean [u_kk′ − ln Σ exp(u_kl)], l ≠ k, over the rows of both sides",
};

function lambda(side) {
  return Number(setting(`lambda-${side}`) || setting("lambda") || 0);
}

function objectiveText() {
  const name = setting("objective");
  if (name !== "infomax") {
    return formulas[name] ? `${name}: J = ${formulas[name]}` : name;
  }
  const [a, b] = [lambda("a"), lambda("b")];
  const term = (weight, what) => weight === 0 ? ""
    : ` ${weight > 0 ? "−" : "+"} ${significant(Math.abs(weight))} ${what}`;
  const entropies = a === b ? term(a, "(H(a) + H(b))") : term(a, "H(a)") + term(b, "H(b)");
  return `infomax: J = ${setting("rho")}(a, b)${entropies}`;
}

function encoderText() {
  if (!content.model) {
    return setting("encoder");
  }
  return content.model.networks.map((network) =>
    `${network.spec} (${whole(network.inputs)} → ${whole(network.outputs)}, ` +
    `${plural(network.parameters, "parameter")})`).join(";  ");
}

function optimizerText() {
  const batch = Number(setting("batch"));
  const rows = batch === 0 ? "all rows a step" : `${plural(batch, "row")} a step`;
  const name = setting("optimizer");
  const rate = name === "lbfgs" || !setting("learning-rate") ? "" :
    `, learning rate ${setting("learning-rate")}` +
    (setting("schedule") && setting("schedule") !== "constant" ? `, ${setting("schedule")}` : "");
  return name ? `${name}${rate}; ${rows}` : "";
}

// Names with their values, as far as these are known.
function descriptions(entries, kind) {
  return make("dl", {class: kind}, ...entries.filter(([, text]) => text).map(
    ([name, text, more]) => make("div", {}, make("dt", {}, name),
      make("dd", {}, text, more ? make("small", {}, more) : null))));
}

function keyNumbers() {
  const entries = [];
  if (content.findings) {
    const values = content.findings.values;
    entries.push([`J on ${content.findings.is_training_data ? "the training data"
      : content.findings.data.split("/").pop()}`,
                  significant(values.objective), `all ${plural(values.samples, "sample")} at once`]);
    const held = content.findings.held_out;
    if (held) {
      entries.push(["J on held-out data", significant(held.objective),
                    `${plural(held.samples, "sample")} that training did not see`]);
    }
  }
  if (content.training) {
    const run = content.training.summary;
    entries.push(["J at the end of training", significant(run.last.objective),
                  run.last.kind === "epoch" ? "mean of the last epoch’s steps" : "last step"]);
    if (run.best_validation) {
      entries.push(["best J on validation", significant(run.best_validation.objective),
                    `after step ${whole(run.best_validation.step)}, whose model was kept`]);
    } else if (run.best_epoch) {
      entries.push(["best epoch’s J", significant(run.best_epoch.objective),
                    `epoch ${whole(run.best_epoch.epoch)}`]);
    }
    const epochs = options.get("epochs");
    const planned = options.get("steps") ? `${whole(Number(options.get("steps")))} steps planned` :
      epochs ? `epoch ${whole(run.epochs)} of ${whole(Number(epochs))}` : `epoch ${whole(run.epochs)}`;
    entries.push(["steps", whole(run.steps), planned]);
    entries.push(["samples seen", whole(run.samples),
                  `${significant(run.samples / Math.max(run.seconds, 1e-9), 3)} a second`]);
    entries.push(["time in steps", duration(run.seconds),
                  setting("ranks") ? `on ${plural(Number(setting("ranks")), "rank")}` : ""]);
  }
  return descriptions(entries, "numbers");
}

function head() {
  const run = content.run.replace(/\/+$/, "");
  document.title = `${run.split("/").pop()} – Infomax report`;
  return make("header", {}, make("p", {class: "over"}, "Infomax report"), make("h1", {}, run),
    keyNumbers(),
    descriptions([
      ["objective", objectiveText()],
      ["pair", pairText()],
      ["encoder", encoderText()],
      ["optimiser", optimizerText()],
      ["trained on", options.get("data") ? `${options.get("data")}, ${setting("x")}` : ""],
      ["evaluated on", content.findings && !content.findings.is_training_data
        ? `${content.findings.data}, ${content.findings.x}` : ""],
    ], "about"),
    content.no_findings ? make("p", {class: "warning", role: "note"},
      `This page lacks all results that need the data set: ${content.no_findings}.`) : null);
}

const titles = {
  objective: ["Objective J", "J"],
  gradient_norm: ["Norm of the gradient", "norm"],
  learning_rate: ["Learning rate", "rate"],
  penalty: ["Weight penalty", "added to J"],
  evaluations: ["Evaluations of J in a step", "count"],
};

function trainingSection() {
  const curves = content.training.curves;
  const byName = new Map(curves.series.map((series) => [series.name, series]));
  const same = (one, other) => one.mean.every((value, i) => value === other.mean[i]);
  const spread = (series) => Math.max(...series.mean) - Math.min(...series.mean);
  const range = {first: 0, last: curves.step.at(-1)};
  const about = (title, series) => `${title} over ${plural(curves.steps, "step")}, from ` +
    `${significant(series.mean[0])} to ${significant(series.mean.at(-1))}`;
  const plot = (name, title, unit, colourName, more = {}) => {
    const series = byName.get(name);
    return card(title, lineChart(about(title, series), unit,
      () => line(title, curves.step, series, colourName), {...range, ...more}));
  };
  const cards = [objectiveCard(curves, byName.get("objective"), range, about)];
  if (byName.has("dependence") && !same(byName.get("dependence"), byName.get("objective"))) {
    const name = setting("objective") === "infomax" ? `Dependence ${setting("rho")}(a, b)` : "Dependence";
    cards.push(plot("dependence", name, "dependence", "--class-2"));
  }
  cards.push(entropyCard(curves, byName, range));
  const shown = new Set(["objective", "dependence", "entropy_a", "entropy_b", "samples"]);
  const left = [];
  const drawnSeries = [byName.get("objective"), byName.get("dependence")];
  for (const [name, series] of byName) {
    if (shown.has(name)) {
      continue;
    }
    const [title, unit] = titles[name] ?? [capital(words(name)), ""];
    if (spread(series) === 0) {
      left.push(`${title.toLowerCase()} ${significant(series.mean[0])}`);
    } else if (!drawnSeries.some((other) => same(series, other))) {
      drawnSeries.push(series);
      cards.push(plot(name, title, unit, "--class-0",
                      {mayBeLogarithmic: name === "gradient_norm"}));
    }
  }
  const thinned = curves.stride > 1
    ? `${plural(curves.steps, "step")}: each point is the mean of ${curves.stride} of them, ` +
      "the band is from the smallest to the largest value." : "";
  const constant = left.length ? `Constant throughout: ${left.join(", ")}.` : "";
  const rest = cards.slice(1);
  return section("Training", make("div", {class: "cards"}, cards[0]),
    make("div", {class: `cards ${rest.length % 4 === 0 || rest.length % 4 === 3 ? "fours" : "threes"}`}, ...rest),
    thinned || constant ? make("p", {class: "note"}, `${thinned} ${constant}`.trim()) : null);
}

function objectiveCard(curves, series, range, about) {
  const validation = curves.validation;
  const best = content.training.summary.best_validation;
  const label = about("Objective J", series) + (validation.step.length
    ? `; on validation ${significant(validation.mean.at(-1))} at the end` : "");
  return card("Objective J", lineChart(label, "J", () => {
    const sets = line("training, a step’s batch", curves.step, series, "--class-0");
    if (validation.step.length) {
      sets.push(...line("validation", validation.step, validation, "--class-1",
                        {pointRadius: validation.step.length < 60 ? 2 : 0}));
    }
    if (best) {
      sets.push({label: "best on validation", data: [{x: best.step, y: best.objective}],
                 showLine: false, pointRadius: 6, borderWidth: 2, pointStyle: "rectRot",
                 borderColor: colour("--class-1"), backgroundColor: colour("--page")});
    }
    return sets;
  }, {...range, kind: "tall"}), "", "wide");
}

function entropyCard(curves, byName, range) {
  const [a, b] = [byName.get("entropy_a"), byName.get("entropy_b")];
  const label = `mean entropies of the columns, at the end H(a) ${significant(a.mean.at(-1))}, ` +
    `H(b) ${significant(b.mean.at(-1))} nats`;
  return card("Entropies of a and b", lineChart(label, "mean of columns, nats", () => [
    ...line("H(a)", curves.step, a, "--class-3"),
    ...line("H(b)", curves.step, b, "--class-5"),
  ], range));
}

function timeSection() {
  const times = content.training.times;
  const run = content.training.summary;
  const parts = [["compute_s", "compute", "--class-0"], ["reduce_s", "reduce (between ranks, with waiting)", "--class-3"],
                 ["input_s", "input", "--class-1"]];
  const share = (name) => `${significant(100 * run[name] / Math.max(run.seconds, 1e-12), 3)}%`;
  const labels = times.first.map((first, i) =>
    first === times.last[i] ? whole(first) : `${whole(first)}–${whole(times.last[i])}`);
  const unit = times.stride > 1 ? `${times.stride} ${times.unit}s` : times.unit;
  const summary = `Of ${duration(run.seconds)} in steps: ` +
    parts.map(([name, title]) => `${title.split(" (")[0]} ${share(name)}`).join(", ") + ".";
  return section("Where the time went", make("div", {class: "cards"},
    card(`Seconds of each ${unit}`, barChart(summary, times.unit, "seconds", labels,
      () => parts.map(([name, title, colourName]) => ({
        label: title, data: times[name], backgroundColor: colour(colourName),
      })), {unit: " s"}), summary, "wide")));
}
