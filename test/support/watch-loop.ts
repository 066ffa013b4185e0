/**
 * Ends a test's process whose event loop stands still: vitest's own limits of time are kept by that loop, so that a test
 * that goes round for ever without waiting held everything up, and no report said which. Who debugs may stand still.
 */
import { url } from "node:inspector";
import { Worker } from "node:worker_threads";

/** So often in a row the loop is missed, half a minute each: a whole machine that slept is no fault of a test's. */
const most = 6;
const sliceMs = 30_000;

/** Runs beside the loop, in a thread of its own. */
const watch = `
const { workerData: { beats, most, sliceMs } } = require("node:worker_threads");
let last = -1;
for (let missed = 0; missed < most;) {
  missed = Atomics.wait(beats, 0, last, sliceMs) === "timed-out" ? missed + 1 : 0;
  last = Atomics.load(beats, 0);
}
process.kill(process.pid, "SIGKILL");
`;

declare global {
  /** Where files of tests share a process, one watches for all. */
  var isLoopWatched: boolean | undefined;
}

if (globalThis.isLoopWatched !== true && url() === undefined) {
  globalThis.isLoopWatched = true;
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  new Worker(watch, { eval: true, workerData: { beats, most, sliceMs } }).unref();
  setInterval(() => {
    Atomics.add(beats, 0, 1);
    Atomics.notify(beats, 0);
  }, 1000).unref();
}
