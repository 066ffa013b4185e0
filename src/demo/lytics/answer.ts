import { jsonReply, type Call, type Reply } from "../call.ts";
import { itemsBetween, lyticsAccount, works, type LyticsItem } from "./story.ts";

/** The account whose events are told. */
export interface LyticsStory {
  /** Events from one moment to another (epoch ms, both inside), oldest first. */
  readonly between: (from: number, to: number) => readonly LyticsItem[];
  readonly token: string;
}

const dayMs = 86_400_000;
/** Lytics keeps more; the demo's story goes back so far. */
const keptMs = 14 * dayMs;

/** The demo's own; what is told by the second begins at `began` (epoch ms). */
export function lyticsStory(began: number): LyticsStory {
  // A window is asked for page by page, and each page is of all of it.
  const days = new Map<number, readonly LyticsItem[]>();
  const dayOf = (n: number): readonly LyticsItem[] => {
    const known = days.get(n) ?? itemsBetween(n * dayMs, (n + 1) * dayMs - 1, began);
    days.set(n, known);
    return known;
  };
  return {
    between: (from, to) => {
      const [first, last] = [Math.floor(from / dayMs), Math.floor(to / dayMs)];
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => dayOf(first + index))
        .flat()
        .filter(({ at }) => at >= from && at <= to);
    },
    token: lyticsAccount.token,
  };
}

/**
 * Answers Lytics' API, `GET /v2/event` and `/v2/job`; null for any other path. Newest first, at most 100 at once; `cursor` goes
 * on with what is strictly older, and beats `before` and `start`. `now` is epoch ms. Pure.
 */
export function answerLytics(call: Call, now: number, { between, token }: LyticsStory): Reply | null {
  if (call.path !== "/v2/event" && call.path !== "/v2/job") return null;
  if (call.headers["authorization"] !== token) return refusal(401, "invalid token", now);
  if (call.path === "/v2/job") return jsonReply(200, { data: works.map(job), message: "success", status: 200 });
  const { query } = call;
  const limit = Math.min(100, Number(query.get("limit") ?? 20));
  const cursor = query.get("cursor");
  const before = timeIn(cursor ?? query.get("before")) ?? Infinity;
  const after = timeIn(query.get("after")) ?? -Infinity;
  if (Number.isNaN(before) || Number.isNaN(after) || !(limit > 0)) return refusal(400, "a parameter is not valid", now);
  const wanted = between(Math.max(now - keptMs, after), Math.min(now, before))
    .filter(({ at }) => at > after && at < before)
    .filter(({ item }) => fits(item, "subject_type", query.get("type")))
    .filter(({ item }) => fits(item, "subject_id", query.get("id")))
    .filter(({ item }) => fits(item, "verb", query.get("verb")))
    .reverse();
  const start = cursor === null ? Number(query.get("start") ?? 0) : 0;
  const page = wanted.slice(start, start + limit);
  const last = page.at(-1);
  const meta = last === undefined || start + limit >= wanted.length ? {} : { next_cursor: String(last.at) };
  return jsonReply(200, { data: page.map(({ item }) => item), _meta: meta, message: "success", status: 200 });
}

function fits(item: LyticsItem["item"], field: string, word: string | null): boolean {
  return word === null || item[field] === word;
}

function timeIn(word: string | null): number | null {
  if (word === null) return null;
  return /^\d+$/.test(word) ? Number(word) : Date.parse(word);
}

function job({ id, name, workflow, mode }: (typeof works)[number]): object {
  return { id, name, workflow, state: mode === "batch" ? "completed" : "sleeping", aid: lyticsAccount.aid };
}

function refusal(status: number, message: string, now: number): Reply {
  const timestamp = new Date(now).toISOString();
  return jsonReply(status, {
    errors: [{ code: status, level: "error", message, timestamp }],
    request_id: "demo",
    status,
  });
}
