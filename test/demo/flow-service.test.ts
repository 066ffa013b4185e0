import { describe, expect, test } from "vitest";
import { account } from "../../src/demo/account.ts";
import { answerFlows } from "../../src/demo/flow-service.ts";
import { startDemo } from "../../src/demo/server.ts";
import { storySource } from "../../src/demo/story.ts";
import { calendarFlows, downstreamFlows, sourceFlows } from "../../src/demo/week/cast.ts";
import { resolveEventSelection } from "../../src/runs/events/event-selection.ts";
import { normalise } from "../../src/runs/events/normalise.ts";
import { call, hour, now } from "./support.ts";

const [flow] = sourceFlows;
const flows = [...sourceFlows, ...calendarFlows, ...downstreamFlows];
const headers = { "x-gw-ims-org-id": account.imsOrgId, "x-sandbox-name": flow.sandbox };
const all = "/data/foundation/flowservice/flows";
const target = `${all}/${flow.id}`;
const atOnce = { present: now, now };

interface Item {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly scheduleParams?: { readonly startTime: number; readonly frequency: string; readonly interval?: unknown };
  readonly lastRunDetails?: {
    readonly id: string;
    readonly state: string;
    readonly startedAtUTC: number;
    readonly completedAtUTC: number;
  };
}

interface Page {
  readonly items: readonly Item[];
  readonly _links?: { readonly next?: { readonly href: string } };
}

function ask(path: string, time = atOnce, sent: Record<string, string> = headers): Page {
  const reply = answerFlows(call(path, { headers: { host: "127.0.0.1:1", ...sent } }), time);
  expect(reply?.status).toBe(200);
  return JSON.parse(reply?.body ?? "") as Page;
}

/** Every page of a list, one after the other. */
function pagesOf(query: string): readonly Page[] {
  const pages: Page[] = [];
  for (let next: string | undefined = `/flows?${query}`; next !== undefined && pages.length < 50;) {
    const page: Page = ask(`/data/foundation/flowservice${next}`);
    pages.push(page);
    next = page._links?.next?.href;
  }
  return pages;
}

const named = (name: string): Item | undefined => ask(`${all}?limit=100`).items.find((item) => item.name === name);

test("tells each flow's name, also where its events do not", () => {
  for (const { id, name, sandbox } of flows) {
    const { items } = ask(`${all}/${id}`, atOnce, { ...headers, "x-sandbox-name": sandbox });
    expect(items).toHaveLength(1);
    expect(items[0]?.id).toBe(id);
    if (name === null) expect(items[0]?.name).toMatch(/[a-z] [a-z]/i);
    else expect(items[0]?.name).toBe(name);
  }
});

test.each([
  ["another organisation", target, { ...headers, "x-gw-ims-org-id": "other@AdobeOrg" }, 403],
  ["another organisation's list", all, { ...headers, "x-gw-ims-org-id": "other@AdobeOrg" }, 403],
  ["another sandbox", target, { ...headers, "x-sandbox-name": "elsewhere" }, 404],
  ["no such flow", `${target}0`, headers, 404],
  ["a limit that is none", `${all}?limit=few`, headers, 400],
  ["a limit of nothing", `${all}?limit=0`, headers, 400],
  ["a token that was never given out", `${all}?continuationToken=xyz`, headers, 400],
  ["a limit of what is only counted", `${all}?limit=5&count=true`, headers, 400],
  ["a comparison that is none", `${all}?property=state=enabled`, headers, 400],
])("%s", (_, path, sent, status) => {
  expect(answerFlows(call(path, { headers: sent }), atOnce)?.status).toBe(status);
});

test("leaves every other path to others", () => {
  expect(answerFlows(call("/data/foundation/flowservice/runs"), atOnce)).toBeNull();
});

describe("the list", () => {
  test("comes in pages, which lead from one to the next, each flow of the sandbox once", () => {
    const inProd = flows.filter(({ sandbox }) => sandbox === "prod").map(({ id }) => id);
    for (const limit of [1, 7, inProd.length, 100]) {
      const pages = pagesOf(`limit=${String(limit)}`);
      expect(pages.map(({ items }) => items.length).every((length) => length <= limit)).toBe(true);
      expect(pages).toHaveLength(Math.ceil(inProd.length / limit));
      expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(inProd);
    }
    const [stage] = ask(all, atOnce, { ...headers, "x-sandbox-name": "stage" }).items;
    expect(stage?.name).toBe("CRM contacts (stage)");
  });
  test("goes on with the filter that it began with", () => {
    const enabled = pagesOf("property=state==enabled&limit=5");
    expect(enabled.length).toBeGreaterThan(2);
    const states = enabled.flatMap(({ items }) => items.map(({ state }) => state));
    expect(new Set(states)).toEqual(new Set(["enabled"]));
    expect(states.length).toBe(pagesOf("limit=100")[0]!.items.length - 1);
  });
  test.each([
    ["property=state==disabled", ["Newsletter sign-ups (old form)"]],
    ["property=name==Price list,Gift cards", ["Price list", "Gift cards"]],
    ["property=state!=enabled&property=name!=Price list", ["Newsletter sign-ups (old form)"]],
    ["property=scheduleParams.frequency==week", ["Customer tiers"]],
    [
      `property=lastRunDetails.startedAtUTC<${String(now - 3 * 24 * hour)}`,
      ["Customer tiers", "Newsletter sign-ups (old form)"],
    ],
    ["property=inheritedAttributes.properties.isDestinationFlow==true", ["Loyal customers to advertising"]],
    ["property=no.such.field>=1", []],
  ])("%s", (query, names) => {
    expect(ask(`${all}?${query}`).items.map(({ name }) => name)).toEqual(names);
  });
  test("is only counted where that is asked", () => {
    expect(ask(`${all}?property=state==disabled&count=true`)).toEqual({ count: 1 });
  });
});

describe("a flow", () => {
  test.each([
    ["Stock levels", "minute", 15],
    ["CRM contacts", "minute", 30],
    ["Web orders", "hour", 1],
    ["Price list", "day", 1],
    ["Customer tiers", "week", 1],
    ["Gift cards", "hour", "4"],
  ])("%s has a schedule", (name, frequency, interval) => {
    const params = named(name)?.scheduleParams;
    expect(params).toMatchObject({ frequency, interval });
    // Seconds, and a while ago.
    expect(new Date((params?.startTime ?? 0) * 1_000).getUTCFullYear()).toBe(2026);
    expect((params?.startTime ?? 0) * 1_000).toBeLessThan(now - 30 * 24 * hour);
  });
  test("that runs by hand has none to speak of, and one that is started from outside none at all", () => {
    expect(named("Campaign lists")?.scheduleParams).toMatchObject({ frequency: "once" });
    for (const name of [
      "Shop appointments",
      "Supplier deliveries",
      "Web and app behaviour",
      "Loyal customers to advertising",
    ]) {
      expect(named(name)).toBeDefined();
      expect(named(name)?.scheduleParams).toBeUndefined();
    }
  });
});

describe("the last run", () => {
  const selection = { events: resolveEventSelection(["runs"]), raw: false };
  const source = storySource(now);
  const runs = Array.from({ length: source.length(now) }, (_, index) => {
    const { position, event } = JSON.parse(source.text(index)) as { position: string; event: unknown };
    return normalise(position, event, selection).runs.map(({ run }) => run);
  })
    .flat()
    .filter(({ status }) => status !== "inProgress");
  const known = new Set(runs.map(({ runId }) => runId));
  const lastIn = (id: string) =>
    runs
      .filter(({ flowId }) => flowId === id)
      .toSorted((one, other) => (String(one.completedAt) < String(other.completedAt) ? 1 : -1))[0];

  test("is the journal's last one, but for the flow whose notifications are lost", () => {
    for (const { id, sandbox, key } of flows) {
      const [item] = ask(`${all}/${id}`, atOnce, { ...headers, "x-sandbox-name": sandbox }).items;
      const told = item?.lastRunDetails;
      const last = lastIn(id);
      expect(told?.completedAtUTC ?? Infinity).toBeLessThan(now);
      if (key === "gift-cards") {
        expect(known.has(told?.id ?? "")).toBe(false);
        expect(told?.startedAtUTC).toBeGreaterThan(now - 4.5 * hour);
        expect(Date.parse(last?.startedAt ?? "")).toBeLessThan(now - 11 * hour);
      } else {
        expect([key, told?.id, told?.state]).toEqual([key, last?.runId, last?.status]);
        // One of the wrappers counts seconds.
        expect((told?.startedAtUTC ?? 0) - Date.parse(last?.startedAt ?? "")).toBeLessThan(1_000);
      }
    }
  });
  test("is a later one while time goes on, and of no flow that has stopped", () => {
    const later = { present: now, now: now + 5 * hour };
    const startOf = (name: string, time: typeof atOnce) =>
      ask(`${all}?limit=100`, time).items.find((item) => item.name === name)?.lastRunDetails?.startedAtUTC ?? 0;
    for (const name of ["Stock levels", "Gift cards", "Data lake to profile store"]) {
      expect(startOf(name, later)).toBeGreaterThan(startOf(name, atOnce) + 2 * hour);
    }
    for (const name of ["Returns and refunds", "Supplier deliveries"])
      expect(startOf(name, later)).toBe(startOf(name, atOnce));
  });
});

test("the demo answers it, to whoever has a token", async () => {
  const server = await startDemo(() => now);
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: server.clientId,
    client_secret: server.clientSecret,
    scope: server.scopes.join(","),
  });
  const minted = await fetch(`${server.imsUrl}/ims/token/v3`, { method: "POST", body: form });
  const { access_token: token } = (await minted.json()) as { access_token: string };
  const url = `${server.apiUrl}${all}?property=state==enabled&limit=3`;
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, "x-api-key": server.clientId, ...headers },
  });
  expect(((await answer.json()) as Page).items.map(({ name }) => name)).toEqual(
    sourceFlows.slice(0, 3).map(({ name }) => name),
  );
  expect((await fetch(url, { headers: { "x-api-key": server.clientId, ...headers } })).status).toBe(403);
  await server.close();
});
