import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bareRun, onlyRun, verdictOn } from "../events.ts";
import { expectedOfSamples } from "./samples.expected.ts";

/** Payloads in every shape that Adobe has published, with invented values. */
const folder = new URL("../../../fixtures/payloads/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const names = readdirSync(folder);

describe("payloads as Adobe publishes them", () => {
  it.each(names)("%s", (name) => {
    const { runs, rejects } = verdictOn(read(name), ["runs"]);
    const found = runs.map(({ run }) => [run.runId, run.status, run.rootCause?.code ?? null]);
    const expected = expectedOfSamples[name.slice(0, 2)];
    expect(found).toEqual(expected === "not a run" ? [] : [expected]);
    expect(rejects).toEqual([]);
  });

  it.each([
    ["70", "success", "MAPPER-3700-400", 1],
    ["72", "success", undefined, 3],
    ["73", "failed", "ACTIVATION_BATCH-0000-FAILED", 0],
  ])("of REST lists (%s) are runs when they come as events", (number, status, root, batches) => {
    const { items } = read(names.find((name) => name.startsWith(number)) ?? "") as {
      readonly items: readonly unknown[];
    };
    const run = onlyRun(items[0]);
    expect([run.status, run.rootCause?.code, run.batchIds.length]).toEqual([status, root, batches]);
  });

  it("explain an expired secret by its whole chain", () => {
    const name = names.find((candidate) => candidate.startsWith("02-")) ?? "";
    expect(onlyRun(read(name)).errors.map(({ code, causes }) => [code, ...causes.map((cause) => cause.code)])).toEqual([
      ["CONNECTOR-1001-500", "2200", "UserErrorFailedToGetAccessTokenByServicePrincipal", "AADSTS7000222"],
    ]);
  });
});

interface FieldCase {
  readonly what: string;
  readonly errorDetail: string;
  readonly nested: readonly unknown[] | null;
  /** What may be the root, outermost first. */
  readonly rootCode: readonly string[];
  readonly messageHolds: readonly string[];
}

const field = new URL("../../../fixtures/field/error-details.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(field, "utf8")) as { readonly cases: readonly FieldCase[] };

describe("error texts as they are seen in the field", () => {
  it.each(cases)("$what", ({ errorDetail, nested, rootCode, messageHolds }) => {
    const extensions = nested === null ? { errorDetail } : { errorDetail, errors: nested };
    const statusSummary = { status: "failed", errors: [{ code: "CONNECTOR-1001-500" }] };
    const activity = { id: "copyActivity", statusSummary: { ...statusSummary, extensions } };
    const { rootCause } = onlyRun(bareRun({ metrics: { statusSummary }, activities: [activity] }));
    expect(rootCode).toContain(rootCause?.code);
    for (const words of messageHolds) expect(rootCause?.message).toContain(words);
  });
});
