/**
 * How many runs a second go over OTLP: `node bench/otlp.js [--quick]`. The receiver is a process of its own on loopback,
 * which unpacks and decodes what it gets by OpenTelemetry's published definitions before it answers. CPU is the sender's.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import definitions from "@opentelemetry/otlp-transformer/build/src/generated/root.js";
import { ownModules } from "./own-modules.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const file = fileURLToPath(import.meta.url);

/** Goals and figures, each as `[what, figure, relation, goal]`; a goal that is `null` is for looking at only. */
export async function benchOtlp({ isQuick }) {
  const parts = await bundled();
  const runs = runsOf(isQuick ? 2000 : 20_000, parts);
  const receiver = fork(file, ["receive"]);
  try {
    const [port] = await once(receiver, "message");
    const rows = [];
    for (const { name, env, goal } of ways) {
      // Once to warm up both sides.
      await deliverAll(runs.slice(0, 1000), port, env, parts);
      const { seconds, cpu } = await deliverAll(runs, port, env, parts);
      rows.push([`otlp, ${name}: runs a second`, runs.length / seconds, "≥", goal]);
      rows.push([`otlp, ${name}: the sender's CPU, ms for 1,000 runs`, (cpu * 1e6) / runs.length, "", null]);
    }
    return rows;
  } finally {
    receiver.kill();
  }
}

const ways = [
  { name: "protobuf and gzip", env: {}, goal: 2000 },
  { name: "protobuf, not packed", env: { OTEL_EXPORTER_OTLP_COMPRESSION: "none" }, goal: null },
  { name: "JSON and gzip", env: { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }, goal: null },
];

function bundled() {
  return ownModules("otlp", [
    "engine/destinations/otlp",
    "engine/destinations/address",
    "adobe/http/transport",
    "runs/events/normalise",
    "runs/events/event-selection",
  ]);
}

/** The documented examples, each with two activities, in as many flows as a large sandbox has; every tenth failed. */
function runsOf(count, { normalise, resolveEventSelection }) {
  const events = resolveEventSelection(["runs"]);
  const [good, bad] = ["success-event-envelope", "failed-copy-messages"].map((name) => {
    const event = JSON.parse(readFileSync(join(here, "../fixtures/events", `${name}.json`), "utf8"));
    const [first] = normalise("p", event, { events, raw: false, profile: "p", via: "journal" }).runs;
    return first.run;
  });
  return Array.from({ length: count }, (_, n) => {
    const run = { ...(n % 10 === 9 ? bad : good), runId: `run-${n}`, flowId: `flow-${n % 200}` };
    return { id: run.runId, run };
  });
}

async function deliverAll(runs, port, env, { otlp, parseAddress, createTransport }) {
  const transport = createTransport({ env: {}, stallMs: 20_000, sleep });
  const to = await otlp.open(parseAddress(`otlp+http://127.0.0.1:${port}`, env), {
    host: { env, now: () => Date.now(), sleep, send: transport.send },
    signal: new AbortController().signal,
    notify: () => undefined,
    reading: { of: "runs", profile: "p", journal: "j", organisation: "o", cursor: "default" },
    isKept: true,
  });
  const [began, before] = [performance.now(), process.cpuUsage()];
  for (let at = 0; at < runs.length; at += 500) await to.deliver(runs.slice(at, at + 500), null, () => undefined);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  await to.close();
  await transport.close();
  return { seconds, cpu: (user + system) / 1e6 };
}

function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Answers that all was taken, once it was read. */
function receive() {
  const { trace, metrics } = definitions.opentelemetry.proto.collector;
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const packed = Buffer.concat(pieces);
    const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed;
    const isTraces = request.url.endsWith("/v1/traces");
    if (request.headers["content-type"] === "application/json") JSON.parse(bytes.toString());
    else if (isTraces) trace.v1.ExportTraceServiceRequest.decode(bytes);
    else metrics.v1.ExportMetricsServiceRequest.decode(bytes);
    response.writeHead(200, { "content-type": request.headers["content-type"] }).end();
  });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
}

if (process.argv[1] === file) {
  if (process.argv[2] === "receive") {
    receive();
  } else {
    for (const [what, figure, relation, goal] of await benchOtlp({ isQuick: process.argv.includes("--quick") })) {
      console.log(`${what.padEnd(60)} ${figure.toFixed(0).padStart(9)} ${goal === null ? "" : `${relation} ${goal}`}`);
    }
  }
}
