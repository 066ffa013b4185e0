import { jsonReply, textReply, type Call, type PageParts, type Reply } from "./call.ts";
import { numberFrom } from "./chance.ts";
import { renderLinks, type LinkKnobs } from "./links.ts";
import { decodeQuery, findJournalPath, type Question } from "./question.ts";
import { firstWhere, type JournalSource } from "./source.ts";

/** The properties of a journal that Adobe's documents leave open, or have had otherwise at some time. */
export interface JournalKnobs extends LinkKnobs {
  /** How long an entry is kept. */
  readonly retentionMs: number;
  /** Entries on a page when no `limit` is given. */
  readonly defaultLimit: number;
  /** So many more than that, "during high-volume periods"; never when a `limit` is given. */
  readonly extraEntries: number;
  /** Before April 2026 a page held anything from one entry up to `limit`. */
  readonly legacyLimit: boolean;
  /** A page's body is cut before it grows beyond this, whatever the limit; one entry always goes through. */
  readonly maxBytes: number;
  /** `seek` may begin one entry before the time asked for. */
  readonly seekOneEarlier: boolean;
  /** A `seek` to before what is kept. */
  readonly seekTooOld: "oldest" | "refuse";
  /** The status of a `since` that was never given out. */
  readonly unknownSince: 204 | 400 | 404 | 410;
  /** The `retry-after` of a 204, word for word; null: none. */
  readonly retryAfter: string | null;
}

/** As the service is described today. */
export const faithful: JournalKnobs = {
  retentionMs: 7 * 86_400_000,
  defaultLimit: 100,
  extraEntries: 0,
  legacyLimit: false,
  maxBytes: 1_500_000,
  seekOneEarlier: false,
  seekTooOld: "oldest",
  unknownSince: 204,
  retryAfter: "10",
  links: "lines",
  linkHost: "relative",
  quotedRel: true,
  nextPath: "events-fast",
  validatePath: "prefix",
};

/** The entries of a journal, and how it answers. */
export interface DemoJournal {
  readonly source: JournalSource;
  readonly knobs: JournalKnobs;
}

/** Answers one request that has passed the gateway, as Adobe's I/O Events journaling API does. Pure. */
export function answerJournal(journal: DemoJournal, call: Call, now: number): Reply {
  const path = findJournalPath(call.path);
  if (path === null || path.kind === "count") return notFound();
  if (call.method !== "GET") return jsonReply(405, { message: `${call.method} is not supported` });
  const query = decodeQuery(call.query);
  if (typeof query === "string") return refused(query);
  const { kind, journal: name } = path;
  if (kind === "validate" && query.start.kind !== "since") return refused("since is required");
  const question: Question = { kind, journal: name, ...query };
  const place = locate(journal, question, now);
  return "status" in place ? place : readPage(journal, question, place, { now, origin: originOf(call) });
}

/** The service's answer about a journal it does not know; it need not be JSON. */
export function notFound(): Reply {
  return textReply(404, "html", "<html><body><h1>404 Not Found</h1></body></html>");
}

/** The 410's own sentence. */
export function expired(position: string): Reply {
  return textReply(410, "plain", `Events at position ${position} have expired.`);
}

/** The body of a page. */
export function joinPage({ entries, last }: PageParts): string {
  return `{"events":[${entries.join(",")}],"_page":{"last":${JSON.stringify(last)},"count":${entries.length}}}`;
}

/** Where a page begins, and the position that stands just before it. */
interface Place {
  readonly from: number;
  readonly before: string;
}

function locate({ source, knobs }: DemoJournal, { start, kind }: Question, now: number): Place | Reply {
  const length = source.length(now);
  const firstSince = (time: number): number => firstWhere(length, (index) => source.writtenAt(index) >= time);
  const horizon = now - knobs.retentionMs;
  const oldest = firstSince(horizon);
  const at = (from: number): Place => ({ from, before: source.position(from - 1) });
  switch (start.kind) {
    case "oldest":
      return at(oldest);
    case "latest":
      return at(length);
    case "seek": {
      const time = now - start.ms;
      if (time < horizon && knobs.seekTooOld === "refuse") return refused("seek is older than what is kept");
      return at(Math.max(oldest, firstSince(time) - (knobs.seekOneEarlier ? 1 : 0)));
    }
    case "since": {
      const index = source.indexOf(start.position);
      if (index === null) return unknownPosition(knobs, start.position, kind, length);
      // Expired is a position after which something is gone; so the end is never expired, however old.
      if (index + 1 < oldest) return kind === "validate" ? refused("position has expired") : expired(start.position);
      return { from: index + 1, before: start.position };
    }
  }
}

function unknownPosition(knobs: JournalKnobs, position: string, kind: Question["kind"], length: number): Place | Reply {
  if (kind === "validate") return refused("position is not valid");
  switch (knobs.unknownSince) {
    case 204:
      return { from: length, before: position };
    case 400:
      return refused("position is not valid");
    case 404:
      return notFound();
    case 410:
      return expired(position);
  }
}

interface Asking {
  readonly now: number;
  readonly origin: string;
}

function readPage({ source, knobs }: DemoJournal, question: Question, place: Place, { now, origin }: Asking): Reply {
  const { journal, limit, start } = question;
  const end = Math.min(source.length(now), place.from + pageSize(knobs, limit, place.from));
  const entries = cut(source, place.from, end, knobs.maxBytes);
  const links = (since: string): Reply["headers"] => renderLinks(knobs, { journal, since, limit, origin });
  if (entries.length === 0) {
    // An empty journal's answer carries no retry-after in the guide's example.
    const wait = start.kind === "oldest" ? null : knobs.retryAfter;
    const headers: Reply["headers"] = wait === null ? [] : [["Retry-After", wait]];
    return { status: 204, headers: [...headers, ...links(place.before)], body: "" };
  }
  const last = source.position(place.from + entries.length - 1);
  const page = { entries, last };
  return {
    status: 200,
    headers: [["Content-Type", "application/json"], ...links(last)],
    body: joinPage(page),
    page,
  };
}

function pageSize(knobs: JournalKnobs, limit: number | null, from: number): number {
  if (limit === null) return knobs.defaultLimit + knobs.extraEntries;
  return knobs.legacyLimit ? 1 + (numberFrom(`page ${from}`) % limit) : limit;
}

function cut(source: JournalSource, from: number, end: number, maxBytes: number): readonly string[] {
  const entries: string[] = [];
  let bytes = 256; // the frame around the entries
  for (let index = from; index < end; index++) {
    const text = source.text(index);
    bytes += Buffer.byteLength(text) + 1;
    if (entries.length > 0 && bytes > maxBytes) break;
    entries.push(text);
  }
  return entries;
}

function refused(message: string): Reply {
  return jsonReply(400, { message });
}

function originOf(call: Call): string {
  return `http://${call.headers["host"] ?? "127.0.0.1"}`;
}
