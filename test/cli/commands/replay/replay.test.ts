import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startServer, type DemoServer } from "../../../../src/demo/server.ts";
import { generatedSource } from "../../../../src/demo/source.ts";
import { bareEnv, records, scratch, settingsFor } from "../../../support/flowrun.ts";
import { runHere } from "../../../support/in-process.ts";
import { runEvent } from "../../../support/journal.ts";
import { openReceiver, type OpenReceiver } from "../../../support/receiver.ts";

/** A journal whose events are texts, a webhook, and somebody who replays to it. */
let server: DemoServer;
let receiver: OpenReceiver;
let env: Record<string, string>;
let folder: string;
const events: string[] = [];

const minute = 60_000;

beforeEach(async () => {
  const now = Date.now();
  events.splice(0, events.length, ...Array.from({ length: 6 }, (_, n) => JSON.stringify(runEvent(n))));
  server = await startServer({
    now: () => Date.now(),
    sleep: () => Promise.resolve(),
    source: generatedSource({
      total: () => events.length,
      length: () => events.length,
      writtenAt: (index) => now - (20 - index) * minute,
      event: (index) => events[index] ?? "null",
    }),
  });
  onTestFinished(() => server.close());
  receiver = await openReceiver();
  onTestFinished(() => receiver.end());
  folder = await scratch();
  env = { ...bareEnv(folder), ...settingsFor(server) };
});

async function replay(line: string, more: { readonly input?: string; readonly env?: Record<string, string> } = {}) {
  const words = ["replay", ...line.replaceAll("HOOK", `${receiver.origin}/hook`).split(" ")];
  const finished = await runHere(words, { env: { ...env, ...more.env }, input: more.input ?? "" });
  return { ...finished, summary: (): unknown => JSON.parse(finished.stdout) };
}

const bodies = () => receiver.posted.map(({ body }) => body);
const ledger = async (): Promise<readonly string[]> => {
  const home = join(env["FLOWRUN_HOME"] ?? "", "replays");
  const [file = ""] = (await readdir(home)).filter((name) => name.endsWith(".ids"));
  return (await readFile(join(home, file), "utf8")).trimEnd().split("\n");
};

describe("what is sent", () => {
  test("is each event in the bytes in which the journal has it, once; the second time nothing is left", async () => {
    const spelled = [
      '{"event_id":"e-a","event":{"n":1.0,"big":1e400,"id":"run-a","flowId":"f","metrics":{"statusSummary":{"status":"success"}},"x":12345678901234567890,"header":{"_adobeio":{"eventCode":"sources_flow_run_success","providerMetadata":"aep_observability_catalog_events"}}}}',
      ' { "event_id" : "e-b" , "event" : {"2":1,"1":2,"\\u0069d":"run-\\u00e9😀","flowId":"f","a":1,"a":2,"metrics":{"statusSummary":{"status":"failed"}},"header":{"_adobeio":{"eventCode":"sources_flow_run_failed"}}} } ',
    ];
    events.push(...spelled);
    const first = await replay("-P1D --to HOOK --json");
    expect(first.code).toBe(0);
    expect(bodies()).toEqual(events.map((text) => text.trim()));
    expect(first.summary()).toMatchObject({
      type: "flowrun.replay",
      events: 8,
      runs: 8,
      sent: 8,
      accepted: 8,
      leftOut: 0,
    });
    expect(first.stderr).toMatch(/^8 events sent, 8 accepted, 0 refused, 0 left out · 8 events, /m);
    expect(await ledger()).toEqual(receiver.posted.map(({ headers }) => headers["x-adobe-event-id"]));
    expect(receiver.posted.at(-2)?.headers).toMatchObject({
      "x-adobe-event-id": "e-a",
      "x-adobe-event-code": "sources_flow_run_success",
      "x-adobe-provider": "aep_observability_catalog_events",
    });
    const again = await replay("-P1D --to HOOK --json");
    expect(again.summary()).toMatchObject({ sent: 0, accepted: 0, leftOut: 8 });
    expect(receiver.posted).toHaveLength(8);
    expect((await replay("-P1D --to HOOK --all --json")).summary()).toMatchObject({ sent: 8, leftOut: 0 });
    // What is known already is not written twice.
    expect(await ledger()).toHaveLength(8);
  });

  test("is a whole event, once, however many of its runs were asked for", async () => {
    const messages = [0, 1].map((n) => {
      const { id, flowId, metrics } = JSON.parse(JSON.stringify(runEvent(n))) as Record<string, unknown>;
      return { _eventNotificationMeta: { type: "sources_flow_run_success" }, value: { id, flowId, metrics } };
    });
    const body = (n: number) => ({
      ...{ id: `many-${n}`, flowId: "many", metrics: { statusSummary: { status: n === 0 ? "success" : "failed" } } },
    });
    const both = messages.map((message, n) => ({ ...message, value: body(n) }));
    events.splice(
      0,
      events.length,
      JSON.stringify({ messages: both }),
      JSON.stringify({ event_id: "m", event: both[0]?.value }),
    );
    events[1] = JSON.stringify({ event_id: "m-2", event: { messages: both } });
    expect((await replay("-P1D --to HOOK --events runs --json")).summary()).toMatchObject({
      events: 2,
      runs: 4,
      sent: 2,
    });
    expect(bodies()).toEqual(events);
    const one = await replay("-P1D --to HOOK --events runs --json --status failed --all");
    expect(one.summary()).toMatchObject({ events: 2, runs: 2, sent: 2 });
    expect(bodies().slice(2)).toEqual(events);
  });

  test("is what filters, an event's id or a number choose", async () => {
    const ids = events.map((text) => (JSON.parse(text) as { event_id?: string; eventid?: string }).event_id ?? "");
    expect(ids[2]).not.toBe("");
    await replay(`-P1D --to HOOK --event ${ids[2]}`);
    expect(bodies()).toEqual([events[2]]);
    await replay("-P1D --to HOOK --flow flow-0 --all");
    expect(bodies().slice(1)).toEqual([events[0], events[3]]);
    // So many that are sent, beside what is left out.
    await replay("-P1D --to HOOK --max 2");
    expect(bodies().slice(3)).toEqual([events[1], events[4]]);
    const absent = await replay("-P1D --to HOOK --event nonesuch");
    expect([absent.code, absent.stderr]).toEqual([1, expect.stringContaining("error: no event nonesuch\n") as string]);
  });

  test("is, of a dry run, told and not sent; nothing is made or locked", async () => {
    const dry = await replay("-P1D --to HOOK --dry-run");
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(
      /^6 events would be sent to http:\/\/127\.0\.0\.1:\d+\/…, [\d.]+ kB\n {2}of 6 events with 6 runs/,
    );
    expect(dry.stderr).toMatch(/^6 events would be sent, 0 left out · /m);
    expect(receiver.posted).toEqual([]);
    await expect(ledger()).rejects.toThrow("ENOENT");
    await replay("-P1D --to HOOK --max 4");
    expect((await replay("-P1D --to HOOK --dry-run --json")).summary()).toMatchObject({
      dryRun: true,
      sent: 2,
      leftOut: 4,
    });
    expect(receiver.posted).toHaveLength(4);
  });

  test("is not what somebody has already, by events, runs or records", async () => {
    const first = await runHere(["since", "-P1D", "--json", "--max", "2"], { env });
    const have = join(folder, "have.ndjson");
    await writeFile(have, `${first.stdout}run-2\n"run-3"\n{broken\n`);
    const some = await replay(`-P1D --to HOOK --only-missing-from ${have} --json`);
    expect(some.stderr).toContain(`1 line of ${have} could not be read, the first one ${have}:5`);
    expect(some.summary()).toMatchObject({ sent: 2, leftOut: 4 });
    expect(bodies()).toEqual(events.slice(4));
    const stdin = await replay("-P1D --to HOOK --only-missing-from - --all --json", { input: "run-0\n" });
    expect(stdin.summary()).toMatchObject({ sent: 5, leftOut: 1 });
    const none = await replay("-P1D --to HOOK --only-missing-from -", { input: "\n" });
    expect([none.code, none.stderr]).toEqual([0, expect.stringContaining("stdin names no event and no run") as string]);
    expect((await replay(`-P1D --to HOOK --only-missing-from ${folder}/none`)).code).toBe(2);
  });
});

describe("from an archive", () => {
  test("is sent what the journal has lost, as it is kept, and signed where there is a secret", async () => {
    await runHere(["archive", "sync"], { env: { ...env, FLOWRUN_ARCHIVE: join(folder, "a.db") } });
    const own = { FLOWRUN_ARCHIVE: join(folder, "a.db") };
    const kept = await replay("-P1D --to HOOK --source archive --json", { env: own });
    expect(kept.summary()).toMatchObject({ sent: 6, accepted: 6, withoutEvent: 0 });
    expect(bodies()).toEqual(events);
    expect(receiver.posted[0]?.headers).toHaveProperty("x-adobe-signature");
    // What the archive has sent, the journal need not send again: the ids are the same.
    expect((await replay("-P1D --to HOOK --source journal --json")).summary()).toMatchObject({ sent: 0, leftOut: 6 });
  });

  test("is sent an event by its id, also where a filter is beside that looks at columns alone", async () => {
    const own = { FLOWRUN_ARCHIVE: join(folder, "c.db") };
    const [raw] = events;
    const { stdout } = await runHere(["since", "-P1D", "--json"], { env });
    const odd = { ...records(stdout)[0], eventId: "evt:24", key: "evt:24#0", raw: JSON.parse(raw ?? "") as unknown };
    await writeFile(join(folder, "odd.ndjson"), JSON.stringify(odd));
    await runHere(["archive", "import", join(folder, "odd.ndjson")], { env: { ...env, ...own } });
    const sent = await replay("oldest --to HOOK --source archive --event evt:24 --status success --json", {
      env: own,
    });
    expect([sent.code, sent.summary()]).toMatchObject([0, { sent: 1 }]);
    expect(bodies()).toEqual([raw]);
  });

  test("is not sent what was imported without its event", async () => {
    const plain = await runHere(["since", "-P1D", "--json"], { env });
    await writeFile(join(folder, "plain.ndjson"), plain.stdout);
    const own = { FLOWRUN_ARCHIVE: join(folder, "b.db") };
    const imported = await runHere(["archive", "import", join(folder, "plain.ndjson")], { env: { ...env, ...own } });
    expect(imported.code).toBe(0);
    const found = await replay("oldest --to HOOK --source archive --json", { env: own });
    expect(found.summary()).toMatchObject({ sent: 0, withoutEvent: 6 });
    expect(found.stderr).toMatch(/6 without the event/);
  });
});

describe("what goes wrong", () => {
  test("what is refused for good is told with its place, the rest goes on, and the exit code is 3", async () => {
    receiver.answer((n) => ({ status: n === 1 ? 400 : n === 3 ? 505 : 200, body: "no \u001b[31m" }));
    const { code, stderr, stdout } = await replay("-P1D --to HOOK --json");
    expect(code).toBe(3);
    expect(stderr).toMatch(/warning: \S+ refused event \S+ at "heron:[^"]+": it answered 400: no \[31m\n/);
    expect(stderr).not.toContain("\u001b");
    expect(stderr).toContain("refused 2 events for good");
    expect(stderr).toContain("it answered 400 to 1, 505 to 1");
    expect(JSON.parse(stdout)).toMatchObject({ sent: 6, accepted: 4, refused: 2 });
    receiver.answer({ status: 200 });
    expect((await replay("-P1D --to HOOK --json")).summary()).toMatchObject({ sent: 2, leftOut: 4 });
  });

  test("a webhook that insists on Adobe's signature stops it at the first, with exit 4", async () => {
    receiver.answer({ status: 401 });
    const { code, stderr } = await replay("-P1D --to HOOK --concurrency 8");
    expect([code, receiver.posted.length]).toEqual([4, 1]);
    expect(stderr).toMatch(/lets no replay in\n {2}why: it answered 401; Adobe's RSA signatures cannot be made/);
    expect(stderr).toMatch(/^0 events sent, 0 accepted, 0 refused, 0 left out · \d/m);
  });

  test("one that goes away ends it with exit 5; what it accepted stays written down", async () => {
    receiver.answer((n) => ({ status: n < 3 ? 200 : 503 }));
    const { code, stderr } = await replay("-P1D --to HOOK --retries 1");
    expect(code).toBe(5);
    expect(stderr).toContain("the same line again sends only the rest");
    expect(await ledger()).toHaveLength(3);
  });

  test.each([
    ["-P1D", /--to/],
    ["--to HOOK", /when/],
    ["last --to HOOK", /replay cannot start at 'last'/],
    ["now --to HOOK", /replay cannot start at 'now'/],
    ["-P1D --to HOOK --last 3", /--last has no meaning with replay/],
    ["-P1D --to HOOK --sort runId", /--sort has no meaning with replay|does not know/],
    ["-P1D --to HOOK --from x", /--from has no meaning with replay/],
    ["-P1D --to HOOK --raw", /--raw has no meaning with replay/],
    ["-P1D --to HOOK --fail-on empty", /--fail-on has no meaning with replay/],
    ["-P1D --to HOOK --cursor x", /--cursor goes with 'last' only/],
    ["-P1D --to HOOK --all-profiles", /one profile at a time/],
    ["-P1D --to HOOK --profile a,b", /one profile at a time/],
    ["-P1D --to HOOK --all --only-missing", /do not go together/],
    ["-P1D --to HOOK --only-missing-from=", /names no file/],
    ["-P1D --to http://example.com/x", /plain http, to another machine/],
    ["-P1D --to slack+https://hooks.slack.com/x", /replay does not deliver to/],
    ["-P1D --to nonsense", /replay does not deliver to nonsense/],
    ["-P1D --to https://env:NOT_SET_ANYWHERE/x", /no such variable/],
    ["-P1D --to HOOK --rate fast", /10\/s/],
    ["-P1D --to HOOK --rate 0/s", /10\/s/],
    ["-P1D --to HOOK --concurrency 65", /64 or less/],
    ["-P1D --to HOOK --columns nonsense", /nonsense/],
  ])("%s is refused before anything is asked", async (line, words) => {
    const { code, stderr } = await replay(line);
    expect([code, receiver.posted.length, server.requests.length]).toEqual([2, 0, 0]);
    expect(stderr).toMatch(words);
  });

  test("a secret in the address is shown nowhere, and changing it changes no ledger", async () => {
    const at = (secret: string) =>
      `http://user:${secret}@127.0.0.1:${new URL(receiver.origin).port}/hook?token=${secret}`;
    const first = await replay(`-P1D --to ${at("hunter2-hunter2-hunter2")} --json`);
    expect(first.stdout + first.stderr).not.toContain("hunter2");
    expect(receiver.posted[0]?.headers.authorization).toMatch(/^Basic /);
    const second = await replay(`-P1D --to ${at("another-secret-altogether")} --json`);
    expect(second.summary()).toMatchObject({ sent: 0, leftOut: 6 });
  });
});
