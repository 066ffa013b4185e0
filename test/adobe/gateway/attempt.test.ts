import { expect, test } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { attempt } from "../../../src/adobe/gateway/attempt.ts";

const addressee = { unreached: "the journal could not be read", setting: "journalUrl" };
const failing = (error: Error, signal = new AbortController().signal) =>
  attempt(() => Promise.reject(error), addressee, signal);

test("what an exchange brings is handed on, trouble too", async () => {
  const { signal } = new AbortController();
  expect(await attempt(() => Promise.resolve({ value: 7 }), addressee, signal)).toEqual({ value: 7 });
  const trouble = { what: "busy", kind: "unavailable", why: null, requestId: null, waitMs: 5 } as const;
  expect(await attempt(() => Promise.resolve({ trouble }), addressee, signal)).toEqual({ trouble });
});

test.each([
  ["a refused connection", Object.assign(new Error("no"), { code: "ECONNREFUSED" }), "the connection was refused (no)"],
  ["a fetch that failed, which says why in its cause", new TypeError("failed", { cause: new Error("gone") }), "gone"],
])("%s is trouble that names the setting", async (_, error, why) => {
  expect(await failing(error)).toMatchObject({
    trouble: {
      what: "the journal could not be read",
      kind: "unavailable",
      why,
      suspects: ["journalUrl"],
      examine: true,
    },
  });
});

test.each([
  ["a TypeError", new TypeError("x is not a function")],
  ["a ReferenceError", new ReferenceError("x is not defined")],
  ["what was thrown on purpose", new FlowrunError("protocol", "too large")],
])("%s is no trouble of the network's", async (_, error) => {
  await expect(failing(error)).rejects.toBe(error);
});

test("told to stop, it stops with the reason, whatever broke", async () => {
  const reason = new Error("stopped");
  await expect(failing(new Error("socket closed"), AbortSignal.abort(reason))).rejects.toBe(reason);
});
