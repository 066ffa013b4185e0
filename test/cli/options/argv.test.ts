import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { shield } from "../../../src/cli/negative-durations.ts";
import { createProgram } from "../../../src/cli/program.ts";
import type { ReadingFlags } from "../../../src/cli/options/flags.ts";
import { resolveReading, resolveStart, type ReadingOptions } from "../../../src/cli/options/reading-options.ts";
import { sampleRun } from "../../render/sample-runs.ts";
import { fakeHost, noon } from "../../support/host.ts";

/** A command line → what its command is handed, before anything is read. */
async function optionsOf(line: string) {
  const program = createProgram(fakeHost());
  const words = line.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", "")) ?? [];
  let handed: readonly unknown[] = [];
  find(program, words[0] ?? "").action((...args: unknown[]) => void (handed = args));
  await program.parseAsync(words.map(shield), { from: "user" });
  const isFlags = (value: unknown): value is ReadingFlags =>
    typeof value === "object" && value !== null && "output" in value;
  const flags = handed.find(isFlags);
  if (flags === undefined) throw new Error(`'${line}' hands over no flags`);
  const when = typeof handed[0] === "string" ? handed[0] : undefined;
  return { flags, when, options: await resolveReading(flags, noon) };
}

function find(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (found === undefined) throw new Error(`there is no command '${name}'`);
  return found;
}

describe.each(["since -P1D", "tail", "wait", "stats", "show 6b0c6b1e"])("flowrun %s", (command) => {
  test.each<[string, Partial<ReadingOptions>]>([
    ["", { output: "table", jobs: 4, max: Infinity, limit: null, raw: false, headers: true, exitStatus: false }],
    ["", { patience: { retries: 5, maxWaitMs: 300_000 }, cursor: "default", from: null, time: null, names: false }],
    ["--json", { output: "ndjson" }],
    ["--json -o csv", { output: "ndjson" }],
    ["--json=runId,records.failed", { output: "ndjson", fields: ["runId", "records.failed"] }],
    ["--json=runId --json=errors.code -o csv", { output: "ndjson", fields: ["runId", "errors.code"] }],
    ["-o csv --no-headers", { output: "csv", headers: false }],
    ["-o wide --time local", { output: "wide", time: "local" }],
    ["-n 3 --limit 50 --jobs 16", { max: 3, limit: 50, jobs: 16 }],
    ["--max=3", { max: 3 }],
    ["--retries 0 --max-wait 2m", { patience: { retries: 0, maxWaitMs: 120_000 } }],
    ["", { last: Infinity, order: null, failsOnEmpty: false }],
    ["--last 20", { last: 20 }],
    ["--fail-on failed", { exitStatus: true, failsOnEmpty: false }],
    ["--fail-on empty", { exitStatus: false, failsOnEmpty: true }],
    ["--fail-on empty,failed", { exitStatus: true, failsOnEmpty: true }],
    ["--fail-on empty --exit-status", { exitStatus: true, failsOnEmpty: true }],
    ["--fail-on empty --fail-on failed", { exitStatus: true, failsOnEmpty: true }],
    ["--exit-status --raw --names", { exitStatus: true, raw: true, names: true }],
    ["--from runs.ndjson", { from: "runs.ndjson" }],
    ["--from -", { from: "-" }],
    ["--cursor nightly", { cursor: "nightly" }],
    ["", { source: "auto", strict: false }],
    ["--source archive --strict", { source: "archive", strict: true }],
    ["--source journal", { source: "journal", strict: false }],
  ])("%s", async (words, expected) => {
    expect((await optionsOf(`${command} ${words}`)).options).toMatchObject(expected);
  });

  test.each<[string, string]>([
    ["-o xml", "Allowed choices"],
    ["--source file", "Allowed choices"],
    ["--source auto --from runs.ndjson", "--source and --from do not go together"],
    ["--jobs 0", "1 or more"],
    ["--last 0", "1 or more"],
    ["--last 100001", "100000 or less"],
    ["--fail-on nothing", "failed or empty"],
    ["--sort nope", "there is no column 'nope'"],
    ["--sort", "argument missing"],
    ["--out a --out b", "given twice"],
    ["--jobs 65", "64 or less"],
    ["-n x", "whole number"],
    ["--status ,", "names nothing"],
    ["--json=", "names nothing"],
    ["--max-wait P1M", "is not a length of time"],
    ["--where 'status =='", "--where"],
    ["--cursor ../x", "cannot be a cursor's name"],
    ["--until last", "--until takes an instant"],
    ["--from x --names", "do not go together"],
    ["--from ''", "--from names no file"],
    ["--from a --from b", "It is given twice"],
    ["--unknown", "unknown option '--unknown'"],
  ])("refuses %s", async (words, message) => {
    await expect(optionsOf(`${command} ${words}`)).rejects.toThrow(message);
  });
});

test.each(["since -P1D", "tail", "wait", "show 6b0c6b1e"])("%s prints ids", async (command) => {
  expect((await optionsOf(`${command} -o name`)).options).toMatchObject({ output: "name", fields: null });
});

test("stats has none", async () => {
  await expect(optionsOf("stats -o name")).rejects.toThrow("Allowed choices");
});

describe.each(["since -P1D", "tail", "wait", "show 6b0c6b1e"])("flowrun %s has columns, and", (command) => {
  test.each<[string, string]>([
    ["--columns nope", "there is no column 'nope'"],
    ["-o json --columns status", "--columns has no meaning with -o json"],
  ])("refuses %s", async (words, message) => {
    await expect(optionsOf(`${command} ${words}`)).rejects.toThrow(message);
  });
});

test("flowrun stats has no columns to choose from", async () => {
  await expect(optionsOf("stats --columns status")).rejects.toThrow("unknown option '--columns'");
});

describe("filters keep", () => {
  const run = sampleRun();
  test.each<[string, boolean]>([
    ["", true],
    ["--status failed", false],
    ["--status failed,success", true],
    ["--status failed --status SUCCESS", true],
    ["--status all", true],
    [`--flow ${run.flowId}`, true],
    ["--flow none", false],
    [`--run ${run.runId},other`, true],
    ["--sandbox prod", true],
    ["--sandbox dev", false],
    ["--code 'CONNECTOR-*'", false],
    ["--until -PT1M", true],
    ["--until 2026-11-22T03:00", false],
    ["--where 'records.input > 1000000 && durationMs < 2m'", true],
    ["--where 'records.input > 1000000' --where 'durationMs > 2m'", false],
  ])("%s: %s", async (words, isKept) => {
    const { options } = await optionsOf(`since -P1D ${words}`);
    expect(options.keep(run)).toBe(isKept);
  });
});

describe("the beginning is", () => {
  const at = (ms: number, seek: string) => ({ kind: "time", at: ms, seek, askedAt: noon });
  test.each<[string, unknown]>([
    ["since -P1D", at(noon - 86_400_000, "-P1D")],
    ["since P1D", at(noon - 86_400_000, "-P1D")],
    ["since 90m", at(noon - 5_400_000, "-PT90M")],
    ["since 2026-11-22T11:00Z", at(noon - 3_600_000, "-PT3600S")],
    ["since oldest", { kind: "oldest" }],
    ["since last", { kind: "last" }],
    ["since now", { kind: "now" }],
    ["since --from runs.ndjson", { kind: "oldest" }],
    ["since -PT1H --from runs.ndjson", at(noon - 3_600_000, "-PT1H")],
  ])("%s", async (line, start) => {
    const { when, flags } = await optionsOf(line);
    expect(resolveStart(when, flags, noon)).toEqual(start);
  });

  test.each<[string, string]>([
    ["since", "missing required argument 'when'"],
    ["since 2999-01-01", "is in the future"],
    ["since P1Y", "'P1Y'"],
    ["since runs.ndjson", "'runs.ndjson' is no time"],
    ["since last --from x", "'last' and --from do not go together"],
    ["since -P1D --cursor x", "--cursor goes with 'last' only"],
    ["since -P1D --on-expired oldest", "--on-expired goes with 'last' only"],
  ])("refused: %s", async (line, message) => {
    const { when, flags } = await optionsOf(line);
    expect(() => resolveStart(when, flags, noon)).toThrow(message);
  });
});
