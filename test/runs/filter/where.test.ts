import { describe, expect, test } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { findInstant } from "../../../src/adobe/journal/moment.ts";
import { findDuration } from "../../../src/adobe/journal/when.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { whereRuns } from "../../../src/runs/filter/where.ts";
import { failure, sampleError, sampleRun } from "../../render/sample-runs.ts";

const times = { duration: findDuration, instant: findInstant };
const secret = { code: "AADSTS7000222", message: "The client secret is expired" };

const run: FlowRun = sampleRun({
  ...failure("CONNECTOR-1001-500", secret, "Copy failed"),
  flowName: "CRM contacts",
  durationMs: 31 * 60_000,
  updatedAt: "2026-11-22T03:04:05.000Z",
  completedAt: null,
  records: { ...sampleRun().records, failed: 150, skipped: null },
  bytes: { input: 12_000_000, output: 0, skipped: null, failed: null },
  batchIds: ["01A", "02B"],
  new: true,
});

describe("a condition that holds, and its opposite", () => {
  test.each([
    ['status == "failed"', 'status == "success"'],
    ["status == 'failed'", "status != 'failed'"],
    ["records.failed > 100", "records.failed > 150"],
    ["records.failed >= 150", "records.failed < 150"],
    ["records.failed <= 1.5e2", "records.failed > 1.5e2"],
    ["records.failed > -1", "records.failed < -1"],
    ["100 < records.failed", "150 < records.failed"],
    ["records.output > records.failed", "records.output < records.failed"],
    ["durationMs > 30m", "durationMs > 32m"],
    ["durationMs > PT30M", "durationMs > PT1H"],
    ["durationMs < 1h30m", "durationMs < 90s"],
    ["durationMs == 1860000", "durationMs == 31"],
    ["bytes.input > 10MB", "bytes.input > 12MB"],
    ["bytes.input > 11MiB", "bytes.input > 12MiB"],
    ["bytes.input == 12000kB", "bytes.input == 12000B"],
    ["flowName =~ /crm/i", "flowName =~ /crm/"],
    ["flowName !~ /web/", "flowName !~ /CRM/"],
    ["flowName =~ /^CRM\\s+[a-z]+$/", "flowName =~ /^contacts/"],
    ["flowName =~ /a\\/b|[/]|CRM/", "flowName =~ /a\\/b|[/]/"],
    ['updatedAt > "2026-11-22"', 'updatedAt > "2026-11-23"'],
    ['updatedAt < "2026-11-22T03:05Z"', 'updatedAt < "2026-11-22T03:04Z"'],
    ['updatedAt >= "2026-11-22T04:04:05+01:00"', 'updatedAt > "2026-11-22T04:04:05+01:00"'],
    ['sandbox.name == "prod" && records.failed > 100', 'sandbox.name == "prod" && records.failed > 200'],
    ['sandbox.name == "dev" || records.failed > 100', 'sandbox.name == "dev" || records.failed > 200'],
    // && binds more closely than ||, and ! more closely than both.
    ["true || false && false", "(true || false) && false"],
    ["!false && true", "!(false || true)"],
    ["!!true", "!true"],
    ["new == true", "new == false"],
    ["new != false && via == 'journal'", "true == new && via == 'file'"],
  ])("%s / %s", (holds, not) => {
    expect(whereRuns.filter(holds, times)(run)).toBe(true);
    expect(whereRuns.filter(not, times)(run)).toBe(false);
  });
});

describe("what is not known", () => {
  test.each([
    ["completedAt == null", true],
    ["completedAt != null", false],
    ["null == completedAt", true],
    ["durationMs != null", true],
    ["records.skipped == 0", false],
    ["records.skipped != 0", false],
    ["records.skipped < 1 || records.skipped >= 1", false],
    ['completedAt < "2026-11-22"', false],
    ["!(records.skipped > 0)", true],
    ["providerRefId =~ /.*/", false],
    ["providerRefId !~ /x/", false],
    ["activities.durationMs == null", true],
    ["new == false", false],
    ["new != false", false],
    ["new == null", true],
  ])("%s is %s", (expression, expected) => {
    expect(whereRuns.filter(expression, times)({ ...run, new: null })).toBe(expected);
  });
});

describe("a field in a list: one element that fits is enough", () => {
  test.each([
    ['batchIds == "02B"', true],
    ['batchIds == "03C"', false],
    ['batchIds != "02B"', true],
    ['!(batchIds == "02B")', false],
    ["errors.causes.code =~ /^AADSTS/", true],
    ['errors.causes.code == "CONNECTOR-1001-500"', false],
    ["rootCause.message =~ /EXPIRED/i", true],
    ["targets.reference.ids =~ /^dataset-/", true],
    ["errors.code == null", false],
  ])("%s is %s", (expression, expected) => {
    expect(whereRuns.filter(expression, times)(run)).toBe(expected);
  });

  test("a run without errors has no error code", () => {
    expect(whereRuns.filter("errors.code == null", times)(sampleRun())).toBe(true);
  });
});

test("a pattern that would keep other matchers busy for ever does not", () => {
  const text = `${"a".repeat(5000)}!`;
  const matches = whereRuns.filter("flowName =~ /^(a+)+$/ || flowName =~ /(.*.*.*.*)*x/", times);
  expect(matches(sampleRun({ flowName: text }))).toBe(false);
});

describe("what cannot be meant is refused, with a caret under it", () => {
  test.each([
    ["recrods.failed > 1", 0, "did you mean records.failed?"],
    ["status == 'failed' && flowname =~ /x/", 22, "did you mean flowName?"],
    ["failed > 1", 0, "did you mean records.failed or bytes.failed or files.failed or activities.records.failed?"],
    ["status == failure", 10, 'a text stands in quotes: "failure"'],
    ["errors == null", 0, "name one of errors.code"],
    ["records.failed > 30m", 17, "a count is compared with a number"],
    ['durationMs > "30m"', 13, "a length of time is compared"],
    ["status == 5", 10, "a text stands in quotes"],
    ["bytes.input > 10m", 14, "a size is compared"],
    ["updatedAt > 2026", 12, "a time stands in quotes"],
    ['updatedAt > "yesterday"', 12, 'write "2026-11-20"'],
    ["durationMs > null", 13, "durationMs != null"],
    ["new > true", 0, "new == true"],
    ["new == 1", 7, "new == true"],
    ["status == true", 10, "a text stands in quotes"],
    ["status = 'failed'", 7, "compare with =="],
    ["status == 'failed' & true", 19, "write it twice: &&"],
    ["status == 'failed", 10, "close it with '"],
    ["flowName =~ /crm", 12, "write it between slashes"],
    ["flowName =~ 'crm'", 12, "write it between slashes"],
    ["flowName == /crm/", 12, "flowName =~ /crm/i"],
    ["durationMs =~ /1/", 0, "flowName =~ /crm/i"],
    ["flowName =~ /crm/g", 12, "i is the only one"],
    ["flowName =~ /(crm/", 12, "no look-around"],
    ["flowName =~ /(?=crm)/", 12, "no look-around"],
    ["(status == 'failed'", 19, "close what ( opened"],
    ["status == 'failed')", 18, "join conditions with && or ||"],
    ["status == 'failed' and true", 19, "join conditions with && or ||"],
    ["status", 6, "one of =="],
    ["", 0, "compare a field with a value"],
    ["status ==", 9, "compare a field with a value"],
    ["status == 'a' == 'b'", 14, "join conditions"],
    ["status @ 'a'", 7, "it knows =="],
    ["process.exit(1) == 1", 12, "one of =="],
    ["__proto__ == null", 0, "fields are"],
    ["constructor.name == 'x'", 0, "fields are"],
  ])("%s", (expression, at, hint) => {
    const error = refusalOf(expression);
    expect(error.kind).toBe("usage");
    expect(error.hint).toContain(hint);
    // The caret stands under the character, counted behind the words that come before the expression.
    expect(error.why).toBe(`${expression}\n${" ".repeat(7 + at)}^`);
  });

  test("brackets without end are not followed without end", () => {
    expect(refusalOf("(".repeat(5000)).hint).toContain("100 levels");
    expect(refusalOf("!".repeat(5000)).hint).toContain("100 levels");
  });

  test("an expression over several lines is shown as one, the caret still in place", () => {
    expect(refusalOf('status == "failed"\n  && nope > 1').why).toBe(
      `status == "failed"   && nope > 1\n${" ".repeat(7 + 24)}^`,
    );
  });
});

function refusalOf(expression: string): FlowrunError {
  try {
    whereRuns.filter(expression, times);
  } catch (error) {
    if (error instanceof FlowrunError) return error;
    throw error;
  }
  throw new Error(`${expression} was not refused`);
}

describe("two fields of many elements", () => {
  const errors = (codes: readonly string[], messages: readonly (string | null)[]): FlowRun => ({
    ...run,
    errors: codes.map((code, at) => sampleError({ code, message: messages[at] ?? null, count: at })),
  });
  const holds = (condition: string, codes: readonly string[], messages: readonly (string | null)[]) =>
    whereRuns.filter(condition, times)(errors(codes, messages));

  test.each([
    ["errors.code == errors.message", ["a", "b"], ["c", "b"], true],
    ["errors.code == errors.message", ["a", "b"], ["c", "d"], false],
    ["errors.code != errors.message", ["a", "a"], ["a", "a"], false],
    ["errors.code != errors.message", ["a", "b"], ["a", "b"], true],
    ["errors.code != errors.message", ["a", "a"], ["a", "b"], true],
    ["errors.code > errors.message", ["b", "a"], ["c", "a"], true],
    ["errors.code > errors.message", ["a", "a"], ["c", "a"], false],
    ["errors.code >= errors.message", ["a", "a"], ["c", "a"], true],
    ["errors.code < errors.message", ["c", "b"], ["a", "b"], false],
    ["errors.code < errors.message", ["c", "b"], ["a", "d"], true],
    ["errors.code <= errors.message", ["c", "b"], ["a", "b"], true],
    ["errors.code == errors.message", ["a"], [null], false],
    ["errors.code != errors.message", ["a"], [null], false],
  ] as const)("%s of %j and %j is %s", (condition, codes, messages, expected) => {
    expect(holds(condition, codes, messages)).toBe(expected);
  });

  test.each(["==", "!=", "<", "<=", ">", ">="])(
    "a hundred thousand are not held against each other one by one: %s",
    (sign) => {
      const all = Array.from({ length: 100_000 }, (_, n) => `b${n}`);
      const others = all.map((code) => (sign.startsWith("<") ? `a${code}` : `c${code}`));
      // Ten thousand million comparisons would take minutes.
      expect(holds(`errors.code ${sign} errors.message`, all, others)).toBe(sign === "!=");
    },
  );
});
