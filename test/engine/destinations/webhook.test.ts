import { Webhook } from "standardwebhooks";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import type { Means, OpenDestination } from "../../../src/engine/destinations/destination.ts";
import { Away, Refused } from "../../../src/engine/destinations/refused.ts";
import { webhook } from "../../../src/engine/destinations/webhook.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { ndjsonRenderer } from "../../../src/render/formats/json.ts";
import { absence } from "../../support/absences.ts";
import { destinationContract } from "../../support/destination-contract.ts";
import { realSleep } from "../../support/host.ts";
import { jobsIn } from "../../support/jobs.ts";
import {
  closeWorld,
  delivered,
  idOf,
  meansOf,
  openReceiver,
  openTrust,
  type MeansParts,
  type OpenReceiver,
} from "../../support/receiver.ts";

const secret = `whsec_${Buffer.alloc(32, "first secret ").toString("base64")}`;
const nextSecret = `whsec_${Buffer.alloc(24, "second secret ").toString("base64")}`;
const trust = await openTrust();
const ignore = (): void => undefined;

afterAll(closeWorld);

for (const query of ["", "?batch=2"]) {
  destinationContract(
    `webhook${query}`,
    webhook,
    async () => {
      const receiver = await openReceiver();
      return {
        ...receiver,
        address: `${receiver.origin}/hook${query}`,
        env: { FLOWRUN_WEBHOOK_SECRET: secret },
        delivered: async () =>
          receiver.posted
            .filter(({ status }) => status === 200)
            .flatMap(({ body }) => [JSON.parse(body) as unknown].flat())
            .map((record) => idOf((record as { key: string }).key)),
        deliveredJobs: async () =>
          jobsIn(
            receiver.posted
              .filter(({ status }) => status === 200)
              .flatMap(({ body }) => [JSON.parse(body) as unknown].flat())
              .map((record) => JSON.stringify(record)),
          ),
        refuse: async (isRefusing) => {
          receiver.answer(isRefusing ? { status: 422, body: "no such field" } : { status: 200 });
        },
      };
    },
    {
      guarantee: { repeats: "batch", keepsPlace: false },
      means: ({ env }) => meansOf({ env: { ...env } }),
      run: (n) => delivered(n),
    },
  );
}

/** A receiver that lives as long as the test, and what delivers to it. */
async function hooked(path = "/hook", parts: MeansParts = {}, receiver?: OpenReceiver) {
  const there = receiver ?? (await openReceiver());
  onTestFinished(() => there.end());
  const env = { FLOWRUN_WEBHOOK_SECRET: secret, ...parts.env };
  const means = meansOf({ ...parts, env });
  const to = await openAt(there.origin + path, means);
  return { there, to, means };
}

async function openAt(text: string, means: Means): Promise<OpenDestination> {
  const address = parseAddress(text, means.host.env);
  webhook.check(address, means.host.env);
  const to = await webhook.open(address, means);
  onTestFinished(() => to.close());
  return to;
}

function failureOf(work: Promise<unknown>): Promise<FlowrunError> {
  return work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: unknown) => error as FlowrunError,
  );
}

function checked(text: string, env: Record<string, string> = {}): FlowrunError | null {
  try {
    webhook.check(parseAddress(text, env), env);
    return null;
  } catch (error) {
    return error as FlowrunError;
  }
}

/** The three lines, as one text. */
const linesOf = ({ message, why, hint }: FlowrunError): string => [message, why, hint].join("\n");

test("news of a flow that does not run is a record like any other, under an id of its own", async () => {
  const { there, to } = await hooked("/hook?batch=3");
  const news = absence("absent");
  await to.deliver([news], null, ignore);
  await to.deliver([delivered(1), news], null, ignore);
  const [alone, both] = there.posted;
  expect(new Webhook(secret).verify(alone!.body, alone!.headers as Record<string, string>)).toEqual([news.absent]);
  expect((JSON.parse(both!.body) as { type: string }[]).map(({ type }) => type)).toEqual([
    "flowrun.run",
    "flowrun.absent",
  ]);
  there.answer({ status: 422 });
  const single = await hooked("/hook", {}, there);
  expect(linesOf(await failureOf(single.to.deliver([news], null, ignore)))).toContain(
    "refuses the news of flow flow-1",
  );
});

test("a request carries the record as --json has it, signed so that the reference library accepts it", async () => {
  const { there, to } = await hooked();
  const run = delivered(1, { flowName: "Orders\u2028to <Profile> ü" });
  await to.deliver([run], null, ignore);
  const [post] = there.posted;
  expect(`${post!.body}\n`).toBe(ndjsonRenderer().encode(run.run));
  expect(post!.headers).toMatchObject({
    "content-type": "application/json",
    "webhook-id": run.id,
    "user-agent": expect.stringMatching(/^flowrun\/\d/) as string,
  });
  const headers = post!.headers as Record<string, string>;
  expect(new Webhook(secret).verify(post!.body, headers)).toEqual(JSON.parse(JSON.stringify(run.run)));
  expect(() => new Webhook(nextSecret).verify(post!.body, headers)).toThrow("No matching signature");
  expect(() => new Webhook(secret).verify(`${post!.body} `, headers)).toThrow("No matching signature");
});

test("while secrets change, it is signed by each of them", async () => {
  const { there, to } = await hooked("/hook", { env: { FLOWRUN_WEBHOOK_SECRET: ` ${secret}  ${nextSecret}\n` } });
  await to.deliver([delivered(1)], null, ignore);
  const { body, headers } = there.posted[0]!;
  expect(headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
  for (const one of [secret, nextSecret]) new Webhook(one).verify(body, headers as Record<string, string>);
  expect(to.found).toContain("signed by 2 secrets");
});

test("each attempt has a time of its own and the same id", async () => {
  let now = Date.now() - 60_000;
  const { there, to } = await hooked("/hook", { now: () => (now += 10_000) });
  there.answer((n) => ({ status: n === 0 ? 503 : 200 }));
  await expect(to.deliver([delivered(1)], null, ignore)).rejects.toThrow(Away);
  await to.deliver([delivered(1)], null, ignore);
  const [first, second] = there.posted.map(({ headers }) => headers);
  expect(second!["webhook-id"]).toBe(first!["webhook-id"]);
  expect(Number(second!["webhook-timestamp"])).toBeGreaterThan(Number(first!["webhook-timestamp"]));
});

test("without a secret it is not signed, which is said once, however often it is opened", async () => {
  const { there, to, means } = await hooked("/hook", { env: { FLOWRUN_WEBHOOK_SECRET: "" } });
  await to.deliver([delivered(1)], null, ignore);
  expect(there.posted[0]!.headers).not.toHaveProperty("webhook-signature");
  expect(there.posted[0]!.headers).toHaveProperty("webhook-id");
  await openAt(`${there.origin}/hook`, means);
  expect(means.told).toMatchObject([
    { kind: "warning", text: expect.stringContaining("FLOWRUN_WEBHOOK_SECRET") as string },
  ]);
});

test("a batch is an array, cut in order, and has the same id when it is sent again behind what is safe", async () => {
  const { there, to } = await hooked("/hook?batch=3&kind=a%2Fb");
  const runs = Array.from({ length: 8 }, (_, n) => delivered(n));
  there.answer((n) => ({ status: n === 1 ? 502 : 200 }));
  let safe = 0;
  await expect(to.deliver(runs, null, (count) => (safe = count))).rejects.toThrow(Away);
  expect(safe).toBe(3);
  const counts: number[] = [];
  await to.deliver(runs.slice(safe), null, (count) => counts.push(count));
  expect(counts).toEqual([3, 5]);
  const keys = there.posted.map(({ body }) => (JSON.parse(body) as { key: string }[]).map(({ key }) => idOf(key)));
  const ids = runs.map(({ id }) => id);
  expect(keys).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(3, 6), ids.slice(6)]);
  const sent = there.posted.map(({ headers }) => headers["webhook-id"]);
  expect(sent[2]).toBe(sent[1]);
  expect(new Set(sent).size).toBe(3);
  expect(there.posted.map(({ path }) => path)).toEqual(Array(4).fill("/hook?kind=a%2Fb"));
  for (const { body, headers } of there.posted) new Webhook(secret).verify(body, headers as Record<string, string>);
});

test("a name and a password in the address go as a header, and not in the URL", async () => {
  const there = await openReceiver();
  onTestFinished(() => there.end());
  const means = meansOf({ env: { FLOWRUN_WEBHOOK_SECRET: secret, HOOK_PASSWORD: "p@ss/word" } });
  const to = await openAt(`${there.origin.replace("//", "//me:env:HOOK_PASSWORD@")}/hook`, means);
  await to.deliver([delivered(1)], null, ignore);
  expect(there.posted[0]!.headers.authorization).toBe(`Basic ${btoa("me:p@ss/word")}`);
});

describe("an answer that another try may mend", () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  test.each([
    [429, { "retry-after": "3600" }, 3_600_000, 3_600_000],
    [429, { "retry-after": inAnHour, date: new Date().toUTCString() }, 3_500_000, 3_700_000],
    [429, {}, null, null],
    [500, {}, null, null],
    [502, {}, null, null],
    [503, { "retry-after": "7" }, 7000, 7000],
    [504, {}, null, null],
    [408, {}, null, null],
  ])("%i %j", async (status, headers, least, most) => {
    const { there, to } = await hooked();
    there.answer({ status, headers, body: "busy" });
    const counts: number[] = [];
    const failure = await failureOf(to.deliver([delivered(1)], null, (count) => counts.push(count)));
    expect(failure).toBeInstanceOf(Away);
    expect(failure.why).toContain(`it answered ${status}: busy`);
    expect(failure.hint).toBeTruthy();
    expect(counts).toEqual([]);
    const waitMs = failure instanceof Away ? failure.waitMs : NaN;
    if (least === null) expect(waitMs).toBeNull();
    else expect([waitMs! >= least, waitMs! <= most, waitMs]).toEqual([true, true, waitMs]);
  });
});

test.each([
  [400, "see what the receiver's own log says"],
  [401, "FLOWRUN_WEBHOOK_SECRET"],
  [404, "path"],
  [410, "take it out of --to"],
  [413, "a smaller ?batch="],
])("%i is a refusal, which names the run and how to pass it by", async (status, remedy) => {
  const { there, to } = await hooked("/hook?batch=2");
  there.answer({ status, body: '{"error": "unknown_field", "message": "no"}' });
  const runs = [delivered(1), delivered(2), delivered(3)];
  const failure = await failureOf(to.deliver(runs, null, ignore));
  expect(failure).toBeInstanceOf(Refused);
  expect(failure).toMatchObject({ kind: "protocol", ids: runs.slice(0, 2).map(({ id }) => id) });
  expect(failure.why).toBe(`it answered ${status}: unknown_field: no`);
  expect(failure.hint).toContain(remedy);
  expect(failure.hint).toContain("--on-refused skip");
  if (status === 410) expect(failure.message).toContain("gone: the receiver asks for no more");
});

test("a redirect is not followed, and tells where to without its path", async () => {
  const { there, to } = await hooked();
  const location = "https://elsewhere.example/hidden-path-to-nowhere";
  there.answer({ status: 308, headers: { location } });
  const failure = await failureOf(to.deliver([delivered(1)], null, ignore));
  expect(failure).toMatchObject({ kind: "settings" });
  expect(failure).not.toBeInstanceOf(Refused);
  expect(failure.why).toContain("it answered 308 and names https://elsewhere.example;");
  expect(linesOf(failure)).not.toContain("hidden-path");
  expect(there.posted).toHaveLength(1);
});

test("an answer that comes after 30 seconds comes too late", async () => {
  const waits: number[] = [];
  const { there, to } = await hooked("/hook", {
    sleep: (ms, signal) => {
      waits.push(ms);
      return realSleep(ms === 30_000 && waits.length > 1 ? 50 : ms, signal);
    },
  });
  there.answer(null);
  const failure = await failureOf(to.deliver([delivered(1)], null, ignore));
  expect(failure).toBeInstanceOf(Away);
  expect(failure.why).toContain("no answer came in time (after 30 s)");
  expect(waits).toEqual([30_000, 30_000]);
});

test("what hangs is let go of at once: by the signal, and by close", async () => {
  const stopping = new AbortController();
  const { there, to } = await hooked("/hook", { signal: stopping.signal });
  there.answer(null);
  const closed = failureOf(to.deliver([delivered(1)], null, ignore));
  await to.close();
  expect((await closed).message).toBe("the destination is closed");
  const other = await hooked("/hook", { signal: stopping.signal }, there);
  const stopped = failureOf(other.to.deliver([delivered(1)], null, ignore));
  stopping.abort(new Error("stopped by the test"));
  expect((await stopped).message).toBe("stopped by the test");
});

test("words of a refusal are bounded, on one line, and without a secret that the receiver tells", async () => {
  const { there, to } = await hooked("/hook/a-path-that-is-the-secret?token=a-token-in-the-query");
  const told = `bad\n\u001b[31m ${secret} a-path-that-is-the-secret a-token-in-the-query `;
  for (const body of [told + "x".repeat(5000), told + "x".repeat(3_000_000)]) {
    there.answer({ status: 400, body });
    const failure = await failureOf(to.deliver([delivered(1)], null, ignore));
    const lines = linesOf(failure);
    expect(lines.split("\n")).toHaveLength(3);
    expect(lines.length).toBeLessThan(1000);
    for (const hidden of [secret, "a-path-that-is-the-secret", "a-token-in-the-query", "\u001b"]) {
      expect(lines).not.toContain(hidden);
    }
  }
});

test("a broken connection, a closed port and an unknown name may all be mended by another try", async () => {
  const { there, to, means } = await hooked();
  await there.goDown();
  const failures = [
    await failureOf(to.deliver([delivered(1)], null, ignore)),
    await failureOf(openAt(`${there.origin}/hook`, means)),
    await failureOf(openAt("https://nowhere.invalid/hook", means)),
  ];
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(Away);
    expect(failure.message).toMatch(/^https?:\/\/[\w.:]+\/… could not be reached$/);
    expect([failure.why, failure.hint]).not.toContain(null);
  }
});

test("a server that cares for nothing but its own path is not refused when it is opened", async () => {
  const there = await openReceiver();
  onTestFinished(() => there.end());
  const cut: Means["host"]["send"] = async (ask, signal) => {
    if (ask.method === "GET") throw Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
    return meansOf().host.send(ask, signal);
  };
  const to = await openAt(`${there.origin}/hook`, meansOf({ send: cut }));
  await to.deliver([delivered(1)], null, ignore);
  expect(there.posted).toHaveLength(1);
});

describe.skipIf(trust === null)(`TLS${trust === null ? " (openssl is missing)" : ""}`, () => {
  test("a certificate that is not trusted is named before a run is sent; one that is trusted will do", async () => {
    const there = await openReceiver(trust!);
    onTestFinished(() => there.end());
    const failure = await failureOf(openAt(`${there.origin}/hook`, meansOf()));
    expect(failure).toMatchObject({ kind: "unavailable" });
    expect(linesOf(failure)).toMatch(/not trusted[^]*NODE_EXTRA_CA_CERTS/);
    const to = await openAt(`${there.origin}/hook`, meansOf({ send: trust!.send }));
    await to.deliver([delivered(1)], null, ignore);
    expect(there.posted).toHaveLength(1);
  });
});

test.each([
  ["http://example.com/hook", "plain http, to another machine"],
  ["http://10.0.0.1/hook", "plain http, to another machine"],
  ["https://", "is not a URL"],
  ["https:/example.com/hook", "is not a URL"],
  ["https://exa mple/hook", "is not a URL"],
  ["https://example.com/hook?batch=0", "?batch=0"],
  ["https://example.com/hook?batch=1001", "?batch=1001"],
  ["https://example.com/hook?batch=many", "?batch=many"],
  ["https://example.com/hook?batch=", "?batch="],
  ["https://hooks.slack.com/services/T/B/X", "Slack's"],
])("%s is refused before anything is asked", (text, words) => {
  const failure = checked(text);
  expect(failure).toMatchObject({ kind: "usage" });
  expect(failure!.message).toContain(words);
  expect([failure!.why, failure!.hint]).not.toContain(null);
});

test.each([
  "http://127.0.0.1:8787/x",
  "http://localhost/x",
  "http://[::1]:1/x",
  "https://example.com",
  "HTTPS://a.b/c",
])("%s is an address", (text) => {
  expect(checked(text)).toBeNull();
});

test.each([
  "not-a-secret-of-a-webhook",
  Buffer.alloc(32, "x").toString("base64"),
  "whsec_",
  `whsec_${Buffer.alloc(23, "x").toString("base64")}`,
  `whsec_${Buffer.alloc(65, "x").toString("base64")}`,
  `whsec_${Buffer.alloc(32, "x").toString("base64")}!`,
  `${secret} whsec_short`,
  `${secret},${nextSecret}`,
])("the secret %s is refused, and not shown", (text) => {
  const failure = checked("https://example.com/hook", { FLOWRUN_WEBHOOK_SECRET: text });
  expect(failure).toMatchObject({ kind: "settings" });
  expect(linesOf(failure!)).toContain("openssl rand -base64 32");
  for (const part of text.split(/[\s,]/).filter((one) => one.length > 8)) expect(linesOf(failure!)).not.toContain(part);
});
