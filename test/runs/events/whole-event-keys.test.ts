import { expect, test } from "vitest";
import { wholeEventKeys } from "../../../src/runs/events/whole-event-keys.ts";

const message = (n: number): Record<string, unknown> => ({
  messages: [{ value: { flowId: "f", id: `run-${String(n)}` } }],
});
const withId = (n: number) => ({ event_id: `id-${String(n)}`, event: { flowId: "f" } });
const sentTo = (event: object) => ({ ...event, recipientclientid: "ours", recipient_client_id: "ours" });

test("an event is the same whomever it was sent to, with an id and without", () => {
  for (const event of [message(1), withId(1)]) {
    expect(wholeEventKeys(event)).toHaveLength(1);
    expect(wholeEventKeys(sentTo(event))).toEqual(wholeEventKeys(event));
  }
  expect(wholeEventKeys(message(2))).not.toEqual(wholeEventKeys(message(1)));
  expect(wholeEventKeys(withId(2))).not.toEqual(wholeEventKeys(withId(1)));
});

test("a list has the keys of its parts, each once", () => {
  for (const of of [message, withId]) {
    const parts = [of(1), of(2), of(1)];
    expect(wholeEventKeys(parts)).toEqual([of(1), of(2)].flatMap(wholeEventKeys));
    expect(wholeEventKeys(parts.map(sentTo))).toEqual(wholeEventKeys(parts));
  }
});

test("there is always one", () => {
  const endless: unknown[] = [];
  endless.push(endless);
  for (const event of [null, 7, "", "{", [], [[]], {}, endless]) {
    expect(wholeEventKeys(event).length).toBeGreaterThan(0);
  }
});
