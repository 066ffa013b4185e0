import { expect, test } from "vitest";
import { exitCodes } from "../../../src/errors.ts";
import { persevere, type Attempt, type Patience, type Trouble } from "../../../src/adobe/gateway/retrying.ts";
import type { Notice } from "../../../src/notices.ts";
import { fakeHost, type FakeHost } from "../../support/host.ts";

const trouble: Trouble = {
  what: "the journal answered 503",
  kind: "unavailable",
  why: "Service Unavailable",
  requestId: "req-1",
  waitMs: null,
};

/** Fails as scripted, then succeeds with "done". */
function script(troubles: readonly Partial<Trouble>[]): {
  attempt: () => Promise<Attempt<string>>;
  tries: () => number;
} {
  let tries = 0;
  return {
    tries: () => tries,
    attempt: () => {
      const next = troubles[tries++];
      return Promise.resolve(next === undefined ? { value: "done" } : { trouble: { ...trouble, ...next } });
    },
  };
}

function run(attempt: () => Promise<Attempt<string>>, patience: Partial<Patience> = {}, host: FakeHost = fakeHost()) {
  const notices: Notice[] = [];
  const notify = (notice: Notice): void => void notices.push(notice);
  const whole = { retries: 5, maxWaitMs: 300_000, ...patience };
  const result = persevere(attempt, { host, signal: host.signal, patience: whole, notify });
  return { result, notices, host };
}

test("an attempt that succeeds costs no wait and says nothing", async () => {
  const { result, notices, host } = run(script([]).attempt);
  expect(await result).toBe("done");
  expect(host.sleeps).toEqual([]);
  expect(notices).toEqual([]);
});

test("backs off longer each time, and tells before each wait what came back and when it asks again", async () => {
  const { result, notices, host } = run(script([{}, {}, {}]).attempt);
  expect(await result).toBe("done");
  expect(host.sleeps).toEqual([500, 1000, 2000]);
  expect(notices).toEqual(
    [500, 1000, 2000].map((waitMs, index) => ({
      kind: "retrying",
      what: "the journal answered 503",
      why: "Service Unavailable",
      requestId: "req-1",
      attempt: index + 2,
      waitMs,
    })),
  );
});

test("waits exactly as the server says", async () => {
  const { result, host } = run(script([{ waitMs: 7000 }, {}]).attempt);
  await result;
  expect(host.sleeps).toEqual([7000, 1000]);
});

test.each([
  [0, 1],
  [1, 1],
  [2, 2],
  [5, 5],
])("with --retries %i gives up at failure %i", async (retries, tries) => {
  const { attempt, tries: tried } = script(Array.from({ length: 9 }, () => ({})));
  const { result, host } = run(attempt, { retries });
  await expect(result).rejects.toMatchObject({ kind: "unavailable", why: "Service Unavailable", requestId: "req-1" });
  expect(tried()).toBe(tries);
  expect(host.sleeps).toHaveLength(tries - 1);
});

test("giving up says how often it tried, exits 5, and names the option that allows more", async () => {
  const error: unknown = await run(script(Array.from({ length: 9 }, () => ({}))).attempt).result.catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ message: "the journal answered 503 5 times in a row" });
  expect(error).toHaveProperty("hint", expect.stringContaining("--retries"));
  expect(exitCodes.unavailable).toBe(5);
});

test("without end means without end", async () => {
  const { attempt, tries } = script(Array.from({ length: 400 }, () => ({})));
  const { result } = run(attempt, { retries: Infinity });
  expect(await result).toBe("done");
  expect(tries()).toBe(401);
});

test("a wait longer than --max-wait ends it at once, without waiting", async () => {
  const { attempt, tries } = script([{ waitMs: 300_001 }]);
  const { result, host } = run(attempt);
  const error: unknown = await result.catch((e: unknown) => e);
  expect(error).toMatchObject({ kind: "unavailable", requestId: "req-1" });
  expect(error).toHaveProperty(
    "message",
    expect.stringMatching(/asks to wait 301 s, longer than --max-wait \(300 s\)/),
  );
  expect(error).toHaveProperty("hint", expect.stringContaining("--max-wait PT301S"));
  expect(host.sleeps).toEqual([]);
  expect(tries()).toBe(1);
});

test("a wait of exactly --max-wait is waited", async () => {
  const { result, host } = run(script([{ waitMs: 300_000 }]).attempt);
  expect(await result).toBe("done");
  expect(host.sleeps).toEqual([300_000]);
});

test("an unlimited wait is waited out", async () => {
  const { result, host } = run(script([{ waitMs: 86_400_000 }]).attempt, { retries: Infinity, maxWaitMs: Infinity });
  expect(await result).toBe("done");
  expect(host.sleeps).toEqual([86_400_000]);
});

test("a trouble with a limit of its own is counted apart from the others", async () => {
  const own = { allowed: 3, waitMs: 0, kind: "auth" } as const;
  const { attempt, tries } = script([own, {}, own, {}, own]);
  const { result } = run(attempt);
  await expect(result).rejects.toMatchObject({ kind: "auth" });
  expect(tries()).toBe(5);
});

test("its own limit holds even where patience has none", async () => {
  const { result } = run(script([{ allowed: 1, kind: "auth" }]).attempt, { retries: Infinity });
  await expect(result).rejects.toMatchObject({ kind: "auth", message: "the journal answered 503" });
});

test("told to stop, it does not begin", async () => {
  const host = fakeHost();
  host.stop();
  const { attempt, tries } = script([]);
  await expect(run(attempt, {}, host).result).rejects.toThrow("stopped by the test");
  expect(tries()).toBe(0);
});

test("told to stop while it waits, it does not ask again", async () => {
  const host = fakeHost({
    onSleep: (_, self) => {
      self.stop();
    },
  });
  const { attempt, tries } = script([{}, {}]);
  await expect(run(attempt, {}, host).result).rejects.toThrow("stopped by the test");
  expect(tries()).toBe(1);
});

test("what an attempt throws is not retried", async () => {
  const { result, host } = run(() => Promise.reject(new RangeError("a bug")));
  await expect(result).rejects.toThrow(RangeError);
  expect(host.sleeps).toEqual([]);
});

test("however long a patient reader is told to wait, it asks again after a day", async () => {
  const day = 24 * 3_600_000;
  const { result, notices, host } = run(script([{ waitMs: 365 * day }]).attempt, { maxWaitMs: Infinity });
  expect(await result).toBe("done");
  expect(host.sleeps).toEqual([day]);
  expect(notices).toMatchObject([{ kind: "retrying", waitMs: day }]);
});
