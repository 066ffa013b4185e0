import { Worker } from "node:worker_threads";

/**
 * Ends a test's process whose event loop stands still: vitest's own limits of time are kept by that loop, so that a
 * test that goes round for ever without waiting held everything up, and no report said which. What a killed process
 * had begun stands in the report as not ended.
 */
const patience = 180_000;

/** Runs beside the loop, in a thread of its own. */
const watch = `
const { workerData: { beats, patience } } = require("node:worker_threads");
let last = -1;
while (Atomics.wait(beats, 0, last, patience) !== "timed-out") last = Atomics.load(beats, 0);
process.kill(process.pid, "SIGKILL");
`;

declare global {
  /** Where files of tests share a process, one watches for all. */
  var loopWatch: Worker | undefined;
}

if (globalThis.loopWatch === undefined) {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  globalThis.loopWatch = new Worker(watch, { eval: true, workerData: { beats, patience } });
  globalThis.loopWatch.unref();
  setInterval(() => {
    Atomics.add(beats, 0, 1);
    Atomics.notify(beats, 0);
  }, 1000).unref();
}
