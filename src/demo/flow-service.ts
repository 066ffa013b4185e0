import { isObject } from "../json.ts";
import { account } from "./account.ts";
import { jsonReply, type Call, type Reply } from "./call.ts";
import { hexFrom, uuidFrom } from "./chance.ts";
import { statusOf } from "./week/batch.ts";
import { calendarFlows, downstreamFlows, sourceFlows, type Flow } from "./week/cast.ts";
import { scheduleOf } from "./week/rhythm.ts";
import { lastRunOf } from "./week/told-events.ts";

/** When the story was begun, and what time it is; epoch ms. */
export interface StoryTime {
  readonly present: number;
  readonly now: number;
}

const flows: readonly Flow[] = [...sourceFlows, ...calendarFlows, ...downstreamFlows];

/** Names of the flows whose notifications carry none. */
const unspoken: Readonly<Record<string, string>> = { catalogue: "Product catalogue", service: "Service requests" };

const path = /^\/data\/foundation\/flowservice\/flows(?:\/([^/]+))?$/;

/** Answers `GET /flows` and `GET /flows/{id}` of AEP's Flow Service, past the gateway; null for any other path. Pure. */
export function answerFlows(call: Call, time: StoryTime): Reply | null {
  const found = path.exec(call.path);
  if (found === null || call.method !== "GET") return null;
  if (call.headers["x-gw-ims-org-id"] !== account.imsOrgId) return jsonReply(403, { message: "Wrong organisation" });
  const sandbox = call.headers["x-sandbox-name"] ?? "prod";
  const there = flows.filter((flow) => flow.sandbox === sandbox);
  const id = found[1];
  if (id === undefined) return listFlows(call.query, () => there.map((flow) => record(flow, time)));
  const flow = there.find((candidate) => candidate.id === id);
  return flow === undefined
    ? jsonReply(404, { message: `No flow ${id}` })
    : jsonReply(200, { items: [record(flow, time)] });
}

const mostAtOnce = 100;
const usuallyAtOnce = 20;

function listFlows(query: URLSearchParams, all: () => readonly object[]): Reply {
  const limit = limitIn(query);
  const from = placeIn(query.get("continuationToken"));
  const filters = query.getAll("property").map(readFilter);
  if (query.has("limit") && query.has("count")) return refusal("1401-400", "limit and count cannot be used together");
  if (limit === null || from === null) return refusal("1453-400", "limit or continuationToken is not valid");
  if (filters.includes(null)) return refusal("1450-400", "A property is compared by ==, !=, <, <=, > or >=");
  const items = all().filter((item) => filters.every((fits) => fits?.(item)));
  if (query.get("count") === "true") return jsonReply(200, { count: items.length });
  const end = from + limit;
  const page = {
    items: items.slice(from, end),
    _links: end < items.length ? { next: { href: nextHref(query, end) } } : {},
  };
  return jsonReply(200, page);
}

function limitIn(query: URLSearchParams): number | null {
  const limit = Number(query.get("limit") ?? usuallyAtOnce);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, mostAtOnce) : null;
}

/** From the service's own path on, as the service writes its links. */
function nextHref(query: URLSearchParams, place: number): string {
  const next = new URLSearchParams(query);
  next.set("continuationToken", tokenAt(place));
  return `/flows?${next.toString()}`;
}

/** It holds its place, so that none has to be remembered. */
function tokenAt(place: number): string {
  return `${hexFrom(`flows from ${String(place)}`, 24)}${place.toString(16)}`;
}

function placeIn(token: string | null): number | null {
  if (token === null) return 0;
  const place = Number.parseInt(token.slice(24), 16);
  return tokenAt(place) === token ? place : null;
}

type Fits = (item: object) => boolean;

const comparisons: Readonly<Record<string, (own: number, given: number) => boolean>> = {
  "<": (own, given) => own < given,
  "<=": (own, given) => own <= given,
  ">": (own, given) => own > given,
  ">=": (own, given) => own >= given,
};

/** `path==value`, and the other comparisons; several values after a comma: any of them. Null for what is none. */
function readFilter(text: string): Fits | null {
  const [, name, operator, value] = /^([\w.]+)(==|!=|<=|>=|<|>)(.+)$/.exec(text) ?? [];
  if (name === undefined || operator === undefined || value === undefined) return null;
  const compare = comparisons[operator];
  return (item) => {
    const own = valueAt(item, name);
    if (compare !== undefined) return typeof own === "number" && compare(own, Number(value));
    return value.split(",").includes(String(own)) === (operator === "==");
  };
}

function valueAt(item: unknown, name: string): unknown {
  return name.split(".").reduce((value, key) => (isObject(value) ? value[key] : undefined), item);
}

function refusal(errorCode: string, errorMessage: string): Reply {
  return jsonReply(400, { errorCode, errorMessage });
}

function record(flow: Flow, time: StoryTime): object {
  const { id, key, name, sandbox, kind, silence } = flow;
  const schedule = scheduleParams(flow);
  const isDestination = kind === "destination";
  return {
    id,
    createdAt: made,
    updatedAt: made,
    createdBy: "acp_foundation_connectors@AdobeID",
    updatedBy: "acp_foundation_connectors@AdobeID",
    createdClient: "exc_app",
    updatedClient: "acp_foundation_connectors",
    sandboxId: uuidFrom(`sandbox ${sandbox}`),
    sandboxName: sandbox,
    imsOrgId: account.imsOrgId,
    name: name ?? unspoken[key] ?? key,
    description: "",
    flowSpec: { id: uuidFrom(`spec ${key}`), version: "1.0" },
    state: silence?.kind === "disabled" ? "disabled" : "enabled",
    version: `"${hexFrom(`${key} version`, 8)}-0000-0200-0000-${hexFrom(`${key} made`, 8)}"`,
    etag: `"${hexFrom(`${key} version`, 8)}-0000-0200-0000-${hexFrom(`${key} made`, 8)}"`,
    sourceConnectionIds: [uuidFrom(`source ${key}`)],
    targetConnectionIds: [uuidFrom(`target ${key}`)],
    inheritedAttributes: { properties: { isSourceFlow: !isDestination, isDestinationFlow: isDestination } },
    ...(schedule === null ? {} : { scheduleParams: schedule }),
    transformations: [],
    runs: `/runs?property=flowId==${id}`,
    ...lastRunDetails(flow, time),
  };
}

/** The shop set up all its flows on one day, a good while ago. */
const made = Date.UTC(2026, 1, 2, 9, 30);

/** A batch source's schedule, as the API has it: the start in seconds. Null for those that something else starts. */
function scheduleParams({ key, kind, rhythm, startedBy, durationMs }: Flow): object | null {
  if (kind !== "batch" || startedBy === "outside") return null;
  if (startedBy === "hand") return { startTime: made / 1_000, frequency: "once", backfill: true };
  const { startMs, everyMs } = scheduleOf(rhythm, durationMs[1], made);
  const [frequency, unitMs] = units.find(([, ms]) => everyMs % ms === 0) ?? ["minute", 60_000];
  const interval = everyMs / unitMs;
  // One of the schemas has it as a text.
  return {
    startTime: startMs / 1_000,
    frequency,
    interval: key === "gift-cards" ? String(interval) : interval,
    backfill: false,
  };
}

const units = [
  ["week", 7 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
] as const;

function lastRunDetails(flow: Flow, time: StoryTime): object {
  const run = lastRunOf(flow, time);
  if (run === null) return {};
  const { id, outcome, startedAt, completedAt } = run;
  return { lastRunDetails: { id, state: statusOf(outcome), startedAtUTC: startedAt, completedAtUTC: completedAt } };
}
