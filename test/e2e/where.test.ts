import { describe, expect, test } from "vitest";
import { flowrun } from "../support/flowrun.ts";
import { openJournal, printed, runEvent } from "../support/journal.ts";

const events = [
  runEvent(0, { flowName: "CRM contacts", records: 10 }),
  runEvent(1, { flowName: "CRM contacts", status: "failed", errors: ["CONNECTOR-1001-500"] }),
  runEvent(2, { flowName: "Web orders", status: "failed", records: 500 }),
  runEvent(3, { flowName: "Web orders", status: "inProgress" }),
  runEvent(4, { status: "partialSuccess", records: 5000 }),
];

/** With words that have blanks in them. */
async function since(...args: readonly string[]) {
  const journal = await openJournal({ events });
  return { journal, ...(await flowrun(["since", "-P1D", ...args], { env: journal.env })) };
}

describe("--where", () => {
  test.each([
    ['status == "failed" && flowName =~ /^crm/i', ["run-1"], 1],
    ["records.input >= 500 || errors.code != null", ["run-1", "run-2", "run-4"], 3],
    ["flowName == null", ["run-4"], 1],
    ["durationMs < 30m && !(flowName =~ /./)", ["run-4"], 1],
    ["records.input > 1000000", [], 0],
  ])("%s", async (expression, ids, matched) => {
    const { code, stderr, ...output } = await since("--json", "--where", expression);
    expect(printed(output)).toEqual(ids);
    expect(stderr).toContain(`${matched} of 5 runs matched`);
    expect(code).toBe(0);
  });

  test("narrows what the other options choose, and may be repeated", async () => {
    const chosen = ["--json", "--status", "failed", "--where", "records.input >= 1"];
    const { stderr, ...output } = await since(...chosen, "--where", "records.input < 100");
    expect(printed(output)).toEqual(["run-1"]);
    expect(stderr).toContain("1 of 5 runs matched");
  });

  test("says nothing of matches where there was no condition", async () => {
    expect((await since()).stderr).not.toContain("matched");
  });

  test.each(["recrods.failed > 1", "status == ", "flowName =~ /(/", "status = 'failed'"])(
    "%s is refused before anything is asked",
    async (expression) => {
      const { code, stderr, stdout, journal } = await since("--where", expression);
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(journal.server.requests).toEqual([]);
      const [message, why, caret, fix] = stderr.split("\n");
      expect(message).toMatch(/^error: --where /);
      expect(why).toBe(`  why: ${expression}`);
      expect(caret).toMatch(/^ {7,}\^$/);
      expect(fix).toMatch(/^ {2}fix: /);
    },
  );

  test("a wrong field suggests the right one, in JSON too", async () => {
    const { code, stderr } = await since("--where", "records.faild > 1", "-o", "json");
    expect(JSON.parse(stderr)).toMatchObject({ kind: "usage", hint: "did you mean records.failed?" });
    expect(code).toBe(2);
  });

  test("holds for wait: the first run that meets it ends the waiting", async () => {
    const journal = await openJournal({ events });
    const args = ["wait", "--since", "1h", "--timeout", "20s", "--where", "records.input > 400", "--json"];
    const { code, ...output } = await flowrun(args, { env: journal.env });
    expect(printed(output)).toEqual(["run-2"]);
    expect(code).toBe(3);
  });
});
