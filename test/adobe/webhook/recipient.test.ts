import { describe, expect, test } from "vitest";
import { recipientOf } from "../../../src/adobe/webhook/recipient.ts";

const ours = "cd549c3e50314c8fb345f27e8be27dc2";
const wrapped = { event: { id: "run-1" } };

describe("ours", () => {
  test.each<[string, unknown[]]>([
    ["the older name", [{ ...wrapped, recipient_client_id: ours }]],
    ["the newer name alone", [{ ...wrapped, recipientclientid: ours }]],
    ["both", [{ recipientclientid: ours, recipient_client_id: ours }]],
    ["one of each in a batch", [{ recipientclientid: ours }, { recipient_client_id: ours }]],
    ["one beside null", [{ recipientclientid: ours, recipient_client_id: null }]],
    ["flat CloudEvents", [{ specversion: "1.0", recipientclientid: ours, data: { recipientclientid: "x" } }]],
    ["a hybrid", [{ eventid: "1", event: { body: { specversion: "1.0", data: {} } }, recipientclientid: ours }]],
    ["inside the event", [{ position: "p", event: { recipientclientid: ours } }]],
    ["inside its body", [{ event: { body: { recipientclientid: ours } } }]],
    ["in each message", [{ messages: [{ recipientclientid: ours }, { value: { recipientclientid: ours } }] }]],
  ])("%s", (_, events) => {
    expect(recipientOf(events, ours)).toBe("ours");
  });
});

describe("another's", () => {
  test.each<[string, unknown[]]>([
    ["in another case", [{ recipientclientid: ours.toUpperCase() }]],
    ["the last of a batch", [...Array<object>(19).fill({ recipientclientid: ours }), { recipientclientid: "x" }]],
    ["two names that disagree", [{ recipientclientid: ours, recipient_client_id: "x" }]],
    ["a list of ours", [{ recipientclientid: [ours] }]],
    ["nothing between quotes", [{ recipientclientid: "" }]],
    ["one message", [{ messages: [{ recipientclientid: ours }, { recipientclientid: "x" }] }]],
    ["beside one that is nobody's", [{}, { recipientclientid: "x" }]],
  ])("%s", (_, events) => {
    expect(recipientOf(events, ours)).toBe("another");
  });
});

describe("nobody's", () => {
  const endless: Record<string, unknown> = {};
  endless["event"] = endless;

  test.each<[string, unknown[]]>([
    ["no events", []],
    ["no object", [null]],
    ["a text that reads like it", [ours]],
    ["one of a batch without", [{ recipientclientid: ours }, wrapped]],
    ["only what it tells of", [{ data: { recipientclientid: ours } }]],
    ["a list of no messages", [{ messages: [] }]],
    ["one message without", [{ messages: [{ recipientclientid: ours }, {}] }]],
    ["an object of a prototype", [JSON.parse(`{"__proto__": {"recipientclientid": "${ours}"}}`)]],
    ["nested without end", [endless]],
  ])("%s", (_, events) => {
    expect(recipientOf(events, ours)).toBe("nobody");
  });
});
