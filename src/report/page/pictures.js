// SPDX-License-Identifier: BSD-3-Clause
// Pictures that Chart.js does not have: small histograms, heat maps and scales of colours.

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

// Interpolates between equidistant colours; `share` is from 0 to 1.
function between(stops, share) {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const first = Math.min(Math.floor(place), stops.length - 2);
  const from = channels(stops[first]);
  const to = channels(stops[first + 1]);
  return from.map((value, i) => Math.round(value + (place - first) * (to[i] - value)));
}

const divergingStops = () => ["--cold", "--cool", "--middle", "--warm", "--hot"].map(colour);
const sequentialStops = () => [0, 1, 2, 3, 4].map((i) => colour(`--scale-${i}`));

function colourScale(stopNames, ends, label) {
  return make("div", {class: "scale", role: "img", "aria-label": label},
    make("div", {class: "bar", style: `background: linear-gradient(to right, ${stopNames})`}),
    make("div", {class: "ends"}, ...ends.map((end) => make("span", {}, end))));
}

const divergingScale = () => colourScale(
  "var(--cold), var(--cool), var(--middle), var(--warm), var(--hot)", ["−1", "0", "+1"],
  "blue is a correlation of minus one, no colour none, red plus one");

const sequentialScale = (low, high) => colourScale(
  "var(--scale-0), var(--scale-1), var(--scale-2), var(--scale-3), var(--scale-4)",
  [significant(low, 3), significant(high, 3)], "the colours from the smallest to the largest value");

// One column's histogram: a step for each bin, as high as the picture.
function smallHistogram(name, column, centres) {
  const width = 120;
  const height = 56;
  const highest = Math.max(...column.p, 1e-12);
  const across = width / centres.length;
  let path = `M0 ${height}`;
  column.p.forEach((p, k) => {
    path += ` V${(height - Math.max(0, p) / highest * (height - 3)).toFixed(1)}` +
            ` H${((k + 1) * across).toFixed(1)}`;
  });
  const constant = column.deviation === 0;
  const about = constant
    ? `${name}: constant, ${significant(column.mean, 4)}`
    : `${name}: mean ${significant(column.mean, 4)}, standard deviation ` +
      `${significant(column.deviation, 4)}, entropy ${significant(column.entropy, 4)} nats`;
  const zero = (0 - (centres[0] - (centres[1] - centres[0]) / 2)) /
               (centres[1] - centres[0]) * across;
  return make("figure", {class: "small"},
    makeSvg("svg", {viewBox: `0 0 ${width} ${height + 1}`, role: "img", "aria-label": about,
                    preserveAspectRatio: "none"},
      makeSvg("title", {}, about),
      makeSvg("path", {class: "area", d: `${path} V${height} Z`}),
      makeSvg("path", {class: "zero", d: `M${zero.toFixed(1)} 0 V${height}`}),
      makeSvg("path", {class: "base", d: `M0 ${height + 0.5} H${width}`})),
    make("figcaption", {}, make("span", {}, name),
         make("span", {}, constant ? "constant" : `H ${column.entropy.toFixed(2)}`)));
}

// More names than this beside a matrix would not be legible.
const mostNames = 60;

// The names along an axis of a matrix: all of them where they fit, else the first and the last.
function axisNames(names, kind, fit) {
  const shown = fit ? names : names.length > 1 ? [names[0], names.at(-1)] : names;
  return make("div", {class: `${kind} ${fit ? "all" : ""}`},
              ...shown.map((name) => make("span", {title: name}, name)));
}

// A matrix of correlations as coloured cells, with the names of its rows and columns. The value of
// the cell under the pointer is shown as text.
function heatMap(matrix, rowNames, columnNames, summary, named = false) {
  const rows = matrix.length;
  const columns = matrix[0].length;
  const canvas = make("canvas", {role: "img", "aria-label": summary, width: columns, height: rows,
                                 class: "heat"}, summary);
  drawn(() => {
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    const stops = divergingStops();
    matrix.flat().forEach((value, i) => {
      image.data.set([...between(stops, (value + 1) / 2), 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
  });
  const hint = "Point at a cell to see its value.";
  const said = make("p", {class: "note reading", "aria-live": "polite"}, hint);
  const read = (event) => {
    const box = canvas.getBoundingClientRect();
    const i = Math.floor((event.clientY - box.top) / box.height * rows);
    const j = Math.floor((event.clientX - box.left) / box.width * columns);
    if (matrix[i] && matrix[i][j] !== undefined) {
      said.textContent = `${rowNames[i]} with ${columnNames[j]}: r = ${significant(matrix[i][j], 4)}`;
    }
  };
  canvas.addEventListener("pointermove", read);
  canvas.addEventListener("pointerdown", read);
  canvas.addEventListener("pointerleave", () => { said.textContent = hint; });
  const all = named && rows <= mostNames;
  // Cells are square unless the matrix is much taller than wide, and few cells do not become huge.
  const ratio = Math.min(Math.max(columns / rows, 0.8), 4);
  const width = Math.min(32, Math.max(16, columns * 1.6));
  const shape = all ? `height: ${Math.max(6, 1.15 * rows)}rem` : `aspect-ratio: ${ratio}`;
  const picture = make("div", {class: "heat-map", style: all ? "" : `max-width: ${width + 2}rem`},
    axisNames(rowNames, "rows-axis", all),
    make("div", {class: "cells", style: shape}, canvas),
    axisNames(columnNames, "columns-axis", columns <= 12),
    make("div", {class: "reading-place"}, divergingScale(), said));
  picture.saver = {
    svg: () => heatMapAsSvg(matrix, rowNames, columnNames),
    rows: () => [["", ...columnNames], ...matrix.map((row, i) => [rowNames[i], ...row])],
  };
  return picture;
}
