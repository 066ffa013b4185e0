import { describe, expect, it, onTestFinished } from "vitest";
import { listedSource } from "../../src/demo/source.ts";
import { startServer } from "../../src/demo/server.ts";
import { bareEnv, flowrun, records, scratch, settingsFor } from "../support/flowrun.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

interface Told {
  readonly runId: string;
  /** How long before now it was written. */
  readonly ago: number;
  readonly status: string;
  /** When it says it was updated, if not when it was written. */
  readonly updatedAgo?: number;
  readonly metrics?: Readonly<Record<string, unknown>>;
}

/** A journal that tells of runs, and a user who may read it. */
async function journalOf(...runs: readonly Told[]) {
  const now = Date.now();
  const written = [...runs].sort((one, other) => other.ago - one.ago);
  const events = written.map(({ runId, ago, status, updatedAgo = ago, metrics = {} }) => ({
    at: now - ago,
    event: {
      id: runId,
      flowId: "f0000001-0000-4000-8000-000000000001",
      flowName: "CRM contacts",
      updatedAt: now - updatedAgo,
      sandboxName: "prod",
      metrics: { statusSummary: { status }, ...metrics },
    },
  }));
  const server = await startServer({
    now: () => now,
    sleep: () => Promise.resolve(),
    source: listedSource(events),
  });
  onTestFinished(() => server.close());
  const env = { ...bareEnv(await scratch()), ...settingsFor(server) };
  return { server, show: (...args: readonly string[]) => flowrun(["show", ...args], { env }) };
}

const one = "6b0c6b1e-0001-4c1e-9f00-000000000001";
const other = "6b0c6b1e-0002-4c1e-9f00-000000000002";

/** How far back each window began, as it was asked for; the places inside a window are told in seconds. */
const windowsAsked = (requests: readonly { readonly target: string }[]) =>
  requests
    .flatMap(({ target }) => new URL(target, "http://localhost").searchParams.get("seek") ?? [])
    .filter((seek) => !seek.endsWith("S"));

describe("flowrun show", () => {
  it("finds a recent run in the last hour and asks for no more", async () => {
    const { server, show } = await journalOf({ runId: one, ago: 5 * minute, status: "failed" });
    const { code, stdout } = await show(one);
    expect(stdout.split("\n")[0]).toBe(`${one}  failed`);
    expect(code).toBe(0);
    expect(windowsAsked(server.requests)).toEqual(["-PT1H"]);
  });

  it("goes on to the last day and to all that it may look at", async () => {
    const { server, show } = await journalOf({ runId: one, ago: 3 * day, status: "success" });
    expect((await show(one.slice(0, 8).toUpperCase())).stdout).toContain(`${one}  success`);
    expect(windowsAsked(server.requests)).toEqual(["-PT1H", "-P1D", "-P7D"]);
  });

  it("looks no further back than it is told", async () => {
    const { server, show } = await journalOf({ runId: one, ago: 3 * day, status: "success" });
    const { code, stdout, stderr } = await show(one, "--since", "2h");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /error: no run has the id .*\n {2}why: nothing that the journal recorded since \d{4}-.*\n {2}fix: .*--since -P7D/,
    );
    expect(windowsAsked(server.requests)).toEqual(["-PT1H", "-PT2H"]);
  });

  it("tells a run's history in the order of its updates, and the latest in full", async () => {
    const { show } = await journalOf(
      { runId: one, ago: 9 * minute, status: "success", updatedAgo: 10 * minute },
      { runId: one, ago: 8 * minute, status: "inProgress", updatedAgo: 20 * minute },
      { runId: other, ago: 7 * minute, status: "failed" },
    );
    const { stdout, stderr } = await show(one);
    expect(stderr).toMatch(/^2 notifications of one run found · /m);
    expect(stdout).toMatch(new RegExp(`^${one} {2}success\n`));
    expect(stdout).toMatch(/HISTORY\n {2}UPDATED.*\n.* inProgress .*\n.* success .*\n\n/);
    const json = await show(one, "-o", "json");
    expect(JSON.parse(json.stdout)).toMatchObject([{ status: "inProgress" }, { runId: one, status: "success" }]);
    expect(records((await show(one, "--json")).stdout)).toHaveLength(2);
    expect((await show(one, "-o", "yaml")).stdout.match(/^---$/gm)).toHaveLength(2);
    expect((await show(one, "--columns", "status,sandbox.name")).stdout).toMatch(
      /^STATUS +SANDBOX\ninProgress +prod\n/,
    );
  });

  it("lists what a shared beginning could mean", async () => {
    const { show } = await journalOf(
      { runId: one, ago: 9 * minute, status: "success" },
      { runId: other, ago: 8 * minute, status: "failed" },
    );
    const { code, stdout, stderr } = await show("6b0c6b1e");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(new RegExp(`\n {4}${one} {2}success .*\n {4}${other} {2}failed .*CRM contacts\n {2}fix:`));
    expect((await show(other)).stdout).toContain(`${other}  failed`);
  });

  it("prefers an id that is the beginning of another one", async () => {
    const { show } = await journalOf(
      { runId: "nightly-7", ago: 9 * minute, status: "success" },
      { runId: "nightly-77", ago: 8 * minute, status: "failed" },
    );
    expect((await show("nightly-7")).stdout).toMatch(/^nightly-7 {2}success\n/);
  });

  it.each([
    ["too little to go by", ["6b0c6b1"], /8 characters or more/],
    ["an empty id", [" "], /8 characters or more/],
    ["a cursor", [one, "--since", "last"], /touches no cursor/],
    ["no window", [one, "--since", "now"], /--since a duration/],
    ["an unknown kind of event", [one, "--events", "source"], /--events sources/],
  ])("refuses %s before it asks anything", async (_, args, words) => {
    const { server, show } = await journalOf();
    const { code, stdout, stderr } = await show(...args);
    expect([code, stdout, server.requests.length]).toEqual([2, "", 0]);
    expect(stderr).toMatch(words);
  });

  it("shows only what the options ask for", async () => {
    const { show } = await journalOf({ runId: one, ago: 9 * minute, status: "success" });
    expect((await show(one, "--sandbox", "stage")).code).toBe(1);
    expect((await show(one, "--sandbox", "prod")).code).toBe(0);
  });

  it("exits 3 for a failed run where it is told to", async () => {
    const { show } = await journalOf({ runId: one, ago: 9 * minute, status: "failed" });
    const { code, stdout } = await show(one, "--exit-status");
    expect([code, stdout.split("\n")[0]]).toEqual([3, `${one}  failed`]);
  });

  it("takes error texts of 100 KB and cyclic nonsense for what they are", async () => {
    const errorDetail = `ErrorCode=SftpNetworkIssue,'Type=A,Message=${"nothing but noise ".repeat(6_000)},Source=B,'`;
    const message = `{"error":`.repeat(3_000);
    const errors = [{ code: "CONNECTOR-1001-500", message }];
    const statusSummary = { status: "failed", errors, extensions: { errorDetail } };
    const { show } = await journalOf({ runId: one, ago: minute, status: "failed", metrics: { statusSummary } });
    const { code, stdout } = await show(one);
    expect(code).toBe(0);
    expect(stdout).toContain("SftpNetworkIssue  ← root cause");
    expect(stdout.replace(/\n *│ */g, "")).toContain(message);
  });

  it("goes from a failure of the demo's week to its cause and the remedy", async () => {
    const env = bareEnv(await scratch());
    const demo = (...args: readonly string[]) => flowrun([...args, "--profile", "demo"], { env });
    const failures = records((await demo("since", "-P7D", "--code", "AADSTS7000222", "--json")).stdout);
    const { stdout } = await demo("show", String(failures[0]?.["runId"]));
    expect(stdout).toMatch(/└─ AADSTS7000222 {2}← root cause\n[^]*do +Create a new secret/);
    const next = /flowrun explain (\S+)/.exec(stdout)?.[1] ?? "";
    expect((await flowrun(["explain", next], { env })).stdout).toMatch(/^AADSTS7000222\n/);
  });
});
