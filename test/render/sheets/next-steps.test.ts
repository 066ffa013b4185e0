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

  it("explains the root cause, looks for it elsewhere, and fetches the failed records of each batch", () => {
    const root = { code: "AADSTS7000222", message: null };
    expect(commands({ ...failure("CONNECTOR-1001-500", root), batchIds: ["01A", "b/../c"] })).toEqual([
      "flowrun explain AADSTS7000222",
      "flowrun since -P7D --events runs --code AADSTS7000222",
      "GET https://platform.adobe.io/data/foundation/export/batches/01A/meta?path=row_errors",
      "GET https://platform.adobe.io/data/foundation/export/batches/b%2F..%2Fc/meta?path=row_errors",
    ]);
  });

  it("leaves out the batches that no path leads to", () => {
    const failed = { ...failure("2200"), batchIds: ["..", "\ud800", "01A"] };
    expect(commands(failed).filter((command) => command.startsWith("GET"))).toEqual([
      "GET https://platform.adobe.io/data/foundation/export/batches/01A/meta?path=row_errors",
    ]);
  });

  it("fetches no failed records where none is known to have failed", () => {
    const { records } = sampleRun();
    for (const failed of [0, null]) expect(commands({ records: { ...records, failed } })).toEqual([]);
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
