import { expect, test } from "vitest";
import { createGate } from "../../../src/adobe/journal/gate.ts";
import type { Notice } from "../../../src/notices.ts";
import { settled } from "./story.ts";

const minuteMs = 60_000;

function gateOf(jobs: number) {
  const clock = { now: 0 };
  const gate = createGate(jobs, () => clock.now);
  const heard: Notice[] = [];
  const notify = gate.watch((notice) => void heard.push(notice));
  const hear = (status: number): void => {
    notify({
      kind: "retrying",
      what: `the journal answered ${status}`,
      why: null,
      requestId: null,
      attempt: 2,
      waitMs: 1000,
      ...(status === 429 ? { throttled: true } : {}),
    });
  };
  return { clock, gate, heard, hear };
}

test("each 429 halves the places, down to one", () => {
  const { gate, hear } = gateOf(16);
  const allowed = Array.from({ length: 6 }, () => {
    hear(429);
    return gate.allowed();
  });
  expect(allowed).toEqual([8, 4, 2, 1, 1, 1]);
});

test("other troubles leave them alone, and every notice is passed on", () => {
  const { gate, heard, hear } = gateOf(4);
  hear(503);
  hear(429);
  expect(gate.allowed()).toBe(2);
  expect(heard.map((notice) => notice.kind === "retrying" && notice.what)).toEqual([
    "the journal answered 503",
    "the journal answered 429",
  ]);
});

test("each quiet minute gives one back, up to as many as were asked for", () => {
  const { clock, gate, hear } = gateOf(6);
  hear(429);
  const after = (minutes: number): number => {
    clock.now = minutes * minuteMs;
    return gate.allowed();
  };
  expect([0.99, 1, 1.99, 2, 3, 60].map(after)).toEqual([3, 4, 4, 5, 6, 6]);
});

test("a minute counts as quiet from the last 429 on", () => {
  const { clock, gate, hear } = gateOf(8);
  hear(429);
  clock.now = 0.9 * minuteMs;
  hear(429);
  clock.now = 1.5 * minuteMs;
  expect(gate.allowed()).toBe(2);
  clock.now = 1.9 * minuteMs;
  expect(gate.allowed()).toBe(3);
});

test("whoever waits looks again when something changed, and not before", async () => {
  const { gate } = gateOf(2);
  const state = { isOpen: false, passed: 0 };
  const wait = async (): Promise<void> => {
    await gate.until(() => state.isOpen);
    state.passed += 1;
  };
  const waiting = [wait(), wait()];
  gate.changed();
  await settled();
  expect(state.passed).toBe(0);
  state.isOpen = true;
  await settled();
  expect(state.passed).toBe(0);
  gate.changed();
  await Promise.all(waiting);
  expect(state.passed).toBe(2);
});

test("who waits for a place hears of one that a quiet minute gave back", async () => {
  const { clock, gate, hear } = gateOf(2);
  hear(429);
  const waiting = gate.until(() => gate.allowed() === 2);
  clock.now = minuteMs;
  // Somebody else looks first.
  expect(gate.allowed()).toBe(2);
  await waiting;
});

test("who waits for others to be held back hears of a 429", async () => {
  const { gate, hear } = gateOf(2);
  const waiting = gate.until(() => gate.allowed() === 1);
  hear(429);
  await waiting;
});
