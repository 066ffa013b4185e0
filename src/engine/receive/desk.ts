import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { answerChallenge } from "../../adobe/webhook/challenge.ts";
import type { WebhookDelivery } from "../../adobe/webhook/delivery.ts";
import type { DeliveryVerdict } from "../../adobe/webhook/judge-delivery.ts";
import type { Host } from "../../host.ts";
import type { EventsVerdict } from "../../lytics/judge-events.ts";
import type { Health } from "./admin.ts";
import { brokenWords, isReset, statusOfBroken } from "./broken-request.ts";
import type { DeliveryMeter } from "./delivery-metrics.ts";
import type { Inbox } from "./inbox.ts";
import { headersOf, readRequest, type BodyRoom } from "./read-request.ts";

/** A path where deliveries come in: who judges and keeps those, and who is told. */
export interface Intake {
  /** Beginning with `/`. */
  readonly path: string;
  /** Whether a GET may come with a challenge, which is answered with itself. */
  readonly isChallenged: boolean;
  readonly judge: (delivery: WebhookDelivery) => Promise<DeliveryVerdict | EventsVerdict>;
  readonly inbox: Inbox;
  readonly meter: DeliveryMeter;
  /** Told of each delivery that was refused, why: a sentence about it without an end, and without a word of its body. */
  readonly onRefused: (status: number, why: string) => void;
}

/** Where deliveries come in, how large they may be, and who is told. */
export interface DeskOptions {
  /** Other paths do not exist. */
  readonly intakes: readonly Intake[];
  /** Bytes of one body. */
  readonly maxBody: number;
  /** Bytes of all bodies in hand together. */
  readonly room: number;
  /** Told of the status of each answer to what came to no intake, or is no request at all. */
  readonly onStray: (status: number) => void;
  /** Has a body put away that is Adobe's and cannot be read; acknowledged once that has happened. */
  readonly onPoison: (delivery: WebhookDelivery, why: string) => void | Promise<void>;
  /** Has the address of a validation fetched; called after its 200. */
  readonly onValidation: (url: string) => void;
  /** Told of what goes wrong here: the disk, the server; the receiver goes on. */
  readonly onTrouble: (error: unknown) => void;
}

/** The place where requests are answered, one by one. */
export interface Desk {
  readonly receive: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers what is no request, or did not come in time, and lets go of the connection. */
  readonly refuseBroken: (error: Error, socket: Duplex) => void;
  /** `failing` for a minute after a delivery could not be kept, or until the next one is. */
  readonly health: () => Health;
  /** From now on every answer is its connection's last. */
  readonly drain: () => void;
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
  header: "it does not have the header that is asked for",
  form: "it is no event of Lytics, and no list of such",
  events: "it has more events than are taken at once",
} as const satisfies Record<Extract<DeliveryVerdict | EventsVerdict, { kind: "refused" }>["reason"], string>;

/** After this many seconds there may be room again; Adobe comes back after a minute anyway. */
const soon = { "retry-after": "30" };

const failingMs = 60_000;

/** Reads, judges and keeps deliveries, and only then acknowledges them. */
export function createDesk(options: DeskOptions, { now }: Pick<Host, "now">): Desk {
  const { intakes, maxBody, onStray, onPoison, onValidation, onTrouble } = options;
  // A body that is allowed finds room where there is no other.
  const room: BodyRoom = { left: Math.max(options.room, maxBody) };
  const latest = new WeakMap<Duplex, { readonly request: IncomingMessage; readonly response: ServerResponse }>();
  let isDraining = false;
  let failedAt: number | null = null;

  const failed = (to: Intake, reason: "disk" | "trouble", error: unknown): Reply => {
    onTrouble(error);
    return rejected(to, 503, reason, "it could not be kept", soon);
  };

  /** On the disk, whatever it is; and whether the disk takes it is remembered. */
  const store = async <T>(to: Intake, put: () => T | Promise<T>): Promise<Stored<T>> => {
    try {
      const stored = await put();
      failedAt = null;
      return { stored };
    } catch (error) {
      failedAt = now();
      return { failure: failed(to, "disk", error) };
    }
  };

  const keep = async (
    to: Intake,
    delivery: WebhookDelivery,
    events: readonly unknown[],
    came: number,
  ): Promise<Reply> => {
    const { inbox, meter } = to;
    const put = await store(to, () => inbox.put(delivery, events));
    if ("failure" in put) return put.failure;
    const { stored: fresh } = put;
    if (fresh === "full") return rejected(to, 429, "full", "more is waiting than may wait", soon);
    if (fresh < events.length) meter.duplicates(events.length - fresh);
    meter.accepted(secondsSince(came));
    return { status: 200, text: "kept\n" };
  };

  const secondsSince = (at: number): number => Math.max(0, now() - at) / 1000;

  const decide = async (to: Intake, delivery: WebhookDelivery, came: number): Promise<Reply> => {
    const verdict = await to.judge(delivery);
    switch (verdict.kind) {
      case "genuine":
        return keep(to, delivery, verdict.events, came);
      case "poison": {
        const put = await store(to, () => onPoison(delivery, verdict.why));
        if ("failure" in put) return put.failure;
        to.meter.rejected("poison");
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
          ...rejected(to, verdict.status, verdict.reason, verdict.why, verdict.status === 503 ? soon : undefined),
          text: `${refusals[verdict.reason]}\n`,
        };
    }
  };

  /** `null` where nobody is left to be answered. */
  const replyTo = async (
    to: Intake | null,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Reply | null> => {
    const came = now();
    if (to === null) return nothingHere;
    const refusal = refusalByMethod(request, to);
    if (refusal !== null) return refusal;
    if (request.method === "GET") return replyToChallenge(request.url ?? "");
    if (isCoded(request)) {
      const why = "bodies are taken as they are, not compressed";
      return rejected(to, 415, "coding", why, { "accept-encoding": "identity" });
    }
    if (request.headers.expect !== undefined && Number(request.headers["content-length"] ?? 0) <= maxBody) {
      response.writeContinue();
    }
    const read = await readRequest(request, maxBody, room);
    if ("refused" in read) {
      if (read.refused === "gone") return null;
      return read.refused === "tooLarge"
        ? rejected(to, 413, "size", `it is longer than ${maxBody} bytes`)
        : rejected(to, 429, "busy", "too much is coming in at once", soon);
    }
    try {
      return await decide(to, { headers: headersOf(request), body: read.body }, came);
    } finally {
      read.release();
    }
  };

  const answered = (to: Intake | null, status: number): void => {
    if (to === null) onStray(status);
    else to.meter.answered(status);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    latest.set(request.socket, { request, response });
    const to = intakes.find(({ path }) => path === pathOf(request)) ?? null;
    const reply = await replyTo(to, request, response).catch((error: unknown) => {
      if (to === null) throw error;
      return failed(to, "trouble", error);
    });
    // What is left of a body that nobody read is taken off the line, or the next request is not found.
    request.resume();
    if (reply === null || response.destroyed) return;
    const { status, text, headers = {}, after } = reply;
    // Whoever waits to be asked for a body may send it or not, so what comes next is no request for sure.
    const isLast = isDraining || (status >= 400 && request.headers.expect !== undefined);
    answered(to, status);
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
      const { request, response } = latest.get(socket) ?? {};
      // An answer to the one that is broken now stands; one to the request before it has nothing to do with it.
      const isAnswered = response?.headersSent === true && !(response.writableFinished && request?.complete === true);
      if (socket.writable && !isAnswered && !isReset(error)) {
        const status = statusOfBroken(error);
        onStray(status);
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

type Stored<T> = { readonly stored: T } | { readonly failure: Reply };

function rejected(
  { meter, onRefused }: Intake,
  status: number,
  reason: string,
  why: string,
  headers?: Reply["headers"],
): Reply {
  meter.rejected(reason);
  onRefused(status, why);
  return { status, text: `${why}\n`, ...(headers === undefined ? {} : { headers }) };
}

/** Paths are compared as they are: no two of them are the same. */
function pathOf({ url = "" }: IncomingMessage): string {
  return url.replace(/\?.*$/s, "");
}

const nothingHere: Reply = { status: 404, text: "nothing is here\n" };

function refusalByMethod({ method }: IncomingMessage, { isChallenged }: Intake): Reply | null {
  if (method === "POST" || (method === "GET" && isChallenged)) return null;
  return { status: 405, text: "POST only\n", headers: { allow: isChallenged ? "GET, POST" : "POST" } };
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
