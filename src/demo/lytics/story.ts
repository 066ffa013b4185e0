import { between, chance, hexFrom, uuidFrom } from "../chance.ts";

/** The demo's account of Lytics: whose it is, and what lets in. None of it opens anything else. */
export const lyticsAccount = { token: "lytics-demo-token", aid: 4711, id: "b6d3f0a94c1e4e52a7d8" } as const;

/** A work of the demo, and how it goes. Lengths of time are ms. */
export interface LyticsWork {
  readonly id: string;
  readonly name: string;
  readonly workflow: string;
  /** `batch` starts, completes or fails; `real-time` syncs in cycles. */
  readonly mode: "batch" | "real-time";
  readonly everyMs: number;
  readonly takesMs: readonly [low: number, high: number];
  /** How many of its cycles fail, and the words for that. */
  readonly fails: number;
  readonly note: string;
}

const minute = 60_000;
const hour = 60 * minute;

function work(
  key: string,
  more: Omit<LyticsWork, "id" | "takesMs"> & Partial<Pick<LyticsWork, "takesMs">>,
): LyticsWork {
  return { id: hexFrom(`lytics work ${key}`, 22), takesMs: [40_000, 9 * minute], ...more };
}

/** The works that Kestrel & Loom have in Lytics, beside what AEP does for them. */
export const works: readonly LyticsWork[] = [
  work("orders", {
    name: "Web orders from S3",
    workflow: "aws_s3_import_csv",
    mode: "batch",
    everyMs: hour,
    fails: 0.04,
    note: "the file orders.csv was not found",
  }),
  work("audience", {
    name: "Loyal customers to Facebook",
    workflow: "facebook_export_audience",
    mode: "real-time",
    everyMs: 20 * minute,
    fails: 0,
    note: "",
  }),
  work("mail", {
    name: "Newsletter readers to Mailchimp",
    workflow: "mailchimp_export_users",
    mode: "batch",
    everyMs: 6 * hour,
    takesMs: [4 * minute, 30 * minute],
    fails: 0.25,
    note: "API key was rejected by Mailchimp (401)",
  }),
  work("warehouse", {
    name: "Profiles to the warehouse",
    workflow: "google_bigquery_export_users",
    mode: "batch",
    everyMs: 24 * hour,
    takesMs: [30 * minute, 2 * hour],
    fails: 0.1,
    note: "quota exceeded for project kestrel-loom",
  }),
];

/** An event of the demo's Lytics, as its API gives it; `at` is epoch ms. */
export interface LyticsItem {
  readonly at: number;
  readonly item: Readonly<Record<string, unknown>>;
}

/** Of each cycle, what happens in it. An event belongs to its moment, whenever it is asked for. */
function cycle(one: LyticsWork, n: number): readonly LyticsItem[] {
  const key = `${one.id} ${String(n)}`;
  const begin = n * one.everyMs + between(0, one.everyMs / 20, `${key} jitter`);
  const end = begin + between(...one.takesMs, `${key} takes`);
  const item = (at: number, verb: string, more: object = {}): LyticsItem => ({
    at,
    item: {
      id: uuidFrom(`lytics event ${key} ${verb} ${String(at)}`),
      aid: lyticsAccount.aid,
      account_id: lyticsAccount.id,
      user_id: hexFrom("lytics user", 20),
      subject_type: "work",
      subject_id: one.id,
      verb,
      timestamp: new Date(at).toISOString(),
      priority: verb === "failed" ? 5 : 2,
      context: { workflow: one.workflow },
      ...more,
    },
  });
  if (one.mode === "real-time") {
    const steps = Math.floor((end - begin) / 3);
    return [
      item(begin, "syncing"),
      item(begin + steps, "synced", { notes: `${String(between(200, 900, key))} users` }),
      item(begin + 2 * steps, "synced", { notes: `${String(between(200, 900, `${key} 2`))} users` }),
      item(end, "synccomplete"),
    ];
  }
  const isBad = chance(`${key} fails`) < one.fails;
  const notes = isBad ? one.note : `${String(between(300, 90_000, key))} records`;
  return [item(begin, "started"), item(end, isBad ? "failed" : "completed", { notes })];
}

/** Every other minute somebody moves into or out of a segment. */
function clustered(n: number): LyticsItem {
  const at = n * 2 * minute + between(0, minute, `clustered ${String(n)}`);
  return {
    at,
    item: {
      id: uuidFrom(`lytics clustered ${String(n)}`),
      aid: lyticsAccount.aid,
      account_id: lyticsAccount.id,
      subject_type: "entity",
      subject_id: `user/_uid/${hexFrom(`lytics entity ${String(n)}`, 16)}`,
      verb: "clustered",
      timestamp: new Date(at).toISOString(),
      priority: 0,
      related: [{ type: "segment", id: hexFrom(`lytics segment ${String(n % 4)}`, 32) }],
    },
  };
}

/** Once a few seconds, while somebody watches: works that are started by hand, and end at once. */
function live(n: number): LyticsItem {
  const one = works[n % works.length] ?? works[0];
  const at = n * liveMs;
  const verb = n % 7 === 3 ? "failed" : "completed";
  return {
    at,
    item: {
      id: uuidFrom(`lytics live ${String(n)}`),
      aid: lyticsAccount.aid,
      account_id: lyticsAccount.id,
      subject_type: "work",
      subject_id: one?.id,
      verb,
      timestamp: new Date(at).toISOString(),
      priority: verb === "failed" ? 5 : 2,
      notes: verb === "failed" ? (one?.note ?? "") : "started by hand",
      context: { workflow: one?.workflow },
    },
  };
}

const liveMs = 3_000;

/** The events that happened from one moment to another (epoch ms, both inside), oldest first; live ones only after `began`. Pure. */
export function itemsBetween(from: number, to: number, began: number): readonly LyticsItem[] {
  const found: LyticsItem[] = [];
  for (const one of works) {
    const longest = one.takesMs[1] + one.everyMs;
    for (let n = Math.floor((from - longest) / one.everyMs); n * one.everyMs <= to; n += 1)
      found.push(...cycle(one, n));
  }
  for (let n = Math.floor(from / (2 * minute)) - 1; n * 2 * minute <= to; n += 1) found.push(clustered(n));
  for (let n = Math.floor(Math.max(from, began) / liveMs) + 1; n * liveMs <= to; n += 1) found.push(live(n));
  return found.filter(({ at }) => at >= from && at <= to).sort((one, other) => one.at - other.at);
}
