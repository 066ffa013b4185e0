import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoName } from "../../../src/adobe/access/chosen-profile.ts";
import { monthPages } from "../../../src/demo/month.ts";
import { storySource } from "../../../src/demo/story.ts";
import { crm, sourceFlows } from "../../../src/demo/week/cast.ts";
import { openBuiltIn } from "../../../src/engine/archive/built-in.ts";
import { archiveCursor, findCursor } from "../../../src/engine/archive/cursors.ts";
import type { Database } from "../../../src/engine/archive/database.ts";
import { findEarlierFailure, readCodeHistory, readNovelty } from "../../../src/engine/archive/history.ts";
import { findByRun, readInOrder } from "../../../src/engine/archive/read-archived.ts";
import { journalKey } from "../../../src/engine/archive/run-row.ts";
import { readStatus } from "../../../src/engine/archive/status.ts";
import { verify } from "../../../src/engine/archive/verify.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { parseWhen } from "../../../src/adobe/journal/when.ts";
import { addsTo, archivePlace } from "../../../src/engine/archive/place.ts";
import { bareEnv, scratch } from "../../support/flowrun.ts";
import { realSleep } from "../../support/host.ts";
import { runHere } from "../../support/in-process.ts";

const now = Date.UTC(2026, 10, 29, 12);
const hour = 3_600_000;
const day = 24 * hour;
const journal = journalKey(demoName);
const host = { env: {}, now: () => now, random: () => 0.5, sleep: realSleep };

let database: Database;
let runs: readonly FlowRun[] = [];
beforeAll(async () => {
  database = await openBuiltIn(host);
  runs = await all(database);
});
afterAll(() => database.close());

async function all(queries: Database): Promise<readonly FlowRun[]> {
  const found: FlowRun[] = [];
  for await (const rows of readInOrder(queries, journal, { raw: false })) {
    for (const { record } of rows) if (typeof record !== "string") found.push(record);
  }
  return found;
}

const ageOf = ({ updatedAt }: FlowRun): number => now - Date.parse(updatedAt ?? "");
const flowOf = (key: string): string => sourceFlows.find((flow) => flow.key === key)?.id ?? "";
const endedBetween = (from: number, to: number): readonly FlowRun[] =>
  runs.filter((run) => run.status !== "inProgress" && ageOf(run) < from && ageOf(run) >= to);
const rateOf = (some: readonly FlowRun[]): number =>
  some.filter(({ status }) => status === "success" || status === "partialSuccess").length / some.length;

describe("the demo's archive", () => {
  test("goes back a month, with a gap of two days, and stands some hours before the journal's end", async () => {
    const { coverage, runs: count, withoutEvent, cursors } = await readStatus(database, journal);
    expect(coverage.complete.map(({ from, to }) => [now - from.at, now - to.at])).toEqual([
      [30 * day + hour, 17 * day],
      [15 * day, 5 * hour],
    ]);
    expect(coverage.gaps.map(({ why }) => why)).toEqual(["expired"]);
    expect(runs.filter((run) => ageOf(run) > 15 * day + hour && ageOf(run) < 17 * day - hour)).toEqual([]);
    expect([count, withoutEvent]).toEqual([runs.length, 0]);
    expect(count).toBeGreaterThan(4_000);
    expect(count).toBeLessThan(5_500);
    expect(cursors.map(({ cursor, lease }) => [cursor.name, lease?.expiresAt])).toEqual([[archiveCursor, 0]]);
  });
  test("is a real one: nothing is wrong with it", async () => {
    const verdict = await verify(database, journal, () => undefined);
    expect(verdict).toMatchObject({ runs: runs.length, unreadable: 0, outside: 0, damages: [] });
  });
  test("is the same whenever it is made at that moment", async () => {
    const other = await openBuiltIn(host);
    expect(await all(other)).toEqual(runs);
    await other.close();
  });
  test("leads on into the journal, and has told what that tells of the time before", async () => {
    const cursor = await findCursor(database, journal, archiveCursor);
    const position = /^demo:\/events-fast\/organizations\/.*\?since=(.*)$/.exec(cursor?.next ?? "")?.[1] ?? "";
    const source = storySource(now);
    const index = source.indexOf(position) ?? -1;
    expect(source.writtenAt(index)).toBeLessThanOrEqual(now - 5 * hour);
    expect(source.writtenAt(index + 1)).toBeGreaterThan(now - 5 * hour);
    const told = new Map(
      monthPages(now).flatMap(({ entries }) => entries.map((entry) => [entry.position, entry.event])),
    );
    for (let at = 0; at <= index; at++) {
      const { position: own, event } = JSON.parse(source.text(at)) as { position: string; event: unknown };
      expect(JSON.parse(JSON.stringify(told.get(own)))).toEqual(event);
    }
  });
});

describe("its story", () => {
  test("a cause that was frequent three weeks ago, and is gone", async () => {
    const history = await readCodeHistory(database, journal, "UserErrorFailedToConnectOdbcSource", now);
    expect(history?.flows.map(({ name }) => name)).toEqual(["Loyalty members and points"]);
    expect(history?.last7Days).toBe(0);
    expect(history?.last30Days).toBeGreaterThan(7);
    expect(now - (history?.firstSeenAt ?? 0)).toBeLessThan(24 * day);
    expect(now - (history?.lastSeenAt ?? 0)).toBeGreaterThan(19 * day - hour);
  });
  test("one that came to the CRM yesterday, and is new there", async () => {
    const secret = runs.filter(({ flowId, rootCause }) => flowId === crm.id && rootCause?.code === "AADSTS7000222");
    expect(secret.length).toBeGreaterThan(5);
    expect(secret.every((run) => ageOf(run) < 30.1 * hour)).toBe(true);
    const isNew = await readNovelty(database, journal);
    const [first] = secret.toSorted((one, other) => ageOf(other) - ageOf(one));
    expect(first === undefined ? null : isNew(first)).toBe(true);
    const history = await readCodeHistory(database, journal, "AADSTS7000222", now);
    expect(now - (history?.firstSeenAt ?? 0)).toBeLessThan(7 * day);
  });
  test("a flow that recovers slowly", async () => {
    const slow = "SftpNetworkIssue";
    const sftp = await readCodeHistory(database, journal, slow, now);
    const files = await readCodeHistory(database, journal, "133", now);
    expect(sftp?.medianRecoveryMs).toBeGreaterThan(6 * hour);
    expect(sftp?.medianRecoveryMs).toBeGreaterThan(1.5 * (files?.medianRecoveryMs ?? Infinity));
    const failed = runs.filter(({ flowId, rootCause }) => flowId === flowOf("receipts") && rootCause?.code === slow);
    const [last] = failed.toSorted((one, other) => ageOf(one) - ageOf(other));
    const before = last === undefined ? null : await findEarlierFailure(database, journal, last);
    expect(before?.count).toBeGreaterThan(8);
  });
  test("a success rate that is a bit worse this week than it was the week before", () => {
    const [thisWeek, lastWeek] = [rateOf(endedBetween(7 * day, 0)), rateOf(endedBetween(14 * day, 7 * day))];
    expect(lastWeek).toBeGreaterThan(thisWeek);
    expect(lastWeek - thisWeek).toBeLessThan(0.05);
  });
});

describe("with commands", () => {
  const run = async (line: string, more: Record<string, string> = {}, at = now) => {
    const env = { ...bareEnv(await scratch()), FLOWRUN_PROFILE: "demo", ...more };
    return runHere(line.split(" "), { env }, { now: () => at });
  };
  test("a month is read, each run once, and the gap is named", async () => {
    const { stdout, stderr, code } = await run("since -P30D --status all --columns runId,status -o csv");
    expect(code).toBe(0);
    const lines = stdout.trim().split("\n").slice(1);
    expect(lines.length).toBeGreaterThan(2_500);
    expect(new Set(lines).size).toBe(lines.length);
    expect(stderr).toContain("nobody has what was recorded from 2026-11-12T12:00:00.000Z to 2026-11-14T12:00:00.000Z");
    expect((await run("since -P30D --strict --status failed")).code).toBe(6);
  });
  test("its figures are of the whole month", async () => {
    const { stdout } = await run("stats -P30D --by flow -o json");
    const stats = JSON.parse(stdout) as { from: string; total: { runs: number } };
    expect(stats.from).toBe(new Date(now - 30 * day).toISOString());
    expect(stats.total.runs).toBeGreaterThan(2_000);
    const earlier = JSON.parse((await run("stats -P30D --until -P20D -o json")).stdout) as typeof stats;
    expect(earlier.total.runs).toBeGreaterThan(300);
    expect(earlier.total.runs).toBeLessThan(stats.total.runs / 2);
  });
  test("a run of three weeks ago is shown by its id", async () => {
    const [old] = endedBetween(22 * day, 21 * day).filter(({ status }) => status === "failed");
    const id = old?.runId ?? "";
    const found = await findByRun(database, journal, id.slice(0, 8), { raw: false });
    expect(found.map(({ record }) => (typeof record === "string" ? record : record.runId))).toEqual([id]);
    const { stdout, code } = await run(`show ${id.slice(0, 8)} --since -P30D`, {}, now + 90_000);
    expect([code, stdout.split("\n")[0]]).toEqual([0, `${id}  failed`]);
  });
  test("what the journal has alone is read from it alone, and the archive is not made for it", async () => {
    const place = archivePlace({ profile: "demo", env: {}, saved: {}, stateFolder: "/nowhere" });
    expect(place.kind).toBe("builtIn");
    const adds = (words: string): boolean => addsTo(place, parseWhen(words, now));
    expect(["-PT1H", "-P7D", "yesterday"].map(adds)).toEqual([false, false, false]);
    expect(["-P8D", "oldest"].map(adds)).toEqual([true, true]);
    const named = archivePlace({ profile: "demo", env: { FLOWRUN_ARCHIVE: "/a/b.db" }, saved: {}, stateFolder: "/" });
    expect([named.kind, addsTo(named, parseWhen("-PT1H", now))]).toEqual(["embedded", true]);
    const { stderr } = await run("since -P7D --status failed");
    expect(stderr).toMatch(/11-22.12:00/);
  });
  test("a sync says that it ends with the command, and how to keep one", async () => {
    const { stdout, stderr } = await run("archive sync --json");
    expect(JSON.parse(stdout)).toMatchObject({ archive: ":memory:", gaps: 1, completeTo: new Date(now).toISOString() });
    expect(stderr).toContain("FLOWRUN_ARCHIVE=demo.db flowrun archive sync --profile demo");
  });
  test("one in a file goes on an hour later, and doubles nothing", async () => {
    const kept = { FLOWRUN_ARCHIVE: `${await scratch()}/demo.db` };
    const [first, second, third] = [
      await run("archive sync --json", kept),
      await run("archive sync --json", kept, now + hour),
      await run("archive sync --json", kept, now + 26 * hour),
    ].map(({ stdout }) => JSON.parse(stdout) as { runs: number; added: number; gaps: number });
    expect(first?.added).toBeGreaterThan(1_700);
    expect(second?.added).toBeGreaterThan(5);
    expect(second?.added).toBeLessThan(30);
    expect(third?.added).toBeGreaterThan(200);
    expect([first?.gaps, second?.gaps, third?.gaps]).toEqual([0, 0, 0]);
    const { stdout } = await run("since -PT26H --status all --columns runId,status -o csv", kept, now + 26 * hour);
    const lines = stdout.trim().split("\n").slice(1);
    expect(lines.length).toBeGreaterThan(200);
    expect(new Set(lines).size).toBe(lines.length);
  });
});
