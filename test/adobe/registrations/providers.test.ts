import { describe, expect, test } from "vitest";
import {
  findProvider,
  listProviders,
  resolveInterests,
  type EventProvider,
} from "../../../src/adobe/registrations/providers.ts";
import { answeringInTurn, apiOn, requestsOf } from "../../support/management.ts";

function provider(id: string, eventCodes: readonly string[], metadata: string | null = null): EventProvider {
  return {
    id,
    label: `Label ${id}`,
    description: null,
    source: null,
    publisher: null,
    metadata,
    workspace: null,
    eventCodes,
  };
}

const platform = provider(
  "platform",
  ["sources_flow_run_success", "audit_events_info", "source_flow_run_error"],
  "aep_observability_catalog_events",
);
const custom = provider("custom", ["order.placed", "shared"]);
const other = provider("other", ["shared"]);
const all = [custom, platform, other];

describe("the events that are meant", () => {
  const wish = (events?: readonly string[], providerId?: string) => resolveInterests(all, { events, providerId });

  test("sources are the flow-run events that the platform's provider has, also where nothing is said", () => {
    const interests = ["sources_flow_run_success", "source_flow_run_error"].map((eventCode) => ({
      providerId: "platform",
      eventCode,
    }));
    expect(wish()).toEqual(interests);
    expect(wish(["sources"])).toEqual(interests);
  });

  test("codes, sources among them, each once", () => {
    expect(wish(["order.placed", "sources", "source_flow_run_error"]).map(({ eventCode }) => eventCode)).toEqual([
      "order.placed",
      "sources_flow_run_success",
      "source_flow_run_error",
    ]);
  });

  test("a code that several have needs its provider", () => {
    expect(() => wish(["shared"])).toThrow(/2 event providers have "shared"/);
    expect(wish(["shared"], "other")).toEqual([{ providerId: "other", eventCode: "shared" }]);
  });

  test("the official provider is taken where another one has flow-run events, too", () => {
    const copy = provider("copy", ["sources_flow_run_success"]);
    expect(resolveInterests([copy, platform], { events: [], providerId: undefined })[0]?.providerId).toBe("platform");
    const plain = { ...platform, metadata: null };
    expect(() => resolveInterests([copy, plain], { events: [], providerId: undefined })).toThrow(/2 event providers/);
  });

  test.each([
    [["order.plced"], undefined, "usage", /nearest is order\.placed/],
    [["runs"], undefined, "usage", /sources/],
    [["sources"], "custom", "usage", /'Label custom' has none/],
    [["sources"], "costom", "notFound", /nearest is custom/],
  ])("%j of %s is refused", (events, providerId, kind, why) => {
    expect(() => wish(events, providerId)).toThrow(
      expect.objectContaining({ kind, why: expect.stringMatching(why) as string }),
    );
  });

  test("an organisation without the platform is told so", () => {
    expect(() => resolveInterests([custom], { events: undefined, providerId: undefined })).toThrow(
      /no event provider has/,
    );
    expect(() => findProvider([], "x")).toThrow(/no event provider/);
  });
});

test("a custom provider's workspace stands in its own link, which is never followed", async () => {
  const raw = {
    id: "p-1",
    label: "Orders",
    provider_metadata: "3rd_party_custom_events",
    _links: { "rel:update": { href: "https://evil.example/events/1/4566206088344827113/22/providers/p-1" } },
    _embedded: { eventmetadata: [{ event_code: "a" }, { no: "code" }, null] },
  };
  const host = answeringInTurn({ status: 200, body: { _embedded: { providers: [raw, { label: "no id" }] } } });
  expect(await listProviders(apiOn(host), { consumerOrgId: "1", workspace: null })).toEqual([
    {
      id: "p-1",
      label: "Orders",
      description: null,
      source: null,
      publisher: null,
      metadata: "3rd_party_custom_events",
      workspace: { projectId: "4566206088344827113", workspaceId: "22" },
      eventCodes: ["a"],
    },
  ]);
  expect(requestsOf(host)).toEqual(["GET /events/1/providers"]);
});

test.each([
  [{ "rel:update": { href: "https://api.adobe.io/events/1/../22/providers/p" } }],
  [{ "rel:update": { href: "https://api.adobe.io/events/1/%2e%2e/22/providers/p" } }],
  [{ "rel:update": null }],
  [{}],
])("a link that names no workspace: %j", async (_links) => {
  const host = answeringInTurn({ status: 200, body: { _embedded: { providers: [{ id: "p", _links }] } } });
  const [found] = await listProviders(apiOn(host), { consumerOrgId: "1", workspace: null });
  expect(found).toMatchObject({ id: "p", workspace: null });
});
