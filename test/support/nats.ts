import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { jetstreamManager, type JetStreamManager, type StreamConfig } from "@nats-io/jetstream";
import { connect, type NodeConnectionOptions } from "@nats-io/transport-node";
import { freePort } from "./ports.ts";

/** Debian keeps it out of PATH for those who are not root. */
const program = ["nats-server", "/usr/sbin/nats-server"].find((name) => spawnSync(name, ["--version"]).status === 0);

export const hasNats = program !== undefined;
export const whyNoNats = hasNats ? "" : " (there is no nats-server on this machine)";

export interface NatsSideOptions {
  /** More of its configuration. */
  readonly config?: string;
  readonly hasJetStream?: boolean;
  /** How the test itself gets in. */
  readonly admin?: NodeConnectionOptions;
}

/** A nats-server of a test's own. */
export interface NatsSide {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly place: string;
  start(): Promise<void>;
  /** Without warning. */
  kill(): Promise<void>;
  /** Keeps a copy of all that it has, as a backup does; it is stopped for it, and started again. */
  backUp(): Promise<void>;
  /** Comes back, after it was stopped, as the copy that was kept. */
  restore(): Promise<void>;
  /** Says nothing for so long, and then goes on. */
  hang(ms: number): void;
  /** Asks it, over a connection of its own. */
  manage<R>(work: (manager: JetStreamManager) => Promise<R>): Promise<R>;
  addStream(config: Partial<StreamConfig> & { readonly name: string }): Promise<void>;
  /** What stands in a stream, in order. */
  messages(stream: string): Promise<readonly NatsMessageThere[]>;
  /** Stops it, and leaves nothing behind. */
  remove(): Promise<void>;
}

export interface NatsMessageThere {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
}

/** Starts one on a free port; `remove` it in the end. */
export async function startNats(options: NatsSideOptions = {}): Promise<NatsSide> {
  const { config = "", hasJetStream = true, admin = {} } = options;
  const folder = await mkdtemp(join(tmpdir(), "flowrun-nats-"));
  const port = await freePort();
  const [there, copy] = [join(folder, "store"), join(folder, "copy")];
  const store = hasJetStream ? `jetstream { store_dir: "${there}" }` : "";
  await writeFile(join(folder, "conf"), `listen: "127.0.0.1:${port}"\n${store}\n${config}\n`);
  let server: ChildProcess | null = null;

  const side: NatsSide = {
    port,
    place: `127.0.0.1:${port}`,
    start: async () => {
      server = spawn(program ?? "", ["-c", join(folder, "conf"), "-l", join(folder, "log")], { stdio: "ignore" });
      while (!(await isUp(port))) {
        if (server.exitCode !== null) throw new Error(`nats-server does not start: see ${join(folder, "log")}`);
        await pause(20);
      }
    },
    kill: async () => {
      if (server?.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, "exit");
      server.kill("SIGKILL");
      await gone;
    },
    backUp: async () => {
      await side.kill();
      await cp(there, copy, { recursive: true });
      await side.start();
    },
    restore: async () => {
      await side.kill();
      await rm(there, { recursive: true });
      await cp(copy, there, { recursive: true });
      await side.start();
    },
    hang: (ms) => {
      const hanging = server;
      hanging?.kill("SIGSTOP");
      void pause(ms).then(() => hanging?.kill("SIGCONT"));
    },
    manage: async (work) => {
      const connection = await connect({ servers: side.place, reconnect: false, ...admin });
      try {
        return await work(await jetstreamManager(connection));
      } finally {
        await connection.close();
      }
    },
    addStream: async (config) => {
      await side.manage((manager) => manager.streams.add(config));
    },
    messages: (stream) =>
      side.manage(async (manager) => {
        const { state } = await manager.streams.info(stream);
        const places = Array.from({ length: state.messages }, (_, n) => state.first_seq + n);
        const found = await Promise.all(places.map((seq) => manager.streams.getMessage(stream, { seq })));
        return found.flatMap((one) =>
          one === null ? [] : [{ id: one.header.get("Nats-Msg-Id"), subject: one.subject, text: one.string() }],
        );
      }),
    remove: async () => {
      await side.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await side.start();
  return side;
}

async function isUp(port: number): Promise<boolean> {
  const socket = dial(port, "127.0.0.1");
  const isOpen = await Promise.race([
    once(socket, "data").then(() => true),
    once(socket, "close").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isOpen;
}
