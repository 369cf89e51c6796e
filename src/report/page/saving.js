// SPDX-License-Identifier: BSD-3-Clause
// What a chart saves: its picture as SVG and its numbers as CSV.

// Fields in quotes where they need them (RFC 4180); a number that is missing is empty.
function csvText(rows) {
  const field = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(field).join(",") + "\r\n").join("");
}

// The numbers of a chart of lines, bars or points: a row for each place on the horizontal axis, and
// a column for each set of data.
function chartRows({data, options}) {
  const across = options.scales.x.title.text;
  const names = data.datasets.map((set) => set.csvLabel ?? set.label);
  if (data.labels) {
    return [[across, ...names],
            ...data.labels.map((label, i) => [label, ...data.datasets.map((set) => set.data[i])])];
  }
  const places = [...new Set(data.datasets.flatMap((set) => set.data.map(({x}) => x)))]
    .sort((one, other) => one - other);
  const values = data.datasets.map((set) => new Map(set.data.map(({x, y}) => [x, y])));
  return [[across, ...names], ...places.map((x) => [x, ...values.map((known) => known.get(x))])];
}

function fileName(title, extension) {
  const run = (content.run ?? (content.search ? "search" : "runs")).replace(/\/+$/, "").split("/").pop();
  const plain = `${run}-${title}`.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  return `${plain.slice(0, 80)}.${extension}`;
}

function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], {type}));
  make("a", {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// The buttons of a card. `saver` has svg(), an element, and rows(), lists of numbers and texts.
function saveButtons(title, saver) {
  const button = (text, extension, type, written) => {
    const element = make("button", {type: "button", "data-saves": extension,
                                    title: `Save this chart as ${text}`,
                                    "aria-label": `Save ${title} as ${text}`}, text);
    element.addEventListener("click", () => download(fileName(title, extension), type, written()));
    return element;
  };
  return make("div", {class: "save"},
    button("SVG", "svg", "image/svg+xml", () => new XMLSerializer().serializeToString(saver.svg())),
    button("CSV", "csv", "text/csv;charset=utf-8", () => csvText(saver.rows())));
}

// What `picture`, or a part of it, saves.
function saverOf(picture) {
  return [picture, ...picture.children].map((element) => element.saver).find((saver) => saver);
}
