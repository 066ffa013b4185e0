import { account } from "./account.ts";
import { hal, problem, type Call, type Reply } from "./call.ts";

/** One event registration of the demo's project; the rest of its record is the same for all. */
export interface DemoRegistration {
  readonly id: number;
  readonly registrationId: string;
  readonly name: string;
  readonly description: string;
  readonly eventCodes: readonly string[];
  /** The provider of each of those; the platform's where it is left out. */
  readonly providerIds?: readonly string[];
  readonly deliveryType: "journal" | "webhook" | "webhook_batch";
  readonly webhookUrl?: string;
  readonly enabled: boolean;
  /** `webhook_status`; `verified` where it is left out. */
  readonly status?: string;
  /** RFC 3339. */
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

/** The codes of source flow runs. */
export const sourceCodes = [
  "sources_flow_run_success",
  "sources_flow_run_failed",
  "source_flow_run_info",
  "source_flow_run_error",
];

/** The first is the demo's own journal; its URL is what the demo's profile reads. */
export const registrations: readonly [DemoRegistration, ...DemoRegistration[]] = [
  {
    id: 412_207,
    registrationId: "6a1f0c3e-58d4-4b7a-a2c9-0e7d9b41f385",
    name: "Dataflow runs (journal)",
    description: "Every source dataflow run, for flowrun",
    eventCodes: sourceCodes,
    deliveryType: "journal",
    enabled: true,
  },
  {
    id: 412_311,
    registrationId: "d20b74e9-1c6f-4f58-a90d-3b5ae8c7f614",
    name: "Dataflow failures to the on-call channel",
    description: "Posts failed runs to the chat bridge",
    eventCodes: ["sources_flow_run_failed", "source_flow_run_error"],
    deliveryType: "webhook",
    webhookUrl: "https://hooks.kestrel-loom.example/aep/flow-runs",
    enabled: true,
    status: "unstable",
  },
  {
    id: 398_554,
    registrationId: "0f95e2b1-7ad3-4c06-ab18-94c2d6e0537f",
    name: "Audit trail",
    description: "Created, updated and deleted audiences, datasets and schemas",
    eventCodes: ["audit_events_info"],
    deliveryType: "journal",
    enabled: true,
  },
  {
    id: 377_902,
    registrationId: "b7c8413d-e6f2-4d91-a55b-c01f26a8e94d",
    name: "Old nightly report",
    description: "Replaced by the journal",
    eventCodes: sourceCodes,
    deliveryType: "webhook_batch",
    webhookUrl: "https://reports.kestrel-loom.example/nightly",
    enabled: false,
  },
];

/** Whether a registration's journal holds the demo's flow runs. Pure. */
export function hearsFlowRuns({ eventCodes }: DemoRegistration): boolean {
  return eventCodes.some((code) => sourceCodes.includes(code));
}

/** The journal URL of a registration: what `_links["rel:events"]` says. Pure. */
export function journalUrlOf(origin: string, { registrationId }: DemoRegistration): string {
  const { consumerOrgId, credentialId } = account;
  return `${origin}/events/organizations/${consumerOrgId}/integrations/${credentialId}/${registrationId}`;
}

/** Answers one of the three GETs of Adobe's I/O Events Management API that has passed the gateway. Pure. */
export function answerRegistrations(list: readonly DemoRegistration[], origin: string, call: Call): Reply {
  const { consumerOrgId, projectId, workspaceId } = account;
  if (call.method !== "GET") return problem(405, "method_not_allowed", `${call.method} is not supported`);
  const organisation = `/events/${consumerOrgId}/registrations`;
  const workspace = `/events/${consumerOrgId}/${projectId}/${workspaceId}/registrations`;
  if (call.path === organisation) return answerPage(list, origin, call);
  if (call.path === workspace) {
    return hal({ _links: { self: { href: `${origin}${workspace}` } }, ...embed(list, origin) });
  }
  const wanted = call.path.startsWith(`${workspace}/`) ? call.path.slice(workspace.length + 1) : null;
  const found = list.find(({ registrationId }) => registrationId === wanted);
  return found === undefined
    ? problem(404, "not_found", "There is no such organisation, project, workspace or registration")
    : hal(registrationRecord(found, origin));
}

const maxSize = 100;

function answerPage(list: readonly DemoRegistration[], origin: string, call: Call): Reply {
  const number = wholeNumber(call.query.get("page") ?? "0");
  const size = wholeNumber(call.query.get("size") ?? "10");
  if (number === null || size === null || size < 1 || size > maxSize) {
    return problem(400, "bad_request", `page must be 0 or more, and size from 1 to ${maxSize}`);
  }
  const shown = list.slice(number * size, (number + 1) * size);
  const pages = Math.ceil(list.length / size);
  const link = (page: number): { readonly href: string } => ({
    href: `${origin}${call.path}?page=${page}&size=${size}`,
  });
  return hal({
    _links: {
      first: link(0),
      ...(number > 0 ? { prev: link(number - 1) } : {}),
      self: link(number),
      ...(number + 1 < pages ? { next: link(number + 1) } : {}),
      last: link(Math.max(0, pages - 1)),
    },
    ...embed(shown, origin),
    page: { size, number, numberOfElements: shown.length, totalElements: list.length, totalPages: pages },
  });
}

/** HAL leaves an empty list out altogether. */
function embed(list: readonly DemoRegistration[], origin: string): object {
  return list.length === 0
    ? {}
    : { _embedded: { registrations: list.map((item) => registrationRecord(item, origin)) } };
}

/** A registration as Adobe's API gives it. Pure. */
export function registrationRecord(registration: DemoRegistration, origin: string): object {
  const { consumerOrgId, projectId, workspaceId, clientId } = account;
  const place = `${consumerOrgId}/${projectId}/${workspaceId}`;
  const { registrationId } = registration;
  return {
    _links: {
      "rel:events": { href: journalUrlOf(origin, registration) },
      "rel:trace": { href: `${origin}/traces/${place}/registration/${registrationId}` },
      self: { href: `${origin}/events/${place}/registrations/${registrationId}` },
    },
    id: registration.id,
    name: registration.name,
    description: registration.description,
    client_id: clientId,
    registration_id: registrationId,
    events_of_interest: registration.eventCodes.map((code, at) =>
      eventOfInterest(code, registration.providerIds?.[at]),
    ),
    webhook_status: registration.status ?? "verified",
    created_date: registration.createdAt ?? "2026-02-16T09:14:07.000Z",
    updated_date: registration.updatedAt ?? "2026-08-03T13:40:52.000Z",
    consumer_id: consumerOrgId,
    project_id: projectId,
    workspace_id: workspaceId,
    ...(registration.webhookUrl === undefined ? {} : { webhook_url: registration.webhookUrl }),
    delivery_type: registration.deliveryType,
    enabled: registration.enabled,
  };
}

const platform = "5e0d7a46-92bb-4a3f-a861-7cf1d3e5b208";

function eventOfInterest(code: string, providerId = platform): object {
  return {
    event_code: code,
    event_label: code.replaceAll("_", " "),
    event_description: `Platform notification ${code}`,
    provider_id: providerId,
    provider: "aep_observability_catalog_events",
    provider_label: "Platform notifications",
    event_delivery_format: "adobe_io",
  };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
