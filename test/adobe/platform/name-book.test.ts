import { describe, expect, test } from "vitest";
import type { NameAnswer } from "../../../src/adobe/platform/flow-service.ts";
import { openNameBook, type KnownNames, type NameBook } from "../../../src/adobe/platform/name-book.ts";
import { sampleRun } from "../../render/sample-runs.ts";
import { fakeHost, noon, type FakeHostOptions } from "../../support/host.ts";

const hour = 3_600_000;
const nameless = (flowId: string) => sampleRun({ flowId, flowName: null });

interface Asked {
  readonly flowId: string;
  readonly sandbox: string | null;
  readonly signal: AbortSignal;
  readonly answer: (answer: NameAnswer) => void;
}

/** A book whose questions are answered when the test says so. */
async function openBook(found: KnownNames = new Map(), options: FakeHostOptions = {}) {
  const host = fakeHost(options);
  const asked: Asked[] = [];
  const complaints: string[] = [];
  const kept: KnownNames[] = [];
  const book: NameBook = await openNameBook({
    host,
    signal: host.signal,
    store: {
      find: async () => found,
      keep: async (names) => {
        kept.push(names);
      },
    },
    ask: (flowId, sandbox, signal) =>
      new Promise((answer) => {
        asked.push({ flowId, sandbox, signal, answer });
        signal.addEventListener("abort", () => {
          answer({ trouble: "aborted" });
        });
      }),
    complain: (trouble) => complaints.push(trouble),
  });
  return { host, book, asked, complaints, kept };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a run goes on without its name, and the next of its flow has it", async () => {
  const { book, asked } = await openBook();
  const run = nameless("flow-1");
  expect(book.complete(run)).toBe(run);
  asked[0]?.answer({ name: "Orders" });
  await soon();
  expect(book.complete(run)).toEqual({ ...run, flowName: "Orders" });
  expect(asked.map(({ flowId, sandbox }) => [flowId, sandbox])).toEqual([["flow-1", "prod"]]);
});

test("a run with a name is left alone, and nobody is asked", async () => {
  const { book, asked } = await openBook(new Map([["flow-1", { name: "Other", at: noon }]]));
  const run = sampleRun({ flowId: "flow-1", flowName: "Mine" });
  expect(book.complete(run)).toBe(run);
  expect(asked).toEqual([]);
});

test("one question for each flow, four at once", async () => {
  const { book, asked } = await openBook();
  for (const n of [1, 2, 3, 4, 5, 6, 1, 2, 6]) book.complete(nameless(`flow-${n}`));
  expect(asked.map(({ flowId }) => flowId)).toEqual(["flow-1", "flow-2", "flow-3", "flow-4"]);
  asked[1]?.answer({ name: null });
  await soon();
  expect(asked.map(({ flowId }) => flowId).slice(4)).toEqual(["flow-5"]);
});

describe("kept names", () => {
  test("of the last day are used, and not asked for again", async () => {
    const found = new Map([
      ["flow-1", { name: "Orders", at: noon - 23 * hour }],
      ["flow-2", { name: null, at: noon - 23 * hour }],
    ]);
    const { book, asked, kept } = await openBook(found);
    expect(book.complete(nameless("flow-1")).flowName).toBe("Orders");
    expect(book.complete(nameless("flow-2")).flowName).toBeNull();
    await book.close();
    expect(asked).toEqual([]);
    expect(kept).toEqual([]);
  });

  test("older ones are asked for again, and serve until the answer is there", async () => {
    const { book, asked, kept } = await openBook(new Map([["flow-1", { name: "Old", at: noon - 25 * hour }]]));
    expect(book.complete(nameless("flow-1")).flowName).toBe("Old");
    asked[0]?.answer({ name: "New" });
    await soon();
    expect(book.complete(nameless("flow-1")).flowName).toBe("New");
    await book.close();
    expect(kept.map((names) => [...names])).toEqual([[["flow-1", { name: "New", at: noon }]]]);
  });
});

describe("trouble", () => {
  test("is told once, and leaves Flow Service alone for a while", async () => {
    const { book, host, asked, complaints } = await openBook();
    for (const n of [1, 2, 3, 4, 5, 6]) book.complete(nameless(`flow-${n}`));
    asked[0]?.answer({ trouble: "Flow Service answered 403" });
    asked[1]?.answer({ trouble: "Flow Service answered 403" });
    await soon();
    book.complete(nameless("flow-7"));
    expect(asked).toHaveLength(4);
    expect(complaints).toEqual(["Flow Service answered 403"]);
    await host.sleep(600_000);
    book.complete(nameless("flow-7"));
    expect(asked.at(-1)?.flowId).toBe("flow-7");
  });
});

describe("closing", () => {
  test("waits for what is under way, and keeps it", async () => {
    const { book, asked, kept } = await openBook(new Map(), { onSleep: () => asked[0]?.answer({ name: "Orders" }) });
    book.complete(nameless("flow-1"));
    await book.close();
    expect(kept.map((names) => [...names.keys()])).toEqual([["flow-1"]]);
  });

  test("two seconds at most, and then stops asking without a word", async () => {
    const { book, host, asked, complaints, kept } = await openBook();
    book.complete(nameless("flow-1"));
    await book.close();
    await soon();
    expect(host.sleeps).toEqual([2000]);
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(complaints).toEqual([]);
    expect(kept).toEqual([]);
  });

  test("at once when flowrun is asked to stop", async () => {
    const { book, host } = await openBook();
    book.complete(nameless("flow-1"));
    host.stop();
    await book.close();
    expect(host.sleeps).toEqual([]);
  });
});

describe("what no flow can be called", () => {
  test.each([".", "..", "\ud800", "x".repeat(1_000_000)])("%j is neither asked for nor kept", async (flowId) => {
    const { book, asked, kept } = await openBook();
    const run = nameless(flowId);
    expect(book.complete(run)).toBe(run);
    await book.close();
    expect([asked, kept]).toEqual([[], []]);
  });

  test.each([
    ["a question that cannot even be put", new URIError("URI malformed"), "URI malformed"],
    ["a bug of ours, told as one,", new TypeError("x is no function"), "flowrun hit a bug: x is no function"],
  ])("%s is trouble, and ends nothing", async (_, error, complaint) => {
    const host = fakeHost();
    const complaints: string[] = [];
    const store = { find: async () => new Map(), keep: async () => undefined };
    const ask = () => Promise.reject(error);
    const complain = (trouble: string) => complaints.push(trouble);
    const book = await openNameBook({ host, signal: host.signal, store, ask, complain });
    book.complete(nameless("flow-1"));
    await soon();
    await book.close();
    expect(complaints).toEqual([complaint]);
  });
});
