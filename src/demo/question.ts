/** A request to a journal, read. */
export interface Question {
  readonly kind: "page" | "validate";
  /** The part of the path that names the journal: `organizations/…/integrations/…/…`. */
  readonly journal: string;
  readonly start: AskedStart;
  /** Null: the server's own page size. */
  readonly limit: number | null;
}

/** Where a request wants to begin; `ms` is epoch milliseconds. */
export type AskedStart =
  | { readonly kind: "oldest" }
  | { readonly kind: "latest" }
  | { readonly kind: "since"; readonly position: string }
  | { readonly kind: "seek"; readonly ms: number };

/** A path of the journal's host, read. */
export interface JournalPath {
  readonly kind: "page" | "validate" | "count";
  readonly journal: string;
  readonly registrationId: string;
}

/**
 * The meaning of a path of the journal's host: with and without the `/events` in front, the fast
 * one, and validate in both styles. Null: not a journal's. Pure.
 */
export function findJournalPath(path: string): JournalPath | null {
  const parts = journalPath.exec(path);
  const [, prefix = "events", journal, registrationId, suffix] = parts ?? [];
  if (journal === undefined || registrationId === undefined) return null;
  if (prefix === "count") return { kind: "count", journal, registrationId };
  const validates = prefix === "events-validate" || suffix !== undefined;
  return { kind: validates ? "validate" : "page", journal, registrationId };
}

const journalPath =
  /^\/(?:(events|events-fast|events-validate|count)\/)?(organizations\/[^/]+\/integrations\/[^/]+\/([^/]+))(\/validate)?$/;

/** Reads the query; a text says what is wrong with it (answered by 400). Pure. */
export function decodeQuery(query: URLSearchParams): Pick<Question, "start" | "limit"> | string {
  const limitText = query.get("limit");
  if (limitText !== null && !/^0*[1-9]\d{0,9}$/.test(limitText)) return "limit must be a positive integer";
  const start = decodeStart(query);
  return typeof start === "string" ? start : { start, limit: limitText === null ? null : Number(limitText) };
}

/** `since` beside `latest=true` is tolerated, as the public client's own live test has it; `since` wins. */
function decodeStart(query: URLSearchParams): AskedStart | string {
  const [since, seek] = [query.get("since"), query.get("seek")];
  const latest = query.get("latest") === "true";
  if (seek !== null && (since !== null || latest)) return "seek cannot be combined with since or latest";
  if (since !== null) return { kind: "since", position: since };
  if (seek !== null) {
    const ms = durationMs(seek);
    return ms === null ? "seek must be a negative ISO-8601 duration" : { kind: "seek", ms };
  }
  return latest ? { kind: "latest" } : { kind: "oldest" };
}

const duration =
  /^-P(?=\d|T\d)(?:(\d+)W|(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?)$/;
const units = [604_800_000, 31_536_000_000, 2_592_000_000, 86_400_000, 3_600_000, 60_000, 1_000];

function durationMs(text: string): number | null {
  const parts = duration.exec(text);
  return parts && units.reduce((sum, unit, index) => sum + unit * Number(parts[index + 1] ?? 0), 0);
}
