import { describe, expect, test } from "vitest";
import { account } from "../../src/demo/account.ts";
import { answerRegistrations, registrations, type DemoRegistration } from "../../src/demo/registrations.ts";
import { call, valuesOf } from "./support.ts";

const origin = "http://127.0.0.1:8080";
const organisation = `/events/${account.consumerOrgId}/registrations`;
const workspace = `/events/${account.consumerOrgId}/${account.projectId}/${account.workspaceId}/registrations`;

interface Listing {
  readonly _links: Readonly<Record<string, { readonly href: string }>>;
  readonly _embedded?: { readonly registrations: readonly Readonly<Record<string, unknown>>[] };
  readonly page?: Readonly<Record<string, number>>;
}

function ask(target: string, list: readonly DemoRegistration[] = registrations) {
  const reply = answerRegistrations(list, origin, call(target));
  return { reply, status: reply.status, body: JSON.parse(reply.body) as Listing & Readonly<Record<string, unknown>> };
}

test("the workspace's list holds all of them, each with its journal", () => {
  const { reply, body } = ask(workspace);
  expect(valuesOf(reply, "content-type")).toEqual(["application/hal+json"]);
  expect(body._links["self"]?.href).toBe(origin + workspace);
  const found = body._embedded?.registrations ?? [];
  expect(found).toHaveLength(registrations.length);
  expect(found[0]).toMatchObject({
    delivery_type: "journal",
    enabled: true,
  });
  expect(JSON.stringify(found[0])).toContain(`"rel:events":{"href":"${origin}/events/organizations/`);
  expect(found.map((item) => item["delivery_type"])).toContain("webhook");
  expect(found.map((item) => item["enabled"])).toContain(false);
});

test("one registration by its id", () => {
  const [first] = registrations;
  expect(ask(`${workspace}/${first.registrationId}`).body).toMatchObject({
    registration_id: first.registrationId,
    client_id: account.clientId,
    events_of_interest: first.eventCodes.map((event_code) => ({ event_code })),
  });
});

test("following next through the organisation's pages finds each registration once", () => {
  const seen: unknown[] = [];
  let target: string | undefined = `${organisation}?page=0&size=3`;
  while (target !== undefined && seen.length < 9) {
    const { body } = ask(target.replace(origin, ""));
    seen.push(...(body._embedded?.registrations ?? []).map((item) => item["registration_id"]));
    target = body._links["next"]?.href;
  }
  expect(seen).toEqual(registrations.map(({ registrationId }) => registrationId));
});

test("a page in the middle says where it stands", () => {
  const { body } = ask(`${organisation}?page=1&size=2`);
  expect(body.page).toEqual({ size: 2, number: 1, numberOfElements: 2, totalElements: 4, totalPages: 2 });
  expect(Object.keys(body._links)).toEqual(["first", "prev", "self", "last"]);
});

test("an empty list embeds nothing", () => {
  expect(ask(workspace, []).body._embedded).toBeUndefined();
  expect(ask(organisation, []).body).toMatchObject({ page: { totalElements: 0, totalPages: 0 } });
});

describe("what is refused", () => {
  test.each([
    [`${organisation}?size=101`, 400],
    [`${organisation}?size=0`, 400],
    [`${organisation}?page=-1`, 400],
    [`${organisation}?page=x`, 400],
    [`${workspace}/unknown`, 404],
    [workspace.replace(account.projectId, "1"), 404],
    ["/events/1/registrations", 404],
    ["/", 404],
    [`${organisation}?size=100`, 200],
  ])("%s -> %i", (target, status) => {
    const asked = ask(target);
    expect(asked.status).toBe(status);
    if (status !== 200) expect(Object.keys(asked.body)).toEqual(["reason", "message"]);
  });
  test("anything but GET", () => {
    expect(answerRegistrations(registrations, origin, call(workspace, { method: "POST" })).status).toBe(405);
  });
});
