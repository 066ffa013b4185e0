import { describe, expect, test } from "vitest";
import { account } from "../../src/demo/account.ts";
import type { Call } from "../../src/demo/call.ts";
import { createManagement } from "../../src/demo/management.ts";
import { demoProviders } from "../../src/demo/providers.ts";
import { registrations } from "../../src/demo/registrations.ts";
import { call, now } from "./support.ts";

const origin = "http://127.0.0.1:8080";
const { consumerOrgId, projectId, workspaceId, credentialId } = account;
const workspace = `/events/${consumerOrgId}/${projectId}/${workspaceId}`;
const [journal, webhook] = registrations;
const [platform, , custom] = demoProviders;
const events_of_interest = [{ provider_id: platform!.id, event_code: "sources_flow_run_failed" }];
const draft = {
  client_id: account.clientId,
  name: "On call",
  delivery_type: "webhook",
  webhook_url: "https://hooks.example.com/",
  events_of_interest,
  enabled: true,
};

/** One demo, asked one thing after the other. */
function demo() {
  const management = createManagement(() => now);
  return (method: string, target: string, body?: unknown, headers: Call["headers"] = {}) => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const reply = management.answer(call(target, { method, body: text, headers }), origin);
    const told: unknown = reply.body === "" ? null : JSON.parse(reply.body);
    return { status: reply.status, headers: reply.headers, body: told as Readonly<Record<string, unknown>> };
  };
}

test("what is made is there until it is deleted", () => {
  const ask = demo();
  const made = ask("POST", `${workspace}/registrations`, draft);
  expect(made).toMatchObject({ status: 201, body: { name: "On call", webhook_status: "verified", enabled: true } });
  const own = `${workspace}/registrations/${String(made.body["registration_id"])}`;
  expect(ask("GET", own).body).toEqual(made.body);
  expect(ask("PUT", own, { ...draft, name: "Another" }).body).toMatchObject({
    name: "Another",
    registration_id: made.body["registration_id"],
  });
  const patch = [{ op: "replace", path: "/enabled", value: false }];
  const type = { "content-type": "application/json-patch+json" };
  expect(ask("PATCH", own, patch, type).body).toMatchObject({ name: "Another", enabled: false });
  expect(ask("DELETE", own).status).toBe(204);
  expect(ask("DELETE", own).status).toBe(404);
  expect(ask("GET", own).status).toBe(404);
});

describe("what is refused", () => {
  test.each<[string, object]>([
    ["a short name", { name: "ab" }],
    ["an unknown delivery", { delivery_type: "pigeon" }],
    ["a webhook without a URL", { webhook_url: undefined }],
    ["a journal with a URL", { delivery_type: "journal" }],
    ["no events", { events_of_interest: [] }],
    [
      "an event that the provider does not have",
      { events_of_interest: [{ provider_id: custom!.id, event_code: "x" }] },
    ],
    ["another's client id", { client_id: "other" }],
  ])("%s", (_, change) => {
    expect(demo()("POST", `${workspace}/registrations`, { ...draft, ...change }).status).toBe(400);
  });

  test("a name that is there already, with the id of the other", () => {
    const { status, headers } = demo()("POST", `${workspace}/registrations`, { ...draft, name: journal.name });
    expect(status).toBe(409);
    expect(headers).toContainEqual(["X-Conflicting-Id", journal.registrationId]);
  });

  test("the thirty-first", () => {
    const ask = demo();
    const statuses = Array.from({ length: 27 }, (_, n) =>
      ask("POST", `${workspace}/registrations`, { ...draft, name: `Number ${n}` }),
    ).map(({ status }) => status);
    expect(statuses).toEqual([...Array<number>(26).fill(201), 409]);
  });

  test("a patch of another type, or of anything but the switch", () => {
    const ask = demo();
    const own = `${workspace}/registrations/${journal.registrationId}`;
    expect(ask("PATCH", own, [], { "content-type": "application/json" }).status).toBe(415);
    const type = { "content-type": "application/json-patch+json" };
    expect(ask("PATCH", own, [{ op: "replace", path: "/name", value: "x" }], type).status).toBe(400);
  });
});

test("a webhook that cannot be reached is made, and said to be unreachable", () => {
  const body = { ...draft, webhook_url: "https://unreachable.example/" };
  expect(demo()("POST", `${workspace}/registrations`, body).body).toMatchObject({ webhook_status: "hook_unreachable" });
});

test("a sample is traced, where the provider has one and the registration listens to it", () => {
  const ask = demo();
  const sample = (code: string, { registrationId } = webhook!) =>
    ask("POST", `/events/providers/${platform!.id}/eventmetadata/${code}/sample_event/${registrationId}`).status;
  const tracing = `/events/organizations/${consumerOrgId}/integrations/${credentialId}/tracing/${webhook!.registrationId}`;
  const traces = () => ask("GET", tracing).body as unknown as readonly { readonly trace: { readonly ts: number } }[];
  const before = traces().length;
  expect(before).toBe(24);
  expect(sample("sources_flow_run_failed")).toBe(200);
  expect(traces()).toHaveLength(before + 1);
  expect(traces()[0]?.trace.ts).toBe(now);
  expect(sample("audit_events_info")).toBe(404);
  expect(sample("sources_flow_run_failed", { ...webhook!, registrationId: "nobody" })).toBe(404);
});

test("a provider of a workspace's own can be deleted there, and no other", () => {
  const ask = demo();
  const ids = () => {
    const { _embedded } = ask("GET", `/events/${consumerOrgId}/providers?eventmetadata=true`).body;
    return (_embedded as { providers: readonly { id: string }[] }).providers.map(({ id }) => id);
  };
  expect(ids()).toHaveLength(demoProviders.length);
  expect(ask("DELETE", `${workspace}/providers/${platform!.id}`).status).toBe(404);
  expect(ask("DELETE", `/events/${consumerOrgId}/1/2/providers/${custom!.id}`).status).toBe(404);
  expect(ask("DELETE", `${workspace}/providers/${custom!.id}`).status).toBe(204);
  expect(ids()).not.toContain(custom!.id);
});
