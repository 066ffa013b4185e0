import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, describe, test } from "vitest";
import { startServer } from "../../../../src/demo/server.ts";
import { listedSource } from "../../../../src/demo/source.ts";
import type { FlowRecord } from "../../../../src/runs/cadence/flow-record.ts";
import { widthOf } from "../../../../src/render/text/cut-text.ts";
import { bareEnv, settingsFor } from "../../../support/flowrun.ts";
import { runHere } from "../../../support/in-process.ts";
import { header, runBody } from "../../../support/journal.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Monday: the real clock, by which tokens and connections live, is another one. */
const now = Date.UTC(2026, 10, 30, 12);

interface Told {
  readonly at: number;
  readonly event: Record<string, unknown>;
}

/** One run that began then, took ten minutes, and was told of at its end. */
function told(flowId: string, startedAt: number, fields: Record<string, unknown> = {}): Told {
  const { status = "success", ...more } = fields;
  const at = startedAt + 10 * minute;
  const body = runBody(1, { id: `${flowId} ${startedAt}`, updatedAt: at, status: String(status) });
  const code = status === "failed" ? "sources_flow_run_failed" : "sources_flow_run_success";
  const metrics = body["metrics"] as Record<string, object>;
  const durationSummary = { startedAtUTC: startedAt, completedAtUTC: at };
  return {
    at,
    event: {
      event_id: `event ${flowId} ${startedAt}`,
      event: {
        ...body,
        flowId,
        flowName: flowId,
        metrics: { ...metrics, durationSummary },
        header: header(code),
        ...more,
      },
    },
  };
}

/** So many runs, one each `everyMs`, the last one so long ago. */
function steady(flowId: string, everyMs: number, count: number, lastAgoMs: number, fields = {}): readonly Told[] {
  return Array.from({ length: count }, (_, n) => told(flowId, now - lastAgoMs - (count - 1 - n) * everyMs, fields));
}

const fine = steady("Fine", hour, 48, 30 * minute);
const late = steady("Late", hour, 48, 1.9 * hour);
const absent = steady("Absent", hour, 48, 5 * hour);
const failed = [...steady("Failed", hour, 47, 90 * minute), told("Failed", now - 30 * minute, { status: "failed" })];
const rare = steady("Rare", 30 * hour, 3, 10 * hour);
const all = [...fine, ...late, ...absent, ...failed, ...rare];

async function open(events: readonly Told[]) {
  const written = [...events].sort((one, other) => one.at - other.at);
  const clock = { now };
  const server = await startServer({
    now: () => clock.now,
    sleep: () => Promise.resolve(),
    source: listedSource(written),
  });
  const home = await mkdtemp(join(tmpdir(), "flowrun-flows-"));
  onTestFinished(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });
  const env: Record<string, string> = { ...bareEnv(home), ...settingsFor(server) };
  const run = (line: string, more: { readonly columns?: number; readonly input?: string } = {}) => {
    const words = line.match(/'[^']*'|\S+/g) ?? [];
    const args = ["flows", ...words.map((word) => word.replaceAll("'", ""))];
    const { columns = null, input = "" } = more;
    return runHere(args, { env, input }, { columns, now: () => clock.now });
  };
  const flows = async (line: string): Promise<readonly FlowRecord[]> => {
    const { stdout, stderr } = await run(`${line} --json -q`);
    expect(stderr).toBe("");
    return stdout
      .split("\n")
      .slice(0, -1)
      .map((text) => JSON.parse(text) as FlowRecord);
  };
  return { env, home, run, flows, server, clock };
}

const namesOf = (flows: readonly FlowRecord[]) => flows.map(({ flowName, state }) => `${flowName} ${state}`);

describe("each flow once", () => {
  test("what needs a look comes first, and the closing line counts it", async () => {
    const { flows, run } = await open(all);
    expect(namesOf(await flows(""))).toEqual(["Absent absent", "Late late", "Failed ok", "Fine ok", "Rare irregular"]);
    const { stderr, code } = await run("");
    expect(stderr).toMatch(/^5 flows, 1 absent, 1 late, 1 failed last, 1 not judged · 195 events/);
    expect(code).toBe(0);
  });

  test("a record tells of its runs, its pace and what is missing", async () => {
    const { flows } = await open(all);
    const [first] = await flows("--flow absent");
    expect(first).toEqual({
      type: "flowrun.flow",
      schemaVersion: 1,
      flowId: "Absent",
      flowName: "Absent",
      sandbox: { id: "sandbox-prod", name: "prod" },
      runs: 48,
      failed: 0,
      lastRunId: `Absent ${now - 5 * hour}`,
      lastRunAt: "2026-11-30T07:00:00.000Z",
      lastStatus: "success",
      lastSuccessAt: "2026-11-30T07:00:00.000Z",
      paceMs: hour,
      paceFrom: "history",
      nextExpectedAt: "2026-11-30T08:00:00.000Z",
      state: "absent",
      missing: 4,
      lost: null,
      profile: "default",
    });
  });

  test("a run that goes on counts, whatever --status says elsewhere", async () => {
    const begun = told("Fine", now - 5 * minute, { status: "inProgress" });
    const { flows } = await open([...fine, { ...begun, at: now - 4 * minute }]);
    expect((await flows(""))[0]).toMatchObject({
      lastStatus: "inProgress",
      runs: 49,
      lastSuccessAt: "2026-11-30T11:30:00.000Z",
    });
  });

  test.each([80, 120])("on %i columns no row is wider, and each says its state in words", async (columns) => {
    const { run } = await open(all);
    const { stdout } = await run("--color always", { columns });
    const [title = "", ...rows] = stdout.split("\n").slice(0, -1);

    const plain = rows.map((row) => row.replaceAll(/\u001b\[\d+m/g, ""));
    expect(title).toMatch(
      columns === 80 ? /^FLOW +STATE +LAST RUN .*PACE/ : /^FLOW +STATE +LAST RUN .*RUNS +FAILED.*SANDBOX/,
    );
    expect(plain.map((row) => row.split(/ +/)[1])).toEqual(["absent", "late", "ok", "ok", "irregular"]);
    expect(Math.max(...[title, ...plain].map(widthOf))).toBeLessThanOrEqual(columns);
    expect(rows[0]).toContain("\u001b[31mabsent\u001b[39m");
    expect(rows[1]).toContain("\u001b[33mlate\u001b[39m");
  });
});

describe("options", () => {
  test.each([
    ["--late", ["Absent absent", "Late late"]],
    ["--status failed", ["Failed ok"]],
    ["--code NONE-*", []],
    ["--where 'status == \"failed\"'", ["Failed ok"]],
    ["--flow 'F*' --sandbox prod", ["Failed ok", "Fine ok"]],
    ["--sandbox stage", []],
    ["-n 2", ["Absent absent", "Late late"]],
    ["--sort flow -n 2", ["Absent absent", "Failed ok"]],
    ["--sort -failed -n 1", ["Failed ok"]],
    // As of then nothing was late: whose last run was to come an hour later is not.
    ["--until -PT5H --flow Absent,Late", ["Absent ok", "Late ok"]],
    ["-PT1H", ["Failed irregular", "Fine irregular"]],
  ])("%s", async (line, expected) => {
    const { flows } = await open(all);
    expect(namesOf(await flows(line))).toEqual(expected);
  });

  test.each([
    ["--exit-status", 3],
    ["--late --exit-status", 3],
    ["--flow Failed --fail-on failed", 3],
    ["--flow Failed --late --exit-status", 0],
    ["--flow Late,Fine,Rare --exit-status", 0],
    ["--flow Nothing --fail-on empty", 3],
    ["--flow Fine --late --fail-on empty", 3],
    ["--flow Fine --fail-on empty,failed", 0],
    ["--raw", 2],
    ["--last 3", 2],
    ["now", 2],
    ["last", 2],
    ["--columns nothing", 2],
    ["--json=nothing", 2],
    ["--schedule --from runs.ndjson", 2],
    ["--schedule --source archive", 2],
  ])("%s exits %i", async (line, code) => {
    const { run } = await open(all);
    expect((await run(line)).code).toBe(code);
  });

  test.each([
    ["-o name", /^Absent\nLate\nFailed\nFine\nRare\n$/],
    ["-o csv --columns flow,state,missing --no-headers -n 2", /^Absent,absent,4\nLate,late,1\n$/],
    ["-o markdown --columns flow,state -n 1", /^\| FLOW \| STATE \|\n.*\n\| Absent \| absent \|\n$/],
    ["-o json -n 1", /^\[\n\{"type":"flowrun.flow",.*\}\n\]\n$/],
    ["-o yaml -n 1", /^---\ntype: flowrun.flow\n/],
    ["--json=flowName,sandbox.name -n 1", /^\{"flowName":"Absent","sandbox":\{"name":"prod"\}\}\n$/],
    ["-o wide -n 1", /FLOW ID/],
  ])("%s", async (line, expected) => {
    const { run } = await open(all);
    expect((await run(`${line} -q`)).stdout).toMatch(expected);
  });
});

describe("what a window may hold", () => {
  test("nothing", async () => {
    const { run } = await open([]);
    const { stdout, stderr, code } = await run("");
    expect({ stdout, code }).toEqual({ stdout: "", code: 0 });
    expect(stderr).toMatch(/^0 flows · 0 events/);
  });

  test("one run", async () => {
    const { flows } = await open([told("One", now - hour)]);
    expect(await flows("")).toMatchObject([
      { runs: 1, state: "irregular", paceMs: null, nextExpectedAt: null, missing: null },
    ]);
  });

  test("five hundred flows", async () => {
    const many = Array.from({ length: 500 }, (_, n) =>
      steady(`Flow ${n}`, hour, 6, n === 7 ? 4 * hour : 30 * minute),
    ).flat();
    const { run } = await open(many);
    const { stdout, stderr } = await run("-o csv --columns flow,state --no-headers");
    expect(stdout.split("\n").slice(0, 2)).toEqual(["Flow 7,absent", "Flow 0,ok"]);
    expect(stderr).toMatch(/^500 flows, 1 absent · 3,000 events/);
  });

  test("times in the future", async () => {
    const ahead = told("Absent", now - minute, {
      updatedAt: Date.UTC(2099, 0, 1),
      metrics: { durationSummary: { startedAtUTC: Date.UTC(2098, 0, 1), completedAtUTC: Date.UTC(2099, 0, 1) } },
    });
    const { flows } = await open([...absent, ahead]);
    expect(await flows("")).toMatchObject([{ state: "absent", lastRunAt: "2026-11-30T07:00:00.000Z" }]);
  });

  test("names that would write on the terminal", async () => {
    const names = ["\u001b[2J\u001b]0;x\u0007", "a\r\nb\tc", "\u202egnirts", "x".repeat(100_000), "=cmd|'/c calc'!A1"];
    const { run } = await open(names.map((flowName, n) => told(`flow-${n}`, now - hour, { flowName })));
    const { stdout } = await run("--color never", { columns: 80 });
    expect(stdout.split("\n")).toHaveLength(names.length + 2);

    expect(stdout).not.toMatch(/\u001b|\r|\t|\u0007|\u202e/);
    expect(Math.max(...stdout.split("\n").map(widthOf))).toBeLessThanOrEqual(80);
  });

  test("a nightly flow that stopped so long ago that its window holds too few runs is told of all the same", async () => {
    const { run } = await open(steady("Nightly", day, 4, 60 * hour));
    const { stderr } = await run("");
    expect(stderr).toMatch(/not judged, but silent for longer than ever before: Nightly \(2d 12h\)\n/);
  });
});

describe("from a file", () => {
  async function fileOf(events: readonly Told[], home: string): Promise<string> {
    const path = join(home, "events.ndjson");
    await writeFile(path, events.map(({ event }) => `${JSON.stringify(event)}\n`).join(""));
    return path;
  }

  test("it is judged as of its end, unless somebody says when", async () => {
    const { run, flows, home, clock } = await open([]);
    const path = await fileOf([...fine, ...absent], home);
    clock.now = now + 3 * day;
    const { stderr } = await run(`--from ${path}`);
    expect(stderr).toMatch(
      /^judged as of 2026-11-30T11:40:00.000Z, where the file ends; as of now: --until now\n2 flows, 1 absent · 96 lines/,
    );
    const states = await run(`--from ${path} --until now -o csv --columns flow,state --no-headers -q`);
    expect(states).toMatchObject({ stdout: "Absent,absent\nFine,absent\n", stderr: "" });
    expect(namesOf(await flows(`--from ${path}`))).toEqual(["Absent absent", "Fine ok"]);
  });

  test("nothing is silent for what came after its end, or after --until", async () => {
    const { run, home, clock } = await open([]);
    const path = await fileOf([...fine, ...rare], home);
    clock.now = now + 30 * day;
    expect((await run(`--from ${path}`)).stderr).not.toContain("silent for longer");
    expect((await run(`--from ${path} --until 2026-11-30T12:00Z`)).stderr).not.toContain("silent for longer");
    expect((await run(`--from ${path} --until now`)).stderr).toContain("than ever before: Rare (30d 10h)\n");
  });

  test("from stdin", async () => {
    const { run } = await open([]);
    const input = absent.map(({ event }) => `${JSON.stringify(event)}\n`).join("");
    expect((await run("--from - --until '2026-11-30T12:00Z' -o name -q --late", { input })).stdout).toBe("Absent\n");
  });
});

describe("from an archive", () => {
  test("one that was not filled lately is judged as of its end, and nobody is absent for that", async () => {
    const { env, run, clock } = await open([...fine, ...absent]);
    const sync = await runHere(["archive", "sync", "-q"], { env }, { now: () => clock.now });
    expect(sync.code).toBe(0);
    clock.now = now + 2 * day;
    const { stdout, stderr } = await run("--source archive -o csv --columns flow,state --no-headers");
    expect(stdout).toBe("Absent,absent\nFine,ok\n");
    expect(stderr).toMatch(/judged as of 2026-11-30T1\S+, where the archive ends/);
  });
});

test.each([[[]], [["--compare"]]])(
  "figures %j of an archive that was not filled lately call nobody absent",
  async (more) => {
    const { env, clock } = await open(steady("Fine", hour, 160, 30 * minute));
    expect((await runHere(["archive", "sync", "-q"], { env }, { now: () => clock.now })).code).toBe(0);
    clock.now = now + 2 * day;
    const args = ["stats", "-P9D", ...more, "--source", "archive", "-o", "json", "-q"];
    const { stdout } = await runHere(args, { env }, { now: () => clock.now });
    expect((JSON.parse(stdout) as { absent: unknown }).absent).toEqual([]);
  },
);

/** A Flow Service of the test's own. */
async function openFlowService(answer: (ask: IncomingMessage, url: URL) => { status?: number; body: unknown }) {
  const asked: { url: string; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer((ask: IncomingMessage, reply: ServerResponse) => {
    const url = new URL(ask.url ?? "/", "http://127.0.0.1");
    asked.push({ url: url.pathname + url.search, headers: ask.headers });
    const { status = 200, body } = answer(ask, url);
    reply.writeHead(status, { "content-type": "application/json", "retry-after": "0" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
const hourly = { startTime: seconds(now - 90 * day), frequency: "hour", interval: "1" };

describe("--schedule", () => {
  async function openScheduled(items: readonly object[], events: readonly Told[] = all) {
    const service = await openFlowService(() => ({ body: { items } }));
    const opened = await open(events);
    opened.env["FLOWRUN_PLATFORM_URL"] = service.url;
    return { ...opened, ...service };
  }

  test("schedules go before the pace, and a flow that is not listed is disabled", async () => {
    const { flows, asked } = await openScheduled([
      { id: "Fine", name: "Fine", state: "enabled", scheduleParams: { ...hourly, interval: 1, frequency: "HOUR" } },
      { id: "Late", name: "Late", state: "enabled", scheduleParams: { ...hourly, frequency: "day" } },
      { id: "Rare", name: "Rare", state: "enabled", scheduleParams: { ...hourly, frequency: "once" } },
      { id: "Failed", name: "Failed", state: "draft", scheduleParams: hourly },
    ]);
    const told = await flows("--schedule");
    expect(namesOf(told)).toEqual(["Absent disabled", "Failed disabled", "Fine ok", "Late ok", "Rare irregular"]);
    expect(told.map(({ paceFrom, paceMs }) => [paceFrom, paceMs])).toEqual([
      [null, null],
      [null, null],
      ["schedule", hour],
      ["schedule", day],
      [null, null],
    ]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      url: "/data/foundation/flowservice/flows?property=state==enabled&limit=100",
      headers: { "x-sandbox-name": "prod", "x-gw-ims-org-id": expect.stringContaining("@AdobeOrg") as string },
    });
    expect(asked[0]!.headers.authorization).toMatch(/^Bearer /);
  });

  test("a scheduled flow that never ran is absent; one that takes data out, or was made a moment ago, is not", async () => {
    const made = { state: "enabled", scheduleParams: hourly };
    const { flows } = await openScheduled(
      [
        { ...made, id: "never", name: "Never ran" },
        { ...made, id: "out", name: "Goes out", inheritedAttributes: { properties: { isDestinationFlow: true } } },
        { ...made, id: "young", name: "Young", createdAt: now - 10 * minute },
        { id: "stream", name: "Streams", state: "enabled" },
      ],
      [],
    );
    expect(await flows("--schedule")).toMatchObject([
      { flowName: "Never ran", state: "absent", runs: 0, lastRunAt: null, sandbox: { name: "prod" } },
      { flowName: "Young", state: "ok", nextExpectedAt: "2026-11-30T12:00:00.000Z" },
    ]);
    expect(namesOf(await flows("--schedule --flow never"))).toEqual(["Never ran absent"]);
    expect(await flows("--schedule --status failed")).toEqual([]);
  });

  test("one that never ran is told with the profile that asked for it", async () => {
    const { flows } = await openScheduled(
      [{ id: "never", name: "Never ran", state: "enabled", scheduleParams: hourly }],
      fine,
    );
    expect(await flows("--schedule --flow never")).toMatchObject([{ flowName: "Never ran", profile: "default" }]);
  });

  test("flows that are too many to be judged are told of, and none of them is absent for that", async () => {
    const many = Array.from({ length: 1001 }, (_, n) => told(`flow ${n}`, now - 20 * minute));
    const made = { state: "enabled", scheduleParams: hourly };
    const { run } = await openScheduled(
      many.map(({ event }) => ({ ...made, id: (event["event"] as { flowId: string }).flowId })),
      many,
    );
    const { stdout, stderr } = await run("--schedule --late -o name");
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^warning: there are more than 1,000 flows, and only the first in the window are judged/);
    expect((await run("-q --flow 'flow 1000' -o name")).stdout).toBe("flow 1000\n");
  });

  test("a notification that was lost is its own word, and no absence", async () => {
    const lastRunDetails = {
      id: "lost-1",
      state: "success",
      startedAtUTC: now - hour,
      completedAtUTC: now - 50 * minute,
    };
    const { flows, run } = await openScheduled(
      [{ id: "Absent", name: "Absent", state: "enabled", scheduleParams: hourly, lastRunDetails }],
      absent,
    );
    expect(await flows("--schedule")).toMatchObject([
      { state: "ok", lost: { runId: "lost-1", status: "success", startedAt: "2026-11-30T11:00:00.000Z" } },
    ]);
    const { stdout, stderr } = await run("--schedule --color never --no-progress", { columns: 100 });
    expect(stdout).toMatch(/\nAbsent +lost, ok /);
    expect(stderr.replaceAll(/\n */g, " ")).toMatch(
      /^lost: no notification told of a run of Absent \(lost-1, success, begun .*flowrun show lost-1/,
    );
    expect(stderr).toContain("1 flow, 1 lost");
  });

  test("page after page, whatever host a link names; one that leads back ends the list", async () => {
    const service = await openFlowService((_, url) => {
      const token = url.searchParams.get("continuationToken");
      const next = { null: "a", a: "b b", "b b": "a" }[String(token)];
      const href =
        token === null
          ? `/flows?continuationToken=${next}`
          : `https://evil.example:443/x?limit=1&continuationToken=${next}`;
      return {
        body: {
          items: [{ id: `flow ${token}`, name: `Page ${token}`, scheduleParams: hourly }],
          _links: { next: { href } },
        },
      };
    });
    const { flows, env } = await open([]);
    env["FLOWRUN_PLATFORM_URL"] = service.url;
    expect((await flows("--schedule")).map(({ flowName }) => flowName)).toEqual(["Page a", "Page b b", "Page null"]);
    expect(service.asked.map(({ url }) => url.replace(/.*limit=100/, ""))).toEqual([
      "",
      "&continuationToken=a",
      "&continuationToken=b%20b",
    ]);
  });

  test("each sandbox that the window's runs name is asked", async () => {
    const stage = steady("Stage", hour, 8, 30 * minute, { sandboxName: "Stage" });
    const { run, asked } = await openScheduled([], [...fine, ...stage]);
    await run("--schedule");
    expect(asked.map(({ headers }) => headers["x-sandbox-name"])).toEqual(["prod", "stage"]);
    asked.length = 0;
    await run("--schedule --sandbox stage");
    expect(asked.map(({ headers }) => headers["x-sandbox-name"])).toEqual(["stage"]);
  });

  test.each([
    [
      "a link to a stranger",
      { body: { items: [], _links: { next: { href: "https://evil.example/flows?start=2" } } } },
      5,
      /points to another host, evil\.example/,
    ],
    ["an endless list", { body: { items: [], _links: { next: { href: "?n" } } } }, 0, /0 flows/],
    [
      "403",
      { status: 403, body: { error_code: "1", message: "no rights" } },
      4,
      /list the flows of sandbox 'prod'[^]*why: [^]*403[^]*fix: .*View Sources/,
    ],
    ["404", { status: 404, body: {} }, 5, /Flow Service is not there: http:\/\/127[^]*fix: check FLOWRUN_PLATFORM_URL/],
    ["500", { status: 500, body: {} }, 5, /Flow Service answered 500 2 times in a row/],
    ["429", { status: 429, body: {} }, 5, /Flow Service answered 429 2 times in a row/],
    ["no JSON object", { body: [] }, 5, /Flow Service sent an answer that cannot be read/],
    [
      "what is no flow",
      {
        body: {
          items: [
            1,
            null,
            {},
            { id: 5 },
            { id: "x", scheduleParams: { frequency: "hour", interval: 0, startTime: "soon" } },
          ],
        },
      },
      0,
      /0 flows/,
    ],
  ])("%s", async (_, answer: { status?: number; body: unknown }, code, words) => {
    const service = await openFlowService(() => answer);
    const { run, env } = await open([]);
    env["FLOWRUN_PLATFORM_URL"] = service.url;
    const { stderr, stdout, code: exit } = await run("--schedule --retries 2");
    expect(stderr).toMatch(words);
    expect({ exit, stdout }).toEqual({ exit: code, stdout: "" });
  });
});
