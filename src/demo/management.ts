import { isObject, objectsOf, parseObject, textOf, type JsonObject } from "../json.ts";
import { account } from "./account.ts";
import { hal, jsonReply, problem, type Call, type Reply } from "./call.ts";
import { uuidFrom } from "./chance.ts";
import { answerProviders, demoProviders, type DemoProvider } from "./providers.ts";
import { answerRegistrations, registrationRecord, registrations, type DemoRegistration } from "./registrations.ts";
import { demoTrace, tracesOf } from "./traces.ts";

/** Adobe's Events Management API, played: what is made, changed and deleted stays so as long as the server lives. */
export interface Management {
  /** Answers a request that has passed the gateway. @param at when it came, epoch ms; now where it is left out. */
  readonly answer: (call: Call, origin: string, at?: number) => Reply;
  /** The registration of an id, as it is now. */
  readonly find: (registrationId: string) => DemoRegistration | undefined;
}

/** The most registrations that a client id may have. */
const quota = 30;

const deliveryTypes = ["journal", "webhook", "webhook_batch"] as const;

/** Starts it with the demo's registrations and providers. `now` is epoch ms. */
export function createManagement(now: () => number): Management {
  const state: State = { registrations: [...registrations], providers: [...demoProviders], traces: new Map(), made: 0 };
  return {
    answer: (call, origin, at = now()) => answer(state, call, origin, at),
    find: (id) => state.registrations.find(({ registrationId }) => registrationId === id),
  };
}

/** Changes with every request that changes something. */
interface State {
  registrations: readonly DemoRegistration[];
  providers: readonly DemoProvider[];
  /** Deliveries of samples, by the registration's id, newest first. */
  readonly traces: Map<string, readonly object[]>;
  /** How many registrations were made so far. */
  made: number;
}

const { consumerOrgId, projectId, workspaceId, credentialId } = account;
const workspace = `/events/${consumerOrgId}/${projectId}/${workspaceId}`;

function answer(state: State, call: Call, origin: string, now: number): Reply {
  const { method, path } = call;
  if (path === `/events/${consumerOrgId}/providers`) return answerProviders(state.providers, origin, call);
  const provider = /^\/events\/(\w+)\/(\w+)\/(\w+)\/providers\/([\w-]+)$/.exec(path);
  if (provider !== null && method === "DELETE") return deleteProvider(state, provider);
  const sample = /^\/events\/providers\/([^/]+)\/eventmetadata\/([^/]+)\/sample_event\/([^/]+)$/.exec(path);
  if (sample !== null && method === "POST") return deliverSample(state, sample, now);
  const tracing = `/events/organizations/${consumerOrgId}/integrations/${credentialId}/tracing/`;
  if (path.startsWith(tracing) && method === "GET") return answerTraces(state, path.slice(tracing.length), now);
  if (path === `${workspace}/registrations` && method === "POST") return create(state, call, origin, now);
  const [, id] = path.startsWith(`${workspace}/registrations/`) ? (/\/([^/]+)$/.exec(path) ?? []) : [];
  const found = state.registrations.find(({ registrationId }) => registrationId === id);
  if (id === undefined || method === "GET") return answerRegistrations(state.registrations, origin, call);
  if (found === undefined) return problem(404, "not_found", "There is no such registration");
  switch (method) {
    case "PUT":
      return update(state, found, call, origin, now);
    case "PATCH":
      return patch(state, found, call, origin, now);
    case "DELETE":
      state.registrations = state.registrations.filter((one) => one !== found);
      return { status: 204, headers: [], body: "" };
    default:
      return problem(405, "method_not_allowed", `${method} is not supported`);
  }
}

function create(state: State, call: Call, origin: string, now: number): Reply {
  const body = parseObject(call.body);
  const read = readDraft(state, body);
  if ("headers" in read) return read;
  if (body?.["client_id"] !== account.clientId) return problem(400, "bad_request", "client_id is not the caller's");
  const same = state.registrations.find(({ name }) => name === read.name);
  if (same !== undefined) {
    const headers = [["X-Conflicting-Id", same.registrationId]] as const;
    return jsonReply(409, { reason: "conflict", message: "A registration of that name exists already" }, headers);
  }
  if (state.registrations.length >= quota) {
    return problem(409, "quota_exceeded", `A client id can have ${quota} registrations at the most`);
  }
  state.made += 1;
  const at = new Date(now).toISOString();
  const made = {
    ...read,
    id: 500_000 + state.made,
    registrationId: uuidFrom(`made ${state.made}`),
    createdAt: at,
    updatedAt: at,
  };
  state.registrations = [...state.registrations, made];
  return { ...hal(registrationRecord(made, origin)), status: 201 };
}

function update(state: State, found: DemoRegistration, call: Call, origin: string, now: number): Reply {
  const read = readDraft(state, parseObject(call.body));
  if ("headers" in read) return read;
  const { id, registrationId, createdAt } = found;
  return replace(state, found, { id, registrationId, ...(createdAt && { createdAt }), ...read }, origin, now);
}

function patch(state: State, found: DemoRegistration, call: Call, origin: string, now: number): Reply {
  if (call.headers["content-type"] !== "application/json-patch+json") {
    return problem(415, "unsupported_media_type", "A patch is application/json-patch+json");
  }
  const operations = parseList(call.body);
  const [only] = operations;
  const value = only?.["value"];
  const isSwitch = only?.["op"] === "replace" && only["path"] === "/enabled" && typeof value === "boolean";
  if (operations.length !== 1 || !isSwitch) return problem(400, "bad_request", "Only /enabled can be replaced");
  return replace(state, found, { ...found, enabled: value }, origin, now);
}

function replace(state: State, old: DemoRegistration, next: DemoRegistration, origin: string, now: number): Reply {
  const changed = { ...next, updatedAt: new Date(now).toISOString() };
  state.registrations = state.registrations.map((one) => (one === old ? changed : one));
  return hal(registrationRecord(changed, origin));
}

type Draft = Omit<DemoRegistration, "id" | "registrationId">;

/** The registration that a POST or a PUT describes, or the reply that says what is wrong with it. */
function readDraft({ providers }: State, body: JsonObject | null): Draft | Reply {
  const refuse = (message: string): Reply => problem(400, "bad_request", message);
  const name = textOf(body?.["name"]) ?? "";
  if (body === null || name.length < 3 || name.length > 255) return refuse("name must have 3 to 255 characters");
  const deliveryType = deliveryTypes.find((known) => known === body["delivery_type"]);
  if (deliveryType === undefined) return refuse("delivery_type is not known");
  const webhookUrl = textOf(body["webhook_url"]);
  if ((webhookUrl === null) !== (deliveryType === "journal")) return refuse("webhook_url does not fit delivery_type");
  const interests = objectsOf(body["events_of_interest"]);
  const isKnown = (interest: JsonObject): boolean =>
    providers.some(
      ({ id, events }) => id === interest["provider_id"] && events.includes(textOf(interest["event_code"]) ?? ""),
    );
  if (interests.length === 0 || !interests.every(isKnown))
    return refuse("events_of_interest names an event that is not there");
  const isReached = webhookUrl === null || !/\/\/unreachable\b/.test(webhookUrl);
  return {
    name,
    description: textOf(body["description"]) ?? "",
    eventCodes: interests.flatMap((interest) => textOf(interest["event_code"]) ?? []),
    providerIds: interests.flatMap((interest) => textOf(interest["provider_id"]) ?? []),
    deliveryType,
    ...(webhookUrl === null ? {} : { webhookUrl }),
    enabled: body["enabled"] !== false,
    status: isReached ? "verified" : "hook_unreachable",
  };
}

function deleteProvider(state: State, [, organisation, project, workspaceOf, id]: RegExpExecArray): Reply {
  const found = state.providers.find((provider) => provider.id === id);
  const isThere =
    organisation === consumerOrgId &&
    found?.workspace?.projectId === project &&
    found?.workspace?.workspaceId === workspaceOf;
  if (found === undefined || !isThere) return problem(404, "not_found", "There is no such provider in the workspace");
  state.providers = state.providers.filter((provider) => provider !== found);
  return { status: 204, headers: [], body: "" };
}

function deliverSample(state: State, [, providerId, code = "", id]: RegExpExecArray, now: number): Reply {
  const eventCode = decodeURIComponent(code);
  const registration = state.registrations.find(({ registrationId }) => registrationId === id);
  const provider = state.providers.find((one) => one.id === providerId);
  if (registration?.eventCodes.includes(eventCode) !== true || provider === undefined) {
    return problem(404, "not_found", "The registration does not listen to that event");
  }
  if (provider.withoutSample?.includes(eventCode) === true) return { status: 204, headers: [], body: "" };
  if (registration.deliveryType !== "journal") {
    const before = state.traces.get(registration.registrationId) ?? [];
    const delivery = { name: `sample ${before.length}`, at: now, code: 200, body: "", ms: 120 };
    state.traces.set(registration.registrationId, [
      demoTrace({ ...registration, eventCodes: [eventCode] }, delivery),
      ...before,
    ]);
  }
  return jsonReply(200, { message: "The sample event is on its way" });
}

function answerTraces(state: State, id: string, now: number): Reply {
  const registration = state.registrations.find(({ registrationId }) => registrationId === id);
  if (registration === undefined) return problem(404, "not_found", "There is no such registration");
  const own = registrations.some(({ registrationId }) => registrationId === id) ? tracesOf(registration, now) : [];
  return jsonReply(200, [...(state.traces.get(id) ?? []), ...own]);
}

function parseList(text: string): readonly JsonObject[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isObject) : [];
  } catch {
    return [];
  }
}
