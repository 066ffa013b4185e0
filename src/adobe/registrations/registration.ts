import { FlowrunError } from "../../errors.ts";
import { isObject, textOf, type JsonObject } from "../../json.ts";
import { resolveEventSelection } from "../../runs/events/event-selection.ts";

/** One event registration of a Developer Console project, as Adobe's Events Management API gives it. */
export interface Registration {
  /** The uuid that the Console shows and that the journal's URL ends with. */
  readonly id: string;
  readonly name: string;
  /** `journal`, `webhook`, `webhook_batch`, `aws_eventbridge`, or another as delivered; every kind has a journal, too. */
  readonly deliveryType: string;
  /** How the delivery fares, in Adobe's words (`verified`, `hook_unreachable`…); `null` where it does not say. */
  readonly status: string | null;
  readonly enabled: boolean;
  /** The codes of the events that it listens to, as delivered. */
  readonly eventCodes: readonly string[];
  /** The credential it was made with: the one that may read its journal. */
  readonly clientId: string | null;
  /** Its journal, whole as delivered. */
  readonly journalUrl: string | null;
  /** Whether events are filtered before they reach the journal. */
  readonly isFiltered: boolean;
}

/** Reads one element of a list; `null` for something that is no registration. Pure. */
export function decodeRegistration(value: unknown): Registration | null {
  if (!isObject(value)) return null;
  const id = textOf(value["registration_id"]);
  if (id === null) return null;
  const interests = listOf(value["events_of_interest"]);
  return {
    id,
    name: textOf(value["name"]) ?? id,
    deliveryType: (textOf(value["delivery_type"]) ?? "unknown").toLowerCase(),
    status: textOf(value["webhook_status"]),
    enabled: value["enabled"] !== false && value["enabled"] !== "false",
    eventCodes: interests.map((interest) => textOf(interest["event_code"])).filter((code) => code !== null),
    clientId: textOf(value["client_id"]),
    journalUrl: linkOf(value, "rel:events") ?? textOf(value["events_url"]),
    isFiltered: listOf(value["subscriber_filters"]).length > 0,
  };
}

/** Whether source flow-run events are among what it listens to. Pure. */
export function carriesFlowRuns({ eventCodes }: Registration): boolean {
  const { codes } = resolveEventSelection(undefined);
  return eventCodes.some((code) => codes.has(code));
}

/**
 * The registration of this id.
 * @throws FlowrunError `notFound` that names the ones there are. Pure.
 */
export function findRegistration(list: readonly Registration[], id: string): Registration {
  const found = list.find((registration) => registration.id === id);
  if (found !== undefined) return found;
  throw new FlowrunError("notFound", `there is no registration ${JSON.stringify(id)}`, {
    why: list.length === 0 ? "there are none at all" : `there are ${list.map((one) => one.id).join(", ")}`,
    hint: "see what there is: flowrun registrations",
  });
}

/** Whether this is the registration whose journal the URL names. Pure. */
export function isJournalOf({ id, journalUrl }: Registration, url: string): boolean {
  const path = url.replace(/[?#].*$/, "").replace(/\/+$/, "");
  return journalUrl === url || path.endsWith(`/${id}`);
}

/** The `href` of one of an object's HAL links. Pure. */
export function linkOf(value: JsonObject, rel: string): string | null {
  const links = value["_links"];
  const link = isObject(links) ? links[rel] : null;
  return isObject(link) ? textOf(link["href"]) : null;
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
