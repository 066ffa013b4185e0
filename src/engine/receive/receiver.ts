import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { answerChallenge } from "../../adobe/webhook/challenge.ts";
import type { WebhookDelivery } from "../../adobe/webhook/delivery.ts";
import type { DeliveryVerdict } from "../../adobe/webhook/judge-delivery.ts";
import type { Host } from "../../host.ts";
import type { Health } from "./admin.ts";
import type { DeliveryMeter } from "./delivery-metrics.ts";
import type { Inbox } from "./inbox.ts";
import { openPort, type Port } from "./open-port.ts";
import { headersOf, readRequest, type BodyRoom } from "./read-request.ts";
import type { TlsMaterial } from "./tls-files.ts";

/** Where deliveries come in, who judges and keeps them, and who is told. */
export interface ReceiverOptions extends Port {
  /** The path of the webhook's address, beginning with `/`; others do not exist. */
  readonly path: string;
  /** Bytes of one body. */
  readonly maxBody: number;
  /** Reads the server's certificate and key, at the start and whenever they are reloaded; `null` for plain HTTP. */
  readonly tls: (() => Promise<TlsMaterial>) | null;
  readonly judge: (delivery: WebhookDelivery) => Promise<DeliveryVerdict>;
  readonly inbox: Inbox;
  readonly meter: DeliveryMeter;
  /** Has a body put away that is Adobe's and cannot be read; acknowledged once that has happened. */
  readonly onPoison: (delivery: WebhookDelivery, why: string) => void | Promise<void>;
  /** Has the address of a validation fetched; called after its 200. */
  readonly onValidation: (url: string) => void;
  /** Told of each delivery that was refused, why: the end of a sentence about it, without a word of its body. */
  readonly onRefused: (status: number, why: string) => void;
  /** Told of what goes wrong here: the disk, the server; the receiver goes on. */
  readonly onTrouble: (error: unknown) => void;
  readonly limits?: Partial<ReceiverLimits>;
}

/** The patience of a receiver: milliseconds, but for `connections` and `room`. */
export interface ReceiverLimits {
  /** For a request's headers. */
  readonly headersMs: number;
  /** For a request to have come, all of it. Adobe waits ten seconds for an answer, connecting included. */
  readonly requestMs: number;
  /** Between two looks at the clock for these. */
  readonly checkMs: number;
  /** At the same time; the next one is dropped. */
  readonly connections: number;
  /** Bytes of all bodies in hand together. */
  readonly room: number;
  /** For what is in hand when the receiver stops. */
  readonly drainMs: number;
}

const usualLimits: ReceiverLimits = {
  headersMs: 5000,
  requestMs: 9000,
  checkMs: 500,
  connections: 1000,
  room: 64 * 1024 * 1024,
  drainMs: 9000,
};

/** A receiver that runs. */
export interface RunningReceiver {
  /** `http://127.0.0.1:8787/`, with the port that was found. */
  readonly url: string;
  /** Whether it receives; `failing` for a minute after a delivery could not be kept, or until the next one is. */
  health(): Health;
  /** Stops accepting, and resolves when what is in hand is answered, or after `drainMs`. More than once will do. */
  drain(): Promise<void>;
  /**
   * Reads the TLS files again, for connections from now on.
   * @throws FlowrunError where they cannot be used; those before stay.
   */
  reload(): Promise<void>;
}

/**
 * Receives deliveries: read, judged, kept, and only then acknowledged. No answer holds anything of what was sent, but for
 * a challenge.
 * @throws FlowrunError `usage` where the port cannot be had, or the TLS files cannot be used.
 */
export async function startReceiver(
  options: ReceiverOptions,
  host: Pick<Host, "now" | "sleep">,
): Promise<RunningReceiver> {
  const limits = { ...usualLimits, ...options.limits };
  const desk = createDesk({ ...options, limits }, host);
  const { server, reload } = await createServerFor(options.tls, limits);
  const sockets = new Set<Duplex>();
  server.on("connection", (socket: Duplex) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("request", desk.receive);
  // Whoever asks first whether a body is wanted learns of a refusal before it is sent.
  server.on("checkContinue", desk.receive);
  server.on("clientError", desk.refuseBroken);
  server.maxConnections = limits.connections;
  const place = await openPort(server, options, options.onTrouble);
  const stop = async (): Promise<void> => {
    desk.drain();
    const over = new AbortController();
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    await Promise.race([closed, host.sleep(limits.drainMs, over.signal)]);
    over.abort();
    // Those in the middle of a handshake among them, which the server does not know yet.
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  let stopping: Promise<void> | null = null;
  return {
    url: `${options.tls === null ? "http" : "https"}://${place}${options.path}`,
    health: desk.health,
    drain: () => (stopping ??= stop()),
    reload,
  };
}

async function createServerFor(tls: ReceiverOptions["tls"], limits: ReceiverLimits) {
  const { headersMs, requestMs, checkMs } = limits;
  // Node looks every half a minute otherwise, whatever the limits are.
  const patience = { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs };
  if (tls === null) return { server: createServer(patience), reload: () => Promise.resolve() };
  const material = await tls();
  const mutual = material.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  const server: Server & TlsServer = createTlsServer({
    ...patience,
    ...material,
    ...mutual,
    handshakeTimeout: headersMs,
  });
  const reload = async (): Promise<void> => {
    server.setSecureContext(await tls());
  };
  return { server, reload };
}

/** An answer to a request. */
interface Reply {
  readonly status: number;
  /** One of a few sentences of ours, or the challenge as JSON. */
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** To be done once it is sent. */
  readonly after?: () => void;
}

/** For whoever sent it, who learns nothing of our network, and reads nothing of his own. */
const refusals = {
  unsigned: "it is not signed",
  signature: "its signature is wrong",
  key: "its signature cannot be judged now",
  recipient: "it is for nobody here",
} as const satisfies Record<Extract<DeliveryVerdict, { kind: "refused" }>["reason"], string>;

/** After this many seconds there may be room again; Adobe comes back after a minute anyway. */
const soon = { "retry-after": "30" };

const failingMs = 60_000;

/** The place where requests are answered, one by one. */
function createDesk(
  options: ReceiverOptions & { readonly limits: ReceiverLimits },
  { now }: Pick<Host, "now">,
): {
  readonly receive: (request: IncomingMessage, response: ServerResponse) => void;
  readonly refuseBroken: (error: Error, socket: Duplex) => void;
  readonly health: () => Health;
  readonly drain: () => void;
} {
  const { path, maxBody, judge, inbox, meter, onPoison, onValidation, onRefused, onTrouble, limits } = options;
  // A body that is allowed finds room where there is no other.
  const room: BodyRoom = { left: Math.max(limits.room, maxBody) };
  const answering = new WeakMap<Duplex, ServerResponse>();
  let isDraining = false;
  let failedAt: number | null = null;

  const rejected = (status: number, reason: string, why: string, headers?: Reply["headers"]): Reply => {
    meter.rejected(reason);
    onRefused(status, why);
    return { status, text: `${why}\n`, ...(headers === undefined ? {} : { headers }) };
  };

  const failed = (reason: "disk" | "trouble", error: unknown): Reply => {
    onTrouble(error);
    return rejected(503, reason, "it could not be kept", soon);
  };

  /** On the disk, whatever it is; and whether the disk takes it is remembered. */
  const store = async <T>(put: () => T | Promise<T>): Promise<{ readonly stored: T } | { readonly failure: Reply }> => {
    try {
      const stored = await put();
      failedAt = null;
      return { stored };
    } catch (error) {
      failedAt = now();
      return { failure: failed("disk", error) };
    }
  };

  const keep = async (delivery: WebhookDelivery, events: readonly unknown[], came: number): Promise<Reply> => {
    const put = await store(() => inbox.put(delivery, events));
    if ("failure" in put) return put.failure;
    const { stored: kept } = put;
    if (kept === "full") return rejected(429, "full", "more is waiting than may wait", soon);
    if (kept === "known") meter.duplicates(events.length);
    meter.accepted(secondsSince(came));
    return { status: 200, text: "kept\n" };
  };

  const secondsSince = (at: number): number => Math.max(0, now() - at) / 1000;

  const decide = async (delivery: WebhookDelivery, came: number): Promise<Reply> => {
    const verdict = await judge(delivery);
    switch (verdict.kind) {
      case "genuine":
        return keep(delivery, verdict.events, came);
      case "poison": {
        const put = await store(() => onPoison(delivery, verdict.why));
        if ("failure" in put) return put.failure;
        meter.rejected("poison");
        return { status: 200, text: "it cannot be read\n" };
      }
      case "validation":
        return {
          status: 200,
          text: "it will be confirmed\n",
          after: () => {
            onValidation(verdict.url);
          },
        };
      case "refused":
        return {
          ...rejected(verdict.status, verdict.reason, verdict.why, verdict.status === 503 ? soon : undefined),
          text: `${refusals[verdict.reason]}\n`,
        };
    }
  };

  /** `null` where nobody is left to be answered. */
  const replyTo = async (request: IncomingMessage, response: ServerResponse): Promise<Reply | null> => {
    const came = now();
    const refusal = refusalByHead(request, path);
    if (refusal !== null) return refusal;
    if (request.method === "GET") return replyToChallenge(request.url ?? "");
    if (isCoded(request)) {
      return rejected(415, "coding", "bodies are taken as they are, not compressed", { "accept-encoding": "identity" });
    }
    if (request.headers.expect !== undefined && Number(request.headers["content-length"] ?? 0) <= maxBody) {
      response.writeContinue();
    }
    const read = await readRequest(request, maxBody, room);
    if ("refused" in read) {
      if (read.refused === "gone") return null;
      return read.refused === "tooLarge"
        ? rejected(413, "size", `it is longer than ${maxBody} bytes`)
        : rejected(429, "busy", "too much is coming in at once", soon);
    }
    try {
      return await decide({ headers: headersOf(request), body: read.body }, came);
    } finally {
      read.release();
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    answering.set(request.socket, response);
    const reply = await replyTo(request, response).catch((error: unknown) => failed("trouble", error));
    // What is left of a body that nobody read is taken off the line, or the next request is not found.
    request.resume();
    if (reply === null || response.destroyed) return;
    const { status, text, headers = {}, after } = reply;
    // Whoever waits to be asked for a body may send it or not, so what comes next is no request for sure.
    const isLast = isDraining || (status >= 400 && request.headers.expect !== undefined);
    meter.answered(status);
    response.writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(isLast ? { connection: "close" } : {}),
      ...headers,
    });
    response.end(text, after);
  };

  return {
    receive: (request, response) => {
      // A connection that breaks in the middle of an answer is nobody's fault.
      for (const stream of [request, response]) stream.on("error", () => undefined);
      answer(request, response).catch((error: unknown) => {
        onTrouble(error);
        response.destroy();
      });
    },
    refuseBroken: (error, socket) => {
      const response = answering.get(socket);
      if (socket.writable && response?.headersSent !== true && !isReset(error)) {
        const status = statusOfBroken(error);
        meter.answered(status);
        socket.write(`HTTP/1.1 ${status} ${brokenWords[status]}\r\nConnection: close\r\n\r\n`);
      }
      socket.destroy();
    },
    health: () => {
      if (isDraining) return { state: "draining" };
      const isFailing = failedAt !== null && Math.abs(now() - failedAt) < failingMs;
      return isFailing ? { state: "failing", why: "a delivery could not be kept" } : { state: "ready" };
    },
    drain: () => {
      isDraining = true;
    },
  };
}

/** The refusal for which the request's head is enough. Paths are compared as they are: no two of them are the same. */
function refusalByHead({ method, url = "" }: IncomingMessage, path: string): Reply | null {
  if (url.replace(/\?.*$/s, "") !== path) return { status: 404, text: "nothing is here\n" };
  if (method === "GET" || method === "POST") return null;
  return { status: 405, text: "POST only\n", headers: { allow: "GET, POST" } };
}

function replyToChallenge(url: string): Reply {
  const text = answerChallenge(url);
  if (text === null) return { status: 400, text: "there is no challenge in it\n" };
  return { status: 200, text, headers: { "content-type": "application/json" } };
}

/** No coding was offered. A list of none is none. */
function isCoded({ headers }: IncomingMessage): boolean {
  const codings = (headers["content-encoding"] ?? "").split(",").map((coding) => coding.trim().toLowerCase());
  return codings.some((coding) => coding !== "" && coding !== "identity");
}

const brokenWords = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
} as const;

/** By Node's codes, as Node itself would answer. */
function statusOfBroken(error: Error): keyof typeof brokenWords {
  switch (codeIn(error)) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408;
    case "HPE_HEADER_OVERFLOW":
      return 431;
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return 413;
    default:
      return 400;
  }
}

function isReset(error: Error): boolean {
  return codeIn(error) === "ECONNRESET";
}

function codeIn(error: Error): unknown {
  return "code" in error ? error.code : null;
}
