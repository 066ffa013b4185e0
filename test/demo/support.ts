import type { Call, Reply } from "../../src/demo/call.ts";
import { listedSource, type JournalSource } from "../../src/demo/source.ts";

export const now = Date.parse("2026-11-22T12:00:00Z");
export const hour = 3_600_000;

/** A call as server.ts makes one, without a socket. */
export function call(target: string, rest: Partial<Call> = {}): Call {
  const [path = "", query = ""] = target.split("?");
  const headers = { host: "127.0.0.1:8080" };
  return { method: "GET", target, path, query: new URLSearchParams(query), headers, body: "", ...rest };
}

/** One event an hour, the last one just now: `{"n":0}` is the oldest. */
export function hourly(count: number, options?: { readonly commas?: boolean }): JournalSource {
  const events = Array.from({ length: count }, (_, n) => ({ at: now - (count - 1 - n) * hour, event: { n } }));
  return listedSource(events, options);
}

export function valuesOf(reply: Reply, header: string): readonly string[] {
  return reply.headers.filter(([name]) => name.toLowerCase() === header).map(([, value]) => value);
}

/** The target of the reply's `next`, as written. */
export function nextOf(reply: Reply): string {
  const links = valuesOf(reply, "link").join(", ");
  return /<([^>]*)>; rel="?next/.exec(links)?.[1] ?? "";
}

interface Body {
  readonly events: readonly { readonly position: string; readonly event: { readonly n: number } }[];
  readonly _page: { readonly last: string; readonly count: number };
}

export function bodyOf(reply: Reply): Body {
  return JSON.parse(reply.body) as Body;
}

/** The numbers of a page's events. */
export function numbersOf(reply: Reply): readonly number[] {
  return reply.body === "" ? [] : bodyOf(reply).events.map(({ event }) => event.n);
}
