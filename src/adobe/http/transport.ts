// undici's front door loads fetch, caches, web sockets and mocks as well, and takes twice as long as these (234 against
// 116 ms of CPU on two slow cores). The version is pinned exactly, and transport.test.ts holds each of them against a real server.
import request from "undici/lib/api/api-request.js";
import Agent from "undici/lib/dispatcher/agent.js";
import type Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import type { Answer, AnswerHeaders, Ask, Host, Send } from "../../host.ts";
import { discardBody, readBody, type Pace } from "./body.ts";
import { createConnector } from "./connector.ts";
import { readPieces } from "./pieces.ts";
import { readProxies } from "./proxy.ts";

/** The one way out to the network, with the connections that it keeps. */
export interface Transport {
  readonly send: Send;
  /** Drops every connection at once. */
  close(): Promise<void>;
}

/** Proxies, limits in time (milliseconds) and the runtime that a transport is built for. */
export interface TransportOptions {
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long the headers, and then each further piece of the body, may take: a slow but moving page survives. */
  readonly stallMs: number;
  /** How long a whole body may take; as long as it moves, where that is left out. */
  readonly pace?: Pace;
  readonly sleep: Host["sleep"];
}

/** Gateways and proxies send more than the 16 KB that Node takes. */
const maxHeaderSize = 65_536;

/**
 * The one door to undici. Redirects are not followed (they would carry the token along) and nothing is retried here:
 * a user must see a retry, so retrying.ts does it.
 * @throws FlowrunError `settings` when a proxy's variable cannot be understood.
 */
export function createTransport({ env, stallMs, sleep, pace }: TransportOptions): Transport {
  const findProxy = readProxies(env);
  const connector = createConnector({ findProxy, sleep });
  const timeouts = { headersTimeout: stallMs, bodyTimeout: stallMs, keepAliveTimeout: 30_000, maxHeaderSize };
  const dispatcher = new Agent({ ...timeouts, connect: connector.connect });
  return {
    send: (ask, signal) => exchange(dispatcher, ask, signal, pace),
    close: async () => {
      connector.close();
      await dispatcher.destroy();
    },
  };
}

async function exchange(dispatcher: Dispatcher, ask: Ask, signal: AbortSignal, pace?: Pace): Promise<Answer> {
  const { origin, pathname, search } = new URL(ask.url);
  const asking = request.call(dispatcher, {
    origin,
    path: pathname + search,
    signal,
    method: ask.method,
    headers: { "accept-encoding": "gzip, deflate, br", ...ask.headers },
    ...(ask.body === undefined ? {} : { body: ask.body }),
  });
  const response = await orGivenUp(asking, signal);
  const headers = plain(response.headers);
  const coding = (headers["content-encoding"] ?? []).join(", ");
  const arriving = { stream: response.body, coding, asked: `${ask.method} ${ask.url}` };
  return {
    status: response.statusCode,
    headers,
    body: (options) => readBody(arriving, options, pace),
    pieces: (options) => readPieces(arriving, options),
    discard: () => {
      discardBody(response.body, pace);
    },
  };
}

/** undici hears the signal once there is a connection. This gives up what waits for one as well; it is not sent later. */
async function orGivenUp<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp: () => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => {
      reject(signal.reason as Error);
    };
  });
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([work, givenUp]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): AnswerHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value === undefined ? [] : [value].flat()]),
  );
}
