// SPDX-License-Identifier: BSD-3-Clause
// Charts as SVG. Chart.js draws on a canvas alone, so it is given a context of this page that keeps
// what is drawn as elements of an SVG: the saved picture is the one that is seen.

const number = (value) => String(Math.round(value * 100) / 100);

// A path in the coordinates of its context, which a transformation may have moved.
class SvgPath {
  constructor() {
    this.commands = [];
  }
  add(...command) {
    this.commands.push(command);
  }
  moveTo(x, y) { this.add("M", [[x, y]]); }
  lineTo(x, y) { this.add(this.commands.length ? "L" : "M", [[x, y]]); }
  bezierCurveTo(ax, ay, bx, by, x, y) { this.add("C", [[ax, ay], [bx, by], [x, y]]); }
  quadraticCurveTo(ax, ay, x, y) { this.add("Q", [[ax, ay], [x, y]]); }
  closePath() { this.add("Z", []); }
  rect(x, y, width, height) {
    this.moveTo(x, y);
    this.lineTo(x + width, y);
    this.lineTo(x + width, y + height);
    this.lineTo(x, y + height);
    this.closePath();
  }
  // Pieces of an arc of at most a quarter are Bézier curves to 3e-4 of its radius.
  ellipse(x, y, across, up, rotation, from, to, backwards = false) {
    let angle = to - from;
    const turn = 2 * Math.PI;
    if (Math.abs(angle) >= turn - 1e-9) {
      angle = backwards ? -turn : turn;
    } else if (backwards && angle > 0) {
      angle -= turn;
    } else if (!backwards && angle < 0) {
      angle += turn;
    }
    const count = Math.max(1, Math.ceil(Math.abs(angle) / (Math.PI / 2)));
    const piece = angle / count;
    const reach = 4 / 3 * Math.tan(piece / 4);
    const place = (u, v) => [
      x + across * u * Math.cos(rotation) - up * v * Math.sin(rotation),
      y + across * u * Math.sin(rotation) + up * v * Math.cos(rotation)];
    this.lineTo(...place(Math.cos(from), Math.sin(from)));
    for (let k = 0; k < count; ++k) {
      const a = from + k * piece;
      const b = a + piece;
      this.bezierCurveTo(...place(Math.cos(a) - reach * Math.sin(a), Math.sin(a) + reach * Math.cos(a)),
                         ...place(Math.cos(b) + reach * Math.sin(b), Math.sin(b) - reach * Math.cos(b)),
                         ...place(Math.cos(b), Math.sin(b)));
    }
  }
  arc(x, y, radius, from, to, backwards) {
    this.ellipse(x, y, radius, radius, 0, from, to, backwards);
  }
  text(transform) {
    const [a, b, c, d, e, f] = transform;
    return this.commands.map(([letter, points]) => letter + points.map(([x, y]) =>
      `${number(a * x + c * y + e)} ${number(b * x + d * y + f)}`).join(" ")).join("");
  }
}

const drawingStyle = () => ({
  fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, font: "12px sans-serif", textAlign: "start",
  textBaseline: "alphabetic", globalAlpha: 1, lineCap: "butt", lineJoin: "miter", lineDashOffset: 0,
  dash: [], transform: [1, 0, 0, 1, 0, 0], clipped: "",
});

let clips = 0;  // that all pictures of the page have, so that each has an id of its own

// As much of CanvasRenderingContext2D as Chart.js uses.
class SvgContext {
  constructor(width, height) {
    Object.assign(this, drawingStyle());
    this.svg = makeSvg("svg", {width, height, viewBox: `0 0 ${width} ${height}`});
    this.stack = [];
    this.path = new SvgPath();
    this.measure = document.createElement("canvas").getContext("2d");
    this.canvas = {width, height, style: {}, getContext: () => this};
  }

  save() {
    this.stack.push(Object.fromEntries(Object.keys(drawingStyle()).map((key) => [key, this[key]])));
  }
  restore() {
    Object.assign(this, this.stack.pop() ?? {});
  }

  setTransform(...transform) { this.transform = transform; }
  resetTransform() { this.transform = [1, 0, 0, 1, 0, 0]; }
  transformBy([g, h, i, j, k, l]) {
    const [a, b, c, d, e, f] = this.transform;
    this.transform = [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j,
                      a * k + c * l + e, b * k + d * l + f];
  }
  translate(x, y) { this.transformBy([1, 0, 0, 1, x, y]); }
  scale(x, y) { this.transformBy([x, 0, 0, y, 0, 0]); }
  rotate(angle) {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.transformBy([cos, sin, -sin, cos, 0, 0]);
  }

  setLineDash(dash) { this.dash = [...dash]; }
  getLineDash() { return this.dash; }

  beginPath() { this.path = new SvgPath(); }
  moveTo(...at) { this.path.moveTo(...at); }
  lineTo(...at) { this.path.lineTo(...at); }
  bezierCurveTo(...at) { this.path.bezierCurveTo(...at); }
  quadraticCurveTo(...at) { this.path.quadraticCurveTo(...at); }
  rect(...at) { this.path.rect(...at); }
  arc(...at) { this.path.arc(...at); }
  ellipse(...at) { this.path.ellipse(...at); }
  closePath() { this.path.closePath(); }

  put(tag, attributes, ...children) {
    const element = makeSvg(tag, {...attributes, ...(this.globalAlpha < 1 ? {opacity: this.globalAlpha}
                                                                        : {})}, ...children);
    // In a group, because a clip moves with the transformation of its own element.
    this.svg.append(this.clipped ? makeSvg("g", {"clip-path": `url(#${this.clipped})`}, element)
                                 : element);
  }
  drawn(path) {
    return (path instanceof SvgPath ? path : this.path).text(this.transform);
  }
  fill(path, rule) {
    const d = this.drawn(path);
    if (d) {
      this.put("path", {d, fill: this.fillStyle, stroke: "none",
                        ...((rule ?? path) === "evenodd" ? {"fill-rule": "evenodd"} : {})});
    }
  }
  stroke(path) {
    const d = this.drawn(path);
    if (d && this.lineWidth > 0) {
      this.put("path", {d, fill: "none", stroke: this.strokeStyle, "stroke-width": this.lineWidth,
                        "stroke-linecap": this.lineCap, "stroke-linejoin": this.lineJoin,
                        ...(this.dash.length ? {"stroke-dasharray": this.dash.join(" "),
                                                "stroke-dashoffset": this.lineDashOffset} : {})});
    }
  }
  clip(path) {
    const id = `clip-${++clips}`;
    const outer = this.clipped ? {"clip-path": `url(#${this.clipped})`} : {};
    this.svg.append(makeSvg("clipPath", {id, ...outer}, makeSvg("path", {d: this.drawn(path)})));
    this.clipped = id;
  }
  fillRect(...at) {
    const path = new SvgPath();
    path.rect(...at);
    this.fill(path);
  }
  strokeRect(...at) {
    const path = new SvgPath();
    path.rect(...at);
    this.stroke(path);
  }
  clearRect() {}

  measureText(text) {
    this.measure.font = this.font;
    return this.measure.measureText(text);
  }
  fillText(text, x, y) {
    const anchors = {center: "middle", right: "end", end: "end"};
    const [a, b, c, d, e, f] = this.transform;
    // Not every program that reads SVG knows baselines, so the text is moved instead.
    const size = parseFloat(this.font.match(/(\d+(\.\d+)?)px/)[1]);
    const down = {middle: 0.35, top: 0.8, hanging: 0.8, bottom: -0.2}[this.textBaseline] ?? 0;
    this.put("text", {x: number(x), y: number(y + down * size), fill: this.fillStyle,
                      transform: `matrix(${[a, b, c, d, e, f].map(number).join(" ")})`,
                      "text-anchor": anchors[this.textAlign] ?? "start",
                      style: `font: ${this.font}`}, String(text));
  }
  strokeText() {}
}

function backed(svg, width, height) {
  svg.prepend(makeSvg("rect", {width, height, fill: colour("--card")}));
  return svg;
}

// The chart of a configuration as SVG, of this many pixels.
function chartAsSvg(configuration, width, height) {
  const context = new SvgContext(width, height);
  const made = configuration();
  const before = window.Path2D;
  window.Path2D = SvgPath;  // which Chart.js draws lines by
  try {
    new Chart(context.canvas, {
      ...made, platform: Chart.platforms.BasicPlatform,
      options: {...made.options, responsive: false, animation: false, events: [],
                devicePixelRatio: 1},
    }).destroy();
  } finally {
    window.Path2D = before;
  }
  return backed(context.svg, width, height);
}

// A matrix as SVG: coloured cells with the names of rows and columns.
function heatMapAsSvg(matrix, rowNames, columnNames) {
  const size = Math.max(3, Math.min(24, Math.round(900 / Math.max(matrix.length, matrix[0].length))));
  const every = Math.max(1, Math.ceil(13 / size));  // of the names, which need some room
  const left = 12 + 7 * Math.max(...rowNames.map((name) => Math.min(name.length, 40)));
  const [width, height] = [left + size * matrix[0].length + 12, size * matrix.length + 90];
  const svg = makeSvg("svg", {width, height, viewBox: `0 0 ${width} ${height}`});
  const stops = divergingStops();
  const text = (attributes, what) => makeSvg("text", {fill: colour("--text"), "font-size": 11,
    "font-family": "sans-serif", ...attributes}, what.length > 40 ? `${what.slice(0, 39)}…` : what);
  matrix.forEach((row, i) => {
    row.forEach((value, j) => svg.append(makeSvg("rect", {
      x: left + j * size, y: 8 + i * size, width: size, height: size,
      fill: `rgb(${between(stops, (value + 1) / 2).join(",")})`})));
    if (i % every === 0) {
      svg.append(text({x: left - 6, y: 8 + (i + 0.5) * size + 4, "text-anchor": "end"}, rowNames[i]));
    }
  });
  columnNames.forEach((name, j) => {
    if (j % every === 0) {
      const [x, y] = [left + (j + 0.5) * size + 4, 14 + matrix.length * size];
      svg.append(text({x, y, "text-anchor": "end", transform: `rotate(-90 ${x} ${y})`}, name));
    }
  });
  return backed(svg, width, height);
}

// Small pictures side by side, as SVG. `pictures` are their elements of SVG and titles.
function smallsAsSvg(pictures, columns = 6) {
  const [across, down] = [150, 92];
  const [width, height] = [across * Math.min(columns, pictures.length) + 10,
                           down * Math.ceil(pictures.length / columns) + 10];
  const svg = makeSvg("svg", {width, height, viewBox: `0 0 ${width} ${height}`});
  pictures.forEach(({element, title}, k) => {
    const copy = element.cloneNode(true);
    copy.setAttribute("width", 130);
    copy.setAttribute("height", 62);
    copy.querySelector(".area").setAttribute("fill", colour("--class-0"));
    for (const line of copy.querySelectorAll(".zero, .base")) {
      line.setAttribute("stroke", colour("--soft"));
      line.setAttribute("fill", "none");
    }
    svg.append(makeSvg("g", {transform: `translate(${10 + k % columns * across} ${
      10 + Math.floor(k / columns) * down})`}, copy, makeSvg("text", {
      x: 0, y: 78, fill: colour("--text"), "font-size": 11, "font-family": "sans-serif"}, title)));
  });
  return backed(svg, width, height);
}
