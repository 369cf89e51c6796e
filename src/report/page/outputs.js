// SPDX-License-Identifier: BSD-3-Clause
// The model's outputs for a data set.

const findings = content.findings;

function meaning(name) {
  return {
    objective: "J, which training maximises",
    dependence: "the part of J that measures how a and b depend on each other",
    entropy_a: "mean entropy of a’s columns, nats",
    entropy_b: "mean entropy of b’s columns, nats",
    samples: "rows, as one global batch",
    ranks: "processes that computed this page",
    canonical_correlation_sum: "of the components that count",
    canonical_correlation_max: "the largest",
    invariance: "Σ (1 − Rᵢᵢ)², weighted by −1",
    redundancy: "Σ Rᵢⱼ² over i ≠ j, weighted by −λ",
    similarity: "mean of (a − b)², before its weight",
    variance: "hinge on deviations below 1, before its weight",
    covariance: "squared covariances between columns, before their weight",
  }[name] ?? "";
}

function partsTable() {
  const held = findings.held_out;
  const shown = (value) => typeof value === "number" ? value : "–";
  const correlations = held?.canonical_correlations;
  if (correlations) {
    held.canonical_correlation_sum ??= correlations.reduce((sum, value) => sum + value, 0);
    held.canonical_correlation_max ??= Math.max(...correlations);
  }
  const rows = Object.entries(findings.values).filter(([, value]) => !Array.isArray(value))
    .map(([name, value]) => [words(name), shown(value), ...(held ? [shown(held[name])] : []),
                             meaning(name)]);
  const note = !held ? "The values of infomax evaluate for the same model and data."
    : "Held out: " + (findings.held_out_file || "the rows that training kept for validation") +
      (findings.canonical.of_objective
        ? ", by the maps of the outputs to canonical variates that fit the training data." : ".");
  return card("The objective and its parts",
              table(held ? ["", "training", "held out", ""] : ["", "value", ""], rows), note);
}

function projectionCards() {
  const {rows, labels, sides} = findings.projection;
  const kinds = {classes: `coloured by class, ${findings.y}`, values: `coloured by value, ${findings.y}`,
                 none: "no labels to colour them by"};
  return sides.map(({side, shares, points}) => {
    const flat = points.length === 1;
    const across = flat ? rows : points[0];
    const up = flat ? points[0] : points[1];
    const shown = across.length < findings.values.samples
      ? `${whole(across.length)} of ${whole(findings.values.samples)} samples, chosen at random`
      : `all ${whole(across.length)} samples`;
    const note = `${capital(shown)}, ${kinds[labels.kind]}.` + (labels.kind === "classes"
      ? " A click on a class in the legend hides or shows it." : "");
    const percent = (share) => `${significant(100 * share, 3)}% of variance`;
    const correlation = (k) => significant(findings.canonical.values[k], 3);
    const titles = flat ? ["row of the data set", findings.variates
        ? `${outputName(side, 0)} (correlation ${correlation(0)})` : `${columnName(side, 0)}, from its mean`]
      : findings.variates
        ? points.map((_, k) => `${outputName(side, k)} (correlation ${correlation(k)})`)
        : shares.map((share, k) => `principal component ${k + 1} (${percent(share)})`);
    const title = findings.variates
      ? capital(flat ? `${outputsTitle(side)} over the rows` : `${outputsTitle(side)}, the first two`)
      : flat ? `The output ${side} over the rows`
        : `Representations ${side} in the plane of their largest variance`;
    const picture = scatter(`${title}. ${note}`, titles, across, up, labels);
    const scale = labels.kind === "values"
      ? sequentialScale(Math.min(...labels.values), Math.max(...labels.values)) : "";
    return card(title, make("div", {}, picture, scale), note, "half");
  });
}

function scatter(label, titles, across, up, labels) {
  const hasLabels = labels.kind !== "none";
  const rows = () => [[...titles, ...(hasLabels ? ["label"] : [])], ...across.map((x, i) => [
    x, up[i], ...(hasLabels ? [labels.names[labels.values[i]] ?? labels.values[i]] : [])])];
  return chart(label, () => {
    const points = across.map((x, i) => ({x, y: up[i]}));
    const radius = points.length > 1500 ? 2 : 3;
    const base = {pointRadius: radius, pointHoverRadius: radius + 2, borderWidth: 0};
    let datasets;
    if (labels.kind === "classes") {
      const classes = [...new Set(labels.values)].sort((one, other) => one - other);
      datasets = classes.map((value, k) => ({
        ...base, label: labels.names[value] ?? String(value),
        data: points.filter((_, i) => labels.values[i] === value),
        backgroundColor: translucent(classColour(k), 0.75), borderColor: classColour(k),
        pointStyle: classShape(k), pointRadius: k < classColours ? radius : radius + 1,
        borderWidth: classShape(k) === "star" ? 1 : 0,
      }));
    } else if (labels.kind === "values") {
      const [low, high] = [Math.min(...labels.values), Math.max(...labels.values)];
      const stops = sequentialStops();
      datasets = [{...base, label: "value", data: points, backgroundColor: labels.values.map(
        (value) => `rgb(${between(stops, (value - low) / (high - low || 1)).join(" ")})`)}];
    } else {
      datasets = [{...base, label: "samples", data: points,
                   backgroundColor: translucent(colour("--class-0"), 0.5)}];
    }
    return {
      type: "scatter",
      data: {datasets},
      options: {
        scales: {x: axis(titles[0]), y: axis(titles[1])},
        plugins: {
          legend: {display: labels.kind === "classes",
                   labels: {usePointStyle: true, boxWidth: 8, padding: 12}},
          tooltip: {callbacks: {label: (item) => `${labels.kind === "classes" ? `class ${
            item.dataset.label}: ` : ""}${significant(item.parsed.x, 3)}, ${significant(item.parsed.y, 3)}`}},
        },
      },
    };
  }, "square", rows);
}

function histogramCards() {
  return findings.histograms.map((histogram) => {
    const {side, columns, centres, all_columns: all} = histogram;
    const names = columns.map((_, j) => outputName(side, j));
    const pictures = columns.map((column, j) => smallHistogram(names[j], column, centres));
    const unit = histogram.standardised ? "standard deviations about each column’s mean" : "the column’s own units";
    const low = significant(centres[1], 3);
    const high = significant(centres.at(-2), 3);
    const note = `${columns.length < all ? `The first ${columns.length} of ${all} columns` : `${plural(all, "column")}`}; ` +
      `horizontal: ${unit}, ${low} to ${high}, with a line at 0; vertical: share of rows, each scaled to its maximum. ` +
      "H is the entropy in nats" + (findings.variates ? "."
        : ". The objective’s entropies come from these soft histograms.");
    const picture = make("div", {class: "smalls"}, ...pictures);
    picture.saver = {
      svg: () => smallsAsSvg(pictures.map((figure, j) => ({
        element: figure.querySelector("svg"),
        title: `${names[j]}, H ${significant(columns[j].entropy, 3)}`}))),
      rows: () => [["bin centre", ...names],
                   ...centres.map((centre, k) => [centre, ...columns.map(({p}) => p[k])])],
    };
    return card(`Distributions of the ${outputsTitle(side)}`, picture, note, "wide");
  });
}

function offDiagonal(matrix) {
  const values = matrix.flatMap((row, i) => row.filter((_, j) => i !== j).map(Math.abs));
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return {mean, largest: Math.max(0, ...values)};
}

function correlationCards() {
  const matrices = findings.correlations.filter((found) => found.all_rows * found.all_columns > 1);
  return matrices.map((found) => {
    const alone = found.rows === found.columns;
    const {matrix, all_rows: rows, all_columns: columns} = found;
    const cut = matrix.length < rows || matrix[0].length < columns
      ? ` The first ${matrix.length} × ${matrix[0].length} of ${rows} × ${columns}.` : "";
    const {mean, largest} = offDiagonal(matrix);
    const diagonal = matrix.map((row, i) => row[i]).filter((value) => value !== undefined);
    const summary = alone
      ? `Between different columns |r| is ${significant(mean, 3)} on average and ` +
        `${significant(largest, 3)} at most.`
      : rows === columns ? `Matching columns correlate by ${significant(
          diagonal.reduce((sum, value) => sum + value, 0) / diagonal.length, 3)} on average.` : "";
    const title = alone ? `Correlations of the outputs ${found.rows}`
      : `Correlations of a (rows) with b (columns)`;
    const names = (side, known, count) => Array.from(
      {length: count}, (_, i) => known[i] ?? columnName(side, i));
    const picture = heatMap(matrix, names(found.rows, found.row_names, matrix.length),
      names(found.columns, found.column_names, matrix[0].length), `${title}. ${summary}`,
      found.row_names.length > 0);
    return card(title, picture, summary + cut, "half");
  });
}

function variatesText() {
  return ["The objective is the same for any invertible linear map of the outputs, so that single outputs mean " +
    "nothing. " + (isLag()
    ? "Shown are the singular functions ψ of the rows x at t, of mean 0 and variance 1, slowest first"
    : "Shown are their canonical variates, of mean 0 and variance 1, most correlated first") +
    ", as ", make("code", {}, "infomax encode --canonical"), " writes them."];
}

// Two cards in a row. If their number is odd, the first has its own row.
function inPairs(cards) {
  if (cards.length % 2 === 1 && cards.length > 0) {
    cards[0].classList.add("wide");
  }
  return cards;
}

function outputSections() {
  const kept = findings.held_out && !findings.held_out_file;
  const where = findings.is_training_data
    ? `Over all rows of the training data, ${findings.data}${kept
        ? ", but those that were kept for validation" : ""}.`
    : `Over all rows of ${findings.data}.`;
  const lead = make("p", {class: "lead"}, where + (setting("pair") === "augment"
    ? " Rows are changed at random as in training, in the same way each time." : ""));
  const correlations = make("div", {class: "cards"}, canonicalCard(),
                            findings.values.timescales ? timescalesCard() : null);
  return [
    section("The objective", lead, make("div", {class: "cards twos"}, partsTable(), correlations)),
    ...(findings.timescales_by_lag?.at.length
      ? [section("Timescales", make("div", {class: "cards"}, timescalesByLagCard()))] : []),
    ...markovSection(),
    section(findings.variates ? isLag() ? "Singular functions" : "Canonical variates" : "Outputs",
      findings.variates ? make("p", {class: "lead"}, ...variatesText()) : null,
      findings.projection.sides.length ? null : make("p", {class: "note"},
      "These outputs are too wide for a covariance matrix, so their plane and their correlations are omitted."),
      make("div", {class: "cards twos"}, ...inPairs([...projectionCards(), ...loadingsCards(),
                            ...correlationCards()]), ...histogramCards())),
  ];
}
