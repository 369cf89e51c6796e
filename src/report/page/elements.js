// SPDX-License-Identifier: BSD-3-Clause
"use strict";

// The content of the page and its elements. Texts are inserted as text, never as markup.

const content = JSON.parse(document.getElementById("content").textContent);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function section(title, ...children) {
  return make("section", {}, make("h2", {}, title), ...children);
}

// A picture with its title, and a line below that explains it. A chart can be saved.
function card(title, picture, note, kind = "") {
  const saver = saverOf(picture);
  return make("figure", {class: `card ${kind}`}, make("figcaption", {}, title),
              saver ? saveButtons(title, saver) : null, picture,
              note ? make("p", {class: "note"}, note) : null);
}

// Columns that hold numbers are aligned on the right, with their headings.
function table(headings, rows, kind = "") {
  const numeric = headings.map((_, j) => rows.some((row) => typeof row[j] === "number"));
  const cell = (tag, text, j, more = {}) => make(tag, {...more, ...(numeric[j] ? {class: "number"} : {})},
    typeof text === "number" ? significant(text) : text);
  return make("div", {class: "scroll"}, make("table", {class: kind},
    make("thead", {}, make("tr", {}, ...headings.map((text, j) => cell("th", text, j, {scope: "col"})))),
    make("tbody", {}, ...rows.map((row) => make("tr", {},
      make("th", {scope: "row"}, row[0]), ...row.slice(1).map((text, j) => cell("td", text, j + 1)))))));
}

function fold(title, ...children) {
  return make("details", {}, make("summary", {}, title), ...children);
}

// Numbers in a readable form.

const minus = (text) => text.replace(/^-/, "−");

function significant(value, digits = 5) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return "–";
  }
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) {
    return whole(value);
  }
  if (size >= 1e9 || size < 1e-4) {
    return minus(value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e"));
  }
  const rounded = Number(value.toPrecision(digits));
  return Number.isInteger(rounded) ? whole(rounded) : minus(String(rounded));
}

const whole = (value) => minus(Math.round(value).toLocaleString("en-GB"));

function duration(seconds) {
  if (seconds < 100) {
    return `${significant(seconds, 3)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  return minutes < 100 ? `${minutes} min ${rest} s`
                       : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const plural = (count, word) => `${whole(count)} ${word}${count === 1 ? "" : "s"}`;

const words = (name) => name.replaceAll("_", " ");

// A setting of the model, else of the command line.

const options = new Map(content.config ?? []);
const settings = content.model ? content.model.settings : {};

function setting(name) {
  const value = settings[name] ?? options.get(name) ?? "";
  return value === "" || Number.isNaN(Number(value)) ? value : String(Number(value));
}

// Columns of outputs and of data count from 0, as in the file and in NumPy.
const columnName = (side, index) => `${side} ${index}`;

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
