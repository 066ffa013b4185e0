import { account } from "./account.ts";
import { hal, problem, type Call, type Reply } from "./call.ts";
import { sourceCodes } from "./registrations.ts";

/** An event provider of the demo's organisation. */
export interface DemoProvider {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly source: string;
  readonly publisher: string;
  readonly metadata: string;
  /** Where somebody made it; absent for one of the products' own. */
  readonly workspace?: { readonly projectId: string; readonly workspaceId: string };
  readonly events: readonly string[];
  /** Those of them that Adobe keeps no sample of. */
  readonly withoutSample?: readonly string[];
}

/** The providers at the start: the platform's own, which has the flow runs, and two that projects made themselves. */
export const demoProviders: readonly DemoProvider[] = [
  {
    id: "5e0d7a46-92bb-4a3f-a861-7cf1d3e5b208",
    label: "Platform notifications",
    description: "Notifications of Experience Platform",
    source: `urn:uuid:5e0d7a46-92bb-4a3f-a861-7cf1d3e5b208`,
    publisher: "Adobe",
    metadata: "aep_observability_catalog_events",
    events: [...sourceCodes, "audit_events_info", "ingestion_quota_alert"],
    withoutSample: ["ingestion_quota_alert"],
  },
  {
    id: "c4a1b6f2-0d3e-4a57-9b18-6e5f20d7c993",
    label: "Asset library",
    description: "Assets that were added, changed and removed",
    source: `urn:uuid:c4a1b6f2-0d3e-4a57-9b18-6e5f20d7c993`,
    publisher: "Adobe",
    metadata: "asset_library_events",
    events: ["asset_created", "asset_removed"],
  },
  {
    id: "9f37e0d4-b852-4c6a-8a71-1d40c3b5e6f8",
    label: "Loom orders",
    description: "Orders of the weaving mill, published by its own program",
    source: `urn:uuid:9f37e0d4-b852-4c6a-8a71-1d40c3b5e6f8`,
    publisher: account.imsOrgId,
    metadata: "3rd_party_custom_events",
    workspace: { projectId: account.projectId, workspaceId: account.workspaceId },
    events: ["com.kestrel-loom.order.placed", "com.kestrel-loom.order.woven"],
  },
  {
    id: "27b5c8a9-4e10-4d92-b6f3-83a7d0e1f254",
    label: "Trial of last spring",
    description: "Left over in another project",
    source: `urn:uuid:27b5c8a9-4e10-4d92-b6f3-83a7d0e1f254`,
    publisher: account.imsOrgId,
    metadata: "3rd_party_custom_events",
    workspace: { projectId: "4566206088339150276", workspaceId: "4566206088339206318" },
    events: ["com.kestrel-loom.trial"],
  },
];

/** Answers the list of providers; with their events where the question asks for them. Pure. */
export function answerProviders(list: readonly DemoProvider[], origin: string, call: Call): Reply {
  if (call.method !== "GET") return problem(405, "method_not_allowed", `${call.method} is not supported`);
  const withEvents = call.query.get("eventmetadata") === "true";
  return hal({
    _links: { self: { href: `${origin}${call.target}` } },
    ...(list.length === 0 ? {} : { _embedded: { providers: list.map((one) => record(one, origin, withEvents)) } }),
  });
}

function record({ workspace, events, ...provider }: DemoProvider, origin: string, withEvents: boolean): object {
  const { id, label, description, source, publisher, metadata } = provider;
  const at = `${origin}/events`;
  const { projectId = "", workspaceId = "" } = workspace ?? {};
  const own = `${at}/${account.consumerOrgId}/${projectId}/${workspaceId}/providers/${id}`;
  const eventmetadata = events.map((code) => ({
    event_code: code,
    label: code.replaceAll(/[_.]/g, " "),
    description: `Event ${code}`,
  }));
  return {
    _links: {
      "rel:eventmetadata": { href: `${at}/providers/${id}/eventmetadata` },
      ...(workspace === undefined ? {} : { "rel:update": { href: own } }),
      self: { href: `${at}/providers/${id}` },
    },
    id,
    label,
    description,
    source,
    publisher,
    provider_metadata: metadata,
    event_delivery_format: "adobe_io",
    ...(withEvents ? { _embedded: { eventmetadata } } : {}),
  };
}
