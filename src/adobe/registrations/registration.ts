import { FlowrunError } from "../../errors.ts";
import { isObject, objectsOf, textOf, wordOf, type JsonObject } from "../../json.ts";
import { keepSecretsOfUrl } from "../../mask.ts";
import { resolveEventSelection } from "../../runs/events/event-selection.ts";
import { linkOf } from "./api.ts";
import type { Workspace } from "./console-place.ts";

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
  readonly description: string | null;
  /** Where events are posted to; whoever has it may post there, too. */
  readonly webhookUrl: string | null;
  /** The Runtime action that events go to in place of a webhook. */
  readonly runtimeAction: string | null;
  /** The events that it listens to: a code, and the provider that it comes from where the API says so. */
  readonly interests: readonly Interest[];
  /** Filters of the subscriber's own, as delivered. */
  readonly filters: readonly JsonObject[];
  /** RFC 3339, as delivered. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  /** Where it belongs; `null` where the API does not say. */
  readonly workspace: Workspace | null;
}

/** An event that a registration listens to. */
export interface Interest {
  readonly providerId: string | null;
  readonly eventCode: string;
}

/**
 * Reads one element of a list; `null` for something that is no registration. Remembers the secrets in its webhook's URL:
 * whoever shows one masks it. Pure but for that.
 */
export function decodeRegistration(value: unknown): Registration | null {
  if (!isObject(value)) return null;
  const id = textOf(value["registration_id"]);
  if (id === null) return null;
  const interests = objectsOf(value["events_of_interest"]).flatMap((interest): readonly Interest[] => {
    const eventCode = textOf(interest["event_code"]);
    return eventCode === null ? [] : [{ providerId: textOf(interest["provider_id"]), eventCode }];
  });
  const filters = objectsOf(value["subscriber_filters"]);
  const webhookUrl = textOf(value["webhook_url"]);
  keepSecretsOfUrl(webhookUrl ?? "");
  return {
    id,
    name: textOf(value["name"]) ?? id,
    deliveryType: (textOf(value["delivery_type"]) ?? "unknown").toLowerCase(),
    status: textOf(value["webhook_status"]),
    enabled: value["enabled"] !== false && value["enabled"] !== "false",
    eventCodes: interests.map(({ eventCode }) => eventCode),
    clientId: textOf(value["client_id"]),
    journalUrl: linkOf(value, "rel:events") ?? textOf(value["events_url"]),
    isFiltered: filters.length > 0,
    description: textOf(value["description"]),
    webhookUrl,
    runtimeAction: textOf(value["runtime_action"]),
    interests,
    filters,
    createdAt: textOf(value["created_date"]),
    updatedAt: textOf(value["updated_date"]),
    workspace: workspaceOf(value),
  };
}

function workspaceOf(value: JsonObject): Workspace | null {
  const [projectId, workspaceId] = [wordOf(value["project_id"]), wordOf(value["workspace_id"])];
  return projectId === null || workspaceId === null ? null : { projectId, workspaceId };
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
