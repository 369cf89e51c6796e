// SPDX-License-Identifier: BSD-3-Clause
// Several runs on one page: what differs between them, where they ended, and their curves together.

// The last parts of the runs' paths, as many as it takes to tell them apart.
function runNames(runs) {
  const parts = runs.map(({run}) => run.replace(/\/+$/, "").split("/"));
  for (let count = 1; count < Math.max(...parts.map((part) => part.length)); ++count) {
    const names = parts.map((part) => part.slice(-count).join("/"));
    if (new Set(names).size === new Set(runs.map(({run}) => run)).size) {
      return names;
    }
  }
  return runs.map(({run}) => run);
}

function differencesTable(names) {
  const {differences} = content;
  if (!differences.length) {
    return make("p", {}, "All settings are the same.");
  }
  return table(["run", ...differences.map(({name}) => name)],
               names.map((name, i) => [name, ...differences.map(({values}) => values[i] ?? "–")]));
}

function finalTable(names) {
  const accuracies = content.runs.some(({probes}) => probes.some(({results}) => results.accuracy !== undefined));
  const headings = ["run", "J at the end", "best J on validation", "best epoch’s J", "steps", "epochs",
                    "samples seen", "time in steps", "ranks", "parameters"];
  return table(accuracies ? [...headings, "probe accuracy"] : headings,
    content.runs.map(({training, sizes, probes}, i) => {
      const run = training?.summary;
      const accuracy = probes.map(({results}) => results.accuracy).find((value) => value !== undefined);
      return [names[i], run?.last.objective ?? "–", run?.best_validation?.objective ?? "–",
              run?.best_epoch?.objective ?? "–", run?.steps ?? "–", run?.epochs ?? "–",
              run?.samples ?? "–", run ? duration(run.seconds) : "–", sizes?.ranks ?? "–",
              sizes?.parameters ?? "–", ...(accuracies ? [accuracy ?? "–"] : [])];
    }));
}

const runColours = 7;
const runStyle = (i) => ({borderDash: [[], [6, 3], [2, 3]][Math.floor(i / runColours) % 3]});

// The curves of all runs that have them; `curveOf` gives a run's, as its steps and its values.
function overlayCard(title, unit, names, curveOf, more = {}) {
  const curves = content.runs.map(({training}) => training ? curveOf(training.curves) : null);
  if (!curves.some((curve) => curve && curve.step.length)) {
    return null;
  }
  const last = Math.max(...content.runs.map(({training}) => training?.curves.step.at(-1) ?? 0));
  const ends = curves.map((curve, i) => curve && curve.step.length
    ? `${names[i]} ends at ${significant(curve.values.mean.at(-1))}` : "").filter((text) => text);
  return card(title, lineChart(`${title}: ${ends.join(", ")}`, unit, () => curves.flatMap((curve, i) =>
    curve && curve.step.length
      ? line(names[i], curve.step, {mean: curve.values.mean}, `--class-${i % runColours}`, runStyle(i)) : []),
    {first: 0, last, ...more}), more.note ?? "", more.wide ?? "");
}

function curveCards(names) {
  const series = (name) => (curves) => {
    const values = curves.series.find((each) => each.name === name);
    return values ? {step: curves.step, values} : null;
  };
  const known = [...new Set(content.runs.flatMap(({training}) =>
    training ? training.curves.series.map(({name}) => name) : []))];
  const objectives = new Set(content.differences.filter(({name}) =>
    ["objective", "rho", "lambda", "lambda-a", "lambda-b"].includes(name)).map(({name}) => name));
  const warning = objectives.size
    ? "The runs maximise different objectives, so their J cannot be compared." : "";
  const first = overlayCard("Objective J", "J", names, series("objective"),
                            {kind: "tall", wide: "wide", note: warning});
  const validation = overlayCard("Objective J on validation", "J", names,
    ({validation: {step, ...values}}) => ({step, values}), {wide: "wide", kind: "tall"});
  // Curves that are level, or those of J again, say nothing more.
  const curvesOf = (name) => content.runs.filter(({training}) => training).map(({training}) =>
    series(name)(training.curves)?.values.mean ?? []);
  const objective = JSON.stringify(curvesOf("objective"));
  const tells = (name) => JSON.stringify(curvesOf(name)) !== objective &&
    curvesOf(name).some((values) => values.some((value) => value !== values[0]));
  const rest = known.filter((name) => name !== "samples" && tells(name)).map((name) => {
    const [title, unit] = overlayTitles[name] ?? titles[name] ?? [capital(words(name)), ""];
    return overlayCard(title, unit, names, series(name), {mayBeLogarithmic: name === "gradient_norm"});
  });
  return [make("div", {class: "cards"}, first, validation),
          make("div", {class: "cards threes"}, ...rest.filter((each) => each))];
}

const overlayTitles = {
  dependence: ["Dependence", "dependence"],
  entropy_a: ["Entropy of a", "mean of columns, nats"],
  entropy_b: ["Entropy of b", "mean of columns, nats"],
};

function assembleRuns(page) {
  const names = runNames(content.runs);
  document.title = `${names.length} runs – Infomax report`;
  const missing = content.runs.map(({training}, i) => training ? "" : names[i]).filter((name) => name);
  page.replaceChildren(
    make("header", {}, make("p", {class: "over"}, "Infomax report"),
         make("h1", {}, `${names.length} runs`),
         missing.length ? make("p", {class: "warning", role: "note"},
           `metrics.jsonl has no steps yet of ${missing.join(", ")}.`) : null),
    section("Settings that differ", differencesTable(names)),
    section("Final values", finalTable(names)),
    section("Training", ...curveCards(names)),
    section("Runs", ...content.runs.map(({run, command}, i) => fold(names[i], make("p", {}, run),
      command ? commandBlock(command) : null))));
}
