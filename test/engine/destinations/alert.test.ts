import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alertsOf } from "../../../src/engine/destinations/alert.ts";
import type { Alert } from "../../../src/engine/destinations/alert/form.ts";
import { messageOf } from "../../../src/engine/destinations/slack.ts";
import { cardOf } from "../../../src/engine/destinations/teams.ts";
import { words } from "../../../src/cli/options/output-options.ts";
import { explain } from "../../../src/runs/catalogue/catalogue.ts";
import { compileJobFilter } from "../../../src/runs/filter/job-filter.ts";
import type { Job } from "../../../src/runs/job/job.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { absentRecord } from "../../support/absences.ts";
import { casesOf } from "../../support/cases.ts";
import { noon } from "../../support/host.ts";
import { deliveredJob, failedJob } from "../../support/jobs.ts";
import { delivered } from "../../support/receiver.ts";

const known = "CONNECTOR-1001-500";

function failed(n: number, change: Partial<FlowRun> = {}): FlowRun {
  const { run } = delivered(n, { status: "failed", errors: [known], flowName: "Orders to Profile" });
  return { ...run, flowId: "flow-1", ...change };
}

const succeeded = (n: number): FlowRun => delivered(n, { flowName: "Customers", records: 1234 }).run;

test("a run that failed is told with its cause in plain words, what to do, and the command that shows more", () => {
  const run = failed(0, { runId: "3f2a9c01-1111-4222-8333-444455556666", new: true });
  const [entry] = explain(known);
  const [alert] = alertsOf([run], "prod");
  expect(alert).toEqual<Alert>({
    places: [0],
    isFailure: true,
    title: "Orders to Profile failed",
    facts: [
      { name: "Status", value: "failed" },
      { name: "Root cause", value: `${known}: it failed with ${known} (new for this flow)` },
      { name: "Sandbox", value: "prod" },
      { name: "When", value: "2026-11-22 12:00:00 UTC" },
    ],
    meaning: entry!.meaning,
    remedy: entry!.remedy,
    command: "flowrun show 3f2a9c01 --profile prod",
    line: `Orders to Profile failed: ${known}, sandbox prod, 2026-11-22 12:00:00 UTC`,
  });
});

test("a flow that does not run is told with since when, its usual pace, and what to do", () => {
  const run = failed(0);
  const [first, second] = alertsOf([run, absentRecord(), failed(1)], "prod");
  expect(first!.places).toEqual([0, 2]);
  expect(second).toEqual<Alert>({
    places: [1],
    isFailure: true,
    title: "Web orders has not run (absent)",
    facts: [
      { name: "State", value: "absent" },
      { name: "Silent since", value: "2026-11-22 12:00:00 UTC" },
      { name: "Usually every", value: "1h" },
      { name: "Was expected", value: "2026-11-22 13:00:00 UTC" },
      { name: "Runs missing", value: "3" },
      { name: "Sandbox", value: "prod" },
    ],
    meaning: "No run of it was told of since: it did not start, or its notification was lost.",
    remedy: "Look at the flow in Platform: whether it is enabled, its schedule, and its last run.",
    command: "flowrun flows --flow flow-1 --profile prod",
    line: "Web orders has not run (absent), silent since 2026-11-22 12:00:00 UTC, usually every 1h, sandbox prod",
  });
});

test("a work that failed is told with what Lytics says of it, and a line that shows more", () => {
  const related = Array.from({ length: 7 }, (_, n) => ({ type: "segment", id: `s${n}` }));
  const [alert] = alertsOf([failedJob(1, { related }).job], "my profile");
  expect(alert).toEqual<Alert>({
    places: [0],
    isFailure: true,
    title: "Work Orders work-1 failed",
    facts: [
      { name: "Subject", value: "work work-1" },
      { name: "Verb", value: "failed" },
      { name: "Workflow", value: "csv_import" },
      { name: "Notes", value: "a note" },
      { name: "Related", value: "segment s0, segment s1, segment s2, segment s3, segment s4, 2 more" },
      { name: "When", value: "2026-11-22 12:01:00 UTC" },
    ],
    meaning: null,
    remedy: "Look at it in Lytics, whose log of it says more; once the cause is gone, start it again.",
    command: "flowrun lytics since 2026-11-22T12:01:00.000Z --subject-id work-1 --profile 'my profile'",
    line: "Work Orders work-1 failed: a note, 2026-11-22 12:01:00 UTC",
  });
});

test("works that failed several times in a batch are one alert each, among runs and in their order", () => {
  const jobs = [failedJob(3), failedJob(1), failedJob(4)].map(({ job }) => ({ ...job, subjectId: "w" }));
  const other = failedJob(2).job;
  const alerts = alertsOf([failed(0), jobs[0]!, other, jobs[1]!, failed(1), jobs[2]!], "prod");
  expect(alerts.map(({ places }) => places)).toEqual([[0, 4], [1, 3, 5], [2]]);
  const [, together] = alerts;
  expect(together).toMatchObject({
    title: "Work Orders work-4 failed 3 times",
    command: "flowrun lytics since 2026-11-22T12:01:00.000Z --subject-id w --profile prod",
  });
  expect(together!.facts).toContainEqual({ name: "Verb", value: "failed, 3 events" });
  expect(together!.facts).toContainEqual({ name: "When", value: "2026-11-22 12:01:00 to 2026-11-22 12:04:00 UTC" });
  const nameless = { ...other, subjectId: null };
  expect(alertsOf([nameless, nameless], "prod")).toHaveLength(2);
});

test.each<[Partial<Job>, string]>([
  [{ verb: "completed", status: "success" }, "Work Orders work-1: completed, a note, 2026-11-22 12:01:00 UTC"],
  [{ subjectType: "segment", jobName: null, notes: null }, "Segment work-1: synced, 2026-11-22 12:01:00 UTC"],
  [{ subjectType: null, subjectId: null, jobName: null, verb: null, at: null, notes: null }, "Subject: no verb"],
])("any other event of Lytics is a line: %j", (change, line) => {
  const { job } = deliveredJob(1, change);
  expect(alertsOf([job, job], "prod").map((alert) => [alert.isFailure, alert.line])).toEqual([
    [false, line],
    [false, line],
  ]);
});

test("the line that shows more finds the event again, whatever its subject is called", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.string({ minLength: 1 })), (subjectId) => {
      const { job } = failedJob(1, { subjectId });
      const { command } = alertsOf([job], "prod")[0]!;
      expect(command).not.toContain("…");
      const parts = execFileSync("sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" }).split("\0");
      const at = parts.indexOf("--subject-id");
      expect([parts[3], parts[at + 2]]).toEqual(["2026-11-22T12:01:00.000Z", "--profile"]);
      const { keep } = compileJobFilter({ subjectId: words(parts[at + 1]!, undefined) });
      expect(keep(job)).toBe(true);
    }),
    { numRuns: casesOf(200) },
  );
});

test("one that runs again is a line, with how long it was silent", () => {
  const [alert] = alertsOf([absentRecord({ state: "ok", lastRunAt: "2026-11-23T13:30:00.000Z" })], "prod");
  expect(alert).toMatchObject({ isFailure: false, meaning: null, remedy: null });
  expect(alert!.line).toBe("Web orders runs again, after 1d 1h of silence, sandbox prod");
});

test("what a flow that does not run calls itself is bounded, and shows what cannot be seen", () => {
  const long = `\u202e${"<x&".repeat(100_000)}`;
  const [alert] = alertsOf([absentRecord({ flowId: long, flowName: long, sandbox: { id: null, name: long } })], "prod");
  expect(messageOf(alert!).length).toBeLessThan(12_000);
  expect(cardOf(alert!).length).toBeLessThan(28_000);
  expect(messageOf(alert!)).not.toContain("\u202e");
});

test("those of a batch that failed alike are one, in the place of the first, with the newest of them", () => {
  const alerts = alertsOf([failed(0), succeeded(1), failed(2), failed(1, { flowId: "flow-2" }), failed(1)], "prod");
  expect(alerts.map(({ places }) => places)).toEqual([[0, 2, 4], [1], [3]]);
  const [together, alone, other] = alerts;
  expect(together!.title).toBe("Orders to Profile failed 3 times");
  expect(together!.facts).toContainEqual({ name: "Status", value: "failed, 3 runs" });
  expect(together!.facts).toContainEqual({ name: "When", value: "2026-11-22 12:00:00 to 2026-11-22 12:02:00 UTC" });
  expect(together!.command).toBe("flowrun show run-2 --profile prod");
  expect(alone!.line).toBe("Customers: success, 1,234 records written, sandbox prod, 2026-11-22 12:01:00 UTC");
  expect(other!.title).toBe("Orders to Profile failed");
});

test.each<[string, Partial<FlowRun>]>([
  ["another root cause", { rootCause: { code: "E-2", message: null } }],
  ["another status", { status: "partialSuccess" }],
  ["another sandbox", { sandbox: { id: "s2", name: "dev" } }],
  ["another flow of the same name", { flowId: "flow-9" }],
])("%s is told apart", (_, change) => {
  expect(alertsOf([failed(0), failed(1, change)], "prod")).toHaveLength(2);
});

test("runs that have nothing to explain are one each, however alike", () => {
  expect(alertsOf([succeeded(1), succeeded(1)], "prod").map(({ places }) => places)).toEqual([[0], [1]]);
});

test("what is not known is left out, and what is told without a code has its words", () => {
  const run = failed(0, {
    flowName: null,
    updatedAt: null,
    sandbox: { id: null, name: null },
    rootCause: { code: "unknown", message: "the disk is full" },
    records: { ...failed(0).records, failed: 1200 },
  });
  const [alert] = alertsOf([run], "my profile");
  expect(alert).toMatchObject({
    title: "flow flow-1 failed",
    facts: [
      { name: "Status", value: "failed" },
      { name: "Root cause", value: "the disk is full" },
      { name: "Records failed", value: "1,200" },
    ],
    meaning: null,
    remedy: null,
    command: "flowrun show run-0 --profile 'my profile'",
    line: "flow flow-1 failed: the disk is full",
  });
  expect(alertsOf([failed(0, { rootCause: null })], "prod")[0]!.facts).toContainEqual({
    name: "Root cause",
    value: "none is told",
  });
});

/** Every text of a JSON document that comes after one of these keys. */
function textsOf(value: unknown): readonly { readonly type: unknown; readonly text: string }[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== "object" || value === null) return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  const own = typeof text === "string" ? [{ type, text }] : [];
  return [...own, ...Object.values(value).flatMap(textsOf)];
}

describe("a name that would ping, format, link or break out", () => {
  const evil = "*b* _i_ ~s~ `c` <!channel> <@U1> <https://evil.example|ok> &amp; [x](https://evil.example)\n# h\u202e";
  const run = failed(0, { flowName: evil, rootCause: { code: "E`1", message: evil }, runId: "run`1" });
  const calm = { ...succeeded(1), flowName: evil };
  const jobs = [
    failedJob(1, { subjectId: evil, notes: evil, jobName: evil, related: [{ type: evil, id: evil }] }).job,
    deliveredJob(2, { subjectType: evil, jobName: evil, notes: evil }).job,
  ];

  test("is text to Slack, wherever it stands", () => {
    for (const alert of [...alertsOf([run, ...jobs], evil), ...alertsOf([calm], "prod")]) {
      const message = JSON.parse(messageOf(alert)) as { text: string; mrkdwn: boolean; blocks: unknown };
      expect(message.mrkdwn).toBe(false);
      for (const { type, text } of textsOf(message)) {
        expect(text).not.toMatch(/[<>\u202e]|&(?!amp;|lt;|gt;)/);
        // The message's own text has no type, and is not formatted either.
        expect(["plain_text", undefined]).toContain(type);
      }
      expect(JSON.stringify(message)).toContain("&lt;!channel&gt;");
    }
  });

  test("is text to Teams, wherever it stands", () => {
    for (const alert of [...alertsOf([run, ...jobs], evil), ...alertsOf([calm], "prod")]) {
      const card = cardOf(alert);
      for (const { type } of textsOf(JSON.parse(card))) expect(type).toBe("TextRun");
      expect(card).not.toMatch(/"TextBlock"|"FactSet"/);
      expect(card).toContain("<!channel>");
    }
  });
});

test("a command that cannot end its code is shown as code", () => {
  const [alert] = alertsOf([failed(0)], "prod");
  expect(textsOf(JSON.parse(messageOf(alert!)))).toContainEqual({
    type: "mrkdwn",
    text: "`flowrun show run-0 --profile prod`",
  });
});

const long = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc
    .tuple(fc.constantFrom("&", "<", "ü", "漢", "👩‍👩‍👧", "\u202e", '"', "\\", "x"), fc.nat(9000))
    .map(([a, n]) => a.repeat(n)),
);

test("no text is longer than Slack and Teams take, and none is cut within a character", () => {
  fc.assert(
    fc.property(long, long, long, long, long, (flowName, code, message, name, profile) => {
      const change = { flowName, rootCause: { code, message }, sandbox: { id: null, name }, runId: profile };
      const runs = [failed(0, change), failed(1, { ...change, status: name }), { ...succeeded(2), ...change }];
      const jobs = [
        failedJob(1, { subjectId: flowName, jobName: name, notes: message, workflow: code, verb: profile }).job,
        deliveredJob(2, { subjectType: code, subjectId: flowName, jobName: null, notes: message, verb: name }).job,
      ];
      for (const alert of alertsOf([...runs, { ...succeeded(3), flowName, runId: code }, ...jobs], profile)) {
        const message = messageOf(alert);
        const { text, blocks } = JSON.parse(message) as { text: string; blocks: { type: string; text?: object }[] };
        expect(text.length).toBeLessThanOrEqual(4000);
        expect(blocks.length).toBeLessThanOrEqual(50);
        for (const block of blocks) {
          const most = block.type === "header" ? 150 : 3000;
          for (const { text } of textsOf(block)) expect([text.length <= most, text.length > 0]).toEqual([true, true]);
        }
        const card = cardOf(alert);
        expect(Buffer.byteLength(card)).toBeLessThan(28_000);
        expect(textOf(message)).not.toMatch(/&(?!amp;|lt;|gt;)/);
        for (const whole of [textOf(message), textOf(card)]) expect(whole).not.toMatch(halfPair);
      }
    }),
    { numRuns: casesOf(100) },
  );
});

const halfPair = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** All texts of a message. */
function textOf(document: string): string {
  return textsOf(JSON.parse(document))
    .map(({ text }) => text)
    .join("\n");
}

test("times are told in UTC to the second", () => {
  const [alert] = alertsOf([failed(0, { updatedAt: new Date(noon + 1234).toISOString() })], "prod");
  expect(alert!.line).toContain("2026-11-22 12:00:01 UTC");
});
