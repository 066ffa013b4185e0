import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readyToken } from "../../../src/adobe/auth/token-source.ts";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import type { Host } from "../../../src/host.ts";
import { listRegistrations, loadRegistration } from "../../../src/adobe/registrations/list-registrations.ts";
import type { ConsolePlace } from "../../../src/adobe/registrations/console-place.ts";
import { carriesFlowRuns } from "../../../src/adobe/registrations/registration.ts";
import { fakeHost, noPieces, type FakeHost } from "../../support/host.ts";
import { apiOn } from "../../support/management.ts";

const apiUrl = "https://api.adobe.io";
const organisation: ConsolePlace = { consumerOrgId: "7120468", workspace: null };
const workspace: ConsolePlace = { ...organisation, workspace: { projectId: "1", workspaceId: "2" } };

interface Reply {
  readonly status?: number;
  readonly body: string;
}

/** A host that answers each URL from a table, and each only once for a list of replies. */
function answering(replies: Readonly<Record<string, Reply | readonly Reply[]>>): FakeHost {
  const left = new Map(Object.entries(replies).map(([url, reply]) => [url, [reply].flat()]));
  const send: Host["send"] = async ({ url }) => {
    const list = left.get(url) ?? [];
    const reply = list.length > 1 ? list.shift() : list[0];
    return {
      status: reply === undefined ? 404 : (reply.status ?? 200),
      headers: { "x-request-id": ["req-7"] },
      body: async () => new TextEncoder().encode(reply?.body ?? '{"reason":"not_found","message":"nothing here"}'),
      pieces: noPieces,
      discard: () => undefined,
    };
  };
  return fakeHost({ send });
}

const list = (host: FakeHost, place: ConsolePlace) =>
  listRegistrations(
    {
      host,
      signal: host.signal,
      patience: { retries: 3, maxWaitMs: 60_000 },
      notify: () => undefined,
      apiUrl,
      clientId: "s2s-client-1",
      imsOrgId: "4B1E2F9A6D3C7A550A495FD2@AdobeOrg",
      tokens: readyToken(new Secret("t0ken")),
    },
    place,
  );

const fixture = (name: string): Reply => ({ body: readFileSync(`fixtures/registrations/${name}`, "utf8") });
const page = (number: number, size: number) => `${apiUrl}/events/7120468/registrations?page=${number}&size=${size}`;
const workspaceUrl = `${apiUrl}/events/7120468/1/2/registrations`;

test("the organisation's pages are followed by next alone, whatever the totals say", async () => {
  const host = answering({ [page(0, 100)]: fixture("page-0.json"), [page(1, 2)]: fixture("page-1.json") });
  const found = await list(host, organisation);
  expect(found.map(({ id, deliveryType, enabled, isFiltered }) => [id, deliveryType, enabled, isFiltered])).toEqual([
    ["reg-1", "journal", true, false],
    ["reg-2", "journal", true, false],
    ["reg-3", "webhook_batch", false, true],
  ]);
  expect(found.map(carriesFlowRuns)).toEqual([true, false, true]);
  expect(found[0]?.journalUrl).toBe(
    "https://events-va6.adobe.io/events/organizations/7120468/integrations/301844/reg-1",
  );
  expect(host.asked.map(({ url }) => url)).toEqual([page(0, 100), page(1, 2)]);
  expect(host.asked[0]?.headers).toEqual({
    authorization: "Bearer t0ken",
    "x-api-key": "s2s-client-1",
    "x-ims-org-id": "4B1E2F9A6D3C7A550A495FD2@AdobeOrg",
    accept: "application/hal+json, application/json",
  });
});

test("an empty list embeds nothing", async () => {
  expect(await list(answering({ [workspaceUrl]: fixture("empty.json") }), workspace)).toEqual([]);
});

test("a next that leads in a circle ends", async () => {
  const body = JSON.stringify({ _links: { next: { href: workspaceUrl } } });
  expect(await list(answering({ [workspaceUrl]: { body } }), workspace)).toEqual([]);
});

describe("a list without an end is an error", () => {
  const endless = (registrationsAt: (n: number) => readonly object[]): FakeHost => {
    let asks = 0;
    return fakeHost({
      send: async () => {
        const page = { _links: { next: { href: `${workspaceUrl}?page=${++asks}` } } };
        const body = JSON.stringify({ ...page, _embedded: { registrations: registrationsAt(asks) } });
        const status = asks > 2000 ? 404 : 200;
        return {
          status,
          headers: {},
          body: async () => new TextEncoder().encode(body),
          pieces: noPieces,
          discard: () => undefined,
        };
      },
    });
  };

  test.each([
    ["nothing", 5, () => []],
    ["the same registration", 6, () => [{ registration_id: "reg-1" }]],
    ["what is no registration", 5, () => [{ name: "no id" }]],
    ["a few and then nothing", 12, (n: number) => (n < 8 ? [{ registration_id: `reg-${n}` }] : [])],
  ])("with ever-new links and %s, after five pages without anything new", async (_, asked, registrationsAt) => {
    const host = endless(registrationsAt);
    await expect(list(host, workspace)).rejects.toMatchObject({ kind: "protocol", message: /without an end/ });
    expect(host.asked).toHaveLength(asked);
    expect(Math.max(...host.sleeps)).toBeLessThanOrEqual(1000);
  });

  test("with ever-new links and ever-new registrations, when there are more than anybody has", async () => {
    const host = endless((n) => Array.from({ length: 1000 }, (_, m) => ({ registration_id: `reg-${n}-${m}` })));
    await expect(list(host, workspace)).rejects.toMatchObject({ kind: "protocol", why: /more than 100000/ });
    expect(host.asked).toHaveLength(101);
  });
});

test("a next elsewhere is refused before the token goes there", async () => {
  const body = JSON.stringify({ _links: { next: { href: "https://evil.example/registrations" } } });
  const host = answering({ [workspaceUrl]: { body } });
  await expect(list(host, workspace)).rejects.toMatchObject({ kind: "protocol", message: /evil\.example/ });
  expect(host.asked).toHaveLength(1);
});

test.each([500, 408, 421, 425])("a %i and half a body are tried again", async (status) => {
  const replies = [{ status, body: "" }, { body: '{"_emb' }, fixture("page-1.json")];
  const host = answering({ [workspaceUrl]: replies });
  expect(await list(host, workspace)).toHaveLength(1);
  expect(host.asked).toHaveLength(3);
});

describe("refusals are sentences with a remedy and the request id", () => {
  test.each([
    [403, "403003", "forbidden", /client id/],
    [403, "403011", "forbidden", /scopes/],
    [403, "403023", "forbidden", /add the I\/O Management API/],
    [403, "403024", "forbidden", /administrator/],
    [403, "999999", "forbidden", /add the I\/O Management API/],
    [404, "", "unavailable", /log in with the file/],
    [418, "", "protocol", /proxy/],
  ])("%i %s", async (status, code, kind, hint) => {
    const body = JSON.stringify({ error_code: code, message: "No." });
    const work = list(answering({ [workspaceUrl]: { status, body } }), workspace);
    await expect(work).rejects.toMatchObject({ kind, hint, requestId: "req-7", why: /registrations API answered/ });
  });
});

test("a token refused three times is the end", async () => {
  const host = answering({ [workspaceUrl]: { status: 401, body: '{"error_code":"401013","message":"no"}' } });
  await expect(list(host, workspace)).rejects.toMatchObject({ kind: "auth" });
  expect(host.asked).toHaveLength(3);
});

test.each([
  ["sending", new TypeError("ask.url is not a function")],
  ["reading the answer", new ReferenceError("page is not defined")],
])("a bug of ours in %s is thrown at once and not told as the network's", async (where, bug) => {
  const send: Host["send"] = () =>
    where === "sending"
      ? Promise.reject(bug)
      : Promise.resolve({
          status: 200,
          headers: {},
          body: () => Promise.reject(bug),
          pieces: noPieces,
          discard: () => undefined,
        });
  const host = fakeHost({ send });
  await expect(list(host, workspace)).rejects.toBe(bug);
  expect(host.asked).toHaveLength(1);
  expect(host.sleeps).toEqual([]);
});

test("a connection that breaks is tried again, and told with the setting that says where it goes", async () => {
  const host = fakeHost({ send: () => Promise.reject(Object.assign(new Error("no"), { code: "ECONNREFUSED" })) });
  await expect(list(host, workspace)).rejects.toMatchObject({
    kind: "unavailable",
    message: "the registrations API could not be reached 3 times in a row",
    why: "the connection was refused (no)",
    suspects: ["apiUrl"],
    examine: true,
  });
});

const samples = "fixtures/registrations";
describe("lists in every form that is published", () => {
  const lists = readdirSync(samples).filter((name) => name.startsWith("published"));
  test.each(lists)("%s", async (name) => {
    const text = readFileSync(`${samples}/${name}`, "utf8").replace(/"next": \{[^}]*\},/, "");
    const found = await list(answering({ [workspaceUrl]: { body: text } }), workspace);
    expect(found.length).toBeGreaterThan(1);
    for (const { journalUrl } of found) expect(journalUrl).toMatch(/^https:\/\/events-.*\/organizations\//);
  });
});

describe("one registration by its id", () => {
  const project = { projectId: "1", workspaceId: "2" };
  const raw = (id: string, workspaceOf: object = {}) => ({ registration_id: id, name: `Name ${id}`, ...workspaceOf });
  const listOf = (...registrations: readonly object[]) => JSON.stringify({ _embedded: { registrations } });
  const load = (host: FakeHost, place: ConsolePlace, id: string) => loadRegistration(apiOn(host), place, id);

  test("is asked for by itself in its workspace", async () => {
    const host = answering({ [`${workspaceUrl}/reg-1`]: { body: JSON.stringify(raw("reg-1")) } });
    const { registration, workspace: found } = await load(host, workspace, "reg-1");
    expect([registration.name, found]).toEqual(["Name reg-1", project]);
    expect(host.asked).toHaveLength(1);
  });

  test("is looked for in the organisation where no workspace is known, and tells its own", async () => {
    const body = listOf(raw("reg-1", { project_id: "7", workspace_id: 8 }), raw("reg-2"));
    const host = answering({ [page(0, 100)]: { body } });
    expect((await load(host, organisation, "reg-1")).workspace).toEqual({ projectId: "7", workspaceId: "8" });
    await expect(load(host, organisation, "reg-2")).rejects.toMatchObject({ kind: "settings" });
    await expect(load(host, organisation, "reg-3")).rejects.toMatchObject({ kind: "notFound" });
  });

  test("of another workspace is not touched, and that is said", async () => {
    const body = listOf(raw("reg-9", { project_id: "7", workspace_id: "8" }));
    const host = answering({ [page(0, 100)]: { body } });
    await expect(load(host, workspace, "reg-9")).rejects.toMatchObject({
      kind: "notFound",
      message: 'the registration "reg-9" belongs to another workspace',
      why: "it is of project 7, workspace 8",
    });
  });

  test("that is not there is told with the ones that are", async () => {
    const host = answering({ [page(0, 100)]: { body: "{}" }, [workspaceUrl]: { body: listOf(raw("reg-1")) } });
    await expect(load(host, workspace, "reg-3")).rejects.toMatchObject({ kind: "notFound", why: "there are reg-1" });
  });

  test("answered with another one is not taken for it", async () => {
    const host = answering({
      [`${workspaceUrl}/reg-1`]: { body: JSON.stringify(raw("reg-2")) },
      [page(0, 100)]: { body: "{}" },
      [workspaceUrl]: { body: listOf(raw("reg-1")) },
    });
    await expect(load(host, workspace, "reg-1")).rejects.toMatchObject({ kind: "protocol" });
  });

  test.each(["..", ".", ""])("%j names another path, and is not asked for", async (id) => {
    const host = answering({});
    await expect(load(host, workspace, id)).rejects.toMatchObject({ kind: "usage" });
    expect(host.asked).toEqual([]);
  });

  test("with slashes stays one part of the path", async () => {
    const host = answering({ [page(0, 100)]: { body: "{}" }, [workspaceUrl]: { body: "{}" } });
    await expect(load(host, workspace, "../../x")).rejects.toMatchObject({ kind: "notFound" });
    expect(host.asked[0]?.url).toBe(`${workspaceUrl}/..%2F..%2Fx`);
  });
});
