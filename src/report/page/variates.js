// SPDX-License-Identifier: BSD-3-Clause
// What is found for objectives of canonical correlations: the correlations, loadings, timescales.

const isLag = () => setting("pair") === "lag";

// The letter of a side's canonical variates; their components count from 1, as correlations do.
const variateLetter = (side) => isLag() ? "ψ" : side === "a" ? "u" : "v";
const variateName = (side, index) => `${variateLetter(side)} ${index + 1}`;

// What a side's columns are, for titles and for single columns.
const outputsTitle = (side) => !findings.variates ? `outputs ${side}`
  : isLag() ? "singular functions ψ" : `canonical variates ${variateLetter(side)} of side ${side}`;
const outputName = (side, index) => findings.variates ? variateName(side, index)
                                                      : columnName(side, index);

// The data that a side is made from: a data set, or one of the two parts that x is cut into.
function dataOf(side) {
  if (settings.split) {
    return side === "a" ? "first view" : "second view";
  }
  return side === (setting("pair") === "target" ? "a" : setting("pair") === "views" ? "b" : "") ? "y" : "x";
}

function canonicalCard() {
  const found = findings.canonical;
  if (!found.values) {
    return card("Canonical correlations of a and b", make("p", {}, `Not computed: ${found.why_not}.`), "");
  }
  const total = found.values.reduce((sum, value) => sum + value, 0);
  const ridge = `${found.ridge_is_absolute ? "ridge" : "relative ridge"} ${significant(found.ridge)}`;
  const held = findings.held_out?.canonical_correlations;
  const note = `${plural(found.values.length, "component")}, largest ${significant(found.values[0], 4)}, ` +
    `sum ${significant(total, 5)}; ${ridge}` +
    (found.of_objective ? "." : ". The objective is a different one; these are the correlations that linear maps of both sides find.") +
    (held ? " Held out: the correlations of the same variates on data that training did not see; " +
            "what is smaller there was fitted to noise." : "");
  return card("Canonical correlations of a and b", barChart(note, "component", "correlation",
    found.values.map((_, i) => whole(i + 1)), () => [
      {label: held ? "training data" : "correlation", data: found.values,
       backgroundColor: colour("--class-0")},
      ...(held ? [{label: "held out", data: held, backgroundColor: colour("--class-1")}] : []),
    ], {y: {max: 1}, beside: Boolean(held)}), note);
}

function timescalesCard() {
  const times = findings.values.timescales;
  const most = 20;
  const rows = times.slice(0, most).map((time, i) => [
    whole(i + 1), findings.values.canonical_correlations[i], time ?? "∞"]);
  return card("Implied timescales", table(["component", "correlation", "timescale, rows"], rows),
    `−τ / ln σ at the lag τ of ${plural(Number(setting("lag")), "row")}` +
    (times.length > most ? `; the first ${most} of ${times.length}.` : "."));
}

// Vertical lines from `low` to `high` of every point that has them.
const errorBars = {
  id: "errorBars",
  afterDatasetsDraw({ctx, chartArea, data, scales, getDatasetMeta}) {
    ctx.save();
    ctx.beginPath();
    const beyond = 12;  // pixels, for the bars of the first and the last point
    ctx.rect(chartArea.left - beyond, chartArea.top, chartArea.right - chartArea.left + 2 * beyond,
             chartArea.bottom - chartArea.top);
    ctx.clip();
    data.datasets.forEach((set, k) => {
      const bars = set.data.filter(({low}) => low !== null && low !== undefined);
      ctx.strokeStyle = set.borderColor;
      ctx.lineWidth = 1.4;
      for (const {x, low, high} of bars) {
        // Components are moved apart a little, so that bars do not hide each other.
        const across = scales.x.getPixelForValue(x) + (k - (data.datasets.length - 1) / 2) * 2;
        const top = high === null ? chartArea.top : scales.y.getPixelForValue(high);
        const bottom = scales.y.getPixelForValue(low);
        ctx.beginPath();
        ctx.moveTo(across, bottom);
        ctx.lineTo(across, top);
        ctx.moveTo(across - 3, bottom);
        ctx.lineTo(across + 3, bottom);
        ctx.moveTo(across - 3, top);
        ctx.lineTo(across + 3, top);
        ctx.stroke();
      }
    });
    ctx.restore();
  },
};

function timescalesByLagCard() {
  const found = findings.timescales_by_lag;
  const most = Math.min(5, found.at[0].timescales.length);
  const has = found.replicates > 0 && found.at.some(({low}) => low.length);
  const lags = found.at.map(({lag}) => lag);
  const points = (k) => found.at.map(({lag, timescales, low, high}) => ({
    x: lag, y: timescales[k], low: low[k] ?? null, high: low.length ? high[k] : null}));
  const note = `Estimated again at each lag from the model’s ${plural(found.features, "feature")}, ` +
    `over all rows of ${findings.data}. ` +
    (has ? `Bars: 95% intervals by ${whole(found.replicates)} bootstrap samples of ` +
           `${found.pieces} consecutive pieces of the data. ` : "") +
    "Where the lines are level, the lag is long enough; below the dashed line, where timescale and lag are " +
    "equal (shaded), a process has decayed before it could be seen." +
    (found.without_shrinkage
      ? " Covariances are not shrunk here, unlike in the model’s objective." : "") +
    (lags.includes(found.lag) ? ` The model was trained at ${plural(found.lag, "row")}.` : "");
  const title = "Implied timescales against the lag";
  const picture = chart(`${title}. ${note}`, () => {
    const datasets = Array.from({length: most}, (_, k) => ({
      label: variateName("a", k), data: points(k), borderColor: classColour(k),
      backgroundColor: classColour(k), borderWidth: 1.8, pointRadius: 3, pointStyle: classShape(k)}));
    datasets.push({label: "timescale = lag", data: lags.map((lag) => ({x: lag, y: lag})),
                   borderColor: colour("--soft"), borderWidth: 1.2, borderDash: [5, 4], pointRadius: 0,
                   backgroundColor: translucent(colour("--soft"), 0.15), fill: "start", pointStyle: "line"});
    const values = datasets.flatMap((set) => set.data.flatMap(({y, low, high}) => [y, low, high]))
      .filter((value) => value > 0);
    return {
      type: "line",
      data: {datasets},
      plugins: [errorBars],
      options: {
        parsing: false,
        scales: {
          x: Math.max(...lags) > 20 * Math.min(...lags) ? logarithmicAxis("lag, rows", lags)
            : axis("lag, rows", {type: "linear"}),
          y: {...logarithmicAxis("timescale, rows", values), min: Math.min(...values) * 0.8,
              max: Math.max(...values) * 1.25},
        },
        plugins: {
          legend: {labels: {usePointStyle: true}},
          tooltip: {callbacks: {
            title: (items) => items.length ? `lag ${whole(items[0].parsed.x)}` : "",
            label: (item) => `${item.dataset.label}: ${significant(item.parsed.y, 4)}` +
              (item.raw.low ? ` (${significant(item.raw.low, 4)} to ${significant(item.raw.high, 4)})` : "")}},
        },
      },
    };
  }, "tall", () => [
    ["lag", ...found.at[0].timescales.flatMap((_, k) => [
      variateName("a", k), `${variateName("a", k)}, low`, `${variateName("a", k)}, high`])],
    ...found.at.map(({lag, timescales, low, high}) => [
      lag, ...timescales.flatMap((value, k) => [value, low[k], high[k]])])]);
  return card(title, picture, note, "wide");
}

function loadingsCards() {
  return (findings.loadings ?? []).map((found) => {
    const {side, matrix, inputs, names} = found;
    const from = dataOf(side);
    const rowNames = inputs.map((input, i) => names[i] ?? columnName(from, input));
    const columnNames = matrix[0].map((_, k) => variateName(side, k));
    const cut = [
      inputs.length < found.all_rows
        ? `The ${inputs.length} of ${found.all_rows} columns that correlate most.` : "",
      columnNames.length < found.all_columns
        ? `The first ${columnNames.length} of ${found.all_columns} components.` : "",
    ].filter((text) => text).join(" ");
    const title = isLag() ? "Loadings of the singular functions"
      : `Loadings of the canonical variates ${variateLetter(side)}`;
    const strongest = matrix.map((row) => Math.abs(row[0]));
    const most = strongest.indexOf(Math.max(...strongest));
    const note = `Correlations of the columns of ${from} with ${columnNames[0]}` +
      `${columnNames.length > 1 ? ` to ${columnNames.at(-1)}` : ""}. ${columnNames[0]} goes most with ` +
      `${rowNames[most]}, r = ${significant(matrix[most][0], 3)}. ${cut}`;
    return card(title, heatMap(matrix, rowNames, columnNames, `${title}. ${note}`, true), note, "half");
  });
}
