import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import { openToWrite } from "../../src/engine/archive/open.ts";
import { addRuns } from "../../src/engine/archive/write-page.ts";
import type { FlowRun } from "../../src/runs/record/flow-run.ts";
import { failure, sampleRun } from "../render/sample-runs.ts";
import { bareEnv, flowrun, records, scratch, settingsFor } from "../support/flowrun.ts";
import { realSleep } from "../support/host.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const flowId = "f0000001-0000-4000-8000-000000000001";
const forgotten = "6b0c6b1e-0001-4c1e-9f00-000000000001";
const source = "6b0c6b1e-0002-4c1e-9f00-000000000002";
const identity = "6b0c6b1e-0003-4c1e-9f00-000000000003";
const known = "6b0c6b1e-0004-4c1e-9f00-000000000004";
const fresh = "6b0c6b1e-0005-4c1e-9f00-000000000005";

interface Told {
  readonly runId: string;
  readonly ago: number;
  readonly code?: string;
  readonly eventCode?: string;
  readonly more?: object;
}

/** A journal of the last days, and a user whose archive goes further back. */
async function journalOf(told: readonly Told[]) {
  const now = Date.now();
  const events = [...told]
    .sort((one, other) => other.ago - one.ago)
    .map(({ runId, ago, code, eventCode = "source_flow_run_info", more = {} }) => ({
      at: now - ago,
      event: {
        id: runId,
        flowId,
        flowName: "CRM contacts",
        updatedAt: now - ago,
        sandboxName: "prod",
        metrics: {
          statusSummary:
            code === undefined
              ? { status: "success" }
              : { status: "failed", errors: [{ code, message: "It failed." }] },
        },
        header: { _adobeio: { eventCode } },
        ...more,
      },
    }));
  const server = await startServer({ now: () => now, sleep: () => Promise.resolve(), source: listedSource(events) });
  onTestFinished(() => server.close());
  const home = await scratch();
  const path = join(home, "archive.db");
  const env = { ...bareEnv(home), ...settingsFor(server), FLOWRUN_ARCHIVE: path };
  const archived = async (...runs: readonly FlowRun[]): Promise<void> => {
    const place = { kind: "embedded", path, isSet: true } as const;
    const archive = await openToWrite(place, server.journalUrl, {
      env: {},
      sleep: realSleep,
      now: () => now,
      random: () => 0.5,
    });
    const all = runs.map((run) => ({ key: run.key, run, recordedAt: Date.parse(run.updatedAt ?? "") }));
    await addRuns(archive.database, archive.journal, all);
    await archive.database.close();
  };
  return { server, now, env, path, archived, run: (...args: readonly string[]) => flowrun(args, { env }) };
}

/** A run of long ago. */
function old(now: number, runId: string, ago: number, changes: Partial<FlowRun> = {}): FlowRun {
  return sampleRun({ runId, flowId, key: `${runId}#0`, updatedAt: new Date(now - ago).toISOString(), ...changes });
}

const week: readonly Told[] = [
  { runId: source, ago: 2 * day },
  {
    runId: identity,
    ago: 2 * day - hour,
    eventCode: "identity_ingestion_info",
    more: { flowId: "f2", flowName: "To the graph", predecessors: [{ flowId, flowRunId: source }] },
  },
  { runId: known, ago: 5 * hour, code: "CONNECTOR-1001-500" },
  { runId: fresh, ago: 3 * hour, code: "SftpNetworkIssue" },
];

/** Where the journal was asked to begin, and where it was not asked to but followed. */
const seeks = (requests: readonly { readonly target: string }[]) =>
  requests.flatMap(({ target }) => new URL(target, "http://localhost").searchParams.get("seek") ?? []);

describe("with an archive", () => {
  it("show finds a run by its id, and asks the journal for nothing but what came since", async () => {
    const { server, run, archived, now } = await journalOf(week);
    await archived(old(now, forgotten, 60 * day, failure("CONNECTOR-1001-500")), old(now, "6b0c6b1e-well", 59 * day));
    expect((await run("archive", "sync")).code).toBe(0);
    const before = server.requests.length;
    const { code, stdout, stderr } = await run("show", known);
    expect([code, stdout.split("\n")[0]]).toEqual([0, `${known}  failed`]);
    expect(seeks(server.requests.slice(before))).toEqual([]);
    expect(stdout.replace(/\s+/g, " ")).toMatch(/BEFORE This flow failed so before on .*, and recovered after 1d\. /);
    expect(stdout).toContain(`flowrun show ${forgotten}`);
    expect(stderr).not.toContain("warning");
    // What the journal has forgotten is shown as well, also where that is not to be asked.
    expect((await run("show", forgotten)).stdout).toContain(`${forgotten}  failed`);
    const asked = server.requests.length;
    expect((await run("show", forgotten.toUpperCase(), "--source", "archive")).stdout).toMatch(
      /\n {2}recovered {2}.*, 1d later\n/,
    );
    expect(server.requests.length).toBe(asked);
    expect((await run("show", forgotten, "--source", "journal")).code).toBe(1);
    // So far and no further.
    expect(await run("show", forgotten, "--since", "-P30D")).toMatchObject({ code: 1, stdout: "" });
  });

  it("show finds a run by its batch, and what came of it, whichever filters are beside", async () => {
    const { run, archived, now } = await journalOf([]);
    const [batch, next] = ["01KC296CC5F625BDEFC0290DD2", "7c1c7d2f-0003-4f00-8000-000000000003"];
    await archived(
      old(now, forgotten, 60 * day, { batchIds: [batch], status: "success" }),
      old(now, next, 59 * day, { predecessors: [{ runId: forgotten, flowId }], status: "success" }),
    );
    for (const filter of [[], ["--status", "success"], ["--where", "durationMs >= 0"]]) {
      const { code, stdout } = await run("show", batch, "--source", "archive", ...filter, "--json");
      expect([filter, code, records(stdout)[0]?.["runId"]]).toEqual([filter, 0, forgotten]);
    }
    expect((await run("show", forgotten, "--source", "archive", "--status", "success")).stdout).toContain(next);
  });

  it("show reads what was recorded after the archive was filled", async () => {
    const { run, archived, now, env, path } = await journalOf(week);
    await archived(old(now, forgotten, 60 * day));
    // Nothing of the journal is in it yet.
    expect((await run("show", known, "--json")).stdout).toContain(known);
    expect(records((await run("show", "6b0c6b1e-0005", "--json")).stdout)).toMatchObject([{ runId: fresh }]);
    expect((await run("show", "ffffffff")).stderr).toMatch(/why: nothing that archive or journal have/);
    // One that cannot be read is no reason not to look into the journal.
    await writeFile(path, "no database");
    const { code, stderr } = await flowrun(["show", known], { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: the archive cannot be read.*reading the journal alone/s);
    expect(stderr.match(/cannot be read/g)).toHaveLength(1);
  });

  it("a failure that is new for its flow is marked, wherever it is read from", async () => {
    const { run, archived, now, path } = await journalOf(week);
    await archived(old(now, forgotten, 60 * day, failure("CONNECTOR-1001-500")), old(now, "first", 70 * day));
    const news = async (...args: readonly string[]) =>
      records((await run(...args, "--status", "failed", "--json=runId,new")).stdout);
    const expected = [
      { runId: known, new: false },
      { runId: fresh, new: true },
    ];
    expect(await news("since", "-P1D")).toEqual(expected);
    expect(await news("since", "last")).toEqual(expected);
    expect(await news("wait", "--since", "-PT4H")).toEqual([{ runId: fresh, new: true }]);
    expect(await news("since", "-P1D", "--source", "journal")).toEqual(
      expected.map(({ runId }) => ({ runId, new: null })),
    );
    expect((await run("since", "-P1D", "--where", "new == true", "-o", "name")).stdout).toBe(`${fresh}\n`);
    expect((await run("since", "-P1D", "--status", "failed")).stdout).toMatch(/ NEW SftpNetworkIssue *\n/);
    await writeFile(path, "no database");
    const { code, stdout, stderr } = await run(
      "since",
      "last",
      "--cursor",
      "other",
      "--json=new",
      "--status",
      "failed",
    );
    expect([code, records(stdout)]).toEqual([0, [{ new: null }, { new: null }]]);
    expect(stderr).toMatch(/warning: the archive cannot be read.*no failure is marked as new/s);
  });

  it("show tells what came of a run, from the archive and from the journal alike", async () => {
    const { run } = await journalOf(week);
    const downstream = [{ runId: identity, service: "identity", status: "success", downstream: [] }];
    const told = async (...more: readonly string[]) =>
      records((await run("show", source, "--downstream", "--json", ...more)).stdout).at(-1);
    expect(await told("--source", "journal")).toMatchObject({ runId: source, downstream });
    await run("archive", "sync");
    expect(await told()).toMatchObject({ downstream });
    expect(await told("--source", "archive")).toMatchObject({ downstream });
    const { stdout } = await run("show", source);
    expect(stdout).toMatch(new RegExp(`\\nDOWNSTREAM\\n.*\\n {2}${identity} +identity +success`));
    expect(stdout).toContain(`flowrun show ${source} --downstream`);
    expect((await run("show", identity)).stdout).toMatch(new RegExp(`\\n {2}came of +${source}\\n`));
  });

  it("explain tells when and where a code was met, without a network", async () => {
    const { run, archived, server, now, env, path } = await journalOf(week);
    await archived(
      old(now, forgotten, 60 * day, failure("SftpNetworkIssue")),
      old(now, "well again", 60 * day - 2 * hour),
    );
    await run("archive", "sync");
    const asked = server.requests.length;
    const [code] = records((await run("explain", "sftpnetworkissue", "--json")).stdout);
    expect(code).toMatchObject({
      code: "SftpNetworkIssue",
      history: {
        firstSeenAt: new Date(now - 60 * day).toISOString(),
        lastSeenAt: new Date(now - 3 * hour).toISOString(),
        last7Days: 1,
        last30Days: 1,
        last90Days: 2,
        flows: [{ flowId, runs: 2 }],
        medianRecoveryMs: 2 * hour,
      },
    });
    const { stdout } = await run("explain", "SftpNetworkIssue");
    expect(stdout).toMatch(/ {2}runs {4}1 in 7 days, 1 in 30, 2 in 90\n/);
    expect(stdout).toContain(`archive complete since ≈`);
    expect((await run("explain", "AADSTS7000222")).stdout).toContain("\n  seen    never\n");
    // A list is not looked up code by code.
    expect((await run("explain", "aad", "--json")).stdout).not.toContain('"history":{');
    expect(server.requests.length).toBe(asked);
    const bare = await flowrun(["explain", "SftpNetworkIssue"], { env: bareEnv(await scratch()) });
    expect(bare).toMatchObject({ code: 0, stderr: "" });
    expect(bare.stdout).not.toContain("archive");
    const nobody = await flowrun(["explain", "SftpNetworkIssue", "--profile", "nobody"], {
      env: bareEnv(await scratch()),
    });
    expect(nobody).toMatchObject({ code: 0, stderr: "warning: there is no profile 'nobody'\n" });
    await writeFile(path, "no database");
    const spoiled = await flowrun(["explain", "SftpNetworkIssue"], { env });
    expect(spoiled.code).toBe(0);
    expect(spoiled.stderr).toMatch(/^warning: the archive cannot be read/);
  });
});
