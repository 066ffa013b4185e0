import type { Registration } from "../../src/adobe/registrations/registration.ts";

/** A registration that is as it should be: a journal's, of one event, read by `client-1`. */
export function registrationWith(parts: Partial<Registration> = {}): Registration {
  return {
    id: "6a1f",
    name: "Dataflow runs",
    clientId: "client-1",
    deliveryType: "journal",
    enabled: true,
    status: "verified",
    eventCodes: ["sources_flow_run_success"],
    isFiltered: false,
    journalUrl: "https://events-va6.adobe.io/events/organizations/1/integrations/2/6a1f",
    description: null,
    webhookUrl: null,
    runtimeAction: null,
    interests: [{ providerId: "platform", eventCode: "sources_flow_run_success" }],
    filters: [],
    createdAt: null,
    updatedAt: null,
    workspace: { projectId: "11", workspaceId: "12" },
    ...parts,
  };
}
