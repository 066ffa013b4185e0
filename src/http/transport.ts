import type { Readable } from "node:stream";
import { promisify } from "node:util";
import v8 from "node:v8";
import type { Agent as AgentType } from "undici";
// undici's front door loads fetch, caches, web sockets and mocks as well, and takes twice as long as these. The version
// is pinned exactly, and transport.test.ts holds each of them against a real server.
import request from "undici/lib/api/api-request.js";
import Agent from "undici/lib/dispatcher/agent.js";
import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import type { Answer, AnswerHeaders, Ask, Send } from "../host.ts";
import { findProxies } from "./proxy.ts";

export interface Transport {
  readonly send: Send;
  /** Drops every connection at once. */
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long the headers, and then each further piece of the body, may take: a slow but moving page survives. */
  readonly stallMs: number;
  /** Of the runtime, such as 20.18.1: V8 is tuned for reading, by flags that the whole process shares. */
  readonly nodeVersion: string;
}

/**
 * The one door to undici. Redirects are not followed (they would carry the token along) and nothing is retried here:
 * a user must see a retry, so retrying.ts does it.
 */
export async function createTransport({ env, stallMs, nodeVersion }: TransportOptions): Promise<Transport> {
  tuneV8(nodeVersion);
  const timeouts = { headersTimeout: stallMs, bodyTimeout: stallMs, keepAliveTimeout: 30_000 };
  const dispatcher = usesProxy(env) ? await openProxy(timeouts, env) : new Agent(timeouts);
  return {
    send: (ask, signal) => exchange(dispatcher, ask, signal),
    close: () => dispatcher.destroy(),
  };
}

/**
 * Not before the program is loaded: what V8 has compiled of Node's own modules, and keeps, is only good for the flags
 * that it was compiled with.
 */
function tuneV8(nodeVersion: string): void {
  // undici's HTTP parser is WebAssembly. Unless V8 is told to stay with its quick compiler, a process of one request
  // spends most of its time optimising it, and waits for that at its end.
  v8.setFlagsFromString("--liftoff-only");
  // Left alone, V8 lets garbage grow to several times what is in use, and from Node 22 on its young generation to three
  // times the size it had. This keeps a reading of any length well under 240 MiB and costs a few per cent of time; with a
  // heap growing half as much it would be 30 MiB less, and a quarter more time.
  v8.setFlagsFromString("--heap-growing-percent=150");
  const [major = "20"] = nodeVersion.split(".");
  if (Number(major) >= 22) v8.setFlagsFromString("--semi-space-growth-factor=1");
}

async function openProxy(timeouts: AgentType.Options, env: Env): Promise<Dispatcher> {
  const [{ default: EnvHttpProxyAgent }, { default: connect }] = await Promise.all([
    import("undici/lib/dispatcher/env-http-proxy-agent.js"),
    import("undici/lib/api/api-connect.js"),
  ]);
  // A tunnel is opened by a method that undici's front door gives to every dispatcher.
  Object.assign(Dispatcher.prototype, { connect });
  return new EnvHttpProxyAgent({ ...timeouts, ...unset, ...findProxies(env) });
}

async function exchange(dispatcher: Dispatcher, ask: Ask, signal: AbortSignal): Promise<Answer> {
  const { origin, pathname, search } = new URL(ask.url);
  const response = await request.call(dispatcher, {
    origin,
    path: pathname + search,
    signal,
    method: ask.method,
    headers: { "accept-encoding": "gzip, deflate, br", ...ask.headers },
    ...(ask.body === undefined ? {} : { body: ask.body }),
  });
  const headers = plain(response.headers);
  return {
    status: response.statusCode,
    headers,
    body: async () => decompress(new Uint8Array(await response.body.arrayBuffer()), headers["content-encoding"]?.[0]),
    discard: () => {
      discard(response.body);
    },
  };
}

/** Reads to the end what is short, so that the connection can be used again; an abort may end it early. */
function discard(body: Readable): void {
  body.on("error", () => undefined);
  body.resume();
}

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): AnswerHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value === undefined ? [] : [value].flat()]),
  );
}

const codecs = new Map<string, "gunzip" | "inflate" | "brotliDecompress">([
  ["gzip", "gunzip"],
  ["x-gzip", "gunzip"],
  ["deflate", "inflate"],
  ["br", "brotliDecompress"],
]);

/** Loaded by the first answer that is compressed. */
let zlib: Promise<typeof import("node:zlib")> | undefined;

async function decompress(bytes: Uint8Array, encoding: string | undefined): Promise<Uint8Array> {
  const codec = codecs.get(encoding?.trim().toLowerCase() ?? "identity");
  if (codec === undefined || bytes.length === 0) return bytes;
  zlib ??= import("node:zlib");
  return promisify<Uint8Array, Uint8Array>((await zlib)[codec])(bytes);
}

type Env = TransportOptions["env"];

/** Left out, undici would look for them in the process's own environment. */
const unset = { httpProxy: "", httpsProxy: "", noProxy: "" };

function usesProxy(env: Env): boolean {
  return ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"].some((name) => Boolean(env[name]));
}
