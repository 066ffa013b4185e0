import { stateOf } from "../../../adobe/registrations/state.ts";
import {
  carriesFlowRuns,
  isJournalOf,
  type Interest,
  type Registration,
} from "../../../adobe/registrations/registration.ts";
import { mask } from "../../../mask.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";

/** A registration as it is listed. */
export interface ListedRegistration extends Omit<Registration, "isFiltered" | "filters" | "workspace" | "interests"> {
  /** `Active`, `Unstable`, `Disabled`, or the API's own word. */
  readonly state: string;
  /** The line that helps; `null` where nothing is wrong. */
  readonly remedy: string | null;
  readonly events: readonly Interest[];
  readonly projectId: string | null;
  readonly workspaceId: string | null;
  readonly filtered: boolean;
  readonly sourceFlowRuns: boolean;
  readonly used: boolean;
}

/** The profile that a registration is looked at by. */
export interface Looker {
  readonly profile: string;
  /** The journal that the profile reads; `null` where it reads none yet. */
  readonly journalUrl: string | null;
}

/** A registration as it is told. Pure. */
export function listed(registration: Registration, { profile, journalUrl }: Looker): ListedRegistration {
  const { id, name, deliveryType, status, enabled, eventCodes, clientId, webhookUrl, workspace } = registration;
  const { word, remedy } = stateOf(registration, profile);
  return {
    id,
    name,
    deliveryType,
    status,
    enabled,
    state: word,
    remedy,
    eventCodes,
    events: registration.interests,
    clientId,
    journalUrl: registration.journalUrl,
    description: registration.description,
    webhookUrl: webhookUrl === null ? null : mask(webhookUrl),
    runtimeAction: registration.runtimeAction,
    createdAt: registration.createdAt,
    updatedAt: registration.updatedAt,
    projectId: workspace?.projectId ?? null,
    workspaceId: workspace?.workspaceId ?? null,
    filtered: registration.isFiltered,
    sourceFlowRuns: carriesFlowRuns(registration),
    used: journalUrl !== null && isJournalOf(registration, journalUrl),
  };
}

/** The paths of all fields of a listed registration. */
const fields = [
  "id",
  "name",
  "deliveryType",
  "status",
  "enabled",
  "state",
  "remedy",
  "eventCodes",
  "events.providerId",
  "events.eventCode",
  "clientId",
  "journalUrl",
  "description",
  "webhookUrl",
  "runtimeAction",
  "createdAt",
  "updatedAt",
  "projectId",
  "workspaceId",
  "filtered",
  "sourceFlowRuns",
  "used",
];

/** All columns of registrations. */
export const registrationColumns: ColumnSet<ListedRegistration> = {
  all: [
    { name: "used", title: "USED", kind: "flag", value: ({ used }) => used },
    { name: "name", title: "NAME", kind: "text", least: 24, value: ({ name }) => name },
    { name: "id", title: "ID", kind: "id", value: ({ id }) => id },
    {
      name: "deliveryType",
      title: "DELIVERY",
      kind: "id",
      yields: { turn: 3, to: "neat" },
      value: ({ deliveryType }) => deliveryType,
    },
    {
      name: "state",
      title: "STATE",
      kind: "id",
      value: ({ state }) => state,
      paint: (text, painter) => (text.trim() === "Active" ? painter.green(text) : painter.yellow(text)),
    },
    {
      name: "sourceFlowRuns",
      title: "FLOW RUNS",
      kind: "id",
      yields: { turn: 2, to: "neat" },
      value: ({ sourceFlowRuns }) => (sourceFlowRuns ? "yes" : "no"),
    },
    {
      name: "events",
      title: "EVENTS",
      kind: "list",
      yields: { turn: 1, to: "neat" },
      value: ({ eventCodes, filtered }) => eventCodes.join(",") + (filtered ? " (filtered)" : ""),
    },
    { name: "status", title: "STATUS", kind: "id", value: ({ status }) => status },
    { name: "clientId", title: "CLIENT ID", kind: "id", value: ({ clientId }) => clientId },
    { name: "webhookUrl", title: "WEBHOOK", kind: "id", value: ({ webhookUrl }) => webhookUrl },
    { name: "journalUrl", title: "JOURNAL", kind: "id", value: ({ journalUrl }) => journalUrl },
  ],
  usual: ["used", "name", "id", "deliveryType", "state", "sourceFlowRuns", "events"],
  wide: ["status", "clientId", "webhookUrl", "journalUrl"],
  id: "id",
  fields,
};
