import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { account } from "../../src/demo/account.ts";
import { readKeptJobs } from "../../src/engine/archive/jobs.ts";
import { openToRead } from "../../src/engine/archive/open.ts";
import { accountName } from "../../src/lytics/account-name.ts";
import { openNodeWorld } from "../../src/node-host.ts";
import { bareEnv, flowrun, records, scratch, start, type Running } from "../support/flowrun.ts";
import { openJournal, runEvent, type OpenJournal } from "../support/journal.ts";
import { openReceiver as openOtlp } from "../support/otlp-receiver.ts";
import { openReceiver } from "../support/receiver.ts";
import { deliveryOf, makeSigner, openKeyHost } from "../support/webhook.ts";

const quickly = { interval: 20, timeout: 60_000 };
const secret = "a-header-that-nobody-guesses";
const secured = `--lytics /lytics --lytics-header X-Token:env:HOOK_TOKEN --reconcile off`;
const token = { "x-token": secret };

/** An event in the form of either version of the API. */
const v2 = (id: string, verb = "completed") => ({
  ...{ id, subject_type: "work", subject_id: "w-1", verb },
  timestamp: "2026-11-28T12:00:00Z",
});
const v1 = (id: string) => ({
  id,
  ts: "1465584982676",
  subject_type: "topic-document",
  subject_id: "t",
  verb: "created",
});

interface Receiving {
  readonly running: Running;
  readonly url: string;
  /** The origin of the admin port, where there is one. */
  readonly admin: () => string;
  readonly stop: () => Running["finished"];
}

async function listening(running: Running): Promise<Receiving> {
  await running.saw(/for events of Lytics/, "stderr");
  const [, url = ""] = /(http:\S+) for events of Lytics/.exec(running.stderr()) ?? [];
  return {
    ...{ running, url },
    admin: () => /(http:\S+)\/healthz/.exec(running.stderr())?.[1] ?? "",
    stop: () => {
      running.child.kill("SIGTERM");
      return running.finished;
    },
  };
}

const listen = (journal: OpenJournal, line: string): Promise<Receiving> =>
  listening(journal.start(`listen --port 0 ${line}`, { HOOK_TOKEN: secret }));

async function post(
  url: string,
  content: unknown,
  headers: Record<string, string> = token,
): Promise<readonly [number, string]> {
  const body = typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content);
  const answer = await fetch(url, { method: "POST", body, headers }).catch(() => null);
  return answer === null ? [0, ""] : [answer.status, await answer.text()];
}

const status = async (...asked: Parameters<typeof post>): Promise<number> => (await post(...asked))[0];
const idsIn = (ndjson: string): readonly unknown[] =>
  records(ndjson).map(({ eventId, runId = null }) => eventId ?? runId);

describe("listen --lytics", () => {
  it("takes an event of either version, a list of them, and one under data, each once, and none in vain", async () => {
    const { running, url, stop } = await listen(await openJournal({ events: 0 }), `${secured} --json`);
    expect(await status(url, v2("a"))).toBe(200);
    expect(await status(url, [v1("b"), v2("a"), v2("c", "failed")])).toBe(200);
    expect(await status(url, { data: [v2("d", "syncing"), v2("c")], message: "success" })).toBe(200);
    for (const empty of [[], { data: [] }]) expect(await status(url, empty)).toBe(200);
    const nameless = { subject_type: "work", subject_id: "w", verb: "update" };
    for (const n of [1, 2]) expect([n, await status(url, nameless)]).toEqual([n, 200]);
    await expect.poll(() => records(running.stdout()).length, quickly).toBe(5);
    const { code, stdout, stderr } = await stop();
    expect(code).toBe(143);
    expect(idsIn(stdout)).toEqual(["a", "b", "c", "d", null]);
    expect(records(stdout)[1]).toMatchObject({ type: "flowrun.job", at: "2016-06-10T18:56:22.676Z", jobName: null });
    expect(records(stdout).map((job) => job["status"])).toEqual(["success", null, "failed", "inProgress", null]);
    expect(stderr).toContain("0 runs printed, 0 failed · 0 deliveries · 5 events of Lytics printed, 1 failed");
  });

  it("turns away whoever does not show the header, and what is no event, and tells neither secret nor body", async () => {
    const { running, url, admin, stop } = await listen(await openJournal({ events: 0 }), `${secured} --json --admin 0`);
    await running.saw("/healthz", "stderr");
    for (const headers of [{}, { "x-token": "wrong" }, { "x-token": `${secret}x` }, { "x-token": "" }])
      expect(await post(url, v2("a"), headers)).toEqual([401, expect.stringMatching(/does not have the header/)]);
    const noEvents = [
      "no JSON",
      "7",
      "null",
      {},
      { data: null },
      [1, "x"],
      [{ x: 1 }],
      `${"[".repeat(900)}${"]".repeat(900)}`,
    ];
    for (const content of noEvents) expect(await post(url, content)).toEqual([400, expect.stringMatching(/no event/)]);
    expect(await status(url, gzipSync(JSON.stringify(v2("a"))), { ...token, "content-encoding": "gzip" })).toBe(415);
    expect(await status(url, "x".repeat(4_100_000))).toBe(413);
    const tooMany = Array.from({ length: 10_001 }, (_, n) => ({ id: String(n), verb: "synced" }));
    expect(await post(url, tooMany)).toEqual([413, expect.stringMatching(/more events than are taken at once/)]);
    const got = await fetch(url, { headers: token });
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
    // A list of which one is an event is taken, and what is none in it is told.
    expect(await status(url, [{ x: 1 }, v2("good")])).toBe(200);
    await running.saw("good");
    const metrics = async () => (await fetch(`${admin()}/metrics`)).text();
    const counted = 'flowrun_jobs_total{subject_type="work",verb="completed",status="success"} 1\n';
    await expect.poll(metrics, quickly).toContain(counted);
    const page = await metrics();
    expect(page).toContain('flowrun_lytics_rejected_total{reason="header"} 4\n');
    expect(page).toContain(`flowrun_lytics_rejected_total{reason="form"} ${String(noEvents.length)}\n`);
    expect(page).toContain('flowrun_lytics_requests_total{code="401"} 4\n');
    expect(page).toContain("flowrun_webhook_accepted_total 0\n");
    expect(page).not.toContain("flowrun_webhook_requests_total{");
    const { stdout, stderr } = await stop();
    expect(idsIn(stdout)).toEqual(["good"]);
    expect(stderr.match(/delivery of Lytics was refused with 400/g)).toHaveLength(1);
    expect(stderr.match(/refused with 401: it does not have the header/g)).toHaveLength(1);
    expect(stderr).toMatch(
      /the event of Lytics that was received could not be read and was passed by: it names neither/,
    );
    expect(stdout + stderr + page).not.toContain(secret);
  });

  it("hands on after kill -9 whatever it has acknowledged, once, to whom it had not come yet", async () => {
    const journal = await openJournal({ events: 0 });
    const out = join(await scratch(), "jobs.ndjson");
    const acknowledged: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { running, url } = await listen(journal, `${secured} --to file:${out}`);
      // Two senders at once, each of whom may have what the other has.
      const sending = Array.from({ length: 40 }, async (_, index) => {
        const ids = [`j-${String(round * 30 + index)}`, `j-${String(round * 30 + index + 1)}`];
        if (
          (await status(
            url,
            ids.map((id) => v2(id)),
          )) === 200
        )
          acknowledged.push(...ids);
        if (acknowledged.length >= round * 60 + 40) running.child.kill("SIGKILL");
      });
      await Promise.all(sending);
      running.child.kill("SIGKILL");
      await running.finished;
    }
    const { stop } = await listen(journal, `${secured} --to file:${out}`);
    const wanted = [...new Set(acknowledged)].sort();
    const gotten = async () => idsIn(await readFile(out, "utf8").catch(() => "")).map(String);
    await expect
      .poll(async () => (await gotten()).filter((id) => wanted.includes(id)).length, quickly)
      .toBe(wanted.length);
    await stop();
    const got = await gotten();
    expect([...new Set(got)].sort()).toEqual([...got].sort());
  });

  it("leaves Adobe's door as it is, and passes nothing of Lytics on to who expects Adobe", async () => {
    const signer = makeSigner("lytics-e2e");
    const keys = await openKeyHost();
    keys.serve(signer);
    const journal = await openJournal({ events: 0 });
    const other = await openReceiver();
    const line = `listen --port 0 ${secured} --path /adobe --json --status failed --forward-to ${other.origin}/hook`;
    const { running, url, stop } = await listening(
      journal.start(line, { HOOK_TOKEN: secret, FLOWRUN_KEYS_URL: keys.url }),
    );
    const run = (n: number) =>
      deliveryOf({ ...(runEvent(n) as object), recipient_client_id: account.clientId }, [signer]);
    const [first, second] = [run(1), run(2)];
    const adobe = url.replace("/lytics", "/adobe");
    expect(await status(url, [v2("fine"), v2("bad", "failed"), v1("neither")])).toBe(200);
    expect(await status(adobe, first.body, { ...first.headers })).toBe(200);
    expect(await status(adobe, v2("stranger"))).toBe(401);
    expect(await status(url, second.body, { ...second.headers })).toBe(401);
    expect(await status(url.replace("/lytics", "/"), v2("nowhere"))).toBe(404);
    expect(await (await fetch(`${adobe}?challenge=7`)).json()).toEqual({ challenge: "7" });
    await expect.poll(() => other.posted.length, quickly).toBe(1);
    await running.saw("bad");
    const { stdout, stderr } = await stop();
    expect(idsIn(stdout)).toEqual(["bad"]);
    expect(other.posted.map(({ body }) => body)).toEqual([Buffer.from(first.body).toString()]);
    expect(stderr).toContain("0 runs printed, 0 failed · 1 delivery · 1 event of Lytics printed, 1 failed");
    await other.end();
  });

  it("gives a destination only what it has a form for, and the archive all of it, once", async () => {
    const journal = await openJournal({ events: 0 });
    const folder = await scratch();
    const path = join(folder, "archive.db");
    const line = `${secured} --to archive --to file:${folder}/all.ndjson --to file:${folder}/runs.csv --status failed`;
    const env = { HOOK_TOKEN: secret, FLOWRUN_ARCHIVE: path };
    const { running, url, stop } = await listening(journal.start(`listen --port 0 ${line}`, env));
    expect(running.stderr()).not.toContain("all.ndjson takes");
    for (const id of ["a", "b", "a"]) expect(await status(url, v2(id, id === "b" ? "failed" : "completed"))).toBe(200);
    await expect.poll(() => readFile(`${folder}/all.ndjson`, "utf8").catch(() => ""), quickly).toContain('"b"');
    const { code, stderr } = await stop();
    expect(code).toBe(143);
    expect(stderr).toMatch(/runs\.csv takes runs alone; events of Lytics are not delivered there/);
    expect(idsIn(await readFile(`${folder}/all.ndjson`, "utf8"))).toEqual(["b"]);
    expect(await readFile(`${folder}/runs.csv`, "utf8").catch(() => "none")).toBe("none");
    const archive = await openToRead(
      { kind: "embedded", path, isSet: true },
      null,
      openNodeWorld({ tuneV8: () => undefined }),
    );
    onTestFinished(() => archive?.database.close());
    const kept: unknown[] = [];
    for await (const some of readKeptJobs(archive!.database, accountName("https://api.lytics.io", "default"), {
      from: -Infinity,
      to: Infinity,
    }))
      kept.push(...some.map(({ record }) => (typeof record === "string" ? record : record.eventId)));
    expect(kept).toEqual(["a", "b"]);
    const alone = await listen(journal, `${secured} --to file:${folder}/runs.csv --admin 0`);
    expect(await status(alone.url, v2("c"))).toBe(200);
    const page = async () => (await fetch(`${alone.admin()}/metrics`)).text();
    await expect.poll(page, quickly).toContain("flowrun_webhook_backlog_events 0\n");
    expect((await alone.stop()).stderr).toContain("0 events of Lytics delivered, 0 failed");
  });

  it("prints events as lines among the rows of a table, and tells them aside where there are columns alone", async () => {
    const journal = await openJournal({ events: 0 });
    const table = await listen(journal, secured);
    await post(table.url, { ...v2("a", "failed"), notes: "the\nfile \u001b[31m is gone" });
    await table.running.saw("gone");
    const { stdout } = await table.stop();
    expect(stdout).toContain("lytics: work w-1 failed at 2026-11-28T12:00:00.000Z; the file \\x1b[31m is gone\n");
    const csv = await listen(journal, `${secured} -o csv`);
    await post(csv.url, v2("b", "failed"));
    await csv.running.saw(/lytics: work w-1 failed/, "stderr");
    const aside = await csv.stop();
    expect(aside.stdout).not.toContain("w-1");
    expect(aside.stderr).toContain("stdout takes runs alone; events of Lytics are told here");
  });

  it("receives for Lytics alone where nothing is known of Adobe", async () => {
    const home = await scratch();
    const running = start(["listen", "--port", "0", "--lytics", "/hook", "--reconcile", "off", "--json"], {
      env: bareEnv(home),
    });
    const { url, stop } = await listening(running);
    expect(await status(url, v2("a"), {})).toBe(200);
    expect(await status(url.replace("/hook", "/"), v2("b"), {})).toBe(404);
    await running.saw('"a"');
    const { code, stderr } = await stop();
    expect([code, stderr]).toEqual([143, expect.stringContaining("no header is asked for (--lytics-header)")]);
    expect(stderr).toMatch(/\n1 event of Lytics printed, 0 failed\n$/);
  });

  it("has a receiver of logs looked at before the first event comes", async () => {
    const receiver = await openOtlp();
    onTestFinished(() => receiver.end());
    const line = `${secured} --to otlp+http://127.0.0.1:${String(receiver.port)}`;
    const { stop } = await listen(await openJournal({ events: 0 }), line);
    await expect
      .poll(() => receiver.asked.map(({ signal, hasData }) => [signal, hasData]), quickly)
      .toEqual([
        ["traces", false],
        ["metrics", false],
        ["logs", false],
      ]);
    expect((await stop()).code).toBe(143);
  });

  it("does not start where others could come in unasked, nor with what can be no door", async () => {
    const env = { ...bareEnv(await scratch()), EMPTY: " ", LINES: "two\nlines" };
    for (const [line, why] of [
      ["--lytics /l --host 0.0.0.0", "could say that works failed"],
      ["--lytics /l --host 0.0.0.0 --lytics-header X-Token:", "it is empty"],
      ["--lytics /l --lytics-header X-Token:env:NOPE", "env:NOPE, and there is no such variable"],
      ["--lytics /l --lytics-header X-Token:env:EMPTY", "env:EMPTY, and there is no such variable"],
      ["--lytics /l --lytics-header X-Token:env:LINES", "cannot come in a header"],
      ["--lytics /l --lytics-header no-colon-at-all", "name of a header"],
      ["--lytics /l --lytics-header sp@ce:value", "name of a header"],
      ["--lytics /l --lytics-header X-Token:pre-env:LINES", "hold all of the word"],
      ["--lytics-header X-Token:a", "no path to which"],
      ["--lytics l", "is no path"],
      ["--lytics /ä", "as it is sent"],
      ["--path /a/../b", "as it is sent"],
      ["--lytics /l --path /l", "not a path of its own"],
      ["--lytics / --path /l", "not a path of its own"],
      ["--lytics /metrics", "not a path of its own"],
    ] as const) {
      const { code, stderr } = await flowrun(["listen", "--port", "0", ...line.split(" ")], { env });
      expect([line, code, stderr.trim().split("\n").length]).toEqual([line, 2, 3]);
      expect(stderr).toContain(why);
    }
    const alone = await flowrun(["listen", "--lytics", "/l"], { env });
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringMatching(/for Lytics alone: .*--reconcile off/)]);
  });

  it("is played by the demo", async () => {
    const running = start(["listen", "--port", "0", "--profile", "demo", "--lytics", "/lytics", "--json"], {
      env: bareEnv(await scratch()),
    });
    await running.saw("flowrun.job");
    running.child.kill("SIGTERM");
    expect((await running.finished).code).toBe(143);
  });
});
