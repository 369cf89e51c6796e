// SPDX-License-Identifier: BSD-3-Clause
// A search for settings: its trials with their intervals, and what each setting does.

const scoreNames = {
  objective: "objective of held-out rows",
  fit: "objective of held-out rows under the fit to the training rows",
  probe: "accuracy, or R², of a linear probe on held-out rows",
};

const settingsText = (settings) =>
  Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", ") || "as given";

const varied = (search) => [...new Set(search.trials.flatMap(({settings}) => Object.keys(settings)))];

// An interval as a line with a dot, on the axis from `low` to `high` that all of them have.
function intervalPicture({mean, low, high}, ends) {
  const [width, height] = [180, 16];
  const at = (value) => 6 + (width - 12) * (value - ends.low) / (ends.high - ends.low || 1);
  const svg = makeSvg("svg", {width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${significant(mean)}, from ${significant(low)} to ${significant(high)}`});
  svg.append(makeSvg("line", {class: "zero", x1: at(0), x2: at(0), y1: 0, y2: height}),
    makeSvg("line", {class: "interval", x1: at(low), x2: at(high), y1: height / 2, y2: height / 2}),
    makeSvg("circle", {class: "area", cx: at(mean), cy: height / 2, r: 4}));
  return svg;
}

function trialsTable(search) {
  const names = varied(search);
  const differences = search.trials.map(({difference}) => difference).filter((each) => each);
  const ends = {low: Math.min(0, ...differences.map(({low}) => low)),
                high: Math.max(0, ...differences.map(({high}) => high))};
  const percent = `${significant(100 * search.confidence)}%`;
  const halved = search.halving !== null;
  const head = ["rank", "trial", "score", "standard error", "less the best", `${percent} interval`, "",
                ...(halved ? [search.length_unit] : []), ...names];
  const text = ({low, high}) => `${significant(low, 3)} to ${significant(high, 3)}`.replaceAll(" ", "\u00a0");
  const found = ({score, difference, failure}) => failure ? ["failed", "", "", "", ""]
    : [score.mean, Number(score.standard_error.toPrecision(3)), difference ? difference.mean : "the best",
       difference ? text(difference) : "", difference ? intervalPicture(difference, ends) : ""];
  return table(head, search.trials.map((trial, i) => [
    trial.failure ? "–" : String(i + 1), trial.trial, ...found(trial), ...(halved ? [trial.length] : []),
    ...names.map((name) => trial.settings[name] ?? "–")]));
}

const failures = (search) => search.trials.filter(({failure}) => failure).map(({trial, failure}) =>
  make("p", {class: "warning", role: "note"}, `Trial ${trial} failed: ${failure}`));

// The score against one setting of numbers.
function settingCard(search, name) {
  const points = search.trials.filter(({score, settings}) => score && settings[name] !== undefined)
    .map(({score, settings, trial}) => ({x: Number(settings[name]), y: score.mean, trial}))
    .sort((one, other) => one.x - other.x);
  const values = points.map(({x}) => x);
  if (new Set(values).size < 3 || values.some((value) => !Number.isFinite(value))) {
    return null;
  }
  const best = points.find(({trial}) => trial === search.trials[0].trial);
  return card(capital(words(name.replaceAll("-", " "))),
    chart(`The score of each trial against ${name}; the best is ${significant(best.y)} at ${best.x}`,
      () => ({
        type: "scatter",
        data: {datasets: [
          {label: "best", data: [best], backgroundColor: colour("--class-1"), pointRadius: 6,
           pointStyle: "rectRot"},
          {label: "trials", data: points, backgroundColor: colour("--class-0"), pointRadius: 4}]},
        options: {
          scales: {x: logarithmic(values) ? logarithmicAxis(name, values) : axis(name, {type: "linear"}),
                   y: axis("score")},
          plugins: {
            legend: {labels: {usePointStyle: true}},
            tooltip: {callbacks: {label: ({raw}) =>
              `trial ${raw.trial}: ${name} ${raw.x}, score ${significant(raw.y)}`}}},
        },
      }), "", () => [[name, "score", "trial"], ...points.map(({x, y, trial}) => [x, y, trial])]),
    search.halving === null ? "" : "Trials that did not go on were trained for less.");
}

function foldsTable(search) {
  const seeds = Array.from({length: search.seeds}, (_, k) => search.seed + k);
  const columns = seeds.flatMap((seed) => Array.from({length: search.folds}, (_, fold) =>
    seeds.length > 1 ? `seed ${seed}, fold ${fold}` : `fold ${fold}`));
  return table(["trial", ...columns], search.trials.map(({trial, scores}) =>
    [String(trial), ...scores.flat().map((score) => score ?? "failed")]));
}

function searchNotes(search) {
  const what = search.values_are_means_over_seeds ? "folds, each the mean over seeds" : "folds and seeds";
  return make("p", {class: "note"},
    `Standard errors and intervals are Student’s of ${search.values} values (${what}), differences paired, with ` +
    `the variance times 1/${search.values} + ${significant(search.held_out_over_training_rows, 4)} for training ` +
    "rows that overlap (Nadeau and Bengio 2003). The best of many trials looks better than it is: what it is " +
    "worth, rows tell that the search has not seen.");
}

function assembleSearch(page) {
  const {search} = content;
  const failed = search.trials.filter(({failure}) => failure).length;
  const others = search.trials.length - 1 - failed;
  document.title = `${plural(search.trials.length, "trial")} – Infomax search`;
  const numbers = make("dl", {class: "numbers"}, ...[
    ["trials", search.trials.length, failed ? `${failed} failed` : ""],
    ["folds", search.folds, search.fold_kind], ["seeds", search.seeds, ""], ["trainings", search.trainings, ""],
    ["best score", search.trials[0].score?.mean ?? null,
     `± ${significant(search.trials[0].score?.standard_error, 3)}`],
    ["may be as good", search.undecided, `of ${others} others`],
  ].map(([name, value, more]) => make("div", {}, make("dt", {}, name),
    make("dd", {}, significant(value), more ? make("small", {}, more) : null))));
  const cards = varied(search).map((name) => settingCard(search, name)).filter((each) => each);
  page.replaceChildren(make("header", {}, make("p", {class: "over"}, "Infomax search"),
      make("h1", {}, search.data), numbers,
      make("p", {class: "lead"}, `Score: ${scoreNames[search.score]}, ${whole(search.rows)} rows in ` +
           `${search.folds} ${search.fold_kind} folds${search.groups ? ` of ${search.groups}` : ""}.`)),
    section("Trials", trialsTable(search), ...failures(search), searchNotes(search)),
    ...(cards.length ? [section("Settings", make("div", {class: "cards"}, ...cards))] : []),
    ...(search.best ? [section("The best trial", make("p", {}, settingsText(search.best.settings)),
      make("p", {}, "Trained on all rows, by this command:"), commandBlock(search.best.command))] : []),
    section("Scores", fold(plural(search.trials.length, "trial"), foldsTable(search))));
}
