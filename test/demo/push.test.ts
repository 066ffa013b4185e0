import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { push, type HookState } from "../../src/demo/push.ts";
import { createSigning } from "../../src/demo/signing.ts";
import { listedSource, type Written } from "../../src/demo/source.ts";

const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse("2026-11-22T12:00:00Z");
const signing = createSigning();

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Minutes since the start. */
  readonly at: number;
}

/** A webhook that answers posts as it is told, and an Adobe with a clock of its own that goes on a minute at each look. */
async function pushFor(minutes: number, events: readonly Written[], answer: (n: number) => number) {
  let clock = start;
  const posted: Posted[] = [];
  const states: HookState[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const challenge = new URL(request.url ?? "", "http://localhost").searchParams.get("challenge");
      if (challenge !== null) return response.end(challenge);
      const body = Buffer.concat(chunks).toString();
      posted.push({ headers: request.headers, body, at: (clock - start) / minute });
      return response.writeHead(answer(posted.length - 1)).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const over = new AbortController();
  await push({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    source: listedSource(events),
    signing,
    now: () => clock,
    sleep: () => {
      clock += minute;
      if (clock - start > minutes * minute) over.abort();
      return Promise.resolve();
    },
    signal: over.signal,
    onState: (state) => {
      if (states.at(-1) !== state) states.push(state);
    },
  });
  return { posted, states };
}

const eventsAt = (...minutes: readonly number[]): readonly Written[] =>
  minutes.map((at, n) => ({ at: start + at * minute, event: { n, header: { _adobeio: { eventCode: `code_${n}` } } } }));

/** Of each delivery, the numbers of its events. */
function numbersIn({ body }: Posted): readonly number[] {
  return ([JSON.parse(body)] as { readonly n: number }[]).flat().map(({ n }) => n);
}

test("what is not taken is sent again after 1, 2, 4, 8, 15, 15 … minutes, for a day and no longer", async () => {
  // The first is held back for the second, as Adobe does with a batch.
  const { posted } = await pushFor(30 * 60, eventsAt(1, 1), () => 503);
  const at = posted.map((one) => one.at - 1);
  expect(at.slice(0, 7)).toEqual([0, 1, 3, 7, 15, 30, 45]);
  expect(at.at(-1)).toBe((24 * hour) / minute);
  expect(posted.map(({ headers }) => headers["x-adobe-retry-count"] ?? "0")).toEqual(posted.map((_, n) => String(n)));
});

test("a webhook that is disabled gets nothing new, and still what was planned", async () => {
  // Twenty failures are together after two and a half hours.
  const events = eventsAt(1, 1, 6 * 60, 6 * 60);
  const { posted, states } = await pushFor(10 * 60, events, (n) => (n < 25 ? 503 : 200));
  expect(posted.every((one) => numbersIn(one).join() === "0,1")).toBe(true);
  expect(posted).toHaveLength(26);
  expect(states).toEqual(["active", "unstable", "disabled"]);
});

test("a delivery is called by its events' own code, and where they differ or tell none by none", async () => {
  const tells: readonly object[] = [
    { header: { _adobeio: { eventCode: "a" } } },
    { specversion: "1.0", type: "b" },
    { specversion: "1.0", type: "b" },
    {},
    { messages: [{ _eventNotificationMeta: { type: "c" } }] },
    { header: { msgId: "1", _adobeio: { eventCode: "d" } }, body: { type: "run" } },
    { eventid: "1", event: { body: { specversion: "1.0", type: "e" } } },
    {},
    {},
    { type: "run" },
  ];
  const events = tells.map((event, n) => ({ at: start + minute, event: { n, ...event } }));
  const { posted } = await pushFor(3, events, () => 200);
  expect(posted.map((one) => [numbersIn(one).join(), one.headers["x-adobe-event-code"]])).toEqual([
    ["0,1", undefined],
    ["2", "b"],
    ["4", "c"],
    ["5", "d"],
    ["6", "e"],
    ["7,9", undefined],
  ]);
});

test("an end in the middle of a delivery says nothing of the webhook", async () => {
  const over = new AbortController();
  const states: HookState[] = [];
  const server = createServer((request, response) => {
    const challenge = new URL(request.url ?? "", "http://localhost").searchParams.get("challenge");
    if (challenge === null) over.abort();
    else response.end(challenge);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  let clock = start;
  await push({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    source: listedSource(eventsAt(1, 1)),
    signing,
    now: () => clock,
    sleep: () => Promise.resolve(void (clock += minute)),
    signal: over.signal,
    onState: (state) => states.push(state),
  });
  expect(states).toEqual(["active"]);
});

test("an event that is a list of them is delivered as they are, each for the recipient", async () => {
  const event = [0, 1].map((n) => ({ n, messages: [{ value: { flowId: `flow-${n}` } }] }));
  const { posted } = await pushFor(
    10,
    [{ at: start + minute, event: "missed" }, ...[2, 3].map((at) => ({ at: start + at * minute, event }))],
    () => 200,
  );
  expect(posted.map(numbersIn)).toEqual([
    [0, 1],
    [0, 1],
  ]);
  for (const { body } of posted) {
    const events = JSON.parse(body) as readonly Record<string, unknown>[];
    expect(events.map(({ recipientclientid, messages }) => [typeof recipientclientid, messages])).toEqual(
      event.map(({ messages }) => ["string", messages]),
    );
  }
});
