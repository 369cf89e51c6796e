#!/usr/bin/env node
// SPDX-License-Identifier: BSD-3-Clause
"use strict";
// Runs exported encoders in ONNX Runtime and compares them with `infomax encode`.
//
//   npm install onnxruntime-web
//   INFOMAX_EXPORTED=DIR ctest --preset release -R cli.export
//   NODE_PATH=node_modules node tests/peers/onnxruntime.js DIR
//
// The test leaves NAME.onnx in DIR for each of its encoders, and NAME.json with the inputs and what
// `encode` made of them. One line tells of each; the exit code is 1 where one differs by more than
// 1e-5 of the largest number.
const fs = require("fs");
const path = require("path");
const ort = require(process.env.INFOMAX_ONNXRUNTIME || "onnxruntime-web");

const TOLERANCE = 1e-5;
const ARRAYS = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array };

function arrayOf({ type, base64 }) {
  const bytes = Buffer.from(base64, "base64");
  return new ARRAYS[type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** The largest difference as a share of the largest number expected. */
function difference(actual, expected) {
  if (actual.length !== expected.length) {
    return NaN;
  }
  let most = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; ++i) {
    most = Math.max(most, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return most / largest;
}

async function compare(folder, name) {
  const kept = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), "utf8"));
  const session = await ort.InferenceSession.create(
    fs.readFileSync(path.join(folder, `${name}.onnx`)));
  const feeds = {};
  for (const [input, array] of Object.entries(kept.inputs)) {
    feeds[input] = new ort.Tensor(array.type, arrayOf(array), array.dims);
  }
  const output = (await session.run(feeds))[session.outputNames[0]];
  if (String(output.dims) !== String(kept.expected.dims)) {
    throw new Error(`gives [${output.dims}] and not [${kept.expected.dims}]`);
  }
  return difference(output.data, arrayOf(kept.expected));
}

async function main(folder) {
  const names = fs.readdirSync(folder).filter((file) => file.endsWith(".onnx"))
    .map((file) => path.basename(file, ".onnx")).sort();
  let worst = 0;
  let failed = names.length === 0;
  for (const name of names) {
    try {
      const found = await compare(folder, name);
      const good = found <= TOLERANCE;
      failed = failed || !good;
      worst = Math.max(worst, found);
      console.log(`${name.padEnd(24)} ${found.toExponential(2)}${good ? "" : "  TOO MUCH"}`);
    } catch (error) {
      failed = true;
      console.log(`${name.padEnd(24)} ${error.message || error}`);
    }
  }
  console.log(`${names.length} encoders, the largest difference ${worst.toExponential(2)}`);
  process.exitCode = failed ? 1 : 0;
}

main(process.argv[2] || ".");
