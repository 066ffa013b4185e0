import { FlowrunError } from "../../errors.ts";
import { isObject, objectOf, objectsOf, textOf, wordOf, type JsonObject } from "../../json.ts";
import type { DeclaredFlow } from "../../runs/cadence/count-flows.ts";
import { keptText } from "../../text/kept.ts";
import { askGateway, type GatewayAccess } from "../gateway/ask-gateway.ts";
import { resolveNext } from "../gateway/follow.ts";
import type { GatewayService } from "../gateway/service.ts";
import { mostRounds, pauseAfter } from "../journal/progress.ts";
import { forbidden, readPlatformObject } from "./api.ts";

/** Flow Service, and the means to ask it until it answers. */
export interface FlowsApi extends GatewayAccess {
  /** Where Experience Platform's APIs are, without a slash at the end. */
  readonly url: string;
}

/** A flow as Flow Service lists it. */
export interface ListedFlow extends DeclaredFlow {
  /** Whether it takes data out of Platform: its events are no source's. */
  readonly isDestination: boolean;
}

/**
 * The enabled flows of a sandbox, page after page; a link that leads back ends the list. Of a link only the token is taken:
 * it may name another host, or no host at all.
 * @throws FlowrunError as `askGateway` does; `protocol` where the list has no end, or a link leads away.
 */
export async function listEnabledFlows(api: FlowsApi, sandbox: string): Promise<readonly ListedFlow[]> {
  const found = new Map<string, ListedFlow>();
  const asked = new Set<string>();
  const service = flowService(api, sandbox);
  let rounds = 0;
  for (let url: string | null = firstPage(api); url !== null && !asked.has(url);) {
    const pauseMs = pauseAfter(rounds, () => api.host.random());
    if (pauseMs > 0) await api.host.sleep(pauseMs, api.signal);
    asked.add(url);
    const page: JsonObject = await askPage(api, url, { service, sandbox });
    const before = found.size;
    for (const item of objectsOf(page["items"])) {
      const flow = decodeFlow(item, sandbox);
      if (flow !== null) found.set(flow.flowId, flow);
    }
    url = nextPage(page, url, api, service);
    rounds = found.size > before ? 0 : rounds + 1;
    if (url !== null && rounds >= mostRounds) throw endless(`it gave nothing new ${rounds} times in a row`);
    if (found.size > mostFlows) throw endless(`it gave more than ${mostFlows} flows`);
  }
  return [...found.values()];
}

/** Far more than a sandbox can have. */
const mostFlows = 20_000;
/** The most that it gives at once. */
const pageSize = 100;

function firstPage({ url }: FlowsApi): string {
  return `${url}/data/foundation/flowservice/flows?property=state==enabled&limit=${pageSize}`;
}

/** @throws FlowrunError `protocol` for a link that may not be followed. */
function nextPage(page: JsonObject, asked: string, api: FlowsApi, service: GatewayService): string | null {
  const href = textOf(objectOf(objectOf(page["_links"])["next"])["href"]);
  if (href === null) return null;
  const [, query = ""] = /\?([^#]*)/.exec(href) ?? [];
  const token = new URLSearchParams(query).get("continuationToken");
  return token === null
    ? resolveNext(href, asked, service)
    : `${firstPage(api)}&continuationToken=${encodeURIComponent(token)}`;
}

function endless(why: string): FlowrunError {
  return new FlowrunError("protocol", "Flow Service sends a list without an end", {
    why: `${why}, and a next link with each answer`,
    hint: "try again in a while, or leave --schedule out: the pace is then learned from the runs",
  });
}

function askPage(
  api: FlowsApi,
  url: string,
  { service, sandbox }: { readonly service: GatewayService; readonly sandbox: string },
): Promise<JsonObject> {
  return askGateway(api, {
    service,
    url: () => url,
    accept: "application/json",
    headers: { "x-sandbox-name": sandbox },
    read: (answer) => (answer.status === 200 ? readPlatformObject(answer, service.name) : null),
    refuse: (refused) =>
      refused.status === 403 ? forbidden(refused, service, { right: "View Sources", sandbox }) : null,
  });
}

function flowService({ url }: FlowsApi, sandbox: string): GatewayService {
  return {
    name: "Flow Service",
    url,
    organisation: "x-gw-ims-org-id",
    setting: "platformUrl",
    unreached: "Flow Service could not be reached",
    forbidden: `Adobe does not let this credential list the flows of sandbox '${sandbox}'`,
    missing: {
      message: "Flow Service is not there:",
      hint: "check FLOWRUN_PLATFORM_URL; Adobe's is https://platform.adobe.io",
    },
    check: "check FLOWRUN_PLATFORM_URL, and the sandboxes (--sandbox)",
  };
}

/** `null` for what has no id. */
function decodeFlow(item: JsonObject, sandbox: string): ListedFlow | null {
  const flowId = textOf(item["id"]);
  if (flowId === null) return null;
  const name = textOf(item["name"]);
  return {
    flowId: keptText(flowId, longestText),
    flowName: name === null ? null : keptText(name, longestText),
    sandbox: { id: textOf(item["sandboxId"]), name: textOf(item["sandboxName"]) ?? sandbox },
    isEnabled: (textOf(item["state"]) ?? "enabled").toLowerCase() === "enabled",
    schedule: scheduleOf(objectOf(item["scheduleParams"]), instantOf(item["createdAt"])),
    lastRun: lastRunOf(item["lastRunDetails"]),
    isDestination: objectOf(objectOf(item["inheritedAttributes"])["properties"])["isDestinationFlow"] === true,
  };
}

const longestText = 500;

const second = 1000;
const lengths: Readonly<Record<string, number>> = {
  minute: 60 * second,
  hour: 3600 * second,
  day: 86_400 * second,
  week: 604_800 * second,
};

/** A flow is not to run before it was made, however long ago its schedule says that it begins. */
function scheduleOf(params: JsonObject, createdAt: number | null): DeclaredFlow["schedule"] {
  const frequency = (textOf(params["frequency"]) ?? "").toLowerCase();
  if (frequency === "once") return "once";
  const interval = numberOf(params["interval"] ?? 1);
  const startTime = numberOf(params["startTime"]);
  const length = Object.hasOwn(lengths, frequency) ? lengths[frequency] : undefined;
  if (length === undefined || interval === null || startTime === null || interval < 1) return null;
  const everyMs = Math.floor(interval) * length;
  const startMs = startTime * second;
  if (!isTime(startMs) || !isTime(startMs + everyMs)) return null;
  const before = createdAt === null || createdAt <= startMs ? 0 : Math.ceil((createdAt - startMs) / everyMs);
  return { startMs: startMs + before * everyMs, everyMs };
}

function lastRunOf(details: unknown): DeclaredFlow["lastRun"] {
  if (!isObject(details)) return null;
  const startedAt = instantOf(details["startedAtUTC"]);
  if (startedAt === null) return null;
  return {
    runId: textOf(details["id"]),
    status: textOf(details["state"]),
    startedAt,
    completedAt: instantOf(details["completedAtUTC"]),
  };
}

/** A number, which may come as its digits. */
function numberOf(value: unknown): number | null {
  const number = Number(wordOf(value) ?? NaN);
  return Number.isFinite(number) ? number : null;
}

/** Epoch ms; 0 is no time. */
function instantOf(value: unknown): number | null {
  const at = numberOf(value);
  return at !== null && at > 0 && isTime(at) ? at : null;
}

/** Whether there is a date for it. */
function isTime(at: number): boolean {
  return Math.abs(at) <= 8.64e15;
}
