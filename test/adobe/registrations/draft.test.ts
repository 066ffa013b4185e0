import { describe, expect, test } from "vitest";
import { createBody, enabledPatch, updateBody, type Draft } from "../../../src/adobe/registrations/draft.ts";
import { registrationWith } from "../../support/registration.ts";

const interests = [{ providerId: "p-1", eventCode: "sources_flow_run_failed" }];
const journal: Draft = { name: "Runs", description: null, deliveryType: "journal", webhookUrl: null, interests };
const webhook: Draft = { ...journal, deliveryType: "webhook", webhookUrl: "https://hooks.example.com/aep?to=call" };

test("a journal registration, and a webhook's", () => {
  const events_of_interest = [{ provider_id: "p-1", event_code: "sources_flow_run_failed" }];
  expect(createBody(journal, "c-1")).toEqual({
    client_id: "c-1",
    name: "Runs",
    delivery_type: "journal",
    events_of_interest,
    enabled: true,
  });
  expect(createBody({ ...webhook, description: "on call" }, "c-1")).toEqual({
    client_id: "c-1",
    name: "Runs",
    description: "on call",
    delivery_type: "webhook",
    webhook_url: "https://hooks.example.com/aep?to=call",
    events_of_interest,
    enabled: true,
  });
});

describe("what Adobe would refuse is refused here, by its name", () => {
  const url = (webhookUrl: string): Draft => ({ ...webhook, webhookUrl });
  test.each<[string, Draft, RegExp]>([
    ["a short name", { ...journal, name: "ab" }, /3 to 255 characters/],
    ["a name of blanks", { ...journal, name: "      " }, /has 0/],
    ["a long name", { ...journal, name: "x".repeat(256) }, /has 256/],
    ["a long description", { ...journal, description: "x".repeat(5001) }, /5000 characters/],
    ["a webhook without a URL", { ...webhook, webhookUrl: null }, /needs the webhook's URL/],
    ["a journal with a URL", { ...webhook, deliveryType: "journal" }, /has no webhook/],
    ["no events", { ...journal, interests: [] }, /one event at least/],
    ["plain http", url("http://hooks.example.com/a"), /plain http[^]*https:\/\/hooks\.example\.com\/a/],
    ["a host that only begins like loopback", url("http://127.0.0.1.evil.example/"), /plain http/],
    ["no URL", url("hooks.example.com/a"), /no URL of the web/],
    ["another scheme", url("ftp://hooks.example.com/"), /no URL of the web/],
    ["a script", url("javascript:alert(1)"), /no URL of the web/],
    ["a line break", url("https://hooks.example.com/\n.evil.example"), /no URL of the web/],
    ["a fragment", url("https://hooks.example.com/#x"), /#…/],
    ["a long URL", url(`https://hooks.example.com/${"x".repeat(4000)}`), /4000 characters/],
  ])("%s", (_, draft, words) => {
    expect(told(() => createBody(draft, "c"))).toMatch(words);
  });

  test("a URL with a password, which is not shown", () => {
    const words = told(() => createBody(url("https://user:hunter22hunter@hooks.example.com/"), "c"));
    expect(words).toMatch(/user name or password/);
    expect(words).not.toContain("hunter22");
  });

  test.each(["http://localhost:8787/", "http://127.0.0.1:8787/x", "http://[::1]:8787/", "https://h.example/"])(
    "but not %s",
    (webhookUrl) => {
      expect(createBody(url(webhookUrl), "c")).toMatchObject({ webhook_url: webhookUrl });
    },
  );
});

describe("an update sends all of a registration, with what changes", () => {
  const hooked = registrationWith({
    deliveryType: "webhook",
    webhookUrl: "https://hooks.example.com/",
    description: "on call",
    filters: [{ name: "prod", subscriber_filter: "{}" }],
    enabled: false,
  });

  test("what no option names stays: filters, description, and whether it is enabled", () => {
    expect(updateBody(hooked, { name: "Another" })).toEqual({
      name: "Another",
      description: "on call",
      delivery_type: "webhook",
      webhook_url: "https://hooks.example.com/",
      events_of_interest: [{ provider_id: "platform", event_code: "sources_flow_run_success" }],
      subscriber_filters: [{ name: "prod", subscriber_filter: "{}" }],
      enabled: false,
    });
  });

  test("to a journal, and it has no webhook any more", () => {
    expect(updateBody(hooked, { deliveryType: "journal" })).not.toHaveProperty("webhook_url");
  });

  test("a Runtime action stays, until a webhook takes its place", () => {
    const action = registrationWith({ deliveryType: "webhook", runtimeAction: "pkg/act" });
    expect(updateBody(action, { name: "Other" })).toMatchObject({ runtime_action: "pkg/act" });
    const hook = updateBody(action, { webhookUrl: "https://h.example/" });
    expect(hook).toMatchObject({ webhook_url: "https://h.example/" });
    expect(hook).not.toHaveProperty("runtime_action");
  });

  test("from a journal to a webhook needs to say where", () => {
    expect(told(() => updateBody(registrationWith(), { deliveryType: "webhook" }))).toMatch(/needs the webhook's URL/);
  });

  test("a kind of which a part would be lost is left to the Console", () => {
    const bus = registrationWith({ deliveryType: "aws_eventbridge" });
    expect(told(() => updateBody(bus, { name: "Other" }))).toMatch(/aws_eventbridge[^]*Developer Console/);
  });

  test("events that came without their providers cannot be sent again", () => {
    const bare = registrationWith({ interests: [{ providerId: null, eventCode: "x" }] });
    expect(told(() => updateBody(bare, { name: "Other" }))).toMatch(/without the providers/);
    expect(updateBody(bare, { interests })).toMatchObject({ events_of_interest: [{ provider_id: "p-1" }] });
  });
});

test("a switch is a JSON patch of one field", () => {
  expect(enabledPatch(true)).toEqual([{ op: "replace", path: "/enabled", value: true }]);
});

/** Message, reason and remedy of what a call throws. */
function told(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    const { message, why, hint } = error as { message: string; why: string; hint: string };
    return [message, why, hint].join("\n");
  }
  return "nothing was thrown";
}
