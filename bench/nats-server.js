/** A nats-server of one's own with a stream, in a temporary folder on a free port, for the soak and the bench. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { freePort } from "./cluster.js";

const program = ["nats-server", "/usr/sbin/nats-server"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** Whether this machine has what it takes. */
export const hasNats = program !== undefined;

/** Starts one whose stream RUNS takes a subject. */
export async function startNats(subject) {
  const folder = mkdtempSync(join(tmpdir(), "flowrun-nats-"));
  const place = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "conf");
  writeFileSync(config, `listen: "${place}"\njetstream { store_dir: "${join(folder, "store")}" }\n`);
  /** Asks it, over a connection of its own. */
  const manage = async (work) => {
    const connection = await connect({ servers: place, reconnect: false, noAsyncTraces: true });
    try {
      return await work(await jetstreamManager(connection));
    } finally {
      await connection.close();
    }
  };
  let server = null;
  const start = async () => {
    server = spawn(program, ["-c", config, "-l", join(folder, "log")], { stdio: "ignore" });
    const isUp = () => manage(() => true).catch(() => false);
    while (!(await isUp())) {
      if (server.exitCode !== null) throw new Error("nats-server does not start");
      await pause(50);
    }
  };
  const kill = async () => {
    const gone = once(server, "exit");
    server.kill("SIGKILL");
    await gone;
  };
  await start();
  await manage((manager) => manager.streams.add({ name: "RUNS", subjects: [subject], duplicate_window: 600e9 }));
  return {
    place,
    url: `nats://${place}`,
    manage,
    /** Without warning. */
    restart: async () => {
      await kill();
      await start();
    },
    /** The ids of the runs in the stream, in its order; of a message that comes twice, twice. */
    runs: () => manage(readRuns),
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function readRuns(manager) {
  const { state } = await manager.streams.info("RUNS");
  const ids = [];
  for (let from = state.first_seq; from <= state.last_seq && state.messages > 0; from += 500) {
    const places = Array.from({ length: Math.min(500, state.last_seq - from + 1) }, (_, n) => from + n);
    const found = await Promise.all(places.map((seq) => manager.streams.getMessage("RUNS", { seq })));
    ids.push(...found.flatMap((message) => (message === null ? [] : [message.json().runId])));
  }
  return ids;
}
