import { mayPass, retryAfterMs } from "../../adobe/gateway/backoff.ts";
import { inTime } from "../../adobe/http/in-time.ts";
import { describeNetworkFailure, isMistake, networkHint, readServerWords, saidIn } from "../../adobe/http/words.ts";
import { FlowrunError } from "../../errors.ts";
import type { Answer, Ask } from "../../host.ts";
import { version } from "../../version.ts";
import type { Means } from "./destination.ts";
import { Away } from "./refused.ts";

/** Somebody who takes JSON by POST. */
export interface Receiver {
  readonly url: URL;
  /** Its address for people: no secret, no path that is one. */
  readonly shown: string;
}

/** One message for a receiver. */
export interface Posting {
  /** JSON. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is no success, and that waiting does not mend. */
export interface RefusedPost {
  readonly status: number;
  /** The receiver's own words, on one line, without a secret; `null` where it has none. */
  readonly said: string | null;
  /** `it answered 400: invalid_payload`. */
  readonly why: string;
}

/** The part of a destination's means that posting takes. */
export type PostMeans = Pick<Means, "signal"> & { readonly host: Pick<Means["host"], "now" | "sleep" | "send"> };

/** How long an answer may take, in milliseconds. */
const answerMs = 30_000;

/**
 * Posts a message, once, and judges the answer: any 2xx is good.
 * @param refuse makes the failure of a 4xx.
 * @throws Away for 429, 5xx, and where no answer comes in 30 seconds; `settings` for a redirect, which is not followed, as
 * what is sent is not meant for others; the signal's reason; what `refuse` makes.
 */
export async function post(
  posting: Posting,
  receiver: Receiver,
  means: PostMeans,
  refuse: (refusal: RefusedPost) => FlowrunError,
): Promise<void> {
  const { url, shown } = receiver;
  const headers = { "content-type": "application/json", ...posting.headers };
  const ask = askOf(url, { method: "POST", headers, body: posting.body });
  await exchange(ask, receiver, means, async (answer) => {
    const { status } = answer;
    if (status >= 200 && status < 300) {
      answer.discard();
      return;
    }
    // The status says enough where the body is too large or breaks.
    const body = await answer.body({ mostBytes: mostWords }).catch(() => new Uint8Array());
    const said = saidIn(readServerWords(answer.headers, body, status));
    const why = `it answered ${status}${said === null ? "" : `: ${said}`}`;
    if (status === 429 || mayPass(status)) throw notNow(status, { shown, why, answer, now: means.host.now() });
    throw status >= 300 && status < 400 ? moved(receiver, answer) : refuse({ status, said, why });
  });
}

/**
 * Asks whoever is at a receiver's host for nothing in particular, so that a mistyped name, a closed port or a certificate
 * that nobody trusts is found before the first run. Whatever it answers will do.
 * @throws as `post` where nobody can be reached.
 */
export async function findReceiver(receiver: Receiver, means: PostMeans): Promise<void> {
  const { url } = receiver;
  try {
    const ask = askOf(new URL("/", url), { method: "GET", headers: {} });
    await exchange(ask, receiver, means, (answer) => {
      answer.discard();
      return Promise.resolve();
    });
  } catch (error) {
    // Somebody is there who does not care for such a question.
    if (error instanceof Away && isCutShort(error.cause)) return;
    throw error;
  }
}

const mostWords = 65_536;

/** A request to an address: a name and a password in it become a header. Pure. */
export function askOf(url: URL, { headers, ...ask }: Omit<Ask, "url">): Ask {
  const user = `${decoded(url.username)}:${decoded(url.password)}`;
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return {
    ...ask,
    url: bare.href,
    headers: {
      "user-agent": `flowrun/${version}`,
      // Whoever writes a name and a password in a URL means this.
      ...(user === ":" ? {} : { authorization: `Basic ${Buffer.from(user).toString("base64")}` }),
      ...headers,
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Sends, and hands on the answer; neither may take longer than the limit. */
async function exchange(
  ask: Ask,
  { shown }: Receiver,
  { host, signal }: PostMeans,
  judge: (answer: Answer) => Promise<void>,
): Promise<void> {
  try {
    await inTime({ ms: answerMs, tooLate, host, signal }, async (until) => judge(await host.send(ask, until)));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FlowrunError || isMistake(error)) throw error;
    throw new Away(`${shown} could not be reached`, {
      why: describeNetworkFailure(error),
      hint: networkHint,
      examine: true,
      cause: error,
    });
  }
}

const tooLate = Object.assign(new Error(`after ${answerMs / 1000} s`), { code: "UND_ERR_HEADERS_TIMEOUT" });

function isCutShort(cause: unknown): boolean {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "UND_ERR_HEADERS_TIMEOUT";
}

interface Circumstances {
  readonly shown: string;
  readonly why: string;
  readonly answer: Answer;
  readonly now: number;
}

function notNow(status: number, { shown, why, answer, now }: Circumstances): Away {
  const waitMs = retryAfterMs(answer.headers, now);
  const asks = waitMs === null ? "" : `, and asks to wait ${Math.ceil(waitMs / 1000)} s`;
  const what = status === 429 ? "takes no more for now" : "is in trouble";
  return new Away(`${shown} ${what}`, {
    why: why + asks,
    hint: "try again in a while, or see what it tells of it itself",
    waitMs,
  });
}

/** The path of the new place may be a secret as well. */
function moved({ url, shown }: Receiver, answer: Answer): FlowrunError {
  const to = answer.headers["location"]?.[0] ?? "";
  const where = URL.canParse(to, url.href) ? ` and names ${new URL(to, url).origin}` : "";
  return new FlowrunError("settings", `${shown} has moved`, {
    why: `it answered ${answer.status}${where}; nothing is carried to another address than the one that was named`,
    hint: "write the address that it has now in --to; a page for signing in means that something in between wants that",
  });
}
