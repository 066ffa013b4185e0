import { FlowrunError } from "../../errors.ts";
import { isObject, objectOf, objectsOf, textOf } from "../../json.ts";
import { resolveEventSelection } from "../../runs/events/event-selection.ts";
import { nearest } from "../../text/nearest.ts";
import { linkOf, readList, type RegistrationsApi } from "./api.ts";
import { providersUrl, type ConsolePlace, type Workspace } from "./console-place.ts";
import type { Interest } from "./registration.ts";

/** Somebody whose events can be listened to: a product of Adobe's, or a program of one's own. */
export interface EventProvider {
  readonly id: string;
  readonly label: string;
  readonly description: string | null;
  /** A URI that its events carry. */
  readonly source: string | null;
  readonly publisher: string | null;
  /** Which kind of provider it is: `aep_observability_catalog_events`. */
  readonly metadata: string | null;
  /** The workspace that made it and keeps its project from being deleted; `null` for one of Adobe's own. */
  readonly workspace: Workspace | null;
  readonly eventCodes: readonly string[];
}

/**
 * Every event provider of the place's organisation, with the codes of its events.
 * @throws FlowrunError as `readList` does.
 */
export function listProviders(api: RegistrationsApi, place: ConsolePlace): Promise<readonly EventProvider[]> {
  return readList(api, {
    url: providersUrl(api.apiUrl, place.consumerOrgId),
    what: "providers",
    decode: decodeProvider,
  });
}

/** Reads one element of a list; `null` for something that is no provider. Pure. */
function decodeProvider(value: unknown): EventProvider | null {
  if (!isObject(value)) return null;
  const id = textOf(value["id"]);
  if (id === null) return null;
  const events = objectOf(value["_embedded"])["eventmetadata"] ?? value["eventmetadata"];
  return {
    id,
    label: textOf(value["label"]) ?? id,
    description: textOf(value["description"]),
    source: textOf(value["source"]),
    publisher: textOf(value["publisher"]),
    metadata: textOf(value["provider_metadata"]),
    workspace: workspaceIn(linkOf(value, "rel:update")),
    eventCodes: objectsOf(events).flatMap((event) => textOf(event["event_code"]) ?? []),
  };
}

/** `…/events/{organisation}/{project}/{workspace}/providers/{id}`; the link is read, and never followed. */
function workspaceIn(link: string | null): Workspace | null {
  const [, projectId, workspaceId] = /\/events\/[^/?#]+\/([\w-]+)\/([\w-]+)\/providers\//.exec(link ?? "") ?? [];
  return projectId === undefined || workspaceId === undefined ? null : { projectId, workspaceId };
}

/** The provider of this id. @throws FlowrunError `notFound`. Pure. */
export function findProvider(list: readonly EventProvider[], id: string): EventProvider {
  const found = list.find((provider) => provider.id === id);
  if (found !== undefined) return found;
  const near = nearest(
    id,
    list.map((provider) => provider.id),
    4,
  );
  throw new FlowrunError("notFound", `there is no event provider ${JSON.stringify(id)}`, {
    why: near === null ? `the organisation has ${list.length}, and none of that id` : `the nearest is ${near}`,
    hint: "see what there is: flowrun providers",
  });
}

/** The events that somebody wants to listen to, as typed. */
export interface InterestWish {
  /** `sources`, or exact event codes; `sources` where there are none. */
  readonly events: readonly string[] | undefined;
  /** The only provider that may be meant. */
  readonly providerId: string | undefined;
}

/**
 * The events that the words mean, each with the provider that has it, once.
 * @throws FlowrunError `usage` for a code that no provider has, or that several have; `notFound` for the provider. Pure.
 */
export function resolveInterests(
  all: readonly EventProvider[],
  { events, providerId }: InterestWish,
): readonly Interest[] {
  const providers = providerId === undefined ? all : [findProvider(all, providerId)];
  const words = events === undefined || events.length === 0 ? [sources] : events;
  const interests = words.flatMap((word) =>
    word === sources ? sourceInterests(providers) : [interestIn(providers, word)],
  );
  return [
    ...new Map(interests.map((interest) => [`${interest.eventCode} ${interest.providerId ?? ""}`, interest])).values(),
  ];
}

const sources = "sources";

/** The kind of provider that Experience Platform's notifications come from. */
const platformMetadata = "aep_observability_catalog_events";

function sourceInterests(providers: readonly EventProvider[]): readonly Interest[] {
  const { codes } = resolveEventSelection(undefined);
  const having = providers.filter(({ eventCodes }) => eventCodes.some((code) => codes.has(code)));
  const official = having.filter(({ metadata }) => metadata === platformMetadata);
  const candidates = official.length > 0 ? official : having;
  const [only] = candidates;
  if (only === undefined) {
    throw new FlowrunError("usage", "no event provider has the source flow-run events", {
      why:
        providers.length === 1
          ? `'${providers[0]?.label ?? ""}' has none of them`
          : `none of ${providers.length} providers has any`,
      hint: "the organisation needs Experience Platform, and the project its events: see flowrun providers --events",
    });
  }
  if (candidates.length > 1) throw several("the source flow-run events", candidates);
  return only.eventCodes.filter((code) => codes.has(code)).map((eventCode) => ({ providerId: only.id, eventCode }));
}

function interestIn(providers: readonly EventProvider[], eventCode: string): Interest {
  const having = providers.filter(({ eventCodes }) => eventCodes.includes(eventCode));
  const [only] = having;
  if (only !== undefined && having.length === 1) return { providerId: only.id, eventCode };
  if (having.length > 1) throw several(JSON.stringify(eventCode), having);
  const near = nearest(eventCode, [sources, ...providers.flatMap(({ eventCodes }) => eventCodes)]);
  throw new FlowrunError("usage", `no event provider has the event ${JSON.stringify(eventCode.slice(0, 200))}`, {
    why: near === null ? "--events takes sources, or exact event codes" : `the nearest is ${near}`,
    hint: "see the codes of all providers: flowrun providers --events",
  });
}

function several(what: string, providers: readonly EventProvider[]): FlowrunError {
  return new FlowrunError("usage", `${providers.length} event providers have ${what}`, {
    why: `they are ${providers.map(({ label, id }) => `'${label}' (${id})`).join(", ")}`,
    hint: `say which: --provider ${providers[0]?.id ?? "<id>"}`,
  });
}
