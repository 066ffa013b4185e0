import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import { createPainter } from "../../../src/render/text/painter.ts";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { renderSheet, type SheetOptions } from "../../../src/render/sheets/run-sheet.ts";
import * as catalogue from "../../../src/runs/catalogue/catalogue.ts";
import type { Activity, FlowRun } from "../../../src/runs/record/flow-run.ts";
import { bareRun, fixture, onlyRun, verdictOn } from "../../runs/events.ts";
import {
  hostileShown,
  hostileText,
  sampleCause,
  sampleChain,
  sampleError as error,
  sampleNow,
  sampleRun,
} from "../sample-runs.ts";

const options: SheetOptions = {
  catalogue,
  painter: createPainter(false),
  time: { style: "iso", now: () => sampleNow },
  width: 80,
  profile: null,
};

function sheet(run: FlowRun, changes: Partial<SheetOptions> = {}, history: readonly FlowRun[] = [run]): string {
  return renderSheet(run, history, { ...options, ...changes });
}

/** The lines below a heading, without their indent. */
function section(text: string, title: string): readonly string[] {
  const lines = text.split("\n");
  const from = lines.indexOf(title);
  if (from === -1) return [];
  const to = lines.findIndex((line, at) => at > from && /^\S/.test(line));
  return lines.slice(from + 1, to === -1 ? -1 : to - 1).map((line) => line.slice(2));
}

function activity(name: string): Activity {
  const { status, startedAt, completedAt, durationMs, records, bytes, files } = sampleRun();
  return { id: name, name, kind: null, status, startedAt, completedAt, durationMs, records, bytes, files, errors: [] };
}

describe("golden sheets", () => {
  it.each([
    "failed-copy-messages",
    "failed-promotion-list",
    "failed-sftp-bare",
    "success-with-errors",
    "success-event-envelope",
    "partial-streaming-no-header",
    "start-bare",
  ])("of %s in 80 columns", async (name) => {
    await expect(sheet(onlyRun(fixture(name)))).toMatchFileSnapshot(`../../../fixtures/golden/sheet-${name}.txt`);
  });

  it("of a history, in colour, on a terminal", async () => {
    const run = onlyRun(fixture("failed-sftp-bare"));
    const start = { ...run, status: "inProgress", updatedAt: run.createdAt, durationMs: null };
    const time = { style: "local", local: localTimeIn("UTC"), now: () => sampleNow } as const;
    const text = sheet(run, { painter: createPainter(true), time, width: 100 }, [start, run]);
    await expect(text).toMatchFileSnapshot("../../../fixtures/golden/sheet-history-colour.ansi");
  });
});

describe("metrics", () => {
  it("are a line where a run has none", () => {
    const run = onlyRun(bareRun({ metrics: { statusSummary: { status: "failed" } } }));
    expect(section(sheet(run), "METRICS")).toEqual(["           Run", "status  failed"]);
  });

  it("stand side by side, unknown as a dash and zero as zero", () => {
    const { records } = sampleRun();
    const copy = { ...activity("SFTP Copy Activity"), records: { ...records, input: null, failed: 0 } };
    const lines = section(sheet(sampleRun({ activities: [copy] })), "METRICS");
    expect(lines).toContainEqual(expect.stringMatching(/^ +Run +SFTP Copy Activity$/));
    expect(lines).toContainEqual(expect.stringMatching(/^records in +1,234,567 +-$/));
    expect(lines).toContainEqual(expect.stringMatching(/^records bad +0 +0$/));
    expect(lines.join("\n")).not.toContain("records warned");
  });

  it("tell a day where it is another one than the run's", () => {
    const late = { ...activity("Promotion Activity"), completedAt: "2026-11-23T00:10:00.000Z" };
    expect(section(sheet(sampleRun({ activities: [late] })), "METRICS")).toContainEqual(
      expect.stringMatching(/^completed +03:04:05\.000Z +2026-11-23T00:10:00\.000Z$/),
    );
  });

  it("of many activities go on beneath, the run's first again", () => {
    const names = Array.from({ length: 9 }, (_, n) => `Step ${n}`);
    const lines = section(sheet(sampleRun({ activities: names.map(activity) })), "METRICS");
    const titles = lines.filter((line) => line.includes("Run"));
    expect(titles.length).toBeGreaterThan(1);
    expect(titles.join(" ").match(/Step \d/g)).toEqual(names);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(78);
  });
});

describe("errors", () => {
  it("mark the deepest cause that is known, although an unknown one lies deeper", () => {
    const causes = sampleChain(...["2200", "SftpNetworkIssue", "Socket-99"].map((code) => ({ code, message: null })));
    const lines = section(sheet(sampleRun({ errors: [error({ causes })] })), "ERRORS");
    expect(lines.filter((line) => line.includes("← root cause"))).toEqual([
      expect.stringContaining("SftpNetworkIssue"),
    ]);
    expect(lines.filter((line) => /^ *│? *do /.test(line))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/└─ Socket-99$/);
  });

  it("say so where the root cause is not in the catalogue, and what its form tells", () => {
    const lines = section(sheet(sampleRun({ errors: [error({ code: "INGEST-9999-400" })] })), "ERRORS");
    expect(lines.join(" ")).toMatch(/does not have this code\. +Its form is that of: .*ingestion of records/);
  });

  it("tell what two errors say once where an outer one repeats an inner one", () => {
    const message = "The secret has run out";
    const causes = sampleChain(
      { code: "2200", message: `AADSTS7000222: ${message}.` },
      { code: "AADSTS7000222", message },
    );
    const text = sheet(sampleRun({ errors: [error({ message: "Copy failed", causes })] }));
    expect(text.split(message)).toHaveLength(2);
    expect(text).toContain("Copy failed");
  });

  it("beside each other stand on one level, each with its records, and one of them is the root", () => {
    const causes = [
      sampleCause({ code: "INGEST-1212-400", message: "many rows", kind: "summary", count: 1204 }),
      sampleCause({ code: "MAPPER-9", message: "no number", count: 1100 }),
      sampleCause({ code: "DCVS-9", message: "a null", count: 104 }),
      sampleCause({ code: "Deep", message: "why", depth: 2 }),
    ];
    const lines = section(sheet(sampleRun({ errors: [error({ causes })] })), "ERRORS");
    expect(lines.filter((line) => /[├└]─/.test(line))).toEqual([
      "├─ INGEST-1212-400 · 1,204 records",
      "├─ MAPPER-9 · 1,100 records  ← root cause",
      "└─ DCVS-9 · 104 records",
      "   └─ Deep",
    ]);
  });

  it("without a code are told in their own words, with nothing to look up", () => {
    const message = "The integration runtime is offline.";
    const causes = sampleChain({ code: "2200", message: null, kind: "summary" }, { code: "unknown", message });
    const run = sampleRun({ errors: [error({ causes })], rootCause: { code: "unknown", message } });
    const text = sheet(run);
    expect(section(text, "ERRORS").slice(-2)).toEqual(["   └─ unknown  ← root cause", `         ${message}`]);
    expect(text).not.toMatch(/does not have this code|--code unknown/);
  });

  it("tell which side of a copy failed", () => {
    expect(section(sheet(sampleRun({ errors: [error({ side: "sink" })] })), "ERRORS")[0]).toBe(
      "CONNECTOR-1001-500 · sink side",
    );
  });

  it("are apart from the reasons to skip records and to warn, which stand under RECORDS", () => {
    const errors = [
      error({ code: "W-1", message: "price is null now", severity: "warning", count: 5 }),
      error({ code: "S-1", message: "no match", severity: "skipped", count: 15 }),
    ];
    const text = sheet(sampleRun({ errors }));
    expect(section(text, "ERRORS")).toEqual([]);
    expect(section(text, "RECORDS").filter((line) => !line.includes("means"))).toEqual([
      "warning  W-1 · 5 records",
      "   price is null now",
      "skipped  S-1 · 15 records",
      "   no match",
    ]);
  });

  it("name the activity and count the records", () => {
    const errors = [error({ activity: "copy-1", count: 1 }), error({ code: "133", activity: "gone", count: 1204 })];
    const activities = [{ ...activity("SFTP Copy Activity"), id: "copy-1" }];
    const lines = section(sheet(sampleRun({ errors, activities })), "ERRORS");
    expect(lines).toContain("CONNECTOR-1001-500 · SFTP Copy Activity · 1 record");
    expect(lines).toContain("133 · gone · 1,204 records");
  });

  it("that only an activity tells are told, too", () => {
    const activities = [{ ...activity("UPS Batch Activity"), errors: [error({ code: "UPINGT-007012-400" })] }];
    expect(section(sheet(sampleRun({ activities })), "ERRORS")[0]).toBe("UPINGT-007012-400 · UPS Batch Activity");
  });

  it("stay inside the width however deep the chain", () => {
    const causes = sampleChain(
      ...Array.from({ length: 48 }, (_, n) => ({ code: `Deep-${n}`, message: "Some words. ".repeat(20) })),
    );
    const lines = section(sheet(sampleRun({ errors: [error({ causes })] })), "ERRORS");
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(78);
    expect(lines.filter((line) => line.includes("└─"))).toHaveLength(48);
  });
});

describe("text that means harm", () => {
  it("is shown, and forges neither lines nor escape sequences", () => {
    const run = sampleRun({
      runId: hostileText,
      status: hostileText,
      flowName: hostileText,
      sandbox: { id: hostileText, name: hostileText },
      batchIds: [hostileText],
      sources: [{ id: hostileText, type: hostileText, reference: { type: hostileText, ids: [hostileText] } }],
      activities: [{ ...activity(hostileText), status: hostileText, startedAt: hostileText }],
      errors: [error({ code: hostileText, message: hostileText, activity: hostileText })],
      rootCause: { code: hostileText, message: null },
      raw: { text: hostileText },
    });
    const text = sheet(run);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e\u2066\ufeff]/);
    expect(text.split("\n")[0]).toBe(`${hostileShown}  ${hostileShown}`);
    for (const line of text.split("\n").slice(1)) expect(line).toMatch(/^(|[A-Z ]+| {2}.*)$/);
  });

  it("of 100 KB, cyclic or not JSON, is told whole", () => {
    const detail = `ErrorCode=SftpNetworkIssue,'Type=A,Message=${"No way. ".repeat(12_000)},Source=B,'`;
    const cycle = `{"error":{"error":${'{"error":'.repeat(500)}"ErrorCode=SftpNetworkIssue AADSTS7000222: see ErrorCode=`;
    const run = onlyRun(
      bareRun({
        metrics: {
          statusSummary: {
            status: "failed",
            errors: [{ code: "CONNECTOR-1001-500", message: "It failed. ".repeat(9_000) }],
            extensions: { errorDetail: detail, errors: [{ code: "2200", message: cycle }] },
          },
        },
      }),
    );
    const text = sheet(run);
    expect(text.match(/It\s+failed\./g)?.length).toBeGreaterThan(8_000);
    expect(run.rootCause?.code).toBe("AADSTS7000222");
  });
});

it("ends with the event as delivered where it was asked for", () => {
  const lines = section(sheet(sampleRun({ raw: { id: "run-1", metrics: {} } })), "AS DELIVERED");
  expect(JSON.parse(lines.join("\n"))).toEqual({ id: "run-1", metrics: {} });
});

const folder = new URL("../../../fixtures/payloads/", import.meta.url);

describe("the published payloads that failed", () => {
  const failed = readdirSync(folder).flatMap((name) => {
    const { runs } = verdictOn(JSON.parse(readFileSync(new URL(name, folder), "utf8")), ["runs"]);
    return runs.filter(({ run }) => run.status === "failed").map(({ run }) => [name, run] as const);
  });

  it("are several", () => {
    expect(failed.length).toBeGreaterThan(3);
  });

  it.each(failed)("%s: the sheet marks the root cause and says what to do", (_, run) => {
    const lines = section(sheet(run), "ERRORS");
    const { code = "" } = run.rootCause ?? {};
    expect(lines.join("\n")).toContain(run.errors[0]?.causes.length === 0 ? code : `${code}  ← root cause`);
    expect(lines.filter((line) => /(means|do) {2,5}\S/.test(line)).length).toBeGreaterThan(1);
  });
});
