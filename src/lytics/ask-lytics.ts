import { FlowrunError } from "../errors.ts";
import { attempt } from "../adobe/gateway/attempt.ts";
import { defaultWaitMs, mayPass, retryAfterMs } from "../adobe/gateway/backoff.ts";
import { persevere, unavailable, type Attempt } from "../adobe/gateway/retrying.ts";
import { isWebPage, readServerWords, saidIn } from "../adobe/http/words.ts";
import { profileFlag } from "../adobe/settings/profile-name.ts";
import type { Answer } from "../host.ts";
import type { Lytics } from "./lytics.ts";
import { parseBody } from "./parse-body.ts";

/** An answer of Lytics, and when it came by its own clock (epoch ms; ours where it does not tell). */
export interface LyticsAnswer {
  readonly body: unknown;
  readonly servedAt: number;
}

/**
 * Asks Lytics until it answers with JSON, and waits out 429, 5xx, broken answers and network failures as patience allows.
 * @param path with its query, from the API's beginning.
 * @throws FlowrunError `auth` for a token that is refused, `forbidden` and `unavailable` likewise; `unavailable` when patience
 * runs out; the signal's reason when told to stop.
 */
export function askLytics(lytics: Lytics, path: string): Promise<LyticsAnswer> {
  const { host, signal, notify, token } = lytics;
  const url = `${lytics.url}${path}`;
  const exchange = async (): Promise<Attempt<LyticsAnswer>> => {
    notify({ kind: "asking", method: "GET", url });
    const headers = { authorization: token.reveal(), accept: "application/json" };
    return judge(lytics, url, await host.send({ method: "GET", url, headers }, signal));
  };
  return persevere(() => attempt(exchange, addressee, signal), lytics);
}

const addressee = { unreached: "Lytics could not be asked", setting: "lyticsUrl" };

async function judge(lytics: Lytics, url: string, answer: Answer): Promise<Attempt<LyticsAnswer>> {
  const { status, headers } = answer;
  const body = await answer.body({ mostBytes });
  const servedAt = Date.parse(headers["date"]?.[0] ?? "");
  if (status === 200) {
    const read = parseBody(body);
    if (read === undefined) return { trouble: unavailable("Lytics sent an answer that is no whole JSON", null) };
    return { value: { body: read, servedAt: Number.isNaN(servedAt) ? lytics.host.now() : servedAt } };
  }
  const words = readServerWords(headers, body, status);
  const failed = unavailable(`Lytics answered ${String(status)}`, saidIn(words), words.requestId);
  if (status === 429 || status === 503) {
    const waitMs = retryAfterMs(headers, lytics.host.now()) ?? defaultWaitMs;
    return { trouble: { ...failed, waitMs, throttled: status === 429 } };
  }
  if (mayPass(status)) return { trouble: failed };
  const why = [`Lytics answered ${String(status)}`, saidIn(words)].filter((part) => part !== null).join(": ");
  throw refusal(status, { why, requestId: words.requestId, isPage: isWebPage(headers, body) }, url, lytics);
}

interface Refused {
  readonly why: string;
  readonly requestId: string | null;
  readonly isPage: boolean;
}

function refusal(status: number, { isPage, ...told }: Refused, url: string, { profile }: Lytics): FlowrunError {
  const more = profileFlag(profile);
  if (status === 401) {
    return new FlowrunError("auth", "Lytics does not take the token", {
      ...told,
      hint: `make a new one: Lytics → Account → Access Tokens, then flowrun login lytics${more}`,
      suspects: ["lyticsToken"],
    });
  }
  if (status === 403) {
    return new FlowrunError("forbidden", "the token may not read the events of this account", {
      ...told,
      hint: isPage
        ? `allow ${new URL(url).host} in the proxy or firewall`
        : "give it the roles of an account that may see activity: Lytics → Account → Access Tokens",
      suspects: ["lyticsToken"],
    });
  }
  if (status === 404) {
    return new FlowrunError("unavailable", `there is no such API at ${url.replace(/\?.*$/, "")}`, {
      ...told,
      hint: `check where Lytics is: FLOWRUN_LYTICS_URL, or flowrun config get lyticsUrl${more}`,
      suspects: ["lyticsUrl"],
    });
  }
  return new FlowrunError("protocol", `Lytics refused the question with ${String(status)}`, {
    ...told,
    hint: `check where Lytics is: FLOWRUN_LYTICS_URL, or flowrun config get lyticsUrl${more}`,
    suspects: ["lyticsUrl"],
  });
}

/** A hundred events have some hundred kilobytes. */
const mostBytes = 32 * 1024 * 1024;
