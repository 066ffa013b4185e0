import { describe, expect, it } from "vitest";
import { nextSteps } from "../../../src/render/sheets/next-steps.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { failure, sampleRun } from "../sample-runs.ts";

const commands = (changes: Partial<FlowRun>, profile: string | null = null) =>
  nextSteps(sampleRun(changes), profile).map(({ command }) => command);

describe("what to type next", () => {
  it("is nothing after a run without a flaw", () => {
    expect(commands({})).toEqual([]);
  });

  it("explains the root cause, looks for it elsewhere, and shows the records that failed", () => {
    const root = { code: "AADSTS7000222", message: null };
    expect(commands({ ...failure("CONNECTOR-1001-500", root), batchIds: ["01A", "01B"] })).toEqual([
      "flowrun explain AADSTS7000222",
      "flowrun since -P7D --events runs --code AADSTS7000222",
      `flowrun rows ${sampleRun().runId}`,
    ]);
    expect(commands({ ...failure("2200"), runId: "a b", batchIds: ["01A"] }, "acme").at(-1)).toBe(
      "flowrun rows 'a b' --profile acme",
    );
  });

  it("shows no records of a run without a batch", () => {
    expect(commands({ ...failure("2200"), batchIds: [] }).filter((command) => command.includes("rows"))).toEqual([]);
  });

  it("shows no failed records where none is known to have failed", () => {
    const { records } = sampleRun();
    for (const failed of [0, null])
      expect(commands({ records: { ...records, failed }, batchIds: ["01A"] })).toEqual([]);
  });

  it("names the profile that the user named, where it matters", () => {
    expect(commands(failure("2200"), "my org")).toContain(
      "flowrun since -P7D --events runs --code 2200 --profile 'my org'",
    );
  });

  it("asks for no explanation of a code that nothing is known about", () => {
    expect(commands({ rootCause: { code: "Something odd", message: null } })).toEqual([
      "flowrun since -P7D --events runs --code 'Something odd'",
    ]);
  });

  it.each([
    ["$(reboot)", "'$(reboot)'"],
    ["it's; rm -rf ~", "'it'\\''s; rm -rf ~'"],
    ["-P1D", "'-P1D'"],
    ["a\nb", "'a\\nb'"],
  ])("lets a code from an event be no command: %s", (code, quoted) => {
    expect(commands({ rootCause: { code, message: null } }).at(-1)).toBe(
      `flowrun since -P7D --events runs --code ${quoted}`,
    );
  });
});
