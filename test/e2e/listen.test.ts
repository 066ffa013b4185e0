import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { account } from "../../src/demo/account.ts";
import { scratch, type Running } from "./../support/flowrun.ts";
import { openJournal, runEvent, type OpenJournal } from "../support/journal.ts";
import { canMount, whyNoMount } from "../support/machine.ts";
import { openReceiver } from "../support/receiver.ts";
import { deliveryOf, hmacHeader, makeSigner, openKeyHost } from "../support/webhook.ts";

const signer = makeSigner("e2e");

/** Looked at often, for as long as a slow machine may need. */
const quickly = { interval: 20, timeout: 60_000 };

interface Listening {
  readonly journal: OpenJournal;
  readonly running: Running;
  readonly url: string;
  /** Delivers an event, or a batch, as Adobe does. */
  readonly deliver: (content: unknown, headers?: Readonly<Record<string, string>>) => Promise<number>;
  readonly stop: (signal?: NodeJS.Signals) => ReturnType<() => Running["finished"]>;
}

/** An event as both the webhook and the journal have it. */
const eventOf = (n: number): object => ({ ...(runEvent(n) as object), recipient_client_id: account.clientId });

async function openListening(line: string, journal: OpenJournal): Promise<Listening> {
  const keys = await openKeyHost();
  keys.serve(signer);
  const running = journal.start(`listen --port 0 ${line}`, { FLOWRUN_KEYS_URL: keys.url });
  await running.saw(/listening on http/, "stderr");
  const [url = ""] = /http:\/\/\S+/.exec(running.stderr()) ?? [];
  return {
    ...{ journal, running, url },
    deliver: (content, headers = {}) => {
      const delivery = deliveryOf(content, [signer], headers);
      return post(url, delivery.body, { "content-type": "application/json", ...delivery.headers });
    },
    stop: (signal = "SIGTERM") => {
      running.child.kill(signal);
      return running.finished;
    },
  };
}

/** The status of the answer; 0 for none. */
function post(url: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((answered) => {
    const asking = request(url, { method: "POST", headers }, (answer) => {
      answer.resume().on("end", () => {
        answered(answer.statusCode ?? 0);
      });
    });
    asking.on("error", () => {
      answered(0);
    });
    asking.end(body);
  });
}

const runsIn = (ndjson: string): readonly { runId: string; via: string }[] =>
  ndjson
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { runId: string; via: string });

const idsIn = (ndjson: string): readonly string[] => runsIn(ndjson).map(({ runId }) => runId);

describe("listen", () => {
  it("acknowledges what is Adobe's, prints each run once, and brings from the journal what did not come", async () => {
    const journal = await openJournal({ events: 0 });
    const { running, deliver, stop } = await openListening("--json --reconcile 1s --since oldest", journal);
    expect(await deliver(eventOf(0))).toBe(200);
    expect(await deliver(eventOf(0))).toBe(200);
    expect(await deliver([eventOf(0), eventOf(1), eventOf(2)])).toBe(200);
    await running.saw("run-2");
    journal.add(eventOf(1), eventOf(2), eventOf(3));
    await running.saw("run-3");
    const { code, stdout, stderr } = await stop();
    expect(code).toBe(143);
    expect(runsIn(stdout).map(({ runId, via }) => [runId, via])).toEqual([
      ["run-0", "webhook"],
      ["run-1", "webhook"],
      ["run-2", "webhook"],
      ["run-3", "journal"],
    ]);
    expect(stderr).toContain(
      "4 runs printed, 0 failed, 1 of them only the journal had · 3 deliveries, 1 known already",
    );
  });

  it("refuses what is not signed, not well, or not for this client, and prints none of it", async () => {
    const { url, deliver, stop } = await openListening("--json --reconcile off", await openJournal({ events: 0 }));
    const body = Buffer.from(JSON.stringify(eventOf(1)));
    expect(await post(url, body, {})).toBe(401);
    const other = deliveryOf(eventOf(1), [makeSigner("other")]);
    expect(await post(url, other.body, other.headers)).toBe(503);
    expect(await deliver({ ...eventOf(1), recipient_client_id: "somebody-else" })).toBe(403);
    expect(await post(url, body, hmacHeader(body.toString(), account.clientSecrets[0]))).toBe(401);
    const { stdout, stderr } = await stop();
    expect([stdout, stderr]).toEqual(["", expect.stringMatching(/refused with 401.*refused with 503.*403/s)]);
  });

  it("puts away what is Adobe's and cannot be read, once, and says where", async () => {
    const journal = await openJournal({ events: 0 });
    const { running, deliver, stop } = await openListening("--json --reconcile off --admin 0", journal);
    await running.saw(/healthz/, "stderr");
    const [admin = ""] = /http:\S+(?=\/healthz)/.exec(running.stderr()) ?? [];
    const headers = { "x-adobe-event-id": "broken", authorization: "Bearer of-a-proxy" };
    for (let n = 0; n < 2; n += 1) expect(await deliver("not JSON", headers)).toBe(200);
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(metrics).toContain('flowrun_webhook_rejected_total{reason="poison"} 2\n');
    const { stdout, stderr } = await stop();
    const paths = Array.from(stderr.matchAll(/broken is acknowledged, and lies in (\S+\.http): /g), ([, path]) => path);
    expect([stdout, paths.length, new Set(paths).size]).toEqual(["", 2, 1]);
    const text = await readFile(paths[0] ?? "", "utf8");
    expect(text).toMatch(/^x-adobe-event-id: broken\r\n/m);
    expect(text.endsWith("\r\n\r\nnot JSON")).toBe(true);
    expect(text).not.toContain("of-a-proxy");
    // As a process leaves it that is killed over the next one.
    await writeFile(`${paths[0] ?? ""}x.1-2-3-4.tmp`, "half");
    await (await openListening("--json --reconcile off", journal)).stop();
    expect(await readdir(join(paths[0] ?? "", ".."))).toEqual([basename(paths[0] ?? "")]);
  });

  it("hands on after kill -9 whatever it has acknowledged, and knows again what comes once more", async () => {
    const journal = await openJournal({ events: 0 });
    const out = join(await scratch(), "runs.ndjson");
    const acknowledged: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { running, deliver } = await openListening(`--reconcile off --to file:${out}`, journal);
      const sending = Array.from({ length: 40 }, async (_, index) => {
        const n = round * 30 + index;
        if ((await deliver(eventOf(n))) === 200) acknowledged.push(`run-${String(n)}`);
        if (acknowledged.length === round * 30 + 20) running.child.kill("SIGKILL");
      });
      await Promise.all(sending);
      running.child.kill("SIGKILL");
      await running.finished;
    }
    const { running, stop } = await openListening(`--reconcile off --to file:${out}`, journal);
    const wanted = [...new Set(acknowledged)].sort();
    await expect
      .poll(async () => new Set(idsIn(await readFile(out, "utf8").catch(() => ""))).size, quickly)
      .toBeGreaterThanOrEqual(wanted.length);
    await stop();
    await running.finished;
    const got = idsIn(await readFile(out, "utf8"));
    expect([...new Set(got)].sort()).toEqual([...got].sort());
    expect(wanted.filter((id) => !got.includes(id))).toEqual([]);
  });

  it.skipIf(!canMount)(`has Adobe come again while its disk is full from the start${whyNoMount}`, async () => {
    const journal = await openJournal({ events: 0 });
    await mkdir(journal.home, { recursive: true });
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=0700", "none", journal.home]).status).toBe(0);
    onTestFinished(() => void spawnSync("umount", ["-l", journal.home]));
    const filler = join(journal.home, "filler");
    spawnSync("sh", ["-c", `cat /dev/zero > ${filler}`]);
    const { running, url, deliver, stop } = await openListening(
      "--json --reconcile 1s --since oldest --admin 0",
      journal,
    );
    await running.saw(/\/healthz/, "stderr");
    const { port } = new URL(/(http:\S+)\/healthz/.exec(running.stderr())?.[1] ?? "");
    const health = async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status;
    expect(await (await fetch(`${url}?challenge=7`)).json()).toEqual({ challenge: "7" });
    expect([await deliver(eventOf(0)), await health()]).toEqual([503, 503]);
    await rm(filler);
    await expect.poll(() => deliver(eventOf(0)), quickly).toBe(200);
    journal.add(eventOf(1));
    await running.saw("run-1");
    expect(await health()).toBe(200);
    const { code, stdout } = await stop();
    expect([code, idsIn(stdout)]).toEqual([143, ["run-0", "run-1"]]);
  });

  it.skipIf(!canMount)(`can be stopped while it waits for room${whyNoMount}`, async () => {
    const journal = await openJournal({ events: 0 });
    await mkdir(journal.home, { recursive: true });
    expect(
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=4k,nr_inodes=3,mode=0700", "none", journal.home]).status,
    ).toBe(0);
    onTestFinished(() => void spawnSync("umount", ["-l", journal.home]));
    const { stop } = await openListening("--reconcile off", journal);
    expect((await stop()).code).toBe(143);
  });

  it("stays up and answers while ten thousand connections are held open to it", async () => {
    const journal = await openJournal({ events: 0 });
    const { running, url, deliver, stop } = await openListening("--json --reconcile off --admin 0", journal);
    await running.saw(/\/healthz/, "stderr");
    const { origin } = new URL(/(http:\S+)\/healthz/.exec(running.stderr())?.[1] ?? "");
    const { hostname, port } = new URL(url);
    // As many as this process may have.
    const files = Number(spawnSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).stdout) || 10_500;
    const most = Math.min(10_000, files - 500);
    // Nothing at all, half a head, half a body.
    const beginnings = ["", "POST / HTTP/1.1\r\nHos", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n{"];
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    let settled = 0;
    for (let n = 0; n < most; n += 1) {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      socket
        .resume()
        .on("error", () => undefined)
        .once("close", () => (settled += 1));
      socket.once("connect", () => socket.write(beginnings[n % beginnings.length] ?? ""));
      // In crowds, as fast as they are let in or turned away.
      if (n % 500 === 499) await Promise.race([once(socket, "connect"), once(socket, "close")]);
    }
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    await expect.poll(() => deliver(eventOf(0)), quickly).toBe(200);
    await running.saw("run-0");
    // None is held for longer than a delivery may take.
    await expect.poll(() => settled, quickly).toBe(most);
    expect(await deliver(eventOf(1))).toBe(200);
    const { code, stdout } = await stop();
    expect([code, idsIn(stdout)]).toEqual([143, ["run-0", "run-1"]]);
  });

  it("passes deliveries on with their own bytes, waits for an endpoint that is away, and goes on there after a restart", async () => {
    const journal = await openJournal({ events: 0 });
    const receiver = await openReceiver();
    const line = `--reconcile off --forward-to ${receiver.origin}/hook`;
    const { deliver, stop } = await openListening(line, journal);
    const text = JSON.stringify(eventOf(1)).replace("{", "{ ");
    expect(await deliver(text, { "x-adobe-event-id": "e-1", "x-adobe-event-code": "code" })).toBe(200);
    await expect.poll(() => receiver.posted.length, quickly).toBe(1);
    expect(receiver.posted[0]).toMatchObject({
      body: text,
      headers: { "x-adobe-event-id": "e-1", "x-adobe-event-code": "code", "x-adobe-public-key1-path": signer.path },
    });
    receiver.answer({ status: 503 });
    expect(await deliver(eventOf(2), { "x-adobe-event-id": "e-2" })).toBe(200);
    await expect.poll(() => receiver.posted.length, quickly).toBeGreaterThan(1);
    await stop();
    receiver.answer({ status: 200 });
    const again = await openListening(line, journal);
    const taken = () => receiver.posted.filter(({ status }) => status === 200);
    await expect.poll(() => taken().length, quickly).toBe(2);
    await again.stop();
    expect(taken().map(({ headers }) => headers["x-adobe-event-id"])).toEqual(["e-1", "e-2"]);
    await receiver.end();
  });

  it("keeps every run in an archive, whatever the filters say, and delivers what they leave", async () => {
    const journal = await openJournal({ events: 0 });
    const out = join(await scratch(), "runs.ndjson");
    const line = `--reconcile off --to archive --to file:${out} --run run-00000002`;
    const { deliver, stop } = await openListening(line, journal);
    for (const n of [1, 2, 3]) {
      const event = JSON.stringify(eventOf(n)).replaceAll(`run-${String(n)}`, `run-0000000${String(n)}`);
      expect(await deliver(event)).toBe(200);
    }
    await expect.poll(async () => readFile(out, "utf8").catch(() => ""), quickly).toContain("run-00000002");
    await stop();
    expect(idsIn(await readFile(out, "utf8"))).toEqual(["run-00000002"]);
    const kept = await journal.run("since oldest --source archive --json");
    expect(runsIn(kept.stdout).map(({ runId, via }) => [runId, via])).toEqual(
      [1, 2, 3].map((n) => [`run-0000000${String(n)}`, "webhook"]),
    );
  });

  it("tells how it is, and ends with so many runs", async () => {
    const journal = await openJournal({ events: 0 });
    const { running, deliver } = await openListening("--json -n 2 --admin 0 --reconcile 1s", journal);
    await running.saw(/healthz/, "stderr");
    const [, admin = ""] = /(http:\S+)\/healthz/.exec(running.stderr()) ?? [];
    const health = await fetch(`${admin}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { role: "listen", state: "ready" }]);
    await deliver(eventOf(1));
    await running.saw("run-1");
    await expect
      .poll(async () => (await fetch(`${admin}/metrics`)).text(), quickly)
      .toMatch(/flowrun_webhook_accepted_total 1\n[^]*flowrun_runs_total\{status="success"\} 1/);
    await deliver(eventOf(2));
    expect((await running.finished).code).toBe(0);
    expect(idsIn(running.stdout())).toEqual(["run-1", "run-2"]);
  });

  it("goes on with the next run where -n has ended it, in the middle of a batch too", async () => {
    const journal = await openJournal({ events: 0 });
    const first = await openListening("--json -n 1 --reconcile off", journal);
    await first.deliver([1, 2, 3, 4].map(eventOf));
    const printed = [await first.running.finished];
    for (let n = 0; n < 3; n += 1) printed.push(await journal.run("listen --port 0 --json -n 1 --reconcile off"));
    expect(printed.flatMap(({ stdout }) => idsIn(stdout))).toEqual(["run-1", "run-2", "run-3", "run-4"]);
  });

  it("goes on for all others where a destination is given up", async () => {
    const journal = await openJournal({ events: 0 });
    const receiver = await openReceiver();
    receiver.answer({ status: 401 });
    const { running, deliver, stop } = await openListening(`--json --reconcile off --to ${receiver.origin}/x`, journal);
    for (const n of [1, 2, 3]) expect(await deliver(eventOf(n))).toBe(200);
    await running.saw("run-3");
    const { code, stdout, stderr } = await stop();
    expect([code, idsIn(stdout)]).toEqual([143, ["run-1", "run-2", "run-3"]]);
    expect(stderr).toMatch(/answered 401[^]*3 runs delivered/);
    await receiver.end();
  });

  it("goes on though the journal lets nobody in", async () => {
    const journal = await openJournal({ events: 0, faults: [{ fault: { kind: "status", status: 403 } }] });
    const { running, deliver, stop } = await openListening("--json --reconcile 1s", journal);
    expect(await deliver(eventOf(1))).toBe(200);
    await running.saw("run-1");
    await running.saw("what the webhook missed is not known", "stderr");
    expect((await stop()).code).toBe(143);
  });

  it("names who receives already, and what is missing", async () => {
    const journal = await openJournal({ events: 0 });
    const first = await openListening("--reconcile off", journal);
    const second = await journal.run("listen --port 0 --reconcile off");
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining("receives for this profile already")]);
    await first.stop();
    const bare = await journal.run("listen --port 0", { FLOWRUN_JOURNAL_URL: "" });
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining("--reconcile off")]);
    const nobody = await journal.run("listen --port 0 --reconcile off", { FLOWRUN_CLIENT_ID: "" });
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining("FLOWRUN_CLIENT_ID")]);
    for (const line of [
      "--no-verify --host 0.0.0.0",
      "--tls-cert x",
      "--path x",
      "--from x",
      "--reconcile 1ms",
      "--since last",
    ])
      expect((await journal.run(`listen --port 0 ${line}`)).code).toBe(2);
  });
});
