import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Agent, request } from "undici";
import { afterAll } from "vitest";
import type { DeliveredRun, Means } from "../../src/engine/destinations/destination.ts";
import type { Send } from "../../src/host.ts";
import { openNodeWorld } from "../../src/node-host.ts";
import type { Notice } from "../../src/notices.ts";
import { archived } from "./archived.ts";
import { noPieces, realSleep } from "./host.ts";
import type { RunParts } from "./journal.ts";
import { hasOpenssl, makeCertificate } from "./tls.ts";

/** What was posted, and how it was answered. */
export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** An answer; `null` for none at all, for ever. */
export type Answering = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
} | null;

/** A server on loopback that takes what is posted, and remembers it. */
export interface OpenReceiver {
  /** `http://127.0.0.1:4711` */
  readonly origin: string;
  readonly posted: readonly Posted[];
  /** From now on; by the number of the request from now on, where it is a function. */
  readonly answer: (how: Answering | ((n: number) => Answering)) => void;
  /** The next answer comes a while later. */
  readonly beSlow: () => Promise<void>;
  readonly goDown: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const good: Answering = { status: 200, body: "ok" };

/** @param tls its key and certificate, PEM. */
export async function openReceiver(tls?: { readonly key: string; readonly cert: string }): Promise<OpenReceiver> {
  const posted: Posted[] = [];
  let answering: (n: number) => Answering = () => good;
  let asked = 0;
  let slowMs = 0;
  const take = async (body: string, { url = "", headers }: IncomingMessage, to: ServerResponse) => {
    const answer = answering(asked++);
    if (answer === null) return;
    await delay(slowMs);
    slowMs = 0;
    posted.push({ path: url, headers, body, status: answer.status, at: Date.now() });
    to.writeHead(answer.status, answer.headers).end(answer.body ?? "");
  };
  const server: Server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on("request", (request, response) => {
    if (request.method !== "POST") {
      response.writeHead(404).end();
      return;
    }
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => void take(Buffer.concat(pieces).toString(), request, response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const goDown = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    origin: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    posted,
    answer: (how) => {
      asked = 0;
      answering = typeof how === "function" ? how : () => how;
    },
    beSlow: async () => {
      slowMs = 300;
    },
    goDown,
    comeBack: async () => {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    end: goDown,
  };
}

/** A certificate that vouches for itself, and a way out to the network that trusts it; `null` without openssl. */
export async function openTrust() {
  if (!hasOpenssl) return null;
  const folder = await mkdtemp(join(tmpdir(), "flowrun-test-"));
  const paths = await makeCertificate(undefined, folder);
  const [key, cert] = await Promise.all([readFile(paths.key, "utf8"), readFile(paths.cert, "utf8")]);
  const dispatcher = new Agent({ connect: { ca: cert } });
  afterAll(async () => {
    await dispatcher.destroy();
    await rm(folder, { recursive: true, force: true });
  });
  const send: Send = async ({ method, url, headers, body }, signal) => {
    const answer = await request(url, { dispatcher, method, headers, signal, ...(body === undefined ? {} : { body }) });
    const entries = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? []].flat()] as const);
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(entries),
      body: async () => new Uint8Array(await answer.body.arrayBuffer()),
      pieces: noPieces,
      discard: () => void answer.body.dump().catch(() => undefined),
    };
  };
  return { key, cert, send };
}

export interface MeansParts {
  readonly env?: Means["host"]["env"];
  readonly send?: Send;
  readonly sleep?: Means["host"]["sleep"];
  readonly now?: Means["host"]["now"];
  readonly signal?: AbortSignal;
}

let world: ReturnType<typeof openNodeWorld> | null = null;

/** The real world, with parts of it changed; and what a destination told. */
export function meansOf(parts: MeansParts = {}): Means & { readonly told: readonly Notice[] } {
  const { env = {}, send, sleep = realSleep, now = Date.now, signal = new AbortController().signal } = parts;
  const real = (world ??= openNodeWorld({ tuneV8: () => undefined }));
  const outside: Send = (ask, signal) => real.send(ask, signal);
  const told: Notice[] = [];
  return {
    host: { env, dirs: real.dirs, random: Math.random, pid: real.pid, now, sleep, send: send ?? outside },
    signal,
    notify: (notice) => told.push(notice),
    reading: { of: "runs", profile: "prod", journal: "https://journal.test/1", organisation: null, cursor: "default" },
    isKept: true,
    told,
  };
}

/** Every connection of the real world is dropped; for `afterAll`. */
export async function closeWorld(): Promise<void> {
  await world?.close();
  world = null;
}

/** `run-<n>` as a destination is given it. */
export function delivered(n: number, parts: RunParts = {}, change: Partial<DeliveredRun["run"]> = {}): DeliveredRun {
  const { run } = archived(n, parts, change);
  return { id: idOf(run.key), run };
}

/** The id by which a run of that key is delivered. */
export function idOf(key: string): string {
  return /^[\w-]{1,200}$/.test(key) ? key : createHash("sha256").update(key).digest("base64url");
}
