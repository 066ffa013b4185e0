import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from "undici";
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
}

/**
 * The one door to undici. Redirects are not followed (they would carry the token along) and nothing is retried here:
 * a user must see a retry, so retrying.ts does it.
 */
export function createTransport({ env, stallMs }: TransportOptions): Transport {
  const timeouts = { headersTimeout: stallMs, bodyTimeout: stallMs, keepAliveTimeout: 30_000 };
  const dispatcher = usesProxy(env)
    ? new EnvHttpProxyAgent({ ...timeouts, ...unset, ...findProxies(env) })
    : new Agent(timeouts);
  return {
    send: (ask, signal) => exchange(dispatcher, ask, signal),
    close: () => dispatcher.destroy(),
  };
}

async function exchange(dispatcher: Dispatcher, ask: Ask, signal: AbortSignal): Promise<Answer> {
  const response = await request(ask.url, {
    dispatcher,
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

const codecs = new Map([
  ["gzip", promisify<Uint8Array, Uint8Array>(gunzip)],
  ["x-gzip", promisify<Uint8Array, Uint8Array>(gunzip)],
  ["deflate", promisify<Uint8Array, Uint8Array>(inflate)],
  ["br", promisify<Uint8Array, Uint8Array>(brotliDecompress)],
]);

async function decompress(bytes: Uint8Array, encoding: string | undefined): Promise<Uint8Array> {
  const codec = codecs.get(encoding?.trim().toLowerCase() ?? "identity");
  return codec === undefined || bytes.length === 0 ? bytes : codec(bytes);
}

type Env = TransportOptions["env"];

/** Left out, undici would look for them in the process's own environment. */
const unset = { httpProxy: "", httpsProxy: "", noProxy: "" };

function usesProxy(env: Env): boolean {
  return ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"].some((name) => Boolean(env[name]));
}
