// SPDX-License-Identifier: BSD-3-Clause
// What is found of a model of trajectories as a Markov process: transitions between its states, and the
// Chapman-Kolmogorov test.

const fixed = (value, digits = 3) => value === null ? "–" : minus(value.toFixed(digits));

const stateName = (i) => findings.markov.memberships ? `state ${i + 1}` : variateName("a", i);

// The part of the states that matrices show.
const shownStates = () => findings.markov.chapman_kolmogorov?.[0].estimated.length ??
  findings.markov.transition_matrix.length;

function transitionsCard() {
  const found = findings.markov;
  const matrix = found.transition_matrix;
  const ends = found.transition_matrix_intervals;
  const interval = (pair) => pair ? make("small", {}, `${fixed(pair[0])} to ${fixed(pair[1])}`) : null;
  const cell = (value, pair) => make("td", {
    class: "number share", style: `--share: ${Math.min(Math.max(value ?? 0, 0), 1)}`}, fixed(value), interval(pair));
  const headings = ["from", ...matrix.map((_, j) => `to ${j + 1}`), "population",
                    ...(found.stationary_distribution ? ["stationary"] : [])];
  const rows = matrix.map((row, i) => make("tr", {}, make("th", {scope: "row"}, stateName(i)),
    ...row.map((value, j) => cell(value, ends?.[i][j])), cell(found.populations[i]),
    ...(found.stationary_distribution
      ? [cell(found.stationary_distribution[i], found.stationary_distribution_intervals?.[i])] : [])));
  const picture = make("div", {class: "scroll"}, make("table", {class: "transitions"},
    make("thead", {}, make("tr", {}, ...headings.map((text, j) => make("th", {
      scope: "col", ...(j > 0 ? {class: "number"} : {})}, text)))),
    make("tbody", {}, ...rows)));
  const title = `Transitions between the states within ${plural(found.lag, "row")}`;
  const note = "Rows add up to 1: the probability to be in each state that much later. " +
    "The population is the mean membership, and the stationary distribution what the transitions lead to" +
    (ends ? `; small: ${significant(100 * found.confidence, 3)}% intervals` : "") + "." +
    (shownStates() < found.states ? ` The first ${shownStates()} of ${found.states} states.` : "") +
    " Entries below 0 come from states that are not told apart with certainty.";
  return card(title, picture, note, "wide");
}

// One entry of the matrices: predicted as a line, estimated as points, both with their intervals.
function testPanel(i, j) {
  const found = findings.markov;
  const [width, height, left, below] = [184, 104, 40, 16];
  const steps = found.chapman_kolmogorov;
  const start = i === j ? 1 : 0;
  const values = steps.flatMap((step) => [step.predicted, step.estimated,
    ...[step.predicted_intervals, step.estimated_intervals].filter(Boolean)]
    .flatMap((matrix) => matrix[i][j])).concat(start, 0);
  const low = Math.min(...values);
  const high = Math.max(...values, low + 1e-9);
  const x = (k) => (left + k / steps.length * (width - left - 6)).toFixed(1);
  const y = (value) => (4 + (high - value) / (high - low) * (height - below - 8)).toFixed(1);
  const points = (list) => list.map(([k, value]) => `${x(k)},${y(value)}`).join(" ");
  const predicted = [[0, start], ...steps.map((step, k) => [k + 1, step.predicted[i][j]])];
  const name = i === j ? stateName(i) : `${i + 1} → ${j + 1}`;
  const about = `${name}: ${steps.map((step) => `after ${step.lag} rows predicted ` +
    `${significant(step.predicted[i][j], 3)}, estimated ${significant(step.estimated[i][j], 3)}`).join("; ")}`;
  const svg = makeSvg("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": about},
    makeSvg("title", {}, about),
    makeSvg("path", {class: "base", d: `M${left} 4 V${height - below} H${width - 6}`}));
  if (steps[0].predicted_intervals) {
    const ends = (side) => [[0, start], ...steps.map((step, k) => [k + 1, step.predicted_intervals[i][j][side]])];
    svg.append(makeSvg("polygon", {class: "band", points: points([...ends(0), ...ends(1).reverse()])}));
  }
  svg.append(makeSvg("polyline", {class: "curve", points: points(predicted)}));
  steps.forEach((step, k) => {
    const ends = step.estimated_intervals?.[i][j];
    if (ends) {
      svg.append(makeSvg("path", {class: "whisker", d: `M${x(k + 1)} ${y(ends[0])} V${y(ends[1])}`}));
    }
    svg.append(makeSvg("circle", {class: "dot", cx: x(k + 1), cy: y(step.estimated[i][j]), r: 2.4}));
  });
  const text = (attributes, what) => makeSvg("text", {class: "tick", ...attributes}, what);
  svg.append(text({x: left - 4, y: Number(y(high)) + 6, "text-anchor": "end"}, significant(high, 2)),
             text({x: left - 4, y: Number(y(low)), "text-anchor": "end"}, significant(low, 2)),
             text({x: left, y: height - 4}, "0"),
             text({x: width - 6, y: height - 4, "text-anchor": "end"}, whole(steps.at(-1).lag)));
  return {name, figure: make("figure", {class: "panel"}, make("figcaption", {}, name), svg), svg};
}

// The panels as one SVG, with the colours that the page has now.
function panelsAsSvg(panels, columns) {
  const [across, down] = [204, 140];
  const [width, height] = [across * columns + 10, down * Math.ceil(panels.length / columns) + 10];
  const svg = makeSvg("svg", {width, height, viewBox: `0 0 ${width} ${height}`});
  const looks = {".base": {stroke: "--soft", fill: "none"}, ".band": {fill: "--class-0", opacity: 0.25},
                 ".curve": {stroke: "--class-0", fill: "none", "stroke-width": 1.6},
                 ".whisker": {stroke: "--class-1", "stroke-width": 1.4}, ".dot": {fill: "--class-1"},
                 ".tick": {fill: "--soft", "font-size": 9, "font-family": "sans-serif"}};
  panels.forEach((panel, k) => {
    const copy = panel.svg.cloneNode(true);
    copy.setAttribute("width", 184);
    copy.setAttribute("height", 104);
    for (const [selector, look] of Object.entries(looks)) {
      for (const element of copy.querySelectorAll(selector)) {
        for (const [key, value] of Object.entries(look)) {
          element.setAttribute(key, String(value).startsWith("--") ? colour(value) : value);
        }
      }
    }
    svg.append(makeSvg("g", {transform: `translate(${10 + k % columns * across} ${
      10 + Math.floor(k / columns) * down})`}, makeSvg("text", {
      x: 40, y: 10, fill: colour("--text"), "font-size": 11, "font-family": "sans-serif"}, panel.name),
      makeSvg("g", {transform: "translate(0 16)"}, copy)));
  });
  return backed(svg, width, height);
}

function testCard() {
  const found = findings.markov;
  const n = shownStates();
  // All pairs of a few states, else what stays in each.
  const all = found.memberships && n <= 4;
  const places = Array.from({length: n}, (_, i) => all ? Array.from({length: n}, (_, j) => [i, j])
                                                       : [[i, i]]).flat();
  const panels = places.map(([i, j]) => testPanel(i, j));
  const columns = all ? n : Math.min(4, n);
  const picture = make("div", {class: "scroll"}, make("div", {
    class: "panels", style: `grid-template-columns: repeat(${columns}, minmax(7rem, 1fr))`},
    ...panels.map(({figure}) => figure)));
  picture.saver = {
    svg: () => panelsAsSvg(panels, columns),
    rows: () => [["entry", "lag", "predicted", "low", "high", "estimated", "low", "high"],
      ...places.flatMap(([i, j], k) => found.chapman_kolmogorov.map((step) => [panels[k].name, step.lag,
        step.predicted[i][j], ...(step.predicted_intervals?.[i][j] ?? [null, null]),
        step.estimated[i][j], ...(step.estimated_intervals?.[i][j] ?? [null, null])]))],
  };
  const what = found.memberships
    ? "the probability of each transition between states" : "the autocorrelation of each singular function";
  const note = `Line: ${what} after k lags of ${plural(found.lag, "row")}, as the k-th power of the matrix at this ` +
    "lag predicts it; points: as it is estimated from rows that far apart. Where they agree within " +
    `${found.chapman_kolmogorov[0].predicted_intervals
      ? `their ${significant(100 * found.confidence, 3)}% intervals` : "their noise"}, the process is Markovian ` +
    "at this lag; where points lie above the line, the lag is too short. Horizontal: rows.";
  return card("Chapman-Kolmogorov test", picture, note, "wide");
}

function markovSection() {
  if (!findings.markov) {
    return [];
  }
  const cards = [...(findings.markov.transition_matrix ? [transitionsCard()] : []),
                 ...(findings.markov.chapman_kolmogorov ? [testCard()] : [])];
  return cards.length ? [section(findings.markov.memberships ? "States" : "Markov process",
                                 make("div", {class: "cards"}, ...cards))] : [];
}
