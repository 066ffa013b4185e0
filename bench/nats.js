/**
 * The part of `npm run bench` about NATS, or alone: `node bench/nats.js [--quick]` prints its table. Runs with records of
 * 2.4 kB go into a stream on a nats-server of its own, as `--to nats://…` delivers them, and by turns as bare messages of
 * the same size by the bare client.
 */
import { fileURLToPath } from "node:url";
import { ownModules } from "./own-modules.js";
import { hasNats, startNats } from "./nats-server.js";

const recordBytes = 2400;
const perBatch = 500;

/** Goals and figures, each as `[what, figure, relation, goal]`; a goal that is `null` is for looking at only. */
export async function benchNats({ isQuick, say }) {
  const batches = isQuick ? 10 : 40;
  const rounds = isQuick ? 2 : 4;
  const { nats, parseAddress, normalise, resolveEventSelection } = await bundled();
  const server = await startNats("aep.runs");
  const [ours, bare] = [[], []];
  try {
    const runOf = runMaker(normalise, resolveEventSelection(["runs"]));
    for (let round = 0; round < rounds; round += 1) {
      say(`nats: round ${round + 1} of ${rounds}, ${batches * perBatch} runs each way`);
      const all = Array.from({ length: batches }, (_, batch) =>
        Array.from({ length: perBatch }, (_, n) => runOf(`${round}-${batch}-${n}`)),
      );
      const address = parseAddress(`nats://${server.place}/aep.runs`, {});
      ours.push(await timed(batches * perBatch, () => deliverAll(nats, address, all)));
      await server.manage((manager) => manager.streams.purge("RUNS"));
      bare.push(await timed(batches * perBatch, () => server.manage((manager) => publishAll(manager, round, batches))));
      await server.manage((manager) => manager.streams.purge("RUNS"));
    }
  } finally {
    await server.stop();
  }
  const best = (figures, name) => Math.max(...figures.map((figure) => figure[name]));
  return [
    ["nats: runs a second into a stream, 2.4 kB each, the place kept", best(ours, "perSecond"), "≥", 8000],
    ["nats: bare messages a second by the client alone", best(bare, "perSecond"), "", null],
    ["nats: runs a second of this process's own time", best(ours, "perCpuSecond"), "", null],
    ["nats: bare messages a second of this process's own time", best(bare, "perCpuSecond"), "", null],
  ];
}

/** The destination's own functions, as the program has them. */
function bundled() {
  return ownModules("nats", [
    "engine/destinations/nats",
    "engine/destinations/address",
    "runs/events/normalise",
    "runs/events/event-selection",
  ]);
}

/** Makes runs whose record is as large as said. */
function runMaker(normalise, events) {
  const recordOf = (id, flowName) => {
    const body = { id, flowId: "flow", flowName, updatedAt: 1_790_000_000_000, metrics: {} };
    const header = { _adobeio: { eventCode: "sources_flow_run_success" } };
    const event = { event_id: id, event: { ...body, header } };
    return normalise(id, event, { events, raw: false, profile: "bench", via: "journal" }).runs[0].run;
  };
  const filling = "n".repeat(recordBytes - JSON.stringify(recordOf("run", "")).length);
  return (id) => ({ id: `run-${id}`, run: recordOf(`run-${id}`, filling) });
}

async function deliverAll(nats, address, batches) {
  const to = await nats.open(address, {
    host: { env: {}, now: () => Date.now() },
    signal: new AbortController().signal,
    notify: () => undefined,
    reading: {
      of: "runs",
      profile: "bench",
      journal: "https://journal.test",
      organisation: null,
      cursor: address.digest,
    },
    isKept: true,
  });
  for (const [at, batch] of batches.entries()) await to.deliver(batch, String(at), () => undefined);
  await to.close();
}

async function publishAll(manager, round, batches) {
  const client = manager.jetstream();
  const data = new TextEncoder().encode("n".repeat(recordBytes));
  for (let batch = 0; batch < batches; batch += 1) {
    const publish = (_, n) => client.publish("aep.runs", data, { msgID: `bare-${round}-${batch}-${n}` });
    await Promise.all(Array.from({ length: perBatch }, publish));
  }
}

async function timed(count, work) {
  const began = performance.now();
  const used = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(used);
  return { perSecond: (count * 1000) / (performance.now() - began), perCpuSecond: (count * 1e6) / (user + system) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!hasNats) throw new Error("there is no nats-server on this machine");
  const say = (line) => console.error(line);
  for (const [what, figure, relation, goal] of await benchNats({ isQuick: process.argv.includes("--quick"), say })) {
    console.log(`${what}: ${Math.round(figure)}${goal === null ? "" : `   (goal ${relation} ${goal})`}`);
  }
}
