// SPDX-License-Identifier: BSD-3-Clause
// Charts by Chart.js, which are redrawn when the reader's colour scheme changes.

const drawings = [];

function drawn(draw) {
  drawings.push(draw);
  return draw;
}

function drawAll() {
  Chart.defaults.color = colour("--soft");
  Chart.defaults.borderColor = colour("--line");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  for (const draw of drawings) {
    draw();
  }
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Seven colours that colour-blind readers can distinguish (Tol's "bright"), in several shapes.
const classColours = 7;
const classColour = (index) => colour(`--class-${index % classColours}`);
const classShape = (index) => ["circle", "triangle", "rectRot", "rect", "star"][
  Math.floor(index / classColours) % 5];

function translucent(hex, share) {
  return hex + Math.round(share * 255).toString(16).padStart(2, "0");
}

// A canvas with a chart. configuration() describes it each time that it is drawn; rows() are the
// numbers to save, where they are others than those of the configuration.
function chart(label, configuration, kind = "", rows = () => chartRows(configuration())) {
  const canvas = make("canvas", {role: "img", "aria-label": label}, label);
  let shown = null;
  drawn(() => {
    if (shown) {
      shown.destroy();
    }
    shown = new Chart(canvas, configuration());
  });
  const picture = make("div", {class: `chart ${kind}`}, canvas);
  picture.saver = {rows, svg: () => chartAsSvg(configuration, Math.max(480, shown.width), shown.height)};
  return picture;
}

function axis(title, more = {}) {
  return {
    title: {display: true, text: title},
    grid: {color: colour("--line")},
    ...more,
    ticks: {maxRotation: 0, autoSkipPadding: 16, callback: tickText, ...(more.ticks ?? {})},
  };
}

// All labels of an axis have as many decimals as its steps.
function tickText(value, index, ticks) {
  const step = ticks.length > 1 ? Math.abs(ticks[1].value - ticks[0].value) : 0;
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const fine = step > 0 && step < 1e4 && decimals < 5 && Number.isFinite(decimals);
  return fine && decimals > 0 ? minus(value.toFixed(exact(step, decimals))) : significant(value, 6);
}

// 0.25 needs one decimal more than its magnitude suggests.
function exact(step, decimals) {
  return Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6 ? decimals + 1
                                                                                  : decimals;
}

function logarithmic(values) {
  const positive = values.filter((value) => value !== null);
  return positive.every((value) => value > 0) &&
         Math.max(...positive) > 50 * Math.min(...positive);
}

// The ticks of a logarithmic axis: powers of ten, and also their two- and fivefold if those are few.
function logarithmicAxis(title, values) {
  const decades = Math.log10(Math.max(...values) / Math.min(...values));
  const wanted = decades > 4 ? [1] : decades > 2 ? [1, 3] : [1, 2, 5];
  return axis(title, {
    type: "logarithmic",
    ticks: {callback: (value) => {
      const leading = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
      return wanted.some((digit) => Math.abs(leading - digit) < 1e-6) ? significant(value, 2) : null;
    }},
  });
}

// One line over steps. If its points are means of several steps, a band shows their range.
function line(label, steps, series, colourName, more = {}) {
  const points = (values) => values.map((value, i) => ({x: steps[i], y: value}));
  const base = {label, borderColor: colour(colourName), backgroundColor: colour(colourName),
                borderWidth: 1.8, pointRadius: steps.length === 1 ? 3 : 0, pointHitRadius: 8,
                ...more};
  const sets = [{...base, data: points(series.mean)}];
  if (series.low) {
    const band = {...base, borderWidth: 0, pointHitRadius: 0, pointRadius: 0, isBand: true,
                  backgroundColor: translucent(colour(colourName), 0.18)};
    sets.push({...band, data: points(series.low), fill: false, csvLabel: `${label}, smallest`},
              {...band, data: points(series.high), fill: "-1", csvLabel: `${label}, largest`});
  }
  return sets;
}

function lineChart(label, title, makeSets, more = {}) {
  return chart(label, () => {
    const datasets = makeSets();
    const values = datasets.flatMap((set) => set.data.map((point) => point.y));
    const named = datasets.filter((set) => !set.isBand);
    return {
      type: "line",
      data: {datasets},
      options: {
        parsing: false,
        normalized: true,
        interaction: {mode: "nearest", axis: "x", intersect: false},
        scales: {
          x: axis("step", {type: "linear", min: more.first, max: more.last, ticks: {includeBounds: false, precision: 0}}),
          y: logarithmic(values) && more.mayBeLogarithmic
            ? logarithmicAxis(title, values.filter((value) => value !== null)) : axis(title),
        },
        plugins: {
          legend: {display: named.length > 1,
                   labels: {filter: (item, data) => !data.datasets[item.datasetIndex].isBand,
                            usePointStyle: true, pointStyle: "line"}},
          tooltip: {filter: (item) => !item.dataset.isBand,
                    callbacks: {title: (items) => items.length ? `step ${whole(items[0].parsed.x)}` : "",
                                label: (item) => `${item.dataset.label}: ${significant(item.parsed.y)}`}},
        },
      },
    };
  }, more.kind);
}

function barChart(label, xTitle, yTitle, labels, makeSets, more = {}) {
  return chart(label, () => {
    const datasets = makeSets().map((set) => ({
      barPercentage: 1, categoryPercentage: labels.length > 100 ? 1 : 0.85, maxBarThickness: 72, ...set}));
    return {
      type: "bar",
      data: {labels, datasets},
      options: {
        scales: {
          x: axis(xTitle, {stacked: !more.beside, grid: {display: false},
                           ticks: {callback: (value) => labels[value]}}),
          y: axis(yTitle, {stacked: !more.beside, beginAtZero: true, ...(more.y ?? {})}),
        },
        plugins: {
          legend: {display: datasets.length > 1},
          tooltip: {callbacks: {
            title: (items) => `${xTitle} ${items[0].label}`,
            label: (item) => `${item.dataset.label}: ${significant(item.parsed.y)}${more.unit ?? ""}`}},
        },
      },
    };
  });
}
